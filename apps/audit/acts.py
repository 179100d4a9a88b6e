"""`@act` and `record`: every act of any room is one entry, in the act's own transaction.

    @act
    def sign_off_epic(*, epic_key, by, ...):
        ...                                     # lock, check, write
        record("epic.signed_off", subject=epic.key, digest=root, by=by, seat=seat, title=epic.title,
               sentence="signed off {subject} “{title}”")

Entries are buffered; the outermost act appends all of them at its end, so that nested acts cannot deadlock on
the log's head. No act without its entry, no entry without its act: if either fails, both roll back.
"""

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import transaction

from apps.audit.appending import append_entries, lock_head
from apps.audit.canonical import canonical_digest
from apps.audit.pending import Actor, HeldSeat, Of, Pending, pend
from apps.common import done

__all__ = [
    "Actor",
    "HeldSeat",
    "Of",
    "Pending",
    "act",
    "canonical_digest",
    "demo_data",
    "next_index",
    "nothing_changed",
    "record",
]

P = ParamSpec("P")
R = TypeVar("R")


class _Buffer:
    """What the running outermost act has recorded so far."""

    def __init__(self) -> None:
        self.entries: list[Pending] = []
        self.unchanged = False


# One a thread, as database connections are.
_running: ContextVar[_Buffer | None] = ContextVar("audit_running_act", default=None)
_demo: ContextVar[bool] = ContextVar("audit_demo_data", default=False)


def act(function: Callable[P, R]) -> Callable[P, R]:
    """Makes `function` an act: one transaction, with at least one entry in the log.

    Nested acts join the outermost; an inner one that raises takes its own entries with it. The outermost act
    raises RuntimeError where nothing was recorded and nobody said `nothing_changed()`, and Refused, rolling
    back, where an entry is too large.
    """
    if inspect.iscoroutinefunction(function) or inspect.isgeneratorfunction(function):
        raise TypeError(f"{function.__qualname__} cannot be an act: its body would run outside the transaction")

    @wraps(function)
    def acting(*args: P.args, **kwargs: P.kwargs) -> R:
        outer = _running.get()
        if outer is not None:
            return _join(outer, function, *args, **kwargs)
        buffer = _Buffer()
        token = _running.set(buffer)
        try:
            with transaction.atomic():
                result = function(*args, **kwargs)
                if buffer.entries:
                    append_entries(buffer.entries)
                elif not buffer.unchanged:
                    raise RuntimeError(f"the act {function.__qualname__} recorded nothing in the audit log")
            done.note(entry.event for entry in buffer.entries)
            return result
        finally:
            _running.reset(token)

    acting.is_act = True  # type: ignore[attr-defined]
    return acting


def _join(outer: _Buffer, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    mark = len(outer.entries)
    try:
        with transaction.atomic():
            return function(*args, **kwargs)
    except BaseException:
        del outer.entries[mark:]
        raise


def record(
    event: str,
    *,
    subject: str,
    digest: str,
    by: Actor | None,
    seat: HeldSeat | None = None,
    title: str = "",
    sentence: str = "",
    about: Iterable[str] = (),
    reference: str = "",
    meaning: str = "",
    previous: str = "",
    policy: Mapping[str, Any] | None = None,
    key: str = "",
    authenticated: tuple[str, datetime] | None = None,
    reason: str = "",
    personal: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
) -> Pending:
    """Buffers one entry of the running act; its `index` is known once the outermost act has ended.

    `by` is who acts (None: the portal itself) and `seat` the seat they act in; `digest` is the SHA-256 of the
    subject as hex (`canonical_digest(row)` where it has no content). `about` names other keys the entry
    concerns; `reference` is the key of a row that must find its entry again. `sentence` is what the log
    tells, as a phrase after the actor's name: "signed off {subject} “{title}”"; it may name {subject},
    {title}, {meaning}, {reason}, {reference}, and every fact and personal value by its name.

    `reason` and whatever is in `personal` enter the body as salted commitments and stay erasable, as does the
    actor's name; nothing else may hold personal data. A personal value that is not the actor's says whose
    it is: `{"name": Of("P-9", "Ada Mbeki")}`. Facts are JSON without floats; instants, dates and decimals
    become text.

    Raises RuntimeError outside an act, ValueError for values that cannot be recorded.
    """
    running = _running.get()
    if running is None:
        raise RuntimeError(f"{event} was recorded outside an act: decorate the action with @act")
    pending = pend(
        event=event,
        subject=subject,
        digest=digest,
        by=by,
        seat=seat,
        title=title,
        sentence=sentence,
        about=about,
        reference=reference,
        meaning=meaning,
        previous=previous,
        policy=policy,
        key=key,
        authenticated=authenticated,
        reason=reason,
        personal=personal or {},
        facts=facts or {},
        demo=_demo.get(),
    )
    running.entries.append(pending)
    return pending


def nothing_changed() -> None:
    """Says that the running act found everything as it should be and wrote nothing: no entry is due."""
    running = _running.get()
    if running is None:
        raise RuntimeError("nothing_changed() is said inside an act")
    running.unchanged = True


def next_index() -> int:
    """The index that the next entry of the running act will have; locks the log's head to say so."""
    running = _running.get()
    if running is None:
        raise RuntimeError("next_index() is asked inside an act")
    return lock_head().size + len(running.entries)


@contextmanager
def demo_data() -> Iterator[None]:
    """Every entry recorded meanwhile is marked as demo data."""
    token = _demo.set(True)
    try:
        yield
    finally:
        _demo.reset(token)
