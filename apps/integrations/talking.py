"""One request to a source, bounded in time and in bytes whatever the other side does.

No redirect is followed, no proxy of the environment is used, nothing compressed is taken. Connecting and each silence
have a limit of their own, and a watchdog ends the whole: a side that sends a byte a second meets it too.
"""

import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from urllib.parse import urlencode

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from apps.integrations.sources import Source

PIECE = 64 * 1024


class NoAnswer(Exception):
    """The source as a whole does not answer as it should; the sentence says how."""


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, of silence, and in all; bytes of an answer."""

    connect: float = 3
    silence: float = 5
    total: float = 10
    bytes: int = 8 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """What came back: its status and its body."""

    status: int
    body: bytes


def ask(source: Source, path: str, fields: Mapping[str, str], *, limits: Limits) -> Answer:
    """POST of a form to `path` below the source's own. Raises NoAnswer.

    By POST, since a query may be longer than an address; it changes nothing there.
    """
    line = _connection(source, limits)
    watchdog = _Watchdog(line, limits.total)
    try:
        answer = _asked(line, watchdog, source, path, fields, limits)
        if watchdog.is_late:  # cut, an answer without a length only seems to have ended
            raise TimeoutError
        return answer
    except (HTTPError, HTTPException, OSError, ValueError, NoAnswer) as error:
        if watchdog.is_late:
            raise NoAnswer(f"{source.name} took longer than {limits.total:g} s to answer.") from error
        if isinstance(error, NoAnswer):
            raise
        raise NoAnswer(f"{source.name} {_words(error, limits)}.") from error
    finally:
        watchdog.stop()
        line.close()


class _Watchdog:
    """Ends whatever is waited for once the time is over; the socket itself stays the other thread's to close."""

    def __init__(self, line: HTTPConnection, seconds: float) -> None:
        self.line = line
        self.held: socket.socket | None = None
        self.is_late = False
        self._timer = threading.Timer(seconds, self._cut)
        self._timer.daemon = True
        self._timer.start()

    def hold(self) -> None:
        """Once it is connected: a line forgets its socket where the other side closes after its answer."""
        self.held = self.line.sock

    def stop(self) -> None:
        """It is over in time."""
        self._timer.cancel()

    def _cut(self) -> None:
        self.is_late = True
        held = self.held or self.line.sock
        if held is not None:
            with contextlib.suppress(OSError):  # it is gone already
                # As a plain socket: that of TLS forgets its own state, under the feet of who reads.
                socket.socket.shutdown(held, socket.SHUT_RDWR)


def _connection(source: Source, limits: Limits) -> HTTPConnection:
    seconds = limits.connect
    if source.is_tls:
        return HTTPSConnection(source.host, source.port, timeout=seconds, ssl_context=ssl.create_default_context())
    return HTTPConnection(source.host, source.port, timeout=seconds)


def _asked(
    line: HTTPConnection, watchdog: _Watchdog, source: Source, path: str, fields: Mapping[str, str], limits: Limits
) -> Answer:
    line.connect()
    watchdog.hold()
    line.timeout = limits.silence
    headers = {
        "Accept": "application/json",
        "Accept-Encoding": "identity",
        "Content-Type": "application/x-www-form-urlencoded",
        "User-Agent": "triad",
    }
    if source.token:
        headers["Authorization"] = f"Bearer {source.token}"
    line.request(
        "POST",
        source.path + path,
        body=urlencode(fields).encode(),
        headers=headers,
        preload_content=False,
        decode_content=False,
    )
    answer = line.getresponse()
    _check_head(source, answer, limits)
    return Answer(answer.status, _body(source, answer, limits))


def _check_head(source: Source, answer: HTTPResponse, limits: Limits) -> None:
    """Before any of the body is read."""
    if 300 <= answer.status < 400:
        raise NoAnswer(f"{source.name} sends the question elsewhere ({answer.status}); redirects are not followed.")
    if answer.status in (401, 403):
        raise NoAnswer(f"{source.name} does not let the portal in ({answer.status}); look at its token.")
    if answer.status >= 500 and answer.status != 503:  # that one says in JSON which query took too long
        raise NoAnswer(f"{source.name} failed with status {answer.status}.")
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NoAnswer(f"{source.name} answered compressed, which was not asked for.")
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        shown = "".join(letter for letter in kind if letter.isprintable())[:60] or "nothing said"
        raise NoAnswer(f"{source.name} answered with something else than JSON ({shown}, status {answer.status}).")
    length = answer.headers.get("Content-Length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > limits.bytes:
        raise _too_large(source, limits)


def _body(source: Source, answer: HTTPResponse, limits: Limits) -> bytes:
    pieces, size = [], 0
    while piece := answer.read(PIECE, decode_content=False):
        size += len(piece)
        if size > limits.bytes:
            raise _too_large(source, limits)
        pieces.append(piece)
    return b"".join(pieces)


def _too_large(source: Source, limits: Limits) -> NoAnswer:
    return NoAnswer(f"{source.name} answered with more than {limits.bytes / 1024 / 1024:g} MiB.")


def _words(error: Exception, limits: Limits) -> str:
    """What went wrong, for whoever can mend it: no address, no token."""
    name = type(error).__name__
    if name == "ConnectTimeoutError":
        return f"could not be reached within {limits.connect:g} s"
    if isinstance(error, TimeoutError) or name == "ReadTimeoutError":
        return f"said nothing for {limits.silence:g} s"
    if name == "NameResolutionError":
        return "has an address whose name is not known"
    if name == "NewConnectionError" or isinstance(error, ConnectionRefusedError):
        return "could not be reached"
    if isinstance(error, ssl.SSLError):
        return "could not be trusted: its certificate or its encryption does not hold"
    return "broke off in the middle of its answer"
