"""What was attained by month and quarter, as the page of an SLO prints it."""

from dataclasses import dataclass
from datetime import datetime

from apps.common.drawing import Chart
from apps.reliability import queries
from apps.reliability.attainment import MEAN_OF_RATIOS, Attained
from apps.reliability.charts import history_chart
from apps.reliability.models import SLO
from apps.reliability.percent import percent

MONTHS_SHOWN = 24
QUARTERS_SHOWN = 8
VERDICTS = {True: "MET", False: "UNMET", None: "NO_DATA"}


@dataclass(frozen=True)
class PeriodShown:
    """One month or quarter."""

    attained: Attained

    @property
    def label(self) -> str:
        return self.attained.label

    @property
    def sli_words(self) -> str:
        return "no data" if self.attained.sli is None else percent(self.attained.sli)

    @property
    def target_words(self) -> str:
        """Such as "99.9 %, then 99.95 % from 2026-11-03"."""
        if not self.attained.targets:
            return "no target"
        first, *later = self.attained.targets
        return ", then ".join(
            [percent(first.target, 7), *(f"{percent(one.target, 7)} from {one.since}" for one in later)]
        )

    @property
    def state(self) -> str:
        return VERDICTS[self.attained.met]

    @property
    def verdict_words(self) -> str:
        """Another word than the chip's own where there are counts and no target."""
        return "Not judged" if self.attained.met is None and self.attained.total else ""

    @property
    def bad_words(self) -> str:
        return f"{self.attained.total - self.attained.good:,}" if self.attained.total else "–"

    @property
    def total_words(self) -> str:
        return f"{self.attained.total:,}"

    @property
    def is_change(self) -> bool:
        return bool(self.attained.changes)


@dataclass(frozen=True)
class HistoryShown:
    """Quarters and months, the newest first, and a chart of the months where there are two, with its words."""

    months: list[PeriodShown]
    quarters: list[PeriodShown]
    chart: Chart | None
    words: str
    warning: str
    as_of: datetime | None

    @property
    def tables(self) -> list[tuple[list[PeriodShown], str]]:
        return [(self.quarters, "Quarter"), (self.months, "Month")]


def history(slo: SLO) -> HistoryShown:
    """The last two years of what is stored."""
    found = queries.history_of(slo)
    months = [PeriodShown(one) for one in found.months[-MONTHS_SHOWN:]]
    quarters = [PeriodShown(one) for one in found.quarters[-QUARTERS_SHOWN:]]
    words = _words(months)
    is_line = sum(one.attained.sli is not None for one in months) > 1
    return HistoryShown(
        months[::-1],
        quarters[::-1],
        history_chart([one.attained for one in months], name=slo.title, words=words) if is_line else None,
        words,
        MEAN_OF_RATIOS if slo.sli.is_mean_of_ratios else "",
        found.as_of,
    )


def _words(months: list[PeriodShown]) -> str:
    judged = [one for one in months if one.attained.met is not None]
    met = sum(bool(one.attained.met) for one in judged)
    changes = sum(len(one.attained.changes) for one in months)
    said = f"The target was met in {met} of {len(judged)} month{'' if len(judged) == 1 else 's'}"
    return f"{said}; it changed {changes} time{'' if changes == 1 else 's'}." if changes else f"{said}."
