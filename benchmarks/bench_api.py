"""B12: the API's list of a hundred rows, beside the same rows as `.values()` with orjson, and by a ModelSerializer.

All three are asked for in the same way: the same middleware, session and person. Ours is limited in rate, and gives an
ETag, besides.
"""

from functools import partial

from apps.organization.models import Person
from benchmarks import databases
from benchmarks.asking import Browser, times
from benchmarks.measure import Figure, Size, Work, in_turn
from benchmarks.settings import HAS_PEERS

ROWS = 100
BESIDE = {
    "values": (".values() with orjson", "at most 3x", 3.0),
    "serializer": ("a ModelSerializer", "at least 2x faster", 2.0),
}


def figures(*, sizes: tuple[int, ...], rounds: int, requests: int) -> list[Figure]:
    """Lists of epics and of stories, on each database; nothing where the peers are not installed."""
    if not HAS_PEERS:
        return []
    found: list[Figure] = []
    for vendor in databases.BOTH:
        measured: dict[tuple[str, str], list[Size]] = {
            (name, peer): [] for name in ("epics", "stories") for peer in BESIDE
        }
        for epics in sizes:
            with databases.seeded(vendor, epics):
                browser = Browser(Person.objects.filter(seats__role="AUDITOR").earliest("pk"))
                for name in ("epics", "stories"):
                    addresses = [f"/api/v1/{name}/?limit={ROWS}", *(f"/{peer}/{name}/" for peer in BESIDE)]
                    works: list[Work] = [times(requests, partial(browser.ask, address)) for address in addresses]
                    for work in works:
                        work()
                    ours, *peers = in_turn(rounds, before=lambda: None, works=works)
                    for peer, taken in zip(BESIDE, peers, strict=True):
                        measured[name, peer].append(Size(f"{epics:,} epics", 1, ours, taken))
        for (name, peer), sizes_of_it in measured.items():
            beside, goal, limit = BESIDE[peer]
            what = f"API, {ROWS} {name}, {vendor}"
            found.append(Figure("B12", what, beside, goal, limit, tuple(sizes_of_it), at_least=peer == "serializer"))
    return found
