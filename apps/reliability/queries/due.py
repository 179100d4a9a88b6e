"""Which decisions the counts ask for: budgets used up, costly episodes, budgets left over twice."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F, Min, QuerySet

from apps.common.instants import instant_text
from apps.reliability import showing, standing, windows
from apps.reliability.budget import Budget, BudgetState, Counted
from apps.reliability.burn import Burn
from apps.reliability.counts import DAY, FIVE_MINUTES, HOUR, seconds_of
from apps.reliability.episodes import FOUR_WEEKS, Episode, episodes
from apps.reliability.matrix import DecisionKind
from apps.reliability.models import SLO, DayCount, Decision, HourCount
from apps.reliability.queries.decisions import HOLDING
from apps.reliability.queries.policies import terms_of, version_for, versions_in_force
from apps.reliability.queries.standings import agreed_on, standings
from apps.reliability.queries.sums import Sums, sums_between
from apps.reliability.terms import Terms
from apps.reliability.windows import Calendar, Window

# How far back a sweep looks for the end of an episode: a weekend on which no worker ran. Counts that come later are
# judged as they come, four weeks back.
REACH = timedelta(days=3)
AT_ONCE = 200  # SLIs whose hours are read together
NOTHING = Sums(0, 0)


@dataclass(frozen=True)
class Due:
    """A decision that should stand: what opens it, and the figures that only this kind has."""

    slo: SLO
    kind: DecisionKind
    cause_key: str
    facts: dict[str, Any]


def due_decisions(*, at: datetime, slis: Collection[int] | None = None) -> Iterator[Due]:
    """What stored counts ask for as of the last whole five minutes, and no decision answers yet.

    Of all SLOs in force, or of those on `slis` (primary keys). A few queries, however many SLOs.
    """
    end = datetime.fromtimestamp(seconds_of(at) - seconds_of(at) % FIVE_MINUTES, UTC)
    slos = SLO.objects.filter(archived_at=None).select_related("scope", "sli").order_by("pk")
    if slis is not None:
        slos = slos.filter(sli_id__in=slis)
    agreed = versions_in_force()
    yield from _broken(slos, at=end)
    found = list(slos)
    terms = {slo.pk: terms_of(version_for(slo.scope, agreed)) for slo in found}
    reach = REACH if slis is None else FOUR_WEEKS
    yield from _costly_episodes(found, terms, at=end, reach=reach, every=slis is None)
    yield from _surpluses(found, terms, at=end, every=slis is None)


def _unanswered(slos: QuerySet[SLO], kind: DecisionKind) -> QuerySet[SLO]:
    """Those on which no decision of the kind is open, or decided and not expired."""
    answered = Decision.objects.filter(kind=kind, state__in=HOLDING).order_by().values("slo")
    return slos.exclude(pk__in=answered)


def _broken(slos: QuerySet[SLO], *, at: datetime) -> Iterator[Due]:
    """The last refresh says where to look, the counts whether it is so."""
    rows = _unanswered(slos, DecisionKind.BROKEN).filter(status__state=BudgetState.EXHAUSTED)
    for one in standings(list(rows), at=at):
        if one.state == BudgetState.EXHAUSTED:
            yield Due(one.slo, DecisionKind.BROKEN, f"{one.slo.key}:BROKEN:{at.date()}", {})


def _costly_episodes(
    slos: Sequence[SLO], terms: dict[int, Terms], *, at: datetime, reach: timedelta, every: bool
) -> Iterator[Due]:
    told = _told_episodes(slos, at=at)
    for slo, found in _episodes(_burned(slos, terms, at=at, reach=reach, every=every), at=at):
        for one in found:
            if not one.is_whole or one.end <= at - reach or not one.share > terms[slo.pk].episode:
                continue
            if any(start < one.end and one.start < end for start, end in told[slo.pk]):
                continue
            said = {
                "start": instant_text(one.start),
                "end": instant_text(one.end),
                "bad": one.bad,
                "share": share_text(one.share),
            }
            cause = f"{slo.key}:EPISODE:{one.start:%Y-%m-%dT%H:%MZ}"
            yield Due(slo, DecisionKind.EPISODE, cause, {"episode": said})


def _told_episodes(slos: Sequence[SLO], *, at: datetime) -> dict[int, list[tuple[datetime, datetime]]]:
    """Start and end of episodes that have a decision already: late counts may move their rims."""
    told = defaultdict[int, list[tuple[datetime, datetime]]](list)
    rows = Decision.objects.filter(kind=DecisionKind.EPISODE, slo__in=slos, opened_at__gte=at - 3 * FOUR_WEEKS)
    for decision in rows:
        episode = decision.told.get("cause", {}).get("episode")
        if isinstance(episode, dict):
            told[decision.slo_id].append(
                (datetime.fromisoformat(episode["start"]), datetime.fromisoformat(episode["end"]))
            )
    return told


def _burned(slos: Sequence[SLO], terms: dict[int, Terms], *, at: datetime, reach: timedelta, every: bool) -> list[SLO]:
    """Those that can have had a costly episode which ended within `reach`.

    All that went bad in four weeks is more than the policy's share of what the part of them allows that lies in the
    four weeks before any such end; and some hour within reach burned.
    """
    now, since = seconds_of(at), seconds_of(at - FOUR_WEEKS)
    slis = None if every else {slo.sli_id for slo in slos}
    whole = sums_between(slis, standing.window_start(at - FOUR_WEEKS), now)
    least = sums_between(slis, since, seconds_of(at - reach)) if reach < FOUR_WEEKS else {}
    likely = []
    for slo in slos:
        good, total = whole.get(slo.sli_id, NOTHING)
        if total - good > terms[slo.pk].episode * (1 - slo.share) * least.get(slo.sli_id, NOTHING).total:
            likely.append(slo)
    hours = HourCount.objects.filter(
        sli_id__in={slo.sli_id for slo in likely}, start__gte=seconds_of(at - reach) - HOUR, good__lt=F("total")
    )
    worst = dict[int, Fraction]()
    for sli, good, total in hours.values_list("sli_id", "good", "total"):
        worst[sli] = max(worst.get(sli, Fraction(0)), Fraction(total - good, total))
    return [slo for slo in likely if worst.get(slo.sli_id, Fraction(0)) > 1 - slo.share]


def _episodes(slos: Sequence[SLO], *, at: datetime) -> Iterator[tuple[SLO, list[Episode]]]:
    """Of each, from the hours of eight weeks, so that four weeks lie before every episode of the last four."""
    by_sli = defaultdict[int, list[SLO]](list)
    for slo in slos:
        by_sli[slo.sli_id].append(slo)
    slis = sorted(by_sli)
    since = seconds_of(at - 2 * FOUR_WEEKS)
    for first in range(0, len(slis), AT_ONCE):
        counts = defaultdict[int, list[Counted]](list)
        rows = HourCount.objects.filter(sli_id__in=slis[first : first + AT_ONCE], start__gte=since)
        for sli, start, good, total in rows.order_by("start").values_list("sli_id", "start", "good", "total"):
            counts[sli].append(Counted(datetime.fromtimestamp(start, UTC), good, total))
        for sli, found in counts.items():
            for slo in by_sli[sli]:
                yield slo, episodes(found, slo.share)


def _surpluses(slos: Sequence[SLO], terms: dict[int, Terms], *, at: datetime, every: bool) -> Iterator[Due]:
    answered = set(
        Decision.objects.filter(kind=DecisionKind.SURPLUS, state__in=HOLDING).order_by().values_list("slo", flat=True)
    )
    by_window = defaultdict[str, list[SLO]](list)
    for slo in slos:
        if slo.pk not in answered:
            by_window[slo.window].append(slo)
    for text, alike in by_window.items():
        window = windows.parse(text)
        last, before = _two_windows(window, at)
        left = _left(alike, (before, last), every=every)
        rich = [slo for slo in alike if all(one > terms[slo.pk].surplus for one in left.get(slo.pk, [Fraction(0)]))]
        for slo in _counted_since(rich, before[0], until=last[1]):
            day = last[1].astimezone(ZoneInfo(window.zone)) if isinstance(window, Calendar) else last[1]
            said = [
                {"start": instant_text(start), "end": instant_text(end), "left": share_text(one)}
                for (start, end), one in zip((before, last), left[slo.pk], strict=True)
            ]
            yield Due(slo, DecisionKind.SURPLUS, f"{slo.key}:SURPLUS:{day.date()}", {"windows": said})


def _two_windows(window: Window, at: datetime) -> tuple[tuple[datetime, datetime], tuple[datetime, datetime]]:
    """The last full window and the one before: of a calendar's, the last two that ended."""
    last = window.previous(at) if isinstance(window, Calendar) else window.bounds(at)
    return last, window.previous(last[0] if isinstance(window, Calendar) else at)


