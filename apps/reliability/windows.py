"""Windows over which an SLO is kept: the last so many days, or a week, month or quarter of the calendar. Pure.

All bounds are half open, from `start` up to and without `end`, and in UTC. A calendar's window runs from local midnight
to local midnight, so where clocks change it is an hour longer or shorter than its days.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, TypeAlias, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LONGEST_DAYS = 365
Unit = Literal["WEEK", "MONTH", "QUARTER"]
UNITS: tuple[Unit, ...] = get_args(Unit)

_ROLLING = re.compile(r"([0-9]{1,9})d", re.ASCII)
_CALENDAR = re.compile(r"([a-z]+):(\S+)", re.ASCII)
# Zones of the machine, not of the world: they would mean something else elsewhere; `right/` counts leap seconds.
_NO_ZONE = re.compile(r"localtime|Factory|posixrules|right/.*|posix/.*")


@dataclass(frozen=True)
class Rolling:
    """The `days` of 24 hours before an instant. Raises ValueError unless `days` is from 1 to 365."""

    days: int

    def __post_init__(self) -> None:
        if not 1 <= self.days <= LONGEST_DAYS:
            raise ValueError(f"A rolling window has from 1 to {LONGEST_DAYS} days, not {self.days}.")

    def bounds(self, at: datetime) -> tuple[datetime, datetime]:
        """The window that ends at `at`. Raises ValueError for an instant without a zone."""
        end = _in_utc(at)
        return end - self.length, end

    def previous(self, at: datetime) -> tuple[datetime, datetime]:
        """The window of the same length before the one that ends at `at`."""
        return self.bounds(self.bounds(at)[0])

    @property
    def length(self) -> timedelta:
        return timedelta(days=self.days)

    def length_at(self, at: datetime) -> timedelta:
        """The same at every instant; so that callers need not know which kind of window they hold."""
        return self.length

    @property
    def words(self) -> str:
        return "1 day" if self.days == 1 else f"{self.days} days"


@dataclass(frozen=True)
class Calendar:
    """A week (from Monday), month or quarter of the calendar in `zone`, an IANA name such as Europe/Berlin.

    Raises ValueError for a unit or zone that is none.
    """

    unit: Unit
    zone: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"A calendar window is a WEEK, MONTH or QUARTER, not “{str(self.unit)[:40]}”.")
        try:
            known = not _NO_ZONE.fullmatch(self.zone) and ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            known = False
        if not known:
            raise ValueError(f"“{self.zone[:40]}” is no time zone; say one such as Europe/Berlin or UTC.")

    def bounds(self, at: datetime) -> tuple[datetime, datetime]:
        """The window that contains `at`. Raises ValueError for an instant without a zone."""
        at = _in_utc(at)
        first = self._first_day(at.astimezone(ZoneInfo(self.zone)).date())
        # Where clocks go back over midnight, or forward past it, the date on the clock may be a day off.
        if at >= self._midnight(self._next(first)):
            first = self._next(first)
        elif at < self._midnight(first):
            first = self._before(first)
        return self._midnight(first), self._midnight(self._next(first))

    def previous(self, at: datetime) -> tuple[datetime, datetime]:
        """The window before the one that contains `at`."""
        return self.bounds(self.bounds(at)[0] - timedelta.resolution)

    def length_at(self, at: datetime) -> timedelta:
        """How long the window is that contains `at`."""
        start, end = self.bounds(at)
        return end - start

    @property
    def words(self) -> str:
        return f"calendar {self.unit.lower()} ({self.zone})"

    def _first_day(self, day: date) -> date:
        """Of the unit that holds `day`."""
        if self.unit == "WEEK":
            return day - timedelta(days=day.weekday())
        return day.replace(month=day.month - (day.month - 1) % 3 if self.unit == "QUARTER" else day.month, day=1)

    def _next(self, first: date) -> date:
        """The first day of the unit after the one that begins with `first`; the longest quarter has 92 days."""
        longest = {"WEEK": 7, "MONTH": 31, "QUARTER": 92}
        return self._first_day(first + timedelta(days=longest[self.unit]))

    def _before(self, first: date) -> date:
        """The first day of the unit before the one that begins with `first`."""
        return self._first_day(first - timedelta(days=1))

    def _midnight(self, day: date) -> datetime:
        """When `day` begins in the zone: of two midnights the earlier; a skipped one by the clock before the jump."""
        return datetime.combine(day, time(), ZoneInfo(self.zone)).astimezone(UTC)


Window: TypeAlias = Rolling | Calendar


def parse(text: str) -> Window:
    """The window that `to_text` wrote: `28d`, `month:Europe/Berlin`. Raises ValueError with what to write instead."""
    rolling = _ROLLING.fullmatch(text)
    if rolling:
        return Rolling(int(rolling[1]))
    calendar = _CALENDAR.fullmatch(text)
    if calendar:
        return Calendar(cast(Unit, calendar[1].upper()), calendar[2])
    raise ValueError(
        f"“{text[:40]}” is no window; write days as 28d, or a calendar's week, month or quarter with its zone"
        " as month:Europe/Berlin."
    )


def to_text(window: Window) -> str:
    """As it is stored: `28d`, `month:Europe/Berlin`."""
    return f"{window.days}d" if isinstance(window, Rolling) else f"{window.unit.lower()}:{window.zone}"


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(f"{at} has no zone, so it is no instant.")
    return at.astimezone(UTC)
