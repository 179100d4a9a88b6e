"""The Prometheus servers that the operator names in the settings: the only hosts this room asks. No Django.

`PORTAL_PROMETHEUS="main=https://prometheus.example:9090,shop=http://10.0.0.7:9090/prometheus"`, and for those that ask
for it a token of their own in `PORTAL_PROMETHEUS_TOKENS="main=…"`. Addresses and tokens stand on no page.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


class NotASource(ValueError):
    """The settings name a source that cannot be; the sentence says which and why, never a token."""


@dataclass(frozen=True)
class Source:
    """One server: `path` is what stands before /api/v1, without a slash at its end."""

    name: str
    is_tls: bool
    host: str
    port: int
    path: str = ""
    token: str = field(default="", repr=False)


def registered(addresses: Mapping[str, str], tokens: Mapping[str, str]) -> dict[str, Source]:
    """The sources by name. Raises NotASource."""
    if stray := sorted(set(tokens) - set(addresses)):
        raise NotASource(f"There is a token for “{stray[0]}”, and no address of that name.")
    return {name: _source(name, address, tokens.get(name, "")) for name, address in addresses.items()}


def _source(name: str, address: str, token: str) -> Source:
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,49}", name):
        raise NotASource(f"“{name}”: the name of a source has small letters, digits and dashes, at most 50.")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise NotASource(f"Source {name}: its address cannot be read.") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise NotASource(f"Source {name}: its address begins with http:// or https:// and a host.")
    if parts.username is not None or parts.password is not None:
        raise NotASource(f"Source {name}: no password stands in an address; give a token instead.")
    if parts.query or parts.fragment:
        raise NotASource(f"Source {name}: its address ends before any ? or #.")
    if not re.fullmatch(r"[\w./~-]*", parts.path, re.ASCII) or ".." in parts.path:
        raise NotASource(f"Source {name}: the path of its address has letters, digits and . _ ~ - / alone.")
    if not re.fullmatch(r"[\x21-\x7e]*", token):
        raise NotASource(f"Source {name}: its token has characters that no header takes.")
    is_tls = parts.scheme == "https"
    return Source(name, is_tls, parts.hostname, port or (443 if is_tls else 80), parts.path.rstrip("/"), token)
