"""The body of an entry: an in-toto Statement v1 in canonical JSON, verified as those bytes. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from apps.audit.canonical import parse_canonical, plain_bytes

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "urn:triad:act:v1"
MAX_BODY_BYTES = 65_535

HEX_DIGEST = re.compile(r"[0-9a-f]{64}")
EVENT = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
KEY = re.compile(r"[^\s\x00-\x1f\x7f]{1,100}")

# What every predicate holds; the rest stands there only where the act has it.
REQUIRED: dict[str, type | tuple[type, ...]] = {
    "origin": str,
    "index": int,
    "instant": str,
    "event": str,
    "by": (str, type(None)),
    "title": str,
    "sentence": str,
    "about": list,
    "commitments": dict,
    "version": str,
}


class NotAStatement(ValueError):
    """The bytes are not a statement of this log; the message says what is missing."""


@dataclass(frozen=True)
class Statement:
    """What one entry says, as far as the log itself must understand it."""

    subject: str
    digest: str
    predicate: Mapping[str, Any]
    # name -> (whose, commitment)
    commitments: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """The keys of all things this entry concerns, its subject among them."""
        return sorted({self.subject, *self.predicate["about"]})


def encode(*, subject: str, digest: str, predicate: Mapping[str, Any]) -> bytes:
    """The statement's canonical bytes."""
    return plain_bytes(
        {
            "_type": STATEMENT_TYPE,
            "subject": [{"name": subject, "digest": {"sha256": digest}}],
            "predicateType": PREDICATE_TYPE,
            "predicate": dict(predicate),
        }
    )


def decode(body: bytes) -> Statement:
    """The statement in `body`.

    Raises NotCanonical where the bytes are not canonical JSON, NotAStatement where a field is missing.
    """
    value = parse_canonical(body)
    try:
        if value["_type"] != STATEMENT_TYPE or value["predicateType"] != PREDICATE_TYPE:
            raise NotAStatement("its type is unknown")
        (subject,) = value["subject"]
        predicate = value["predicate"]
        statement = Statement(
            subject=_text(subject["name"], KEY, "subject"),
            digest=_text(subject["digest"]["sha256"], HEX_DIGEST, "digest"),
            predicate=predicate,
            commitments={
                name: (one["person"], _text(one["sha256"], HEX_DIGEST, "commitment"))
                for name, one in predicate["commitments"].items()
            },
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NotAStatement(f"a required field is missing or wrong: {error}") from error
    _check_predicate(predicate)
    return statement


def _check_predicate(predicate: Mapping[str, Any]) -> None:
    for name, kind in REQUIRED.items():
        if name not in predicate or not isinstance(predicate[name], kind) or predicate[name] is True:
            raise NotAStatement(f"{name} is missing or wrong")
    try:
        _text(predicate["instant"], INSTANT, "instant")
        _text(predicate["event"], EVENT, "event")
        for key in predicate["about"]:
            _text(key, KEY, "about")
    except (TypeError, ValueError) as error:
        raise NotAStatement(str(error)) from error


def _text(value: Any, shape: re.Pattern[str], name: str) -> str:
    if not shape.fullmatch(value):
        raise ValueError(f"{name} is wrong")
    return str(value)
