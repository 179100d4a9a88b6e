"""Rows of the organization."""

from apps.organization.models.people import KeptAnswer, Person, Token
from apps.organization.models.scopes import KeySequence, Membership, Scope, Service, ServiceDependency, Team
from apps.organization.models.seats import Delegation, Seat

__all__ = [
    "Delegation",
    "KeptAnswer",
    "KeySequence",
    "Membership",
    "Person",
    "Scope",
    "Seat",
    "Service",
    "ServiceDependency",
    "Team",
    "Token",
]
