"""Salted commitments: what a person's name was can be erased, and the log still verifies. Pure."""

import secrets
from hashlib import sha256
from typing import Any

from apps.audit.canonical import plain_bytes

SALT_BYTES = 32


def new_salt() -> bytes:
    """Random bytes, so that a short value cannot be guessed from its commitment."""
    return secrets.token_bytes(SALT_BYTES)


def commitment(salt: bytes, value: bytes) -> str:
    """SHA-256(0x02 || salt || canonical value) as hex."""
    return sha256(b"\x02" + salt + value).hexdigest()


def commit(value: Any) -> tuple[bytes, bytes, str]:
    """A fresh salt, the canonical bytes of `value`, and the commitment to both."""
    salt, written = new_salt(), plain_bytes(value)
    return salt, written, commitment(salt, written)
