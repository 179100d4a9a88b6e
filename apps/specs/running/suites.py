"""Suites that the operator registered: what the portal may execute by itself. Never written through the web. Pure.

A table of TOML, or the same as a dictionary of the settings, by name of the suite::

    [shop]
    title = "Shop"
    folder = "/srv/shop/features"       # steps, environment.py, conftest.py…; copied beside the features
    command = ["behave", "--format=json", "--outfile={report}", "--format=plain", "{features}"]
    covers = ["I-2", "E-7"]             # initiatives (key or title) and epics (key)
    readable = ["/srv/shop/venv"]       # what else it may read, besides the system's programs
    environment = { SHOP_URL = "http://127.0.0.1:8000" }
    on_change = true                    # run what changed, a few seconds later
    every_hours = 24                    # run everything, 0: never by itself
    begins = '^\\s*Scenario(?: Outline)?: (?P<name>.*)'    # lines of its output, for the progress
    fails = 'failed in'
    limits = { seconds = 900, memory_mb = 1024, processes = 64, disk_mb = 256 }
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from apps.specs.formats.report_format import READERS

# The worker's own limit for a task is 30 minutes.
MAX_SECONDS = 1500
# What the command may name: the folder with features and steps, one report, the folder where any report is found.
PLACES = ("features", "report", "reports")


class NotASuite(ValueError):
    """What the settings say is no suite; the sentence names it and what is wrong."""


@dataclass(frozen=True)
class Limits:
    """Beyond which an execution is stopped. `memory_mb` and `processes`, which counts threads, are of all together;
    `disk_mb` is of each place to write, which is in memory where there is a sandbox."""

    seconds: int = 900
    memory_mb: int = 1024
    processes: int = 64
    files: int = 256
    disk_mb: int = 256


@dataclass(frozen=True)
class Suite:
    """One registered suite. `is_trusted` (the portal's own) may run without a sandbox; no table can say that."""

    name: str
    title: str
    folder: Path
    command: tuple[str, ...]
    covers: tuple[str, ...]
    format: str = ""
    revision: str = ""
    readable: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    on_change: bool = False
    every_hours: float = 0
    begins: str = r"^\s*Scenario(?: Outline)?: (?P<name>.*)"
    fails: str = r"\.\.\. (?:failed|error|undefined)"
    limits: Limits = Limits()
    is_trusted: bool = False

    @property
    def command_words(self) -> str:
        """The command as one would type it; where its program lies on the server is nobody's matter."""
        words = [Path(self.command[0]).name, *self.command[1:]]
        return " ".join(word if re.fullmatch(r"[\w./:={}-]+", word) else repr(word) for word in words)


def registered(table: Mapping[str, Mapping[str, Any]], *, trusted: frozenset[str] = frozenset()) -> dict[str, Suite]:
    """The suites of a table, by name. Raises NotASuite."""
    return {name: _suite(name, body, name in trusted) for name, body in table.items()}


def _suite(name: str, given: Any, is_trusted: bool) -> Suite:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,49}", name):
        raise NotASuite(f"“{name}”: a suite's name has small letters, digits and dashes, at most 50.")
    if not isinstance(given, Mapping):
        raise NotASuite(f"Suite {name}: this is no table.")
    body = dict(given)
    known = {one.name for one in fields(Suite)} - {"name", "is_trusted"}
    if odd := sorted(set(body) - known):
        raise NotASuite(f"Suite {name}: “{odd[0]}” is unknown. Known are {', '.join(sorted(known))}.")
    if missing := [key for key in ("folder", "command", "covers") if not body.get(key)]:
        raise NotASuite(f"Suite {name}: “{missing[0]}” is missing.")
    suite = Suite(
        name=name,
        is_trusted=is_trusted,
        title=body.pop("title", name),
        folder=_absolute(name, body.pop("folder")),
        command=_words(name, "command", body.pop("command")),
        covers=_words(name, "covers", body.pop("covers")),
        readable=tuple(_absolute(name, path) for path in _words(name, "readable", body.pop("readable", []))),
        environment=_environment(name, body.pop("environment", {})),
        limits=_limits(name, body.pop("limits", {})),
        **body,
    )
    _check(suite)
    return suite


def _check(suite: Suite) -> None:
    for key in ("title", "format", "revision", "begins", "fails"):
        if not isinstance(getattr(suite, key), str):
            raise NotASuite(f"Suite {suite.name}: {key} is a text.")
    if suite.format and suite.format not in READERS:
        known = ", ".join(READERS)
        raise NotASuite(f"Suite {suite.name}: “{suite.format}” is not a format of reports. Known are {known}.")
    if not isinstance(suite.on_change, bool):
        raise NotASuite(f"Suite {suite.name}: on_change is true or false.")
    if not any(f"{{{place}}}" in word for word in suite.command for place in PLACES[1:]):
        raise NotASuite(f"Suite {suite.name}: the command names no {{report}} and no {{reports}} to leave results in.")
    for pattern in (suite.begins, suite.fails):
        try:
            _pattern(pattern)
        except (re.error, OverflowError, RecursionError) as error:
            raise NotASuite(f"Suite {suite.name}: “{pattern}” is no regular expression: {error}.") from error
    if type(suite.every_hours) not in (int, float) or not 0 <= suite.every_hours < float("inf"):
        raise NotASuite(f"Suite {suite.name}: every_hours is a number of hours, 0 for never.")


def _words(name: str, key: str, given: Any) -> tuple[str, ...]:
    texts = given if isinstance(given, list | tuple) else [None]
    if not all(isinstance(word, str) and word and "\0" not in word for word in texts):
        raise NotASuite(f"Suite {name}: {key} is a list of texts.")
    return tuple(given)


def _absolute(name: str, given: Any) -> Path:
    path = Path(str(given))
    if not path.is_absolute():
        raise NotASuite(f"Suite {name}: “{given}” has to be a path from the root.")
    return path


def _environment(name: str, given: Any) -> dict[str, str]:
    texts = given.values() if isinstance(given, Mapping) else [None]
    if not all(isinstance(value, str) and "\0" not in value for value in texts):
        raise NotASuite(f"Suite {name}: environment is a table of texts.")
    for variable in given:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", variable):
            raise NotASuite(f"Suite {name}: “{variable}” is no name of a variable.")
    return dict(given)


def _limits(name: str, given: Any) -> Limits:
    known = {one.name for one in fields(Limits)}
    if not isinstance(given, Mapping) or set(given) - known:
        raise NotASuite(f"Suite {name}: limits is a table of {', '.join(sorted(known))}.")
    if not all(type(value) is int and value > 0 for value in given.values()):
        raise NotASuite(f"Suite {name}: limits are whole numbers above 0.")
    limits = Limits(**given)
    if limits.seconds > MAX_SECONDS:
        raise NotASuite(f"Suite {name}: at most {MAX_SECONDS} seconds; split it, or run it in your CI.")
    return limits


@lru_cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def begun(suite: Suite, line: str) -> str | None:
    """The name of the scenario that begins with this line of the suite's output; None: none does."""
    found = _pattern(suite.begins).search(line)
    return (found.groupdict().get("name") or "").strip() if found else None


def fails(suite: Suite, line: str) -> bool:
    """Whether this line of the suite's output tells of a failing step."""
    return bool(_pattern(suite.fails).search(line))
