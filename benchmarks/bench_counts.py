"""B7: counts taken in by an act, beside the quickest bare way into one table, and beside `bulk_create`."""

from collections.abc import Iterator
from datetime import date

from django.db import transaction
from django.utils import timezone

from apps.organization.models import Person, Scope, Seat
from apps.organization.roles import Role
from apps.reliability import actions
from apps.reliability.counts import FIVE_MINUTES, Batch, seconds_of
from apps.reliability.models import SLI, FiveMinuteCount
from benchmarks import counted, databases
from benchmarks.measure import Figure, Size, in_turn

# Buckets of one SLI: almost seven days.
EACH = 2_000
BARE = {databases.SQLITE: "a bare executemany", databases.POSTGRESQL: "a bare COPY"}


def figures(*, sizes: tuple[int, ...], rounds: int) -> list[Figure]:
    """On each database, by the number of rows."""
    found: list[Figure] = []
    for vendor in databases.BOTH:
        bare, bulk = list[Size](), list[Size]()
        for rows in sizes:
            with databases.empty(vendor, f"counts_{rows}"):
                taken = _Taken(rows, rounds)
                databases.settle()
                ours, quick, slow = in_turn(rounds, before=taken.next, works=[taken.act, taken.bare, taken.bulk])
                label = f"{rows:,} rows"
                bare.append(Size(label, rows, ours, quick))
                bulk.append(Size(label, rows, ours, slow))
        what = f"Counts taken in, {vendor}"
        found += [
            Figure("B7", what, BARE[vendor], "at least 0.6x as fast", 0.6, tuple(bare), at_least=True),
            Figure("B7", what, "bulk_create", "at least 8x faster", 8, tuple(bulk), at_least=True),
        ]
    return found


class _Taken:
    """Each round three times as many SLIs that have no counts yet."""

    def __init__(self, rows: int, rounds: int) -> None:
        self.each, self.wide = min(EACH, rows), -(-rows // EACH)
        organization = Scope.objects.get()
        self.left = iter(counted.promised(3 * self.wide * rounds, [organization]))
        seconds = seconds_of(timezone.now())
        self.now = seconds - seconds % FIVE_MINUTES
        self.by = Person.objects.get(username="counter")
        Seat.objects.create(person=self.by, scope=organization, role=Role.SRE_LEAD, from_on=date(2026, 1, 1))

    def next(self) -> None:
        """Counts that were not sent before, as they come."""
        self.rows = [list(self._rows()) for _ in range(3)]
        keys = dict(SLI.objects.filter(pk__in={row[0] for row in self.rows[0]}).values_list("pk", "key"))
        buckets: dict[str, list[tuple[int, int, int]]] = {}
        for sli, start, good, total in self.rows[0]:
            buckets.setdefault(keys[sli], []).append((start, good, total))
        self.batches = {key: Batch(FIVE_MINUTES, some) for key, some in buckets.items()}

    def act(self) -> None:
        """Ours: whether they may be taken, hours and days summed, an entry in the log."""
        actions.record_counts(batches=self.batches, by=self.by)

    def bare(self) -> None:
        """One table."""
        with transaction.atomic():
            counted.write(FiveMinuteCount, self.rows[1])

    def bulk(self) -> None:
        """One table, by the ORM."""
        FiveMinuteCount.objects.bulk_create(
            (
                FiveMinuteCount(sli_id=sli, start=start, good=good, total=total)
                for sli, start, good, total in self.rows[2]
            ),
            batch_size=10_000,
        )

    def _rows(self) -> Iterator[counted.Row]:
        for _ in range(self.wide):
            sli = next(self.left)
            for place in range(self.each):
                yield sli, self.now - (self.each - place) * FIVE_MINUTES, 990 + place % 10, 1_000
