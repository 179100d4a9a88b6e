"""B8: an entry of the log with its own commit, beside a bare INSERT; an act, beside what others save with theirs."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread

from django.db import connection, transaction

from apps.audit.acts import act, canonical_digest, record
from apps.organization import actions as organization
from apps.organization.models import Person
from benchmarks import databases
from benchmarks.asking import times
from benchmarks.measure import Figure, Size, Work, in_turn
from benchmarks.settings import HAS_PEERS

if HAS_PEERS:
    from benchmarks.peers.models import Kept, Logged, Plain

DIGEST = canonical_digest({"key": "E-12"})
AT = "2026-03-01T10:00:00.000000Z"
BODY = b"x" * 900  # as long as an entry's
SIGNED_AT = datetime(2026, 3, 1, tzinfo=UTC)
BARE = 'INSERT INTO benchmark_bare (body, event, subject, "at") VALUES (%s, %s, %s, %s)'
GOALS = {databases.SQLITE: 0.8, databases.POSTGRESQL: 0.6}
FILLED_AT_ONCE = 500


def figures(*, sizes: tuple[int, ...], writers: tuple[int, ...], commits: int, rounds: int) -> list[Figure]:
    """On each database: by the log's size, by writers at once, beside packages."""
    found: list[Figure] = []
    for vendor in databases.BOTH:
        with databases.empty(vendor, "append"):
            found += _figures(vendor, sizes=sizes, writers=writers, commits=commits, rounds=rounds)
    return found


def _figures(
    vendor: str, *, sizes: tuple[int, ...], writers: tuple[int, ...], commits: int, rounds: int
) -> list[Figure]:
    _make_table()
    by = organization.service_account(username="importer")
    grown, together, length = [], [], 0
    for size in sizes:
        _fill(count=size - length, by=by)
        length = size
        databases.settle()
        bare, ours = _measured(rounds, times(commits, _bare), times(commits, lambda: _append(by=by)))
        grown.append(Size(f"{size:,} entries", commits, ours, bare))
    for count in writers:
        bare, ours = _measured(
            rounds, _at_once(count, commits, _bare), _at_once(count, commits, lambda: _append(by=by))
        )
        together.append(Size("one writer" if count == 1 else f"{count} writers", commits, ours, bare))
    goal = GOALS[vendor]
    entry, words = f"Log entry with its commit, {vendor}", f"at least {goal}x as fast"
    return [
        Figure("B8", entry, "a bare INSERT", words, goal, tuple(grown), at_least=True, growth_limit=1.2),
        # The goal is for one writer; several wait for the log's head in turn.
        Figure("B8", f"{entry}, at once", "bare INSERTs", "none", 0, tuple(together), at_least=True),
        *(_beside_packages(vendor, by, commits=commits, rounds=rounds) if HAS_PEERS else []),
    ]


def _beside_packages(vendor: str, by: Person, *, commits: int, rounds: int) -> list[Figure]:
    said = {"title": "Buy a gift card", "state": "OPEN", "digest": DIGEST, "signed_at": SIGNED_AT}
    plain, logged, kept = Plain(**said), Logged(**said), Kept(**said)
    for row in (plain, logged, kept):
        row.save()

    @act
    def sign(*, number: int) -> None:
        plain.state = f"SIGNED {number}"
        plain.save()
        record("epic.signed_off", subject="E-12", digest=DIGEST, by=by, title="Buy a gift card", about=["I-1"])

    def save(row: "Logged | Kept", number: int) -> None:
        row.state = f"SIGNED {number}"
        with transaction.atomic():
            row.save()

    numbers = iter(range(10_000_000))
    ours, auditlog, history = _measured(
        rounds,
        times(commits, lambda: sign(number=next(numbers))),
        times(commits, lambda: save(logged, next(numbers))),
        times(commits, lambda: save(kept, next(numbers))),
    )
    label = "one writer"
    return [
        Figure("B8", f"An act, {vendor}", f"saved with {name}", "faster", 1, (Size(label, commits, ours, peer),),
               at_least=True)
        for name, peer in (("django-auditlog", auditlog), ("django-simple-history", history))
    ]  # fmt: skip


def _measured(rounds: int, *works: Work) -> list[tuple[float, ...]]:
    for work in works:
        work()
    return in_turn(rounds, before=lambda: None, works=works)


def _at_once(writers: int, commits: int, work: Callable[[], object]) -> Work:
    """So many commits in all, shared out to threads, each with a connection of its own."""

    def write() -> None:
        try:
            for _ in range(max(1, commits // writers)):
                work()
        finally:
            connection.close()

    def together() -> None:
        threads = [Thread(target=write) for _ in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return together


def _make_table() -> None:
    kinds = ("INTEGER", "BLOB") if connection.vendor == "sqlite" else ("BIGSERIAL", "BYTEA")
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE benchmark_bare (id {kinds[0]} PRIMARY KEY, body {kinds[1]}, event TEXT, subject TEXT,"
            ' "at" TEXT)'
        )


def _bare() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BARE, [BODY, "epic.signed_off", "E-12", AT])


@act
def _append(*, by: Person) -> None:
    record("epic.signed_off", subject="E-12", digest=DIGEST, by=by, title="Buy a gift card", about=["I-1"])


@act
def _append_some(*, count: int, by: Person) -> None:
    for number in range(count):
        record("story.created", subject=f"S-{number}", digest=DIGEST, by=by, title="A story", about=["E-12"])


def _fill(*, count: int, by: Person) -> None:
    for start in range(0, count, FILLED_AT_ONCE):
        _append_some(count=min(FILLED_AT_ONCE, count - start), by=by)