def _left(slos: Sequence[SLO], spans: Sequence[tuple[datetime, datetime]], *, every: bool) -> dict[int, list[Fraction]]:
    """What was left of each budget at the end of each span by the version then in force; only where all have one."""
    slis = None if every else {slo.sli_id for slo in slos}
    found = defaultdict[int, list[Fraction]](list)
    for start, end in spans:
        sums = sums_between(slis, standing.window_start(start), seconds_of(end))
        agreed = agreed_on(slos, end)
        for slo in slos:
            target, _ = agreed.get(slo.pk, (slo.share, slo.window))
            left = Budget(*sums.get(slo.sli_id, NOTHING), target).remaining
            if left is not None:
                found[slo.pk].append(left)
    return {pk: left for pk, left in found.items() if len(left) == len(spans)}


def _counted_since(slos: Sequence[SLO], start: datetime, *, until: datetime) -> list[SLO]:
    """Those whose counts reach back to `start`, and forward to the last day before `until`."""
    slis = {slo.sli_id for slo in slos}
    days = dict(DayCount.objects.filter(sli_id__in=slis).order_by().values_list("sli_id").annotate(Min("start")))
    hours = dict(HourCount.objects.filter(sli_id__in=slis).order_by().values_list("sli_id").annotate(Min("start")))
    first = seconds_of(start)
    begun = {
        sli
        for sli in slis
        if days.get(sli, first) + DAY <= first or hours.get(sli, first + HOUR) <= standing.window_start(start)
    }
    return [
        slo
        for slo in slos
        if slo.sli_id in begun and slo.sli.counts_until and slo.sli.counts_until > until - timedelta(days=1)
    ]


def share_text(share: Burn) -> str:
    """A share of 1 as text, "infinite" where nothing may fail."""
    return showing.decimal_text(share) if isinstance(share, Fraction) else "infinite"


def told_standing(slo: SLO, *, at: datetime) -> dict[str, Any]:
    """The figures of an SLO as a decision keeps them: target, window, budget and burn as of the last five minutes."""
    (shown,) = standings([slo], at=at)
    told = showing.status_row(shown)
    start, end = shown.window.bounds(at)
    return {
        "slo": slo.key,
        "version": slo.version,
        **told,
        "as_of": instant_text(at if told["as_of"] is None else told["as_of"]),
        "from": instant_text(start),
        "until": instant_text(end),
        "slo_met": shown.stands is None or not shown.stands.budget.is_breached,
    }
