"""Canonical JSON (RFC 8785), and what may stand in it here: no floats, integers within 2^53-1. Pure."""

import json
import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any

import rfc8785

from apps.common.instants import instant_text

MAX_INTEGER = 2**53 - 1
_LARGE_INTEGER = re.compile(rb"[:,\[]-?\d{16}")
# With a character beyond the Basic Multilingual Plane.
_ODD_KEY = re.compile(rb'[\xf0-\xf4](?:[^"\\]|\\.)*+":', re.DOTALL)


def _no_float(text: str) -> Any:
    raise ValueError(f"the number {text} is not an integer")


# Made once: made anew for each entry they cost more than the reading.
_READER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)
_QUICK_WRITER = json.JSONEncoder(
    ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":"), sort_keys=True
)


class NotCanonical(ValueError):
    """The value cannot be written, or the bytes are not written, as our canonical JSON."""


def canonical_bytes(value: Any) -> bytes:
    """`value` as RFC 8785 writes it. Raises NotCanonical for what it cannot write."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeEncodeError) as error:
        raise NotCanonical(str(error)) from error


def plain_bytes(value: Any) -> bytes:
    """As `canonical_bytes`, ten times as fast, of what `plain` gave: the same to the byte, shown by test."""
    try:
        quick = _QUICK_WRITER.encode(value).encode("utf-8")
    except (ValueError, RecursionError):
        return canonical_bytes(value)
    return canonical_bytes(value) if _needs_judge(quick) else quick


def _needs_judge(data: bytes) -> bool:
    """Whether it may hold what Python writes otherwise than RFC 8785: large integers, keys with odd characters."""
    # The brace stands for what is before an integer alone.
    return bool(_LARGE_INTEGER.search(data) or _LARGE_INTEGER.match(b"[" + data[:20])) or (
        not data.isascii() and bool(_ODD_KEY.search(data))
    )


def plain(value: Any, *, where: str = "value") -> Any:
    """`value` in the types of canonical JSON: instants, dates and decimals as text, tuples and sets as lists.

    Raises NotCanonical, naming `where`, for floats, large integers and everything that JSON does not know.
    """
    if isinstance(value, Enum):
        return plain(value.value, where=where)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise NotCanonical(f"{where}: {value} is beyond 2^53-1; write it as text")
        return int(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, datetime):
        return instant_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, Mapping):
        return {_name(key, where): plain(one, where=f"{where}.{key}") for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(one, where=where) for one in value)
    if isinstance(value, list | tuple):
        return [plain(one, where=f"{where}[{at}]") for at, one in enumerate(value)]
    raise NotCanonical(f"{where}: {type(value).__name__} has no place in canonical JSON")


def _name(key: Any, where: str) -> str:
    if not isinstance(key, str):
        raise NotCanonical(f"{where}: the key {key!r} is not text")
    return str(key)


def canonical_digest(row: Mapping[str, Any]) -> str:
    """SHA-256, as hex, over the canonical JSON of a row: the digest of a subject that has no content."""
    return sha256(plain_bytes(plain(row))).hexdigest()


def parse_canonical(data: bytes) -> Any:
    """The value that canonical `data` says. Raises NotCanonical where its canonical form is another."""
    try:
        value = _READER.decode(data.decode("utf-8"))
        # Python writes without floats what RFC 8785 does, in C, unless large integers or keys beyond the
        # Basic Multilingual Plane are about: then the slow writer is the judge.
        quick = _QUICK_WRITER.encode(value).encode("utf-8")
        if quick == data and not _needs_judge(data):
            return value
        same = canonical_bytes(value) == data
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"not canonical JSON: {error}") from error
    if not same:
        raise NotCanonical("not canonical JSON: it has another canonical form")
    return value
