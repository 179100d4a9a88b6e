"""What the tests of reliability stand on: an epic's experience with an indicator and a promise, and counts of it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from apps.organization.models import Person, Scope
from apps.reliability import actions
from apps.reliability.counts import DAY, FIVE_MINUTES, HOUR, Batch, batch_of
from apps.reliability.models import SLI, SLO
from tests.cast import Cast, ScopeFactory

# A Saturday noon; tests travel here, so that windows begin and end where they say.
NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


@dataclass
class World:
    """The cast, the epic's scope, and what was promised of it by Priya, its SRE lead."""

    cast: Cast
    scope: Scope
    sli: SLI
    slo: SLO

    @property
    def priya(self) -> Person:
        return self.cast.priya

    def push(self, *buckets: tuple[datetime, int, int], grain: int = HOUR) -> None:
        """Counts of (where the span begins, good, total)."""
        send(self.sli, *buckets, by=self.priya, grain=grain)


def batch(*buckets: tuple[datetime, int, int], grain: int = HOUR) -> Batch:
    """Of (where the span begins, good, total)."""
    return batch_of(((int(at.timestamp()), good, total) for at, good, total in buckets), grain=grain)


def send(sli: SLI, *buckets: tuple[datetime, int, int], by: Person, grain: int = HOUR) -> None:
    """Counts of an indicator."""
    actions.record_counts(batches={sli.key: batch(*buckets, grain=grain)}, by=by)


def make_sli(scope: Scope, by: Person, title: str = "Checkout answers") -> SLI:
    """An indicator that is counted by whoever sends."""
    return actions.create_sli(scope_key=scope.key, title=title, good_means="answered with 2xx within 300 ms", by=by)


def make_slo(sli: SLI, by: Person, target: str = "0.99", window: str = "28d") -> SLO:
    """A promise on it."""
    return actions.create_slo(
        sli_key=sli.key,
        title=f"{sli.title} in time",
        target=Decimal(target),
        window=window,
        rationale="Users leave after two failures.",
        by=by,
    )


def make_world(cast: Cast) -> World:
    """Priya promises 99 % over 28 days of an epic's experience."""
    scope = ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-1", title="Checkout in one page", parent=cast.initiative)
    sli = make_sli(scope, cast.priya)
    return World(cast, scope, sli, make_slo(sli, cast.priya))


def ago(**delta: float) -> datetime:
    """Before NOW."""
    return NOW - timedelta(**delta)


__all__ = [
    "DAY",
    "FIVE_MINUTES",
    "HOUR",
    "NOW",
    "World",
    "ago",
    "batch",
    "make_sli",
    "make_slo",
    "make_world",
    "send",
]
