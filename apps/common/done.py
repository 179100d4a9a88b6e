"""What the request or task that runs has done so far: the events of its acts that are committed."""

from collections.abc import Iterable
from contextvars import ContextVar

_done: ContextVar[list[str] | None] = ContextVar("events_done", default=None)


def begin() -> None:
    """Forget what this thread did before."""
    _done.set([])


def note(events: Iterable[str]) -> None:
    """An act was committed, with entries of these events."""
    noted = _done.get()
    if noted is not None:
        noted.extend(events)


def events() -> list[str]:
    """The events of what was committed since `begin`, in order; none where nobody began."""
    return list(_done.get() or [])
