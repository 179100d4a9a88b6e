"""B5: a refresh of all SLOs beside slo-generator. B6: late counts, beside reading all windows anew."""

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from itertools import count
from typing import Any

from django.db import transaction

from apps.organization.models import Scope
from apps.reliability import actions
from apps.reliability.actions.refreshing import mark_behind
from apps.reliability.counts import FIVE_MINUTES, HOUR
from apps.reliability.models import HourCount, SLOStatus
from benchmarks import counted, databases
from benchmarks.measure import Figure, Size, Work, in_turn
from benchmarks.settings import HAS_BUDGETS

# slo-generator takes them one by one, so that as many as this tell what all take.
REPORTED = 200
SHARES = (0.001, 0.01, 0.1)
# What finding those that are behind may take, of reading all anew.
FINDING = 0.02


def figures(*, sizes: tuple[int, ...], rounds: int) -> list[Figure]:
    """On each database, by the number of SLOs."""
    return [one for vendor in databases.BOTH for one in _figures(vendor, sizes=sizes, rounds=rounds)]


def _figures(vendor: str, *, sizes: tuple[int, ...], rounds: int) -> list[Figure]:
    beside, seconds, late = list[Size](), list[Size](), dict[float, list[Size]]()
    for slos in sizes:
        with databases.empty(vendor, f"refresh_{slos}"):
            slis = counted.promised(slos, [Scope.objects.get()])
            counted.fill(slis)
            _refresh(counted.NOON)
            # The first tick behind a whole hour reads more than the others; medians leave it out.
            ticks = _Ticks(slis)
            databases.settle()
            works: list[Work] = [ticks.refresh]
            if HAS_BUDGETS:
                works.append(_reports(ticks))
            ours, *theirs = in_turn(rounds, before=ticks.send, works=works)
            label = f"{slos:,} SLOs"
            seconds.append(Size(label, slos, ours, (slos / 10_000,)))
            if theirs:
                beside.append(Size(label, slos, ours, tuple(one * slos / len(slis[:REPORTED]) for one in theirs[0])))
            for share, size in _late(slis, ticks.at, rounds=rounds).items():
                late.setdefault(share, []).append(size)
    found = [Figure("B5", f"Refresh of SLOs, {vendor}", "a second for 10,000", "at most 1x", 1, tuple(seconds))]
    if beside:
        what = f"Refresh of SLOs, {vendor}, six windows"
        found.append(Figure("B5", what, "slo-generator", "at least 100x faster", 100, tuple(beside), at_least=True))
    return found + [
        Figure("B6", f"Late counts of {100 * share:g} % of SLIs, {vendor}", "reading all windows anew",
               f"at most {100 * (2 * share + FINDING):g} %", 2 * share + FINDING, tuple(measured))
        for share, measured in late.items()
    ]  # fmt: skip


class _Ticks:
    """Five minutes after the other."""

    def __init__(self, slis: Sequence[int]) -> None:
        self.slis, self.at = slis, counted.NOON

    def send(self) -> None:
        """The next five minutes of counts."""
        counted.next_bucket(self.slis, self.at)
        self.at += FIVE_MINUTES

    def refresh(self) -> None:
        _refresh(self.at)


def _late(slis: Sequence[int], at: int, *, rounds: int) -> dict[float, Size]:
    """By share: so many SLIs get an hour of two days ago again, with other counts."""
    found, numbers = {}, count(1)
    for share in SHARES:
        chosen = slis[:: max(1, round(1 / share))]

        def send(chosen: Sequence[int] = chosen) -> None:
            start, number = at - at % HOUR - 48 * HOUR, next(numbers)
            with transaction.atomic():
                HourCount.objects.filter(sli_id__in=chosen, start=start).delete()
                counted.write(HourCount, ((sli, start, 11_000 + number, 12_000) for sli in chosen))
                mark_behind(dict.fromkeys(chosen, start))

        ours, anew = in_turn(
            rounds,
            before=send,
            works=[lambda: _refresh(at), lambda: actions.refresh_slos(at=_instant(at), rebuild=True)],
        )
        found[share] = Size(f"{len(chosen):,} of {len(slis):,}", len(chosen), ours, anew)
        send()
        _refresh(at)
        slid = _stored()
        actions.refresh_slos(at=_instant(at), rebuild=True)
        if slid != _stored():
            raise RuntimeError("Late counts and reading all windows anew do not agree.")
    return found


def _reports(ticks: _Ticks) -> Work:
    """slo-generator's reports of the first of them, in one commit."""
    peer = import_module("benchmarks.peers.budgets")
    peer.make_table()

    def work() -> None:
        with transaction.atomic():
            peer.report(ticks.slis[:REPORTED], ticks.at)

    return work


def _refresh(at: int) -> None:
    actions.refresh_slos(at=_instant(at))


def _stored() -> list[tuple[Any, ...]]:
    return list(SLOStatus.objects.order_by("pk").values_list())


def _instant(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
