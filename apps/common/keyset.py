"""Pages of rows by the last row's place and not by number: the deepest costs what the first costs."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db.models import F, Field, Func, Model, Q, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan

Row = TypeVar("Row", bound=Model)


class _Together(Func):
    """Several columns, or values, compared as one: `(title, id) > ('Cart', 12)`, at which an index is entered."""

    template = "(%(expressions)s)"
    output_field = Field()


def rows_behind(rows: QuerySet[Row], order: Sequence[str], place: Sequence[Any]) -> QuerySet[Row]:
    """Those of `rows` behind the place `place`, the values of the columns of `order` ("-title" falls, "pk" rises).

    The last column tells any two rows apart; none of them may be empty.
    """
    names = [column.removeprefix("-") for column in order]
    falls = [column.startswith("-") for column in order]
    if len(order) > 1 and len(set(falls)) == 1:
        way = LessThan if falls[0] else GreaterThan
        return rows.filter(way(_Together(*map(F, names)), _Together(*map(Value, place))))
    behind, before = Q(), Q()
    for name, fall, value in zip(names, falls, place, strict=True):
        behind |= before & Q(**{f"{name}__{'lt' if fall else 'gt'}": value})
        before &= Q(**{name: value})
    return rows.filter(behind)


def place_of(rows: QuerySet[Any], order: Sequence[str], **named: object) -> tuple[Any, ...] | None:
    """The place of the one of `rows` with these columns; None where there is none."""
    columns = [column.removeprefix("-") for column in order]
    try:
        return rows.order_by().filter(**named).values_list(*columns).first()
    except (ValueError, OverflowError):  # a word where a number stands, a NUL
        return None
