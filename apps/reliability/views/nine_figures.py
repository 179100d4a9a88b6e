"""The price of a nine in words: any target replayed on stored days, what it is worth, and what stands in its way."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from apps.reliability import price, queries
from apps.reliability.budget import bad_per_million, ceiling, outages_affordable, time_budget
from apps.reliability.charts import nines_chart
from apps.reliability.forms import weighed_of
from apps.reliability.models import SLI, SLO, ErrorClassJudgment
from apps.reliability.nines import USUAL_TARGETS, Chance
from apps.reliability.percent import percent
from apps.reliability.queries import Replayed
from apps.reliability.showing import plain_percent

OUTAGES = (5, 15, 30)
# From two to five nines, or from where the promise stands; the step in percent.
SLIDER_LOW, SLIDER_HIGH, SLIDER_STEP = Fraction("0.99"), Fraction("0.99999"), "0.001"


@dataclass(frozen=True)
class TargetShown:
    """One line of the table: how often a target would have been met, and what it lets fail."""

    chance: Chance
    words: str
    url: str
    is_asked: bool
    is_promised: bool
    share_words: str
    interval_words: str
    met_words: str
    bad_words: str
    outage_words: str
    worth_words: str


@dataclass(frozen=True)
class ClassShown:
    """One class of errors: how many there were, whether it must vanish, and what engineering says of it."""

    name: str
    bad_words: str
    share_words: str
    must_vanish: bool
    judgment: ErrorClassJudgment | None
    judge_url: str


@dataclass(frozen=True)
class Classes:
    """Errors of the replayed days by class, and which must vanish; `way` is None where there is nothing to say."""

    shown: list[ClassShown]
    way: price.WayThere | None
    unclassified_words: str


def asked_of(slo: SLO, data: Mapping[str, Any]) -> Fraction:
    """The target that was asked for; the next nine where none was, or none that can be."""
    asked: Fraction | None = data.get("target")
    return asked or next_nine(slo.share)


def nine_figures(
    slo: SLO, asked: Fraction, data: Mapping[str, Any], *, hidden: Collection[int], at: datetime
) -> dict[str, object]:
    """All that the page prints, each figure with what it rests on."""
    found = queries.replayed(slo, {*USUAL_TARGETS, slo.share, asked}, at=at)
    window = timedelta(days=found.length)
    weighed = weighed_of({**data, "target": asked})
    needed = queries.needed_by(slo, hidden)
    promised = [one.slo.share for one in needed if one.slo]
    targets = [_target(slo, one, asked, data, window) for one in found.replay.chances]
    achievable = found.replay.achievable.target
    return {
        "asked_words": percent(asked, 7),
        "asked_text": plain_percent(asked),
        "promised_words": percent(slo.share, 7),
        "chance": next(one for one in found.replay.chances if one.target == asked),
        "asked_row": next(one for one in targets if one.is_asked),
        "achievable_words": "no data" if achievable is None else percent(achievable),
        "is_calendar": not slo.window.endswith("d"),
        "replayed": found,
        "rests_on": rests_on(found),
        "targets": targets,
        "chart": nines_chart(found.replay.chances, words=_heard(found)) if achievable is not None else None,
        "slider": (plain_percent(min(SLIDER_LOW, slo.share)), plain_percent(max(SLIDER_HIGH, slo.share)), SLIDER_STEP),
        "kept": _typed(data),
        "case": weighed.case(slo.share) if weighed else None,
        "case_digest": sha256(queries.case_body(slo, weighed, at=at, hidden=hidden)).hexdigest() if weighed else "",
        "saved": [(one, percent(Fraction(one.target), 7)) for one in queries.nine_cases_of(slo)],
        "classes": _classes(slo.sli, asked, found),
        "needed": [(one, percent(one.slo.share, 7) if one.slo else "") for one in needed],
        "ceiling_words": price.ceiling_words(asked, promised),
        "ceiling": percent(ceiling(promised), 7) if promised else "",
        "seen_words": price.seen_words(asked),
        "outages": [(minutes, count_words(outages_affordable(asked, window, minutes))) for minutes in OUTAGES],
        "budget_words": span_words(time_budget(asked, window)),
    }


def next_nine(target: Fraction) -> Fraction:
    """The next usual target above this one; itself where there is none."""
    return next((one for one in USUAL_TARGETS if one > target), target)


def rests_on(found: Replayed) -> str:
    """What all figures rest on: days, windows and events, and up to when."""
    if found.first is None or found.last is None:
        return "No day has been counted yet, so nothing can be replayed."
    history = found.replay.history
    n = len(history.windows)
    return (
        f"As of {found.last:%-d %b %Y}: {history.measured} days with counts since {found.first:%-d %b %Y}, "
        f"{found.total:,} events, {n} window{'' if n == 1 else 's'} of {found.length} days."
    )


def _heard(found: Replayed) -> str:
    """The chart for who does not see it."""
    return f"How often each target would have been met: {' '.join(one.words for one in found.replay.chances)}"


def _target(slo: SLO, one: Chance, asked: Fraction, data: Mapping[str, Any], window: timedelta) -> TargetShown:
    query = urlencode({**_typed(data), "target": plain_percent(one.target)})
    revenue = data.get("revenue")
    worth = price.value_a_year(slo.share, one.target, revenue) if revenue is not None else None
    return TargetShown(
        chance=one,
        words=percent(one.target, 7),
        url=f"{reverse('reliability:slo_nines', args=[slo.key])}?{query}",
        is_asked=one.target == asked,
        is_promised=one.target == slo.share,
        share_words="no data" if one.share is None else percent(one.share, 1),
        interval_words=one.interval.words(1) if one.interval else "–",
        met_words=f"{one.met} of {one.n}",
        bad_words=count_words(bad_per_million(one.target)),
        outage_words=span_words(time_budget(one.target, window)),
        worth_words="–" if worth is None else price.money(worth, data.get("currency") or "$"),
    )


def _classes(sli: SLI, asked: Fraction, found: Replayed) -> Classes:
    if found.first is None or found.last is None:
        return Classes([], None, "")
    by_class = queries.errors_by_class(sli, found.first, found.last)
    judgments = queries.judgments_of(sli)
    unclassified = found.bad - sum(by_class.values())
    way = queries.way_there(found, asked, by_class, judgments)
    vanishing = {one.name for one in way.vanishing} if way else set()
    address = reverse("reliability:error_class_judge", args=[sli.key])
    shown = [
        ClassShown(
            name,
            f"{bad:,}",
            percent(Fraction(bad, found.bad), 1) if found.bad else "–",
            name in vanishing,
            judgments.get(name),
            f"{address}?{urlencode({'name': name})}",
        )
        for name, bad in sorted(by_class.items(), key=lambda item: (-item[1], item[0]))
    ]
    return Classes(shown, way, f"{unclassified:,}" if unclassified > 0 else "")


def _typed(data: Mapping[str, Any]) -> dict[str, str]:
    """What was typed, as an address carries it."""
    texts = {"revenue", "one_off", "lifetime_years", "running"}
    found = {name: f"{data[name]:f}" for name in texts if isinstance(data.get(name), Decimal)}
    return {**found, **({"currency": data["currency"]} if data.get("currency") else {})}


def count_words(count: Fraction) -> str:
    """Such as "8", "0.8"; two figures below one."""
    return f"{float(count):,.3g}" if count < 1 else f"{float(count):,.1f}".removesuffix(".0")


def span_words(span: timedelta) -> str:
    """Such as "6 h 43 min", "40 min 19 s", "2.4 s"."""
    seconds = span.total_seconds()
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"
