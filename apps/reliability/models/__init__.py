"""Rows of reliability."""

from apps.reliability.models.badges import BadgeShare
from apps.reliability.models.counts import DayCount, ErrorClassCount, FiveMinuteCount, HourCount
from apps.reliability.models.decisions import Decision, DecisionProposal, DecisionSignature, Freeze
from apps.reliability.models.headroom import DayUsage, HeadroomReview, HeadroomStatus, PlannedDemand, Resource
from apps.reliability.models.judgments import ErrorClassJudgment
from apps.reliability.models.nine_cases import NineCase, NineCaseSignature
from apps.reliability.models.policies import Policy, PolicySignature, PolicyVersion
from apps.reliability.models.slas import SLA
from apps.reliability.models.slis import SLI
from apps.reliability.models.slos import SLO, SLOStatus, SLOVersion
from apps.reliability.models.sources import SLOImport, SLOSource

__all__ = [
    "SLA",
    "SLI",
    "SLO",
    "BadgeShare",
    "DayCount",
    "DayUsage",
    "Decision",
    "DecisionProposal",
    "DecisionSignature",
    "ErrorClassCount",
    "ErrorClassJudgment",
    "FiveMinuteCount",
    "Freeze",
    "HeadroomReview",
    "HeadroomStatus",
    "HourCount",
    "NineCase",
    "NineCaseSignature",
    "PlannedDemand",
    "Policy",
    "PolicySignature",
    "PolicyVersion",
    "Resource",
    "SLOImport",
    "SLOSource",
    "SLOStatus",
    "SLOVersion",
]
