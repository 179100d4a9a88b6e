"""What was attained of an objective by calendar month and quarter."""

from typing import TypedDict

from rest_framework.request import Request

from apps.common.endpoints import Day, day, reads
from apps.reliability import queries
from apps.reliability.api.slos import readable_slo
from apps.reliability.attainment import Attained
from apps.reliability.showing import decimal_text


class TargetRow(TypedDict):
    """A target, as a share of 1, and the day from which it held."""

    since: Day
    target: str


class AttainedRow(TypedDict):
    """A month ("2026-11") or quarter ("2026-Q4") of UTC.

    `sli` is good of all, an exact share of 1 as text, null without data; `met` is null where no day had both data and a
    target. `targets` held on its days, and `changed` of them took another's place there. `warning` says what is wrong
    with the figure, "" where nothing is.
    """

    period: str
    good: int
    total: int
    sli: str | None
    met: bool | None
    targets: list[TargetRow]
    changed: list[TargetRow]
    warning: str


class HistoryRow(TypedDict):
    """All that is stored, the oldest first."""

    months: list[AttainedRow]
    quarters: list[AttainedRow]


def _row(one: Attained) -> AttainedRow:
    targets, changed = (
        [TargetRow(since=day(version.since), target=decimal_text(version.target)) for version in versions]
        for versions in (one.targets, one.changes)
    )
    return {
        "period": one.label,
        "good": one.good,
        "total": one.total,
        "sli": None if one.sli is None else decimal_text(one.sli),
        "met": one.met,
        "targets": targets,
        "changed": changed,
        "warning": one.warning,
    }


@reads(HistoryRow)
def history_read(request: Request, key: str) -> HistoryRow:
    """What was attained by month and quarter, with the targets that held."""
    found = queries.history_of(readable_slo(request, key))
    return {"months": [_row(one) for one in found.months], "quarters": [_row(one) for one in found.quarters]}
