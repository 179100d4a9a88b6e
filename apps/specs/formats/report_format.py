"""The formats of reports by name, and which one a file is in."""

import re
from collections.abc import Callable
from zoneinfo import ZoneInfo

from apps.specs.formats import behave_json, cucumber_json, cucumber_messages, junit
from apps.specs.report import NO_ZONE, NotAReport, Report

Reader = Callable[..., Report]

READERS: dict[str, Reader] = {
    behave_json.FORMAT: behave_json.read,
    cucumber_json.FORMAT: cucumber_json.read,
    cucumber_messages.FORMAT: cucumber_messages.read,
    junit.FORMAT: junit.read,
}

_START = 64 * 1024
_MESSAGE = re.compile(rb'\{\s*"(?:meta|source|gherkinDocument|testRunStarted)"\s*:')
# Keys, not words within texts: there the quotes would be escaped. Cucumber's `location` stands within
# `match`, which
# behave has too, so behave is known by what Cucumber never writes, or by the lack of what it always does.
_STEP_TYPE = re.compile(rb'(?<!\\)"step_type"\s*:')
_URI = re.compile(rb'(?<!\\)"(?:uri|line)"\s*:')
_LOCATION = re.compile(rb'(?<!\\)"location"\s*:')


def read(data: bytes, format: str, *, zone: ZoneInfo = NO_ZONE) -> Report:
    """`data` as the format of that name says; raises NotAReport where it is not, or none has the name."""
    reader = READERS.get(format)
    if reader is None:
        raise NotAReport(f"“{format[:60]}” is not a format of reports. Known are {', '.join(READERS)}.")
    return reader(data, zone=zone)


def detect(data: bytes) -> str | None:
    """The format that `data` looks to be in, by its beginning; None where it looks like none."""
    start = data[:_START].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(b"<"):
        return junit.FORMAT
    if _MESSAGE.match(start):
        return cucumber_messages.FORMAT
    if not start.startswith(b"["):
        return None
    if _STEP_TYPE.search(start):
        return behave_json.FORMAT
    if _URI.search(start):
        return cucumber_json.FORMAT
    return behave_json.FORMAT if _LOCATION.search(start) else None
