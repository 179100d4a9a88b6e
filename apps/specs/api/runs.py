"""Runs, their results, and scenarios that change their mind."""

from typing import Any, Literal, TypedDict

from rest_framework.request import Request

from apps.common.endpoints import (
    Address,
    Instant,
    Key,
    Page,
    filters_of,
    found,
    instant,
    listed,
    reads,
    reads_list,
    whole,
)
from apps.delivery import queries as delivery
from apps.organization import queries as organization
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.specs import queries
from apps.specs.forms import FlakyFilterForm, ResultFilterForm, RunFilterForm
from apps.specs.models import Result, Run
from apps.specs.queries import FlakyScenario, ScenarioEvidence
from apps.specs.report import Status


class RunRow(TypedDict):
    """What came in at once. `counts` holds cases, by status, and of them stale and unknown ones."""

    key: Key
    channel: Run.Channel
    format: str
    tool: str
    source: str
    revision: str
    initiative: Key | None
    ran_at: Instant | None
    received_at: Instant
    received_by: PersonMention
    counts: dict[str, int]


def _run_row(run: Run) -> RunRow:
    return {
        "key": run.key,
        "channel": Run.Channel(run.channel),
        "format": run.format,
        "tool": run.tool,
        "source": run.source,
        "revision": run.revision,
        "initiative": run.initiative.key if run.initiative else None,
        "ran_at": instant(run.ran_at),
        "received_at": instant(run.received_at),
        "received_by": mention(run.received_by),
        "counts": run.counts,
    }


class RunDetail(RunRow):
    """One run. Where it holds results that one may not read, `is_whole` is false and `counts` are of the others."""

    url: Address
    is_whole: bool
    notes: list[str]


@reads_list(RunRow, filters=RunFilterForm)
def run_list(request: Request) -> Page[RunRow]:
    """Runs that one may read, the newest first."""
    hidden = organization.hidden_scope_ids(person_of(request))
    rows = queries.filtered_runs(hidden, **filters_of(request, RunFilterForm))
    return listed(request, rows, _run_row, order=("-pk",), among=queries.runs_outside(hidden))


def _run(request: Request, key: str) -> tuple[Run, set[int]]:
    hidden = organization.hidden_scope_ids(person_of(request))
    return found(queries.runs_outside(hidden), key=key), hidden


@reads(RunDetail)
def run_read(request: Request, key: str) -> RunDetail:
    """One run; its results are at /api/v1/runs/{key}/results/."""
    run, hidden = _run(request, key)
    counts, is_whole = queries.counts_outside(hidden, run)
    url = request.build_absolute_uri(run.get_absolute_url())
    notes = [str(note) for note in run.notes] if is_whole else []
    return {**_run_row(run), "counts": counts, "url": url, "is_whole": is_whole, "notes": notes}


class ResultRow(TypedDict):
    """What one scenario or row did in a run; `unknown` says why it is matched to none, `is_stale` that it ran a text
    that no longer held.
    """

    position: int
    status: Status
    story: Key | None
    feature_name: str
    name: str
    uri: str
    line: int | None
    matched_by: Literal["MANIFEST", "DIGEST", "NAME", "HAND", ""]
    is_stale: bool
    unknown: str
    at: Instant
    failed_step: str
    message: str
    duration_ns: int | None
    attempts: int


def _result_row(result: Result) -> ResultRow:
    return {
        "position": result.position,
        "status": Status(result.status),
        "story": result.story.key if result.story else None,
        "feature_name": result.feature_name,
        "name": result.name,
        "uri": result.uri,
        "line": result.line,
        "matched_by": result.matched_by,  # type: ignore[typeddict-item]  # a choice of the column
        "is_stale": result.is_stale,
        "unknown": result.unknown,
        "at": instant(result.at),
        "failed_step": result.failed_step,
        "message": result.message,
        "duration_ns": result.duration_ns,
        "attempts": result.attempts,
    }


@reads_list(ResultRow, filters=ResultFilterForm)
def result_list(request: Request, key: str) -> Page[ResultRow]:
    """The results of one run in the order of the report."""
    run, hidden = _run(request, key)
    readable = queries.results_outside(hidden, run).defer("tried")
    rows = queries.filtered_results(readable, **filters_of(request, ResultFilterForm))
    return listed(request, rows, _result_row, order=("position",), key="position", among=readable)


class FlakyRow(TypedDict):
    """A scenario that changed its mind `flips` times of `pairs`; `torn_revision` both passed and failed."""

    story: Key
    title: str
    epic: Key
    scenario: str
    results: int
    flips: int
    pairs: int
    torn_revision: str


def _flaky_row(one: FlakyScenario) -> FlakyRow:
    story, told = one.pickle.story, one.flakiness
    return {
        "story": story.key,
        "title": story.title,
        "epic": story.epic.key,
        "scenario": one.words,
        "results": told.n,
        "flips": told.flips,
        "pairs": told.pairs,
        "torn_revision": told.torn,
    }


@reads_list(FlakyRow, filters=FlakyFilterForm)
def flaky_list(request: Request) -> Page[FlakyRow]:
    """The flakiest scenarios that one may read, by their last results."""
    hidden = organization.hidden_scope_ids(person_of(request))
    flaky = queries.flaky_scenarios(hidden, **filters_of(request, FlakyFilterForm))
    return whole(request, flaky, _flaky_row, key=lambda one: one.pickle.pk)


class EvidenceRow(TypedDict):
    """A scenario, or a row of examples, of a story's current text, with its latest result; `run` none: it never ran.

    `status` is NO_STEPS of a scenario without a step, which tests nothing, unless it is said to fail.
    """

    scenario: str
    line: int
    status: str
    run: Key | None
    at: Instant | None
    is_by_hand: bool


def _evidence_row(one: ScenarioEvidence) -> EvidenceRow:
    return {
        "scenario": one.words,
        "line": one.pickle.line,
        "status": one.status,
        "run": one.run.key if one.run else None,
        "at": instant(one.at),
        "is_by_hand": one.is_by_hand,
    }


@reads_list(EvidenceRow)
def story_evidence_list(request: Request, key: str) -> Any:
    """What is proven of a story's current text, scenario by scenario."""
    story = found(delivery.stories_for(person_of(request)), key=key)
    return whole(request, queries.story_evidence(story), _evidence_row, key=lambda one: one.pickle.position)
