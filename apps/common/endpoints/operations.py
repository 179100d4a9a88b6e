"""What may be asked of one address by one method: declared beside the function that answers."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import BaseRenderer

from apps.common.access import Member, SignedIn
from apps.common.refused import NotAllowed

# The answer of a request: a row, a page of rows, nothing, or a response that is ready.
Handler = Callable[..., Any]
PAGED = ("after", "limit")


@dataclass(frozen=True)
class Operation:
    """One method at one address.

    `answer` is what comes back with `status` (None: nothing); `filters` names what a list may be asked, `body` what is
    sent, where `partial` says that what is left out stays as it is. `asks` are further parameters of the query with
    what each means, `gives` further media types that come back. `parses_first`: the handler asks for `answered_once`
    by itself, behind reading a large body.
    """

    handler: Handler
    answer: Any
    may: type[BasePermission] = Member
    many: bool = False
    filters: type[forms.Form] | None = None
    body: type[forms.Form] | None = None
    partial: bool = False
    status: int = 200
    also: tuple[int, ...] = ()
    writes: bool = False
    parses_first: bool = False
    asks: dict[str, str] = field(default_factory=dict)
    gives: tuple[str, ...] = ()
    takes: dict[str, Any] = field(default_factory=dict)
    parsers: tuple[type[BaseParser], ...] | None = None
    renderers: tuple[type[BaseRenderer], ...] | None = None
    refuses: tuple[int, ...] = ()

    @property
    def known(self) -> set[str]:
        """Names that the query may hold."""
        named = set(self.filters.base_fields) if self.filters else set()
        return named | set(self.asks) | (set(PAGED) if self.many else set())


Declare = Callable[[Handler], Operation]


def reads(answer: Any, **more: Any) -> Declare:
    """One thing, or whatever `answer` is. Changes nothing."""
    return lambda handler: Operation(handler, answer, **more)


def reads_list(row: Any, *, filters: type[forms.Form] | None = None, **more: Any) -> Declare:
    """Rows, page by page. Changes nothing."""
    return lambda handler: Operation(handler, row, many=True, filters=filters, **more)


def writes(
    answer: Any = None,
    *,
    body: type[forms.Form] | None = None,
    status: int = 200,
    may: type[BasePermission] = SignedIn,
    **more: Any,
) -> Declare:
    """An act, through the room's action. Of people who are signed in, unless `may` lets tokens in."""
    status = 204 if answer is None else status
    return lambda handler: Operation(handler, answer, may=may, body=body, status=status, writes=True, **more)


def on_its_page(load: Callable[..., Any], words: str) -> Operation:
    """An act that nobody does by the API, for the reason `words`: 403, or 404 where `load` finds nothing to read."""

    def refuse(request: Any, **kwargs: Any) -> None:
        load(request, **kwargs)
        raise NotAllowed(words)

    refuse.__module__ = load.__module__
    refuse.__doc__ = f"Not by the API.\n\n{words}"
    return Operation(refuse, None, may=SignedIn, status=204, writes=True)
