"""Pages of rows by the last row's place and not by number: the deepest costs what the first costs."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


def rows_behind(rows: QuerySet[Row], order: Sequence[str], place: Sequence[Any]) -> QuerySet[Row]:
    """Those of `rows` behind the place `place`, the values of the columns of `order` ("-title" falls, "pk" rises).

    The last column tells any two rows apart; none of them may be empty.
    """
    behind, before = Q(), Q()
    for column, value in zip(order, place, strict=True):
        name, way = (column[1:], "lt") if column.startswith("-") else (column, "gt")
        behind |= before & Q(**{f"{name}__{way}": value})
        before &= Q(**{name: value})
    return rows.filter(behind)


def place_of(rows: QuerySet[Any], order: Sequence[str], **named: object) -> tuple[Any, ...] | None:
    """The place of the one of `rows` with these columns; None where there is none."""
    columns = [column.removeprefix("-") for column in order]
    try:
        return rows.order_by().filter(**named).values_list(*columns).first()
    except (ValueError, OverflowError):  # a word where a number stands, a NUL
        return None
