"""What the shop measures and promises: five indicators with a year of counts, made by the rule that stands here.

Events of an hour: `peak` of the indicator, times the hour's share of a day (UTC) and the weekday's of a week, a little
more or less by a number drawn from the hour itself. Of these, `usual` of a million are bad, and in a `Trouble` as many
more as it says. So the same year comes out whenever it is made, but for the troubles, which count back from today.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from apps.organization.models import Person
from apps.organization.queries import today
from apps.reliability import actions as reliability
from apps.reliability.counts import DAY, HOUR, Batch, batch_of, seconds_of
from apps.reliability.models import SLI

YEAR, BY_THE_HOUR = 365, 30  # days
MILLION = 1_000_000
# Of the peak hour, in percent, by hour of UTC and by weekday from Monday on.
HOURS = (9, 6, 4, 3, 4, 8, 17, 31, 46, 55, 60, 66, 74, 70, 63, 62, 68, 79, 92, 100, 97, 78, 47, 22)
WEEKDAYS = (84, 82, 85, 90, 96, 100, 93)


@dataclass(frozen=True)
class Trouble:
    """Some hours in which more fails: from `hour` UTC so many days before today, `bad` of a million, and why."""

    days_ago: int
    hour: int
    hours: int
    bad: int
    cause: str


@dataclass(frozen=True)
class Measured:
    """An indicator with its promise, and how its counts are made."""

    scope: str
    by: str
    title: str
    kind: str
    good_means: str
    promise: str
    target: Decimal
    window: str
    rationale: str
    peak: int
    usual: int
    usual_cause: str
    troubles: tuple[Trouble, ...] = ()
    # Counts of the day so many days before today come when everything else is there; 0: of none.
    late_day: int = 0


MEASURED = [
    Measured(
        scope="payments",
        by="sam",
        title="Payments are answered",
        kind="AVAILABILITY",
        good_means="a request to pay is answered within ten seconds, and not with a server error (5xx)",
        promise="A payment goes through or is declined",
        target=Decimal("0.999"),
        window="28d",
        rationale="Whoever gets no answer pays twice or leaves. The provider promises 99.95 %, so this is in reach.",
        peak=5_200,
        usual=170,
        usual_cause="Provider timed out",
        troubles=(Trouble(96, 17, 5, 31_000, "Provider timed out"), Trouble(211, 8, 3, 60_000, "Certificate expired")),
    ),
    Measured(
        scope="E-2",
        by="priya",
        title="Checkout shows in time",
        kind="LATENCY",
        good_means="the checkout page can be used within 800 ms after it was asked for",
        promise="Checkout is there when the shopper is",
        target=Decimal("0.99"),
        window="28d",
        rationale="In last year's trial, shoppers who waited longer than a second left the basket twice as often.",
        peak=1_450,
        usual=5_200,
        usual_cause="Slow address look-up",
        troubles=(
            Trouble(9, 17, 4, 205_000, "Cold cache after a deployment"),
            Trouble(131, 10, 6, 160_000, "Slow address look-up"),
        ),
    ),
    Measured(
        scope="order-book",
        by="yuki",
        title="Orders are shown as they are",
        kind="CORRECTNESS",
        good_means="the history shows the state that the warehouse has; a stale copy counts as wrong",
        promise="An order looks the same to shopper and warehouse",
        target=Decimal("0.9995"),
        window="30d",
        rationale="Support counts a call for nearly every order that is shown wrong.",
        peak=900,
        usual=140,
        usual_cause="Stale copy",
        troubles=(
            Trouble(3, 6, 7, 62_000, "Wrong total after a change of currency"),
            Trouble(170, 0, 9, 9_000, "Stale copy"),
        ),
        late_day=3,
    ),
    Measured(
        scope="E-1",
        by="priya",
        title="Order history opens in time",
        kind="LATENCY",
        good_means="the list of orders can be read within two seconds",
        promise="Orders are found while one is on the phone",
        target=Decimal("0.95"),
        window="28d",
        rationale="Support reads it aloud; longer than two seconds is a silence.",
        peak=640,
        usual=11_000,
        usual_cause="Ten years of orders at once",
    ),
    Measured(
        scope="E-5",
        by="priya",
        title="Search answers in time",
        kind="LATENCY",
        good_means="results are there within 400 ms after the last letter",
        promise="Search keeps up with typing",
        target=Decimal("0.98"),
        window="28d",
        rationale="Whoever waits types on, and then sees results of another word.",
        peak=2_100,
        usual=6_000,
        usual_cause="Index was rebuilt",
    ),
]


def load() -> None:
    """Adds indicators, promises and counts, but for those that come late. A part of the demo, in its transaction."""
    now = timezone.now()
    for planned in MEASURED:
        by = Person.objects.get(username=planned.by)
        sli = reliability.create_sli(
            scope_key=planned.scope,
            title=planned.title,
            kind=planned.kind,
            good_means=planned.good_means,
            by=by,
        )
        reliability.create_slo(
            sli_key=sli.key,
            title=planned.promise,
            target=planned.target,
            window=planned.window,
            rationale=planned.rationale,
            by=by,
            next_review_on=today() + timedelta(days=75),
        )
        for batch in _year(planned, now):
            reliability.record_counts(batches={sli.key: batch}, by=by)
    reliability.refresh_slos(at=now)


def load_late() -> None:
    """Adds the counts that come late: after what was signed before anybody knew."""
    now = timezone.now()
    midnight = seconds_of(now) // DAY * DAY
    for planned in MEASURED:
        if planned.late_day:
            sli, day = SLI.objects.get(title=planned.title), midnight - planned.late_day * DAY
            batch = _hours(planned, day, day + DAY, midnight)
            reliability.record_counts(batches={sli.key: batch}, by=Person.objects.get(username=planned.by))
    reliability.refresh_slos(at=now)


def _year(planned: Measured, now: datetime) -> list[Batch]:
    """By the day, and the last weeks by the hour: of these alone one asks what burned a budget."""
    this_hour = seconds_of(now) // HOUR * HOUR
    midnight = this_hour // DAY * DAY
    days, recent = midnight - YEAR * DAY, midnight - BY_THE_HOUR * DAY
    by_day = [_day(planned, start, midnight) for start in range(days, recent, DAY)]
    if not planned.late_day:
        return [batch_of(by_day, grain=DAY), _hours(planned, recent, this_hour, midnight)]
    late = midnight - planned.late_day * DAY
    before, after = _hours(planned, recent, late, midnight), _hours(planned, late + DAY, this_hour, midnight)
    return [batch_of(by_day, grain=DAY), before, after]


def _hours(planned: Measured, first: int, last: int, midnight: int) -> Batch:
    counts = [(start, _hour(planned, start, midnight)) for start in range(first, last, HOUR)]
    hours = [(start, total - sum(bad.values()), total) for start, (total, bad) in counts]
    errors = [(start, cause, number) for start, (_, bad) in counts for cause, number in bad.items() if number]
    return batch_of(hours, grain=HOUR, errors=errors)


def _day(planned: Measured, start: int, midnight: int) -> tuple[int, int, int]:
    found = [_hour(planned, start + hour * HOUR, midnight) for hour in range(24)]
    total = sum(total for total, _ in found)
    return start, total - sum(sum(bad.values()) for _, bad in found), total


def _hour(planned: Measured, start: int, midnight: int) -> tuple[int, dict[str, int]]:
    """Events, and the bad ones by their cause. `midnight` is where today begins."""
    day, hour = start // DAY, start % DAY // HOUR
    drawn = start // HOUR * 2_654_435_761 % 2**32 / 2**32  # from 0 to 1, as if by chance
    total = int(planned.peak * HOURS[hour] * WEEKDAYS[(day + 3) % 7] / 10_000 * (0.92 + 0.16 * drawn))
    bad = {planned.usual_cause: round(total * planned.usual * 2 * drawn / MILLION)}
    for cause, share in _troubles(planned, (midnight // DAY - day), hour):
        bad[cause] = bad.get(cause, 0) + round(total * share / MILLION)
    return total, bad


def _troubles(planned: Measured, days_ago: int, hour: int) -> Iterator[tuple[str, int]]:
    for one in planned.troubles:
        since = (one.days_ago - days_ago) * 24 + hour - one.hour
        if 0 <= since < one.hours:
            yield one.cause, one.bad
