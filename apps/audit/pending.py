"""An entry before it has a place in the log. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from apps.audit.canonical import NotCanonical, plain
from apps.audit.commitments import commit
from apps.audit.statement import EVENT, HEX_DIGEST, KEY


class Actor(Protocol):
    """Whoever acts: a person or service account."""

    @property
    def key(self) -> str: ...

    @property
    def name(self) -> str: ...


class HeldSeat(Protocol):
    """The seat in which somebody acts."""

    @property
    def role(self) -> str: ...

    @property
    def scope_key(self) -> str: ...

    @property
    def since(self) -> date: ...

    @property
    def delegated_by(self) -> str: ...


@dataclass(frozen=True)
class Personal:
    """A personal value beside its commitment."""

    name: str
    person: str
    salt: bytes
    value: bytes


@dataclass(frozen=True)
class Of:
    """A personal value that belongs to somebody else than the actor: whose (their key), and what."""

    person: str
    value: Any


@dataclass
class Pending:
    """One entry of a running act; `index` is set when the outermost act ends."""

    event: str
    subject: str
    digest: str
    person: str
    reference: str
    predicate: dict[str, Any]
    personal: list[Personal] = field(default_factory=list)
    index: int | None = None


def pend(
    *,
    event: str,
    subject: str,
    digest: str,
    by: Actor | None,
    seat: HeldSeat | None,
    title: str,
    sentence: str,
    about: Iterable[str],
    reference: str,
    meaning: str,
    previous: str,
    policy: Mapping[str, Any] | None,
    key: str,
    authenticated: tuple[str, datetime] | None,
    reason: str,
    personal: Mapping[str, Any],
    facts: Mapping[str, Any],
    demo: bool,
) -> Pending:
    """The entry with everything but its place and instant. Raises ValueError for what cannot be recorded."""
    about = sorted(set(about) - {subject})
    _check_words(event, title=title, sentence=sentence, meaning=meaning, key=key, reference=reference)
    _check_shapes(event, digest, previous, [subject, *about, *([reference] if reference else [])])
    private = {**({"by_name": by.name} if by else {}), **({"reason": reason} if reason else {}), **personal}
    values, commitments = _committed(private, person=by.key if by else "")
    predicate: dict[str, Any] = {
        "event": event,
        "by": by.key if by else None,
        "title": title,
        "sentence": sentence or _usual_sentence(event),
        "about": about,
        "commitments": commitments,
    }
    optional = {
        "seat": _seat(seat) if seat else None,
        "reference": reference,
        "meaning": meaning,
        "previous": previous,
        "policy": plain(policy, where="policy"),
        "key": key,
        "authenticated": _authenticated(authenticated),
        "facts": plain(facts, where="facts"),
        "demo": demo,
    }
    predicate.update({name: value for name, value in optional.items() if value})
    return Pending(
        event=event,
        subject=subject,
        digest=digest,
        person=by.key if by else "",
        reference=reference,
        predicate=predicate,
        personal=values,
    )


def _check_words(event: str, **said: Any) -> None:
    for name, words in said.items():
        if not isinstance(words, str):
            raise ValueError(f"{event}: {name} is text, not {words!r}")


def _check_shapes(event: str, digest: str, previous: str, keys: list[str]) -> None:
    if not EVENT.fullmatch(event) or len(event) > 80:
        raise ValueError(f"{event!r} is no event such as epic.signed_off")
    for one in [digest, *([previous] if previous else [])]:
        if not HEX_DIGEST.fullmatch(one):
            raise ValueError(f"{event}: {one!r} is no SHA-256 in hex")
    for key in keys:
        if not KEY.fullmatch(key):
            raise ValueError(f"{event}: {key!r} is no key")


def _committed(private: Mapping[str, Any], *, person: str) -> tuple[list[Personal], dict[str, dict[str, str]]]:
    values, commitments = [], {}
    for name, said in private.items():
        if not name.isidentifier() or len(name) > 60:
            raise ValueError(f"{name!r} cannot name a personal value")
        owned = said if isinstance(said, Of) else Of(person, said)
        salt, written, digest = commit(plain(owned.value, where=name))
        values.append(Personal(name=name, person=owned.person, salt=salt, value=written))
        commitments[name] = {"person": owned.person, "sha256": digest}
    return values, commitments


def _usual_sentence(event: str) -> str:
    thing, act = event.replace("_", " ").split(".")
    return f"{act} {thing} {{subject}} “{{title}}”"


def _seat(seat: HeldSeat) -> dict[str, str]:
    written = {"role": str(seat.role), "scope": seat.scope_key, "since": seat.since.isoformat()}
    return {**written, **({"delegated_by": seat.delegated_by} if seat.delegated_by else {})}


def _authenticated(authenticated: tuple[str, datetime] | None) -> dict[str, str] | None:
    if authenticated is None:
        return None
    method, at = authenticated
    if at.tzinfo is None:
        raise NotCanonical("authenticated: the instant has no zone")
    return {"method": method, "instant": plain(at)}
