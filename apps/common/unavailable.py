"""The database is away, busy or out of room: 503 with Retry-After, and words on what became of what was sent.

One judge for pages, API and errors outside of any view. What is not of this kind stays an error of ours.
"""

import errno
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType

from django.db import DatabaseError, InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from apps.common import done, measures

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reason:
    """Why the portal cannot do its work just now; `seconds` is when to ask again."""

    name: str
    sentence: str
    seconds: int


BUSY = Reason("busy", "The portal is busy: this waited too long for its turn.", 5)
AWAY = Reason("away", "The portal's database does not answer just now.", 10)
FULL = Reason("full", "The portal has no room left to store anything. Pages can still be read.", 60)

NOTHING_STORED = "Nothing was stored. Try again in a moment."
STORED = "What you did was recorded before that, only the answer is missing. Do not do it again."
NOT_KNOWN = "It cannot be told from here whether what you sent was recorded. Look before you send it again."

_SQLITE = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_CANTOPEN: AWAY,
    sqlite3.SQLITE_IOERR: AWAY,
    sqlite3.SQLITE_READONLY: AWAY,
}
# Classes and codes of PostgreSQL: connections, resources, an operator who stops it, a standby that only reads.
_POSTGRESQL = {
    "53100": FULL,
    "08": AWAY,
    "53": AWAY,
    "57P": AWAY,
    "25006": AWAY,
    "40": BUSY,
    "55P03": BUSY,
    "57014": BUSY,
}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def reason_of(error: BaseException) -> Reason | None:
    """Why the portal could not do its work, where `error` or what caused it says so; else None."""
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        if found := _reason(link):
            return found
        link = link.__cause__ or link.__context__
    return None


def _reason(error: BaseException) -> Reason | None:
    if isinstance(error, OSError):
        return FULL if error.errno in _NO_ROOM else None
    if not isinstance(error, DatabaseError | InterfaceError):
        return None
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        # The low byte is the kind; above it stands which one.
        return _SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(cause, "sqlstate", None)
    if state:
        return next((found for code, found in _POSTGRESQL.items() if state.startswith(code)), None)
    # What never reached the server, or lost it on the way, has no code.
    return AWAY if isinstance(error, OperationalError | InterfaceError) else None


def answer(request: HttpRequest, error: BaseException, *, has_answered: bool = False) -> HttpResponse | None:
    """503 where `error` is of this kind, else None. `has_answered`: the view had done its work by then."""
    reason = reason_of(error)
    if reason is None:
        return None
    logger.warning("503 %s: %s", reason.name, _words(error))
    measures.UNAVAILABLE.labels(reason.name).inc()
    if hasattr(request, "session"):
        request.session.modified = False  # saving it would fail once more
    sentence = f"{reason.sentence} {_outcome(request, reason, error, has_answered=has_answered)}"
    response = _rendered(request, sentence)
    response.headers["Retry-After"] = str(reason.seconds)
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def _outcome(request: HttpRequest, reason: Reason, error: BaseException, *, has_answered: bool) -> str:
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return NOTHING_STORED
    if done.events():
        return STORED
    # An answer to COMMIT that never came says neither yes nor no.
    if has_answered or (reason is AWAY and _in_commit(error.__traceback__)):
        return NOT_KNOWN
    return NOTHING_STORED


def _in_commit(trace: TracebackType | None) -> bool:
    while trace is not None:
        if trace.tb_frame.f_code is BaseDatabaseWrapper._commit.__code__:  # type: ignore[attr-defined]
            return True
        trace = trace.tb_next
    return False


def _rendered(request: HttpRequest, sentence: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        body = {"type": "about:blank", "status": 503, "detail": sentence, "request_id": _id(request)}
        return JsonResponse(body, status=503, content_type="application/problem+json")
    if request.headers.get("HX-Request") and not request.headers.get("HX-Boosted"):
        return HttpResponse(render_to_string("errors/unavailable_bare.html", {"sentence": sentence}), status=503)
    # Without the request: who is signed in, and messages, would ask the database again.
    return HttpResponse(render_to_string("503.html", {"sentence": sentence, "request_id": _id(request)}), status=503)


def _id(request: HttpRequest) -> str:
    return getattr(request, "request_id", "")


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0][:300]


@contextmanager
def where_possible() -> Iterator[None]:
    """For what is good to note and no reason to fail: without room or turn it is left out."""
    try:
        yield
    except (DatabaseError, InterfaceError) as error:
        if reason_of(error) is None:
            raise
        logger.warning("left out: %s", _words(error))
