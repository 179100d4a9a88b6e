"""Where SLOs stand at any instant, computed from stored counts."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from fractions import Fraction
from typing import NamedTuple

from apps.reliability import showing, standing, windows
from apps.reliability.counts import FIVE_MINUTES, seconds_of
from apps.reliability.models import SLO, SLOVersion
from apps.reliability.queries.sums import Sums, sums_between
from apps.reliability.showing import Shown
from apps.reliability.standing import Standing
from apps.reliability.windows import Window

NOTHING = Sums(0, 0)


class Summed(NamedTuple):
    """An SLO with (good, total) of its window, and of the alerts' windows by length in seconds."""

    slo: SLO
    target: Fraction
    window: Window
    counts: Sums
    sums: dict[int, Sums]
    as_of: datetime


def standings(slos: Sequence[SLO], *, at: datetime) -> list[Shown]:
    """Each SLO as it stood at `at`: by the counts stored now, and the version in force then."""
    agreed = agreed_on(slos, at)
    stood = {slo.pk: stands for slo, stands, _ in stand_all(slos, at=at, agreed=agreed)}
    return [Shown.of(slo, stood[slo.pk]) for slo in slos]


def shown_now(slo: SLO, *, at: datetime) -> Shown:
    """As the last refresh left it; computed now where none has come by yet."""
    told = showing.shown(slo, at=at)
    return told if told.stands or slo.archived_at else standings([slo], at=at)[0]


def stand_all(
    slos: Sequence[SLO], *, at: datetime, agreed: dict[int, tuple[Fraction, str]] | None = None
) -> Iterator[tuple[SLO, Standing, dict[int, Sums]]]:
    """Where each stands, with the sums of the alerts' windows; for thousands that are only ranked, `sums_of_all`."""
    for one in sums_of_all(slos, at=at, agreed=agreed):
        stands = standing.stand(one.counts, one.sums, target=one.target, window=one.window, as_of=one.as_of)
        yield one.slo, stands, one.sums


def sums_of_all(
    slos: Sequence[SLO],
    *,
    at: datetime,
    agreed: dict[int, tuple[Fraction, str]] | None = None,
    every: bool = False,
) -> Iterator[Summed]:
    """The sums of each as of the last whole five minutes.

    `agreed` gives target and window by primary key where not those of now. A few queries for each window that is in
    use, however many SLOs; `every` says that `slos` are so many that counts of all SLIs are read.
    """
    if not slos:
        return
    end = seconds_of(at) - seconds_of(at) % FIVE_MINUTES
    as_of = datetime.fromtimestamp(end, UTC)
    slis: Collection[int] | None = None if every else {slo.sli_id for slo in slos}
    short = {length: sums_between(slis, end - length, end) for length in standing.ALERT_LENGTHS}
    by_window = defaultdict[str, list[tuple[SLO, Fraction]]](list)
    for slo in slos:
        target, kept_over = (agreed or {}).get(slo.pk) or (slo.share, slo.window)
        by_window[kept_over].append((slo, target))
    for text, alike in by_window.items():
        window = windows.parse(text)
        start, _ = window.bounds(as_of)
        long = sums_between(slis, standing.window_start(start), end)
        for slo, target in alike:
            sums = {length: found.get(slo.sli_id, NOTHING) for length, found in short.items()}
            yield Summed(slo, target, window, long.get(slo.sli_id, NOTHING), sums, as_of)


def agreed_on(slos: Sequence[SLO], at: datetime) -> dict[int, tuple[Fraction, str]]:
    """Target and window of the last version in force on that day; of the first where it is before all."""
    versions = SLOVersion.objects.filter(slo__in=slos, effective_on__lte=at.astimezone(UTC).date()).order_by("number")
    first = SLOVersion.objects.filter(slo__in=slos, number=1)
    return {version.slo_id: (version.share, version.window) for version in [*first, *versions]}
