"""Where rows go: primary keys given by ourselves, so that rows can name each other before they are written."""

from collections.abc import Iterable
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import Max, Model

from apps.common.rows import insert_rows


class Table:
    """Rows of one model, kept until they are written; `columns` come after the primary key."""

    def __init__(self, model: type[Model], *columns: str) -> None:
        self.model = model
        self.columns = ("id", *columns)
        self.last = int(model._default_manager.aggregate(last=Max("pk"))["last"] or 0)
        self.rows: list[tuple[Any, ...]] = []

    def add(self, *values: Any) -> int:
        """Keeps a row; returns its primary key."""
        self.last += 1
        self.rows.append((self.last, *values))
        return self.last

    def write(self) -> int:
        """Inserts what was kept; returns how many."""
        count = len(self.rows)
        insert_rows(self.model, self.columns, self.rows)
        self.rows = []
        return count


def go_on_behind(tables: Iterable[Table]) -> None:
    """The database's own next primary keys come after ours; on SQLite they do by themselves."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [table.model for table in tables]):
            cursor.execute(sql)
