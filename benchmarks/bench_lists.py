"""B1: list pages beside a constant view with the same middleware. B2: their deepest page beside their first."""

from collections import defaultdict
from functools import partial
from typing import Any

from django.db.models import QuerySet

from apps.audit.models import Entry
from apps.delivery import queries as delivery
from apps.delivery.models import Story
from apps.organization.models import Person
from apps.specs.models import Run
from benchmarks import databases
from benchmarks.asking import Browser, times
from benchmarks.measure import Figure, Size, in_turn

LISTS = {"epics": "/epics/", "stories": "/stories/", "runs": "/runs/", "SLOs": "/reliability/", "log": "/audit/"}
CONSTANT = "a constant view, signed in"


def figures(*, sizes: tuple[int, ...], rounds: int, requests: int) -> list[Figure]:
    """Each list on each database, with so many requests a round: one alone is too short for a clock."""
    found: list[Figure] = []
    for vendor in databases.BOTH:
        first_pages, last_pages = defaultdict(list), defaultdict(list)
        for epics in sizes:
            label = f"{epics:,} epics"
            with databases.seeded(vendor, epics):
                # The auditor reads everything, the log too.
                browser = Browser(Person.objects.filter(seats__role="AUDITOR").earliest("pk"))
                asked = partial(_in_turn, browser, rounds=rounds, requests=requests)
                for name, address in LISTS.items():
                    constant, page = asked("/constant/", address)
                    first_pages[name].append(Size(f"{label}, {browser.queries(address)} queries", 1, page, constant))
                for name, address, place in _deepest():
                    first, last = asked(address, address + place)
                    last_pages[name].append(Size(label, 1, last, first))
        found += [
            Figure("B1", f"List of {name}, {vendor}", CONSTANT, "at most 8x", 8, tuple(measured), growth_limit=1.2)
            for name, measured in first_pages.items()
        ]
        found += [
            Figure("B2", f"Deepest page, {name}, {vendor}", "the first page", "at most 1.1x", 1.1, tuple(measured))
            for name, measured in last_pages.items()
        ]
    return found


def _in_turn(browser: Browser, *addresses: str, rounds: int, requests: int) -> list[tuple[float, ...]]:
    works = [times(requests, partial(browser.ask, address)) for address in addresses]
    for work in works:
        work()
    return in_turn(rounds, before=lambda: None, works=works)


def _deepest() -> list[tuple[str, str, str]]:
    """A list filtered and sorted: in words, the address of its first page, and what leads to its last full one."""
    epics = delivery.filtered_epics((), state="OPEN")
    stories = Story.objects.in_state("PASSING").filter(archived_at=None, epic__archived_at=None)
    entries, runs = Entry.objects.filter(event="epic.created"), Run.objects.all()
    return [
        ("open epics by title", "/epics/?state=OPEN&sort=-title", _behind("after", epics, "key", "title", "pk")),
        ("open epics by quarter", "/epics/?state=OPEN&sort=promised",
         _behind("after", epics, "key", "-promised_for", "-pk")),
        ("passing stories by title", "/stories/?state=PASSING&sort=title",
         _behind("after", stories, "key", "-title", "-pk")),
        ("entries of one act", "/audit/?event=epic.created", _behind("before", entries, "index", "index")),
        ("runs of behave", "/runs/?format=behave-json", _behind("after", runs, "pk", "pk")),
    ]  # fmt: skip


def _behind(parameter: str, rows: QuerySet[Any], key: str, *order: str) -> str:
    """Names the row after which fifty are left; `order` is the list's the other way round."""
    keys = list(rows.order_by(*order).values_list(key, flat=True)[: delivery.PAGE + 1])
    return f"&{parameter}={keys[-1]}"
