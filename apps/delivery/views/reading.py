"""What several pages need: the person who asks, a thing they may read, a list as CSV."""

import csv
from collections.abc import Iterable
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict

from apps.organization.models import Person

Thing = TypeVar("Thing", bound=Model)


def reader(request: HttpRequest) -> Person:
    """The person who asks; views without @public have one."""
    person = request.user
    assert isinstance(person, Person)  # noqa: S101 - LoginRequiredMiddleware sees to it
    return person


def found(rows: QuerySet[Thing], **key: str) -> Thing:
    """The row of this key. Raises Http404, the same for unknown and hidden."""
    thing = rows.filter(**key).first()
    if thing is None:
        raise Http404("There is nothing at this address.")
    return thing


def next_url(request: HttpRequest, after: str) -> str:
    """The address of the next rows of a list with the same filters, "" where there are none."""
    if not after:
        return ""
    query: QueryDict = request.GET.copy()
    query["after"] = after
    return f"{request.path}?{query.urlencode()}"


def csv_url(request: HttpRequest) -> str:
    """The address of the list's rows as CSV, all of them, with the same filters."""
    query: QueryDict = request.GET.copy()
    query.pop("after", None)
    query["as"] = "csv"
    return f"{request.path}?{query.urlencode()}"


def csv_response(name: str, head: list[str], rows: Iterable[list[object]]) -> HttpResponse:
    """A file of comma-separated values, cells that a spreadsheet would run made plain text."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    writer = csv.writer(response)
    writer.writerow(head)
    writer.writerows([plain_cell(cell) for cell in row] for row in rows)
    return response


def plain_cell(value: object) -> str:
    """A cell as text: behind an apostrophe where it begins as a formula does."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
