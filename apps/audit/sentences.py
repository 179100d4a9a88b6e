"""Entries as people read them: the sentence is written where the act is, and filled in here. Pure."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from django.utils.dateparse import parse_datetime

from apps.audit.statement import Statement

ERASED = "(erased)"
PORTAL = "The portal"

_NO_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
# How acts look in a life: by what they do, whatever room they are of.
_LOOKS = {
    "signed_off": ("good", "sign"),
    "accepted": ("good", "sign"),
    "attested": ("good", "good"),
    "granted": ("good", "good"),
    "agreed": ("good", "good"),
    "rejected": ("bad", "bad"),
    "refused": ("bad", "bad"),
    "drifted": ("attention", "drift"),
    "regressed": ("bad", "regress"),
    "recovered": ("good", "good"),
    "asked": ("info", "waived"),
    "requested": ("info", "bell"),
    "commented": ("neutral", "comment"),
    "imported": ("neutral", "import"),
    "created": ("neutral", "plus"),
    "added": ("neutral", "plus"),
    "edited": ("neutral", "edit"),
    "archived": ("neutral", "archive"),
    "values_erased": ("neutral", "lock"),
}

_NAME = re.compile(r"\{(\w+)\}")
_ABBREVIATIONS = {"SRE": "SRE"}


@dataclass(frozen=True)
class Line:
    """One entry to read: who, in which seat, did what, when."""

    index: int
    event: str
    at: datetime
    by: str
    by_key: str
    seat: str
    words: str
    subject: str
    title: str
    demo: bool
    tone: str = "neutral"
    icon: str = "neutral"

    def __str__(self) -> str:
        return f"{self.by}, {self.seat}, {self.words}" if self.seat else f"{self.by} {self.words}"


def line_of(said: Statement, values: Mapping[str, str]) -> Line:
    """The line for a statement and the readable ones of its personal values, by name."""
    told = said.predicate
    key = told["by"] or ""
    return Line(
        index=told["index"],
        event=told["event"],
        at=_instant(told["instant"]),
        by=values.get("by_name") or key or PORTAL,
        by_key=key,
        seat=seat_words(told["seat"]) if "seat" in told else "",
        words=fill(told["sentence"], said, values),
        subject=said.subject,
        title=told["title"],
        demo=told.get("demo") is True,
        **_look(told["event"]),
    )


class Found(Protocol):
    """The columns that an entry is found by."""

    index: int
    event: str
    subject: str
    person: str
    at: str


def damaged_line(row: Found, problem: str) -> Line:
    """The line for an entry whose statement cannot be read: what its search columns still say, and why."""
    return Line(
        index=row.index,
        event=row.event,
        at=_instant(row.at),
        by=row.person or PORTAL,
        by_key=row.person,
        seat="",
        words=f"{row.event}: this entry is damaged ({problem})",
        subject=row.subject,
        title="",
        demo=False,
        tone="bad",
        icon="attention",
    )


def _instant(text: str) -> datetime:
    try:
        return parse_datetime(text) or _NO_INSTANT
    except ValueError:
        return _NO_INSTANT


def fill(sentence: str, said: Statement, values: Mapping[str, str]) -> str:
    """`sentence` with its names filled in; an erased value says so, an unknown name stays as it is."""
    told = said.predicate
    known: dict[str, Any] = {
        **told.get("facts", {}),
        **dict.fromkeys(said.commitments, ERASED),
        **values,
        "subject": said.subject,
        **{name: told.get(name, "") for name in ("title", "meaning", "reference")},
    }
    words = _NAME.sub(lambda found: _shown(known[found[1]]) if found[1] in known else found[0], sentence)
    return words.replace(" “”", "").strip()


def _look(event: str) -> dict[str, str]:
    act = event.partition(".")[2]
    tone, icon = _LOOKS.get(act) or _LOOKS.get(act.rpartition("_")[2]) or ("neutral", "neutral")
    return {"tone": tone, "icon": icon}


def seat_words(seat: Mapping[str, str]) -> str:
    """Such as "Product Owner of E-12", or "…, for P-3" where a delegate acts."""
    role = " ".join(_ABBREVIATIONS.get(word, word.capitalize()) for word in seat["role"].split("_"))
    words = f"{role} of {seat['scope']}"
    return f"{words}, for {seat['delegated_by']}" if "delegated_by" in seat else words


def value_words(value: bytes | memoryview | None) -> str:
    """A personal value as text, "" where it is erased."""
    return "" if value is None else _shown(json.loads(bytes(value)))


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return json.dumps(value, ensure_ascii=False)
