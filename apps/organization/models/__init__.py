"""Rows of the organization."""

from apps.organization.models.people import KeptAnswer, Letter, Person, Token
from apps.organization.models.scopes import KeySequence, Membership, Scope, Service, ServiceDependency, Team
from apps.organization.models.seats import Delegation, Seat

__all__ = [
    "Delegation",
    "KeptAnswer",
    "KeySequence",
    "Letter",
    "Membership",
    "Person",
    "Scope",
    "Seat",
    "Service",
    "ServiceDependency",
    "Team",
    "Token",
]
