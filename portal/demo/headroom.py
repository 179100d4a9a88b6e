"""What the shop runs out of, and what it does not: half a year of usage by a stated rule."""

from dataclasses import dataclass
from datetime import date, timedelta

from apps.delivery import actions as delivery
from apps.delivery.actions import Planned
from apps.organization.models import Person
from apps.organization.queries import today
from apps.reliability import actions
from apps.reliability.actions import Meant, Reviewed
from apps.reliability.models import Resource

DAYS = 180
# Of a day's usual usage, from Monday to Sunday, in percent.
WEEKDAYS = (100, 98, 97, 99, 104, 108, 103)


@dataclass(frozen=True)
class Watched:
    """A resource: `level` in use today, growing by `a_day`, and by chance up to `noise` more or less."""

    scope: str
    by: str
    title: str
    unit: str
    limit: float
    level: float
    a_day: float
    noise: float
    measure: str = Resource.Measure.PEAK
    by_weekday: bool = False


WATCHED = [
    Watched(
        "E-3", "priya", "Payments a minute that the provider takes", "a minute", 900, 640, 2.4, 12, by_weekday=True
    ),
    Watched("order-book", "yuki", "Disk of the order book", "GB", 500, 212, 0, 3, Resource.Measure.SIZE),
    Watched("queue", "leo", "Connections of the message queue", "", 2_000, 1_910, 4.1, 25),
]


def load() -> None:
    """Adds resources, their usage of half a year, a review and planned demand. A part of the demo."""
    for planned in WATCHED:
        by = Person.objects.get(username=planned.by)
        meant = Meant(title=planned.title, limit=planned.limit, unit=planned.unit, measure=planned.measure)
        made = actions.create_resource(scope_key=planned.scope, meant=meant, by=by)
        usage = {on: _used(planned, on) for on in (today() - timedelta(days=ago) for ago in range(1, DAYS + 1))}
        actions.record_usage(resource_key=made.key, usage=usage, by=by)
    note = "The provider lifts the limit to 1,500 with the new contract. Jonas asks for it before Christmas."
    reviewed = Reviewed(note=note, next_review_on=today() + timedelta(days=30))
    payments = Resource.objects.get(title=WATCHED[0].title)
    actions.review_headroom(resource_key=payments.key, reviewed=reviewed, by=Person.objects.get(username="priya"))
    _plan()


def _plan() -> None:
    """The lockers will bring payments of their own."""
    planned = Planned(
        Resource.objects.get(title=WATCHED[0].title).key,
        today() + timedelta(days=45),
        60,
        "Who picks up from a locker has paid before",
    )
    delivery.plan_demand(epic_key="E-6", planned=planned, by=Person.objects.get(username="jonas"))


def _used(planned: Watched, on: date) -> float:
    drawn = on.toordinal() * 2_654_435_761 % 2**32 / 2**32  # from 0 to 1, as if by chance
    value = planned.level - planned.a_day * (today() - on).days
    if planned.by_weekday:
        value *= WEEKDAYS[on.weekday()] / 100
    return round(value + planned.noise * (2 * drawn - 1), 1)
