"""What pages with lists need: the next rows, the same rows as CSV."""

import csv
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpRequest, QueryDict, StreamingHttpResponse


def next_url(request: HttpRequest, after: object) -> str:
    """The address of the rows after `after` with the same filters, "" where there are none."""
    if not after:
        return ""
    query: QueryDict = request.GET.copy()
    query["after"] = str(after)
    return f"{request.path}?{query.urlencode()}"


def csv_url(request: HttpRequest) -> str:
    """The address of the list's rows as CSV, all of them, with the same filters."""
    query: QueryDict = request.GET.copy()
    query.pop("after", None)
    query["as"] = "csv"
    return f"{request.path}?{query.urlencode()}"


def csv_response(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> StreamingHttpResponse:
    """A file `name`.csv, sent while it is read; cells that a spreadsheet would run are made plain text."""
    response = StreamingHttpResponse(_lines(head, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def plain_cell(value: object) -> str:
    """A cell as text: behind an apostrophe where it begins as a formula does."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


class _Line:
    """What the writer writes to: it gives each line back."""

    def write(self, text: str) -> str:
        return text


def _lines(head: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    yield writer.writerow(head)
    for row in rows:
        yield writer.writerow([plain_cell(cell) for cell in row])
