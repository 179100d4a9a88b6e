"""Pages of runs: all of them, one, bringing one in."""

from datetime import UTC
from typing import BinaryIO, cast

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from apps.common.access import member, right
from apps.common.lists import csv_response, csv_url, next_url
from apps.common.page import page_or_partial
from apps.common.refused import Refused, refusal
from apps.delivery import queries as delivery
from apps.organization import queries as organization
from apps.organization.models import Person
from apps.organization.requests import person_of
from apps.specs import actions, intake, queries, rules
from apps.specs.forms import FORMATS, ResultFilterForm, RunFilterForm, RunImportForm
from apps.specs.lines import run_lines
from apps.specs.models import Result, Run

ROWS = 50
COUNTED = ("passed", "failed", "errors", "skipped", "pending", "undefined", "ambiguous")
RUN_HEAD = ["Key", "Ran at", "Received at", "By", "Came by", "Format", "Files", "Revision", "Cases", *COUNTED]
RESULT_HEAD = ["Position", "Status", "Story", "Feature", "Scenario", "File", "Line", "Matched by", "Stale", "Unknown"]


@member
@require_safe
def run_list(request: HttpRequest) -> HttpResponseBase:
    """Runs that one may read, the newest first."""
    person = person_of(request)
    form = RunFilterForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in form.fields}
    rows = queries.filtered_runs(organization.hidden_scope_ids(person), **asked)
    if request.GET.get("as") == "csv":
        return csv_response("runs", RUN_HEAD, map(_run_row, rows.iterator()))
    after = _number(request.GET.get("after", ""))
    if after:
        rows = rows.filter(pk__lt=after)
    runs = run_lines(rows[: ROWS + 1], at=timezone.now())
    context = {
        "runs": runs[:ROWS],
        "form": form,
        "filtered": any(asked.values()),
        "next_url": next_url(request, runs[ROWS - 1].pk if len(runs) > ROWS else ""),
        "csv_url": csv_url(request),
        "import_refusal": refusal(rules.check_may_import_results, by=person),
    }
    return page_or_partial(request, "specs/run_list.html", "specs/_run_list.html", context)


@member
@require_safe
def run_detail(request: HttpRequest, key: str) -> HttpResponseBase:
    """One run: what it says, what it was matched to, and why some of it was not."""
    person = person_of(request)
    hidden = organization.hidden_scope_ids(person)
    run = get_object_or_404(queries.runs_outside(hidden), key=key)
    form = ResultFilterForm(request.GET)
    form.is_valid()
    asked = {name: form.cleaned_data.get(name, "") for name in form.fields}
    rows = queries.filtered_results(queries.results_outside(hidden, run), **asked)
    if request.GET.get("as") == "csv":
        return csv_response(run.key, RESULT_HEAD, map(_result_row, rows.iterator()))
    after = _number(request.GET.get("after", ""))
    results = list(rows.filter(position__gt=after)[: ROWS + 1])
    counts, is_whole = queries.counts_outside(hidden, run)
    context = {
        "run": run,
        "counts": counts,
        "is_whole": is_whole,
        "tiles": [(name, counts[name]) for name in COUNTED if counts[name] or name in ("passed", "failed")],
        "format": FORMATS.get(run.format, "Recorded by hand"),
        "results": results[:ROWS],
        "form": form,
        "filtered": any(asked.values()) or after,
        "next_url": next_url(request, results[ROWS - 1].position if len(results) > ROWS else ""),
        "csv_url": csv_url(request),
    }
    return page_or_partial(request, "specs/run_detail.html", "specs/_result_list.html", context)


@right("specs.import_results")
@require_http_methods(["GET", "HEAD", "POST"])
def run_import(request: HttpRequest) -> HttpResponse:
    """Upload the report of a test run; everything is read and matched before it is stored."""
    person = person_of(request)
    asked = request.method == "POST"
    form = RunImportForm(request.POST if asked else None, request.FILES if asked else None, by=person)
    status = 400 if form.errors else 200
    if asked and form.is_valid():
        try:
            imported = _import(form, person)
        except Refused as error:
            form.add_error(None, error.sentence)
            status = error.status
        else:
            run = imported.run
            if imported.after:
                still = f"{run.counts['unknown']} results are still unknown."
                messages.success(request, f"{imported.after.key} was matched again as {run.key}: {still}")
            elif imported.created:
                messages.success(request, f"{run.key}: {run.counts['cases']} results imported.")
            else:
                messages.info(request, f"The same files came before, as {run.key}. Nothing changed.")
            return redirect(run)
    return render(request, "specs/run_import.html", {"form": form}, status=status)


def _import(form: RunImportForm, person: Person) -> actions.Imported:
    asked = form.cleaned_data
    manifest: UploadedFile | None = asked["manifest"]
    taken = intake.take(
        [_incoming(file) for file in asked["reports"]],
        format=asked["format"],
        manifest_file=_incoming(manifest) if manifest else None,
        revision=asked["revision"],
        zone=intake.zone_named(asked["zone"]),
        initiative=asked["initiative"],
    )
    return actions.import_results(
        reports=taken.reports,
        format=taken.format,
        source=taken.source,
        revision=asked["revision"],
        channel=Run.Channel.PAGE,
        by=person,
        digest=taken.digest,
        manifest=taken.manifest,
        initiative=delivery.initiative_for(person, asked["initiative"]) if asked["initiative"] else None,
        reports_digest=taken.reports_digest,
        ran_at=asked["ran_at"].replace(tzinfo=UTC) if asked["ran_at"] else None,
    )


def _incoming(file: UploadedFile) -> intake.Incoming:
    return intake.Incoming(file.name or "the file", cast(BinaryIO, file.file))


def _number(text: str) -> int:
    """A position in a list from its address; 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


def _run_row(run: Run) -> list[object]:
    return [
        run.key,
        run.ran_at.isoformat() if run.ran_at else "",
        run.received_at.isoformat(),
        run.received_by.name,
        run.get_channel_display(),
        run.format,
        run.source,
        run.revision,
        *(run.counts[name] for name in ("cases", *COUNTED)),
    ]


def _result_row(result: Result) -> list[object]:
    return [
        result.position,
        result.status,
        result.story.key if result.story else "",
        result.feature_name,
        result.name,
        result.uri,
        result.line,
        result.get_matched_by_display(),
        "yes" if result.is_stale else "",
        result.unknown,
    ]
