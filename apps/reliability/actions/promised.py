"""Targets and windows as they are promised, of SLOs and SLAs alike, and when an SLO is looked at again."""

from datetime import date
from decimal import Decimal

from apps.common.refused import BadInput
from apps.organization.queries import today
from apps.reliability import windows

DIGITS = 9  # of a target as a share of 1: 99.9999999 %


def checked_target(target: Decimal) -> Decimal:
    """The target with as many digits as are stored. Raises BadInput for what is no share, or finer."""
    if not target.is_finite() or not 0 < target <= 1:
        raise BadInput("A target is a share of good events above 0 and at most 100 %.")
    rounded = round(target, DIGITS)
    if rounded != target:
        raise BadInput(f"A target has at most {DIGITS - 2} digits behind the point of its percentage.")
    return rounded


def checked_window(text: str) -> str:
    """The window as it is stored. Raises BadInput with what to write instead."""
    try:
        return windows.to_text(windows.parse(text))
    except ValueError as error:
        raise BadInput(str(error)) from error


def checked_review(on: date | None, *, before: date | None = None) -> date | None:
    """The day of the next review, if any. Raises BadInput for one that is past, unless it stood there `before`."""
    if on is not None and on != before and on < today():
        raise BadInput(f"The next review cannot be on {on}, which is past. Choose today or a later day, or none.")
    return on
