"""A real server on loopback that answers as badly as it is told to."""

import contextlib
import gzip
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs

from apps.integrations.sources import Source

Behavior = Callable[["Question"], None]


class Question(socketserver.StreamRequestHandler):
    """One request, read whole; what comes of it is the server's `behavior`."""

    server: "Hostile"

    def handle(self) -> None:
        self.path = self.rfile.readline().decode().split(" ")[1]
        length = 0
        self.headers: dict[str, str] = {}
        while line := self.rfile.readline().strip():
            name, _, text = line.decode().partition(":")
            self.headers[name.lower()] = text.strip()
        length = int(self.headers.get("content-length", "0"))
        self.fields = {name: texts[0] for name, texts in parse_qs(self.rfile.read(length).decode()).items()}
        self.server.asked.append(self)
        with contextlib.suppress(OSError):
            self.server.behavior(self)

    def say(self, body: bytes, *, status: int = 200, kind: str = "application/json", more: str = "") -> None:
        """A whole answer."""
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        self.wfile.write(head.encode() + body)

    def wait(self) -> None:
        """Until the other side, or the test, has had enough."""
        while not self.server.ending.wait(0.05):
            pass


class Hostile(socketserver.ThreadingTCPServer):
    """Listens on a free port; `asked` are all requests that came."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Question)
        self.behavior: Behavior = hangs
        self.asked: list[Question] = []
        self.ending = threading.Event()

    def source(self, name: str = "shop", **more: Any) -> Source:
        """How the settings name it."""
        return Source(name, False, "127.0.0.1", self.server_address[1], **more)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextlib.contextmanager
def hostile() -> Iterator[Hostile]:
    """Runs for as long as the block."""
    with Hostile() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.ending.set()
            server.shutdown()
            thread.join()


def hangs(question: Question) -> None:
    """Takes the question and says nothing."""
    question.wait()


def drips(question: Question) -> None:
    """A byte now and then, for ever, within any limit of silence."""
    question.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    while not question.server.ending.wait(0.05):
        question.wfile.write(b" ")
        question.wfile.flush()


def drips_heads(question: Question) -> None:
    """The same before there is any body."""
    question.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
    while not question.server.ending.wait(0.05):
        question.wfile.write(b"x")
        question.wfile.flush()


def floods(question: Question) -> None:
    """Ten gigabytes, announced."""
    question.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10737418240\r\n\r\n")
    _pour(question)


def floods_unannounced(question: Question) -> None:
    """The same without a word of it."""
    question.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    _pour(question)


def _pour(question: Question) -> None:
    piece = b" " * 65_536
    for _ in range(163_840):
        if question.server.ending.is_set():
            return
        question.wfile.write(piece)


def bombs(question: Question) -> None:
    """Little that becomes much."""
    question.say(gzip.compress(b" " * 30_000_000), more="Content-Encoding: gzip\r\n")


def closes(question: Question) -> None:
    """Not a word."""


def mutters(question: Question) -> None:
    """Nothing that HTTP knows."""
    question.wfile.write(b"220 mail.example ESMTP\r\n\r\n")


def breaks_off(question: Question) -> None:
    """Half of what it announced."""
    question.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 999\r\n\r\n{"status"')


def says(body: Any, **more: Any) -> Behavior:
    """The same to everybody; JSON, or bytes as they are."""
    written = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda question: question.say(written, **more)


def matrix(*series: tuple[dict[str, str], list[Any]], **more: Any) -> dict[str, Any]:
    """An answer of Prometheus."""
    result = [{"metric": labels, "values": values} for labels, values in series]
    return {"status": "success", "data": {"resultType": "matrix", "result": result}, **more}


def counts(good: int, total: int) -> Behavior:
    """A well-behaved source that has so many events in every bucket; its queries are `good…` and `total…`."""

    def behavior(question: Question) -> None:
        first, last = int(question.fields["start"]), int(question.fields["end"])
        value = str(good if question.fields["query"].startswith("good") else total)
        values = [[at, value] for at in range(first, last + 1, int(question.fields["step"]))]
        question.say(json.dumps(matrix(({}, values))).encode())

    return behavior
