"""What was attained, by calendar month and quarter, with changes of the target marked. Pure and exact.

The SLI of a period is the ratio of its sums, never the average of its days' ratios. A period in which the target
changed is judged by what each of its days allowed: allowed = sum over days of (1 - that day's target) x that day's
total, and it is met if no more were bad. With one target that is the usual rule; with two, a day of more traffic weighs
more, as it does in the SLI. Days before the first target are shown and not judged.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction

from apps.reliability.budget import check_counts, check_target
from apps.reliability.percent import percent

MEAN_OF_RATIOS = (
    "The source gives ratios and not counts: this is an average of ratios, which differs from the share of good events "
    "wherever traffic varies."
)


class Period(StrEnum):
    """What a row covers."""

    MONTH = "MONTH"
    QUARTER = "QUARTER"


@dataclass(frozen=True)
class Day:
    """Counts of one day of the SLO's zone; a total of 0 is no data."""

    on: date
    good: int
    total: int


@dataclass(frozen=True)
class InForce:
    """A target that holds from the day `since` on, until the next one does."""

    since: date
    target: Fraction


@dataclass(frozen=True)
class Attained:
    """One month or quarter: its sums over the days with data, and what was allowed.

    `targets` were in force on its days, `changes` took the place of another one on one of them. `judged_bad` and
    `judged_total` are of the days that had a target, `allowed` is how many of those events might be bad.
    """

    label: str
    good: int
    total: int
    targets: tuple[InForce, ...]
    changes: tuple[InForce, ...]
    judged_bad: int
    judged_total: int
    allowed: Fraction
    is_mean_of_ratios: bool = False

    @property
    def sli(self) -> Fraction | None:
        """Good of all; None without data."""
        return Fraction(self.good, self.total) if self.total else None

    @property
    def met(self) -> bool | None:
        """Whether no more were bad than allowed; None where no day had both data and a target."""
        return self.judged_bad <= self.allowed if self.judged_total else None

    @property
    def warning(self) -> str:
        """What is wrong with the figure; "" where nothing is."""
        return MEAN_OF_RATIOS if self.is_mean_of_ratios else ""

    @property
    def words(self) -> str:
        """Such as “2026-03: 99.92 %, target 99.9 %: met.”"""
        if self.sli is None:
            return f"{self.label}: no data."
        said = f"{self.label}: {percent(self.sli)}"
        if not self.targets:
            return f"{said}, no target."
        first, *later = self.targets
        targets = ", then ".join(
            [percent(first.target), *(f"{percent(one.target)} from {one.since.isoformat()}" for one in later)]
        )
        verdict = {True: "met", False: "missed", None: "not judged, without data since it holds"}[self.met]
        by_day = ", judged by what each day allowed" if later and self.met is not None else ""
        part = "" if self.judged_total in (self.total, 0) else f" Days before {first.since.isoformat()} are not judged."
        return f"{said}, target {targets}: {verdict}{by_day}.{part}"


def attainment(
    days: Sequence[Day], versions: Sequence[InForce], period: Period, *, is_mean_of_ratios: bool = False
) -> list[Attained]:
    """A row for each month or quarter from the first to the last of `days`, the oldest first, those without data too.

    `is_mean_of_ratios` says that the source gives ratios alone, and every row then warns. Raises ValueError for a day
    or a version given twice, and for counts or targets that cannot be.
    """
    versions = sorted(versions, key=lambda version: version.since)
    by_date = {day.on: day for day in days}
    if len(by_date) < len(days) or len({version.since for version in versions}) < len(versions):
        raise ValueError("A day, or a target since one day, is given twice.")
    for day in days:
        check_counts(day.good, day.total)
    for version in versions:
        check_target(version.target)
    tallies: dict[str, _Tally] = {}
    for on in _each_day(by_date):
        tally = tallies.setdefault(_LABELS[period](on), _Tally())
        tally.add(by_date.get(on), _in_force(versions, on))
    changing = {version: _LABELS[period](version.since) for version in versions[1:]}
    return [
        Attained(
            label,
            tally.good,
            tally.total,
            targets=tuple(tally.totals),
            changes=tuple(version for version in tally.totals if changing.get(version) == label),
            judged_bad=tally.judged_bad,
            judged_total=sum(tally.totals.values()),
            allowed=sum(((1 - one.target) * total for one, total in tally.totals.items()), Fraction(0)),
            is_mean_of_ratios=is_mean_of_ratios,
        )
        for label, tally in tallies.items()
    ]


@dataclass
class _Tally:
    """Sums of one period, and the total that each target in force was in force for."""

    good: int = 0
    total: int = 0
    judged_bad: int = 0
    totals: dict[InForce, int] = field(default_factory=dict)

    def add(self, day: Day | None, version: InForce | None) -> None:
        good, total = (day.good, day.total) if day else (0, 0)
        self.good += good
        self.total += total
        if version:
            self.judged_bad += total - good
            self.totals[version] = self.totals.get(version, 0) + total


def _each_day(days: Collection[date]) -> Iterator[date]:
    """From the first to the last of `days`, with those between."""
    for ordinal in range(min(days).toordinal(), max(days).toordinal() + 1) if days else ():
        yield date.fromordinal(ordinal)


def _in_force(versions: Sequence[InForce], on: date) -> InForce | None:
    place = bisect_right(versions, on, key=lambda version: version.since)
    return versions[place - 1] if place else None


_LABELS: dict[Period, Callable[[date], str]] = {
    Period.MONTH: lambda on: on.isoformat()[:7],
    Period.QUARTER: lambda on: f"{on.year}-Q{(on.month + 2) // 3}",
}
