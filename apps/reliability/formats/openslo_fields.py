"""What OpenSLO's kinds have in common: metadata, indicators and their sources, windows, alert policies.

After the specification at commit aa5cb78 (2025-09-03) and, where it is silent, the checks of its `oslo` command.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from apps.reliability import windows
from apps.reliability.formats.parts import Part, kind_of

# RFC 1123, as all implementations must at least take it.
NAME = re.compile(r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?", re.ASCII)
LABEL = re.compile(r"[a-zA-Z0-9](?:[-._a-zA-Z0-9]{0,61}[a-zA-Z0-9])?", re.ASCII)
_DOMAIN = r"[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)*/"
ANNOTATION = re.compile(rf"(?:{_DOMAIN})?{LABEL.pattern}", re.ASCII)
DURATION = re.compile(r"([1-9][0-9]{0,8})([mhdwMQY])", re.ASCII)
DESCRIPTION = 1_050
OPERATORS = ("lte", "gte", "lt", "gt")
PROMETHEUS = "prometheus"

_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}
_LETTERS = {"Second": "s", "Minute": "m", "Hour": "h", "Day": "d", "Week": "w"}
_LETTERS |= {"Month": "M", "Quarter": "Q", "Year": "Y"}
_CALENDARS: dict[tuple[int, str], windows.Unit] = {
    (1, "w"): "WEEK",
    (1, "M"): "MONTH",
    (1, "Q"): "QUARTER",
    (3, "M"): "QUARTER",
}


@dataclass(frozen=True)
class Indicator:
    """What an SLO measures; `unmeasured` as in `Slo`, `threshold` whether an objective needs `op` and `value`."""

    name: str = ""
    good: str = ""
    bad: str = ""
    total: str = ""
    ratio: str = ""
    values: str = ""
    counter: bool | None = None
    threshold: bool = False
    unmeasured: str = ""


def metadata(document: Part, *, labeled: bool = True) -> tuple[str, str, dict[str, tuple[str, ...]]]:
    """The name, the name for people, and the labels; v1alpha knows no labels."""
    part = document.part("metadata", needed=True)
    name = part.text("name", needed=bool(part.fields), form=NAME)
    display_name = part.text("displayName", most=DESCRIPTION)
    return name, display_name, _labels(part) if labeled else {}


def _labels(part: Part) -> dict[str, tuple[str, ...]]:
    for key, value in _free(part, "annotations").items():
        if not ANNOTATION.fullmatch(key) or not isinstance(value, str):
            part.refuse(f"annotations.{key[:60]}", "an annotation is a name, with or without a domain, and words.")
    found = {}
    for key, value in _free(part, "labels").items():
        values = value if isinstance(value, list) else [value]
        if not LABEL.fullmatch(key) or not all(isinstance(one, str) for one in values):
            part.refuse(
                f"labels.{key[:60]}", "a label is a name of at most 63 characters, and words or a list of them."
            )
        else:
            found[key] = tuple(values)
    return found


def _free(part: Part, name: str) -> Mapping[str, Any]:
    """A mapping whose names are for people to choose."""
    value = part.take(name)
    if value is not None and not isinstance(value, Mapping):
        part.refuse(name, f"a mapping belongs here, not {kind_of(value)}.")
    return value if isinstance(value, Mapping) else {}


# --- indicators


def indicator(part: Part, name: str, sources: Mapping[str, str]) -> Indicator:
    """The `spec` of an SLI; `sources` are the types of data sources that stand in the same file, by name."""
    part.text("description", most=DESCRIPTION)
    match part.exactly_one("thresholdMetric", "ratioMetric"):
        case "thresholdMetric":
            query, unmeasured = _source(part.part("thresholdMetric"), sources)
            return Indicator(name, values=query, threshold=True, unmeasured=unmeasured or threshold_words())
        case "ratioMetric":
            return _ratio(part.part("ratioMetric"), name, sources)
    return Indicator(name)


def threshold_words() -> str:
    """Why a threshold metric gives no counts."""
    return "a threshold metric gives values, not counts: import or push them as good and total events"


def _ratio(part: Part, name: str, sources: Mapping[str, str]) -> Indicator:
    counter = part.flag("counter")
    if part.exactly_one("raw", "total") == "raw":
        return _raw(part, name, counter, sources)
    part.choice("rawType", ("success", "failure"))
    share = part.exactly_one("good", "bad")
    total, unmeasured = _source(part.part("total"), sources)
    if not share:
        return Indicator(name)
    query, of_share = _source(part.part(share), sources)
    good, bad = (query, "") if share == "good" else ("", query)
    return Indicator(name, good, bad, total, counter=counter, unmeasured=unmeasured or of_share)


def _raw(part: Part, name: str, counter: bool | None, sources: Mapping[str, str]) -> Indicator:
    kind = part.choice("rawType", ("success", "failure"), needed=True)
    for other in ("good", "bad"):
        if part.has(other):
            part.refuse(other, "raw stands alone.")
    query, unmeasured = _source(part.part("raw"), sources)
    ratio = f"1 - ({query})" if query and kind == "success" else query
    return Indicator(name, ratio=ratio, counter=counter, unmeasured=unmeasured or ratio_words())


def ratio_words() -> str:
    """Why a ratio alone gives no counts."""
    return "only a ratio is given, and an average of ratios is not the ratio of the sums: give good and total"


def _source(metric: Part, sources: Mapping[str, str]) -> tuple[str, str]:
    """The query, and why the portal cannot ask it."""
    part = metric.part("metricSource", needed=True)
    reference = part.text("metricSourceRef", form=NAME)
    kind = part.text("type", needed=bool(part.fields) and not reference, most=100) or sources.get(reference, "")
    spec = _free(part, "spec")
    if part.fields and not spec:
        part.refuse("spec", "this is needed, and missing or empty.")
    if not kind:
        return "", f"its data source “{reference}” stands in none of these documents"
    if kind.lower() != PROMETHEUS:
        return "", f"its source is {kind}, and only Prometheus is asked here"
    query = spec.get("query")
    return (query, "") if isinstance(query, str) and query.strip() else ("", "its source has no words as “query”")


# --- windows


def window(part: Part) -> tuple[str, str]:
    """The window of v1 as text, and why the portal cannot keep it."""
    duration = DURATION.fullmatch(part.text("duration", needed=True, form=DURATION))
    return _window(part, int(duration[1]), duration[2]) if duration else _window(part, 0, "")


def window_alpha(part: Part) -> tuple[str, str]:
    """The same of v1alpha."""
    unit = part.choice("unit", _LETTERS, needed=True)
    count = part.number("count", needed=True)
    if count is not None and (count.denominator != 1 or not 1 <= count < 10**9):
        part.refuse("count", "a whole number from 1 on belongs here.")
        count = None
    return _window(part, int(count or 0), _LETTERS.get(unit, ""))


def _window(part: Part, count: int, unit: str) -> tuple[str, str]:
    rolling = part.flag("isRolling")
    if part.has("calendar"):
        if rolling:
            part.refuse("calendar", "a rolling window has no calendar.")
        return _calendar(part.part("calendar"), count, unit)
    if rolling is False:
        part.refuse("calendar", "this is needed where isRolling is false.")
    written = f"{count}{unit}"
    if unit and unit not in _SECONDS:
        return written, f"a rolling window of {written} has no fixed number of days"
    days, rest = divmod(count * _SECONDS.get(unit, 0), 86_400)
    if rest or not 1 <= days <= windows.LONGEST_DAYS:
        return written, f"a rolling window has whole days from 1 to {windows.LONGEST_DAYS}, not {written}"
    return f"{days}d", ""


def _calendar(part: Part, count: int, unit: str) -> tuple[str, str]:
    zone = part.text("timeZone", needed=True, most=60)
    start = _start(part)
    kind = _CALENDARS.get((count, unit))
    try:
        calendar = windows.Calendar(kind or "MONTH", zone)
    except ValueError as error:
        if zone:
            part.refuse("timeZone", str(error))
        return "", ""
    if kind is None:
        return f"{count}{unit}:{zone}", f"a calendar window is one week, month or quarter, not {count}{unit}"
    if start is not None and not _begins(kind, start):
        return f"{count}{unit}:{zone}", f"its {kind.lower()} does not begin with the calendar's, at midnight"
    return windows.to_text(calendar), ""


def _start(part: Part) -> datetime | None:
    written = part.text("startTime", needed=True, most=40)
    try:
        return datetime.strptime(written, "%Y-%m-%d %H:%M:%S") if written else None
    except ValueError:
        part.refuse("startTime", f"“{written}” is not an instant such as 2026-01-01 00:00:00.")
        return None


def _begins(kind: windows.Unit, start: datetime) -> bool:
    """Whether `start`, in its zone, is the first midnight of such a unit."""
    day: date = start.date()
    if start != datetime.combine(day, datetime.min.time()):
        return False
    return day.weekday() == 0 if kind == "WEEK" else day.day == 1 and (kind == "MONTH" or day.month % 3 == 1)


def duration(part: Part, name: str, *, needed: bool = False) -> None:
    """A span such as 5m or 4w."""
    part.text(name, needed=needed, form=DURATION)


# --- the other kinds


def service(spec: Part) -> None:
    """What an SLO is of."""
    spec.text("description", most=DESCRIPTION)


def data_source(spec: Part) -> None:
    """Where metrics come from; how to connect is anybody's."""
    spec.text("description", most=DESCRIPTION)
    spec.text("type", needed=True, most=100)
    spec.take("connectionDetails")


