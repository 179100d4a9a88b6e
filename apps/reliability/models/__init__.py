"""Rows of reliability."""

from apps.reliability.models.counts import DayCount, ErrorClassCount, FiveMinuteCount, HourCount
from apps.reliability.models.slis import SLI
from apps.reliability.models.slos import SLO, SLOStatus, SLOVersion

__all__ = [
    "SLI",
    "SLO",
    "DayCount",
    "ErrorClassCount",
    "FiveMinuteCount",
    "HourCount",
    "SLOStatus",
    "SLOVersion",
]
