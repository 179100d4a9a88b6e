"""Figures of one SLO with their words, as its page prints them."""

from dataclasses import dataclass
from datetime import datetime

from apps.common.drawing import Chart
from apps.reliability import queries, showing, windows
from apps.reliability.budget import Budget
from apps.reliability.burn import AlertState
from apps.reliability.charts import budget_chart
from apps.reliability.counts import HOUR
from apps.reliability.intervals import distinguishable, wilson
from apps.reliability.models import SLO, SLOVersion
from apps.reliability.percent import percent


@dataclass(frozen=True)
class AlertShown:
    """One line of the table of alerts."""

    title: str
    tone: str
    word: str
    long_words: str
    short_words: str
    threshold_words: str
    unable: str


@dataclass(frozen=True)
class Drawn:
    """A chart, the words that say it, and its rows as a table."""

    chart: Chart
    words: str
    rows: list[tuple[datetime, str]]


@dataclass(frozen=True)
class VersionShown:
    """One version of the agreement."""

    version: SLOVersion
    target_words: str
    window_words: str


def figures(slo: SLO, *, at: datetime) -> dict[str, object]:
    """All that the page prints besides the rows themselves."""
    shown = queries.shown_now(slo, at=at)
    stands = shown.stands
    budget = stands.budget if stands else Budget(0, 0, slo.share)
    burned = queries.burned_by_class(slo, at=at, allowed=budget.allowed)
    return {
        "shown": shown,
        "events_words": f"{budget.good:,} of {budget.total:,} events",
        "budget_words": showing.budget_words(budget),
        "burn_now": showing.burn_words(stands.burns.get(6 * HOUR)) if stands else "no data",
        "exhaustion_words": stands.exhaustion_words if stands else "",
        "certainty_words": _certainty(budget),
        "alerts": [_alert(one) for one in stands.alerts] if stands else [],
        "burn_down": _burn_down(slo, at),
        "classes": [(one.name, f"{one.bad:,}", "–" if one.share is None else percent(one.share, 2)) for one in burned],
        "versions": [
            VersionShown(version, percent(version.share, 7), windows.parse(version.window).words)
            for version in queries.versions_of(slo)
        ],
    }


def _certainty(budget: Budget) -> str:
    """Such as "met, but not distinguishable from a miss: 99.943 to 99.998 % (95 %)"."""
    interval = wilson(budget.good, budget.total)
    if interval is None:
        return ""
    told = distinguishable(budget.good, budget.total, budget.target).words
    return f"{told}: {interval.low * 100:.3f} to {interval.high * 100:.3f} % (95 %, n = {budget.total:,})"


def _alert(one: AlertState) -> AlertShown:
    long, short = (showing.length_words(int(span.total_seconds())) for span in (one.alert.long, one.alert.short))
    tone = "neutral" if one.unable else ("bad" if one.fires else "good")
    word = "Not judged" if one.unable else ("Fires" if one.fires else "Quiet")
    return AlertShown(
        title=f"{one.alert.severity.value.capitalize()}, {long} and {short}",
        tone=tone,
        word=word,
        long_words=showing.burn_words(one.long_burn),
        short_words=showing.burn_words(one.short_burn),
        threshold_words=f"{float(one.threshold):.4g}",
        unable=one.unable,
    )


def _burn_down(slo: SLO, at: datetime) -> Drawn | None:
    line = queries.burn_down_of(slo, at=at)
    if not line.points:
        return None
    left = showing.signed_percent(line.points[-1].remaining)
    words = f"{left} of the budget left by whole days, {line.source.words}."
    rows = [(point.at, showing.signed_percent(point.remaining)) for point in reversed(line.points)]
    return Drawn(budget_chart(line, name=slo.title, words=f"{slo.title}: {words}"), words, rows)
