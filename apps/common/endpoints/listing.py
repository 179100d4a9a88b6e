"""Lists: pages of rows by `?after=` and `?limit=`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, TypedDict, TypeVar

from django.db.models import Model, QuerySet
from rest_framework.request import Request

from apps.common.endpoints.types import Address
from apps.common.keyset import place_of, rows_behind
from apps.common.refused import BadInput

USUAL, MOST = 50, 200

T = TypeVar("T")
Row = TypeVar("Row")
Stored = TypeVar("Stored", bound=Model)


class Page(TypedDict, Generic[Row]):
    """Some rows; `next` is the address of those behind them, none on the last page."""

    results: list[Row]
    next: Address | None


def listed(
    request: Request,
    rows: QuerySet[Stored],
    row: Callable[[Any], Row],
    *,
    order: Sequence[str] = ("pk",),
    key: str = "key",
    among: QuerySet[Any] | None = None,
    opened: Callable[[list[Stored]], Iterable[Any]] | None = None,
) -> Page[Row]:
    """One page of `rows`, each as `row` writes it.

    `order` ends in a column that tells any two apart; `key` is the column that `?after=` names, looked for `among`
    what one may read, so that a row that left the list meanwhile is still a place to go on from. `opened` reads what
    the rows of a page need, all at once.
    """
    after, limit = paging(request)
    if after:
        place = place_of(rows if among is None else among, order, **{key: after})
        if place is None:
            raise _no_place(after)
        rows = rows_behind(rows, order, place)
    found = list(rows.order_by(*order)[: limit + 1])
    shown = found[:limit]
    last = _value(shown[-1], key) if len(found) > limit else None
    return {"results": [row(one) for one in (opened(shown) if opened else shown)], "next": _next(request, last)}


def whole(request: Request, items: Sequence[T], row: Callable[[T], Row], *, key: Callable[[T], object]) -> Page[Row]:
    """One page of a list that is short by nature and already read."""
    after, limit = paging(request)
    start = 0
    if after:
        places = [number for number, one in enumerate(items, 1) if str(key(one)) == after]
        if not places:
            raise _no_place(after)
        start = places[0]
    shown = items[start : start + limit]
    last = key(shown[-1]) if len(items) > start + limit else None
    return {"results": [row(one) for one in shown], "next": _next(request, last)}


def sorted_by(sort: str, sorts: Mapping[str, str]) -> tuple[str, ...]:
    """The order that a filter form's `sort` names, such as "-title"; by the primary key where it names none."""
    sign = "-" if sort.startswith("-") else ""
    column = sorts.get(sort.lstrip("-"), "pk")
    return (f"{sign}pk",) if column == "pk" else (f"{sign}{column}", f"{sign}pk")


def page_from(request: Request, rows: list[Row], *, last: object) -> Page[Row]:
    """A page of rows that were read already; `last` is what the next page goes on from, None where there is none."""
    return {"results": rows, "next": _next(request, last)}


def paging(request: Request) -> tuple[str, int]:
    """What `?after=` and `?limit=` say. Raises BadInput."""
    after, limit = request.query_params.get("after", ""), request.query_params.get("limit", str(USUAL))
    if not (limit.isascii() and limit.isdigit() and len(limit) < 5 and 0 < int(limit) <= MOST):
        raise BadInput(f"“limit” says how many rows one page has: a number from 1 to {MOST}, without it {USUAL}.")
    if len(after) > 200:
        raise _no_place(after[:50])
    return after, int(limit)


def _no_place(after: str) -> BadInput:
    return BadInput(f"There is no “{after}” here to go on from. Take “next” of the page before, or begin without.")


def _next(request: Request, last: object) -> Address | None:
    if last is None:
        return None
    query = request._request.GET.copy()
    query["after"] = str(last)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")


def _value(row: object, column: str) -> object:
    for name in column.split("__"):
        row = getattr(row, name)
    return row
