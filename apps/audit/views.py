"""Pages of the log: its entries, one entry with its proof, verifications."""

import json
from collections.abc import Iterator

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from apps.audit import queries, rules
from apps.audit.forms import EntryFilterForm
from apps.audit.merkle import ProofError
from apps.audit.models import Entry, EntryValue, Verification
from apps.audit.queries import Reading
from apps.audit.sentences import value_words
from apps.common.access import right
from apps.common.lists import csv_response
from apps.common.page import page_or_partial
from apps.common.refused import BadInput, refusal
from apps.common.ringing import ring

CSV_HEAD = [
    "Index",
    "Instant",
    "Act",
    "Subject",
    "Title",
    "Person",
    "Name",
    "Seat",
    "Sentence",
    "Meaning",
    "Reference",
    "Digest",
    "Leaf",
    "Demo",
]


@right("audit.view_log")
@require_GET
def entry_list(request: HttpRequest) -> HttpResponseBase:
    """The log, the latest first, by subject, person, act and time; as CSV with ?as=csv."""
    form = EntryFilterForm(request.GET)
    found = queries.entries(**form.criteria()) if form.is_valid() else Entry.objects.none()
    if request.GET.get("as") == "csv" and form.is_valid():
        return csv_response("log", CSV_HEAD, _csv_rows(found))
    rows, more = queries.page_of(found, before=_index(request, "before"))
    context = {
        "form": form,
        "head": queries.head(),
        "lines": queries.lines(rows),
        "filtered": any(request.GET.get(name) for name in form.fields),
        "more_url": _url_with(request, before=more) if more is not None else "",
        "csv_url": _url_with(request, **{"as": "csv"}),
    }
    status = 200 if form.is_valid() else 400
    return page_or_partial(request, "audit/entry_list.html", "audit/_entry_list.html", context, status)


@right("audit.view_log")
@require_GET
def entry_detail(request: HttpRequest, index: int) -> HttpResponse:
    """One entry: what it says, the personal values left of it, and the proof that it is in the log."""
    entry = get_object_or_404(Entry, pk=index)
    (reading,) = queries.readings([entry])
    proof = queries.inclusion_proof(index)
    try:
        proof.check()
        problem = ""
    except ProofError as error:
        problem = str(error)
    context = {
        "reading": reading,
        "told": reading.statement.predicate if reading.statement else {},
        "values": [
            (value, value_words(value.value)) for value in EntryValue.objects.filter(entry=entry).order_by("name")
        ],
        "body": _pretty(entry),
        "proof": proof,
        "problem": problem,
    }
    return render(request, "audit/entry_detail.html", context)


@right("audit.view_log")
@require_GET
def entry_statement(request: HttpRequest, index: int) -> HttpResponse:
    """The entry's statement, the very bytes that are hashed."""
    entry = get_object_or_404(Entry, pk=index)
    response = HttpResponse(bytes(entry.body), content_type="application/vnd.in-toto+json")
    response["Content-Disposition"] = f'attachment; filename="entry-{index}.json"'
    return response


@right("audit.view_log")
@require_GET
def verification_list(request: HttpRequest) -> HttpResponse:
    """What walks over the whole log found; with ?waiting=<id>, until there is a later one than that."""
    found = queries.verifications()
    before = _index(request, "before")
    rows = list((found.filter(pk__lt=before) if before is not None else found)[: queries.PAGE + 1])
    waiting = _index(request, "waiting")
    context = {
        "head": queries.head(),
        "verifications": rows[: queries.PAGE],
        "waiting": waiting is not None and not found.filter(pk__gt=waiting).exists(),
        "waiting_url": request.get_full_path(),
        "more_url": f"{request.path}?before={rows[queries.PAGE - 1].pk}" if len(rows) > queries.PAGE else "",
        "why_not": refusal(rules.check_may_verify_log, by=request.user),
    }
    return page_or_partial(request, "audit/verification_list.html", "audit/_verification_list.html", context)


@right("audit.view_log")
@require_GET
def verification_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What one walk found."""
    verification = get_object_or_404(Verification, pk=pk)
    return render(request, "audit/verification_detail.html", {"verification": verification})


@right("audit.verify_log")
@require_POST
def log_verify(request: HttpRequest) -> HttpResponse:
    """Asks a worker to verify the whole log now; the list shows what it finds."""
    latest = queries.verifications().first()
    ring("audit.verify_log")
    messages.success(request, "The log is being verified, entry by entry.")
    return redirect(f"{reverse('audit:verification_list')}?waiting={latest.pk if latest else 0}")


def _csv_rows(found: QuerySet[Entry]) -> Iterator[list[object]]:
    before: int | None = None
    while True:
        rows, before = queries.page_of(found, before=before, limit=500)
        yield from map(_csv_row, queries.readings(rows))
        if before is None:
            return


def _csv_row(reading: Reading) -> list[object]:
    entry, line, said = reading.entry, reading.line, reading.statement
    told = said.predicate if said else {}
    return [
        entry.index,
        entry.at,
        entry.event,
        entry.subject,
        line.title,
        line.by_key,
        line.by,
        line.seat,
        line.words,
        told.get("meaning", ""),
        entry.reference,
        said.digest if said else "",
        bytes(entry.leaf).hex(),
        "demo" if line.demo else "",
    ]


def _pretty(entry: Entry) -> str:
    try:
        return json.dumps(json.loads(bytes(entry.body)), indent=2, ensure_ascii=False)
    except ValueError:
        return bytes(entry.body).decode("utf-8", "backslashreplace")


def _index(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise BadInput(f"“{text[:40]}” is no number to go on from. Open the list anew.")
    return int(text)


def _url_with(request: HttpRequest, **changed: object) -> str:
    query = request.GET.copy()
    for name in ("before", "as"):
        query.pop(name, None)
    query.update({name: str(value) for name, value in changed.items()})
    return f"{request.path}?{query.urlencode()}"