def notification_target(spec: Part) -> None:
    """Who hears of an alert."""
    spec.text("description", most=DESCRIPTION)
    spec.text("target", needed=True)


def alert_condition(spec: Part) -> None:
    """When to alert."""
    spec.text("description", most=DESCRIPTION)
    spec.text("severity", needed=True)
    condition = spec.part("condition", needed=True)
    condition.choice("kind", ("burnrate",))
    condition.choice("op", OPERATORS, needed=True)
    condition.number("threshold", needed=True)
    duration(condition, "lookbackWindow", needed=True)
    condition.text("alertAfter", form=re.compile(r"0m|" + DURATION.pattern, re.ASCII))


def alert_policy(spec: Part) -> None:
    """Whom to tell what when."""
    spec.text("description", most=DESCRIPTION)
    for name in ("alertWhenNoData", "alertWhenResolved", "alertWhenBreaching"):
        spec.flag(name)
    conditions = spec.parts("conditions", needed=True)
    if len(conditions) > 1:
        spec.refuse("conditions", "only one condition is allowed.")
    for one in conditions:
        referred(one, "conditionRef", "AlertCondition", alert_condition)
    for one in spec.parts("notificationTargets", needed=True):
        referred(one, "targetRef", "AlertNotificationTarget", notification_target)


def referred(part: Part, reference: str, kind: str, inline: Callable[[Part], None]) -> None:
    """Either the name of another document or, written out, what would stand in it."""
    if part.has(reference):
        part.text(reference, form=NAME)
        return
    part.choice("kind", (kind,), needed=True)
    metadata(part)
    inline(part.part("spec", needed=True))
