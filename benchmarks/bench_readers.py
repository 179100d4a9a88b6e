"""B13: how long the slowest hundredth of pages takes while another process refreshes, beside the same alone."""

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from multiprocessing.synchronize import Event
from threading import Thread

from django.db import connection

from apps.organization.models import Person, Scope
from apps.reliability import actions
from apps.reliability.counts import FIVE_MINUTES
from benchmarks import counted, databases
from benchmarks.asking import Browser
from benchmarks.measure import Figure, Size

LIST = "/reliability/"
# Somebody who reads everything.
READER = "counter"
PATIENCE = 60.0


def figures(*, slos: int, readers: tuple[int, ...], requests: int, rounds: int) -> list[Figure]:
    """On each database, by the number of readers; raises RuntimeError where a page is refused or a refresh fails."""
    found = []
    for vendor in databases.BOTH:
        sizes = []
        with databases.empty(vendor, "readers"):
            slis = counted.promised(slos, [Scope.objects.get()])
            counted.fill(slis)
            _refresh(counted.NOON)
            databases.settle()
            person = Person.objects.get(username=READER)
            for count in readers:
                alone, beside = list[float](), list[float]()
                for _ in range(rounds):
                    alone.append(_slowest(person, count, requests))
                    with _refreshing(slis):
                        beside.append(_slowest(person, count, requests))
                label = "one reader" if count == 1 else f"{count} readers"
                sizes.append(Size(label, 1, tuple(beside), tuple(alone)))
        what = f"Slowest of a hundred pages while {slos:,} SLOs are refreshed, {vendor}"
        found.append(Figure("B13", what, "the same readers alone", "at most 1.5x", 1.5, tuple(sizes)))
    return found


def _slowest(person: Person, readers: int, requests: int) -> float:
    """Seconds within which 99 of 100 requests are answered, all readers together."""
    taken: list[float] = []
    failed: list[BaseException] = []

    def read() -> None:
        try:
            browser = Browser(person)
            for _ in range(max(1, requests // readers)):
                began = time.perf_counter()
                browser.ask(LIST)
                taken.append(time.perf_counter() - began)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=read) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise RuntimeError(f"A reader was refused: {failed[0]!r}")
    return sorted(taken)[(len(taken) * 99 - 1) // 100]


@contextmanager
def _refreshing(slis: list[int]) -> Iterator[None]:
    """Another process sends counts and refreshes, one tick behind the other, until this is left."""
    connection.close()  # not to be shared with the other process
    processes = multiprocessing.get_context("fork")
    begun, ended = processes.Event(), processes.Event()
    process = processes.Process(target=partial(_refresh_until, slis, begun, ended))
    process.start()
    try:
        if not begun.wait(PATIENCE):
            raise RuntimeError("The process that refreshes did not begin.")
        yield
    finally:
        ended.set()
        process.join()
    if process.exitcode:
        raise RuntimeError("The process that refreshes failed.")


def _refresh_until(slis: list[int], begun: Event, ended: Event) -> None:
    at = counted.latest()
    while not ended.is_set():
        counted.next_bucket(slis, at)
        at += FIVE_MINUTES
        _refresh(at)
        begun.set()


def _refresh(at: int) -> None:
    actions.refresh_slos(at=datetime.fromtimestamp(at, UTC))
