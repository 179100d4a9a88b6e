"""What the tests of the log write with: an actor, and acts without a room."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from apps.audit.acts import Pending, act, canonical_digest, record

DIGEST = canonical_digest({"key": "E-12"})


@dataclass(frozen=True)
class Somebody:
    """An actor who is no row."""

    key: str = "P-7"
    name: str = "Maria Keller"

    def has_perm(self, perm: str, obj: object | None = None) -> bool:
        return True


@dataclass(frozen=True)
class SomeSeat:
    """A seat that is no row."""

    role: str = "PRODUCT_OWNER"
    scope_key: str = "E-12"
    since: date = date(2026, 3, 1)
    delegated_by: str = ""


MARIA = Somebody()


def write(event: str = "epic.signed_off", **changed: Any) -> Pending:
    """Records one entry inside a running act."""
    said: dict[str, Any] = {"subject": "E-12", "digest": DIGEST, "by": MARIA, **changed}
    return record(event, **said)


@act
def sign(**changed: Any) -> Pending:
    """An act with one entry."""
    return write(**changed)


@act
def fill(count: int, start: int = 0) -> None:
    """An act with so many entries, of all shapes that a log has."""
    for number in range(start, start + count):
        write(
            "story.signed_off" if number % 3 else "epic.signed_off",
            subject=f"S-{number % 40}",
            title=f"Buy a “gift card” no. {number} für Zoë 🎁",
            about=("E-12", f"I-{number % 4}"),
            by=None if number % 11 == 5 else Somebody(f"P-{number % 5}", f"Person {number % 5}"),
            seat=SomeSeat(),
            reference=f"REF-{number}" if number % 2 else "",
            reason=f"reason {number}" if number % 4 == 0 else "",
            facts={"number": number, "passing": number % 2 == 0, "leaves": ["a", "b"]},
        )
