"""Suites that the portal runs itself, and their executions.

A token asks for none: who has a pipeline runs the tests there and sends the report, and the portal's own machine is for
people to use.
"""

from typing import Any, TypedDict

from django.http import Http404
from rest_framework.request import Request

from apps.common.endpoints import (
    Address,
    Instant,
    Key,
    Page,
    body_of,
    found,
    instant,
    listed,
    reads,
    reads_list,
    whole,
    writes,
)
from apps.delivery import queries as delivery
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.specs import actions, queries
from apps.specs.forms import ExecutionForm
from apps.specs.models import Execution
from apps.specs.queries import SuiteState


class SuiteRow(TypedDict):
    """A suite of the settings: what it covers that one may read, and how many of those texts it has not seen yet."""

    name: str
    title: str
    covers: list[str]
    command: str
    on_change: bool
    stories: int
    changed: int
    latest: Key | None


def _suite_row(state: SuiteState) -> SuiteRow:
    return {
        "name": state.suite.name,
        "title": state.suite.title,
        "covers": state.covers,
        "command": state.suite.command_words,
        "on_change": state.suite.on_change,
        "stories": state.stories,
        "changed": state.changed,
        "latest": state.latest.key if state.latest else None,
    }


def _suite(request: Request, name: str) -> SuiteState:
    for state in queries.suite_states(person_of(request)):
        if state.suite.name == name:
            return state
    raise Http404("No suite is registered under this name.")


@reads_list(SuiteRow)
def suite_list(request: Request) -> Page[SuiteRow]:
    """The registered suites, in the settings' order."""
    states = queries.suite_states(person_of(request))
    return whole(request, states, _suite_row, key=lambda state: state.suite.name)


@reads(SuiteRow)
def suite_read(request: Request, name: str) -> SuiteRow:
    """One suite."""
    return _suite_row(_suite(request, name))


class ExecutionRow(TypedDict):
    """One time that the portal ran a suite, or shall: of all that it covers, of one epic, or of one story."""

    key: Key
    suite: str
    epic: Key | None
    story: Key | None
    cause: Execution.Cause
    state: Execution.State
    asked_by: PersonMention | None
    asked_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    stories_total: int
    scenarios_total: int
    scenarios_begun: int
    scenarios_failing: int
    run: Key | None
    problem: str


def _row(execution: Execution) -> ExecutionRow:
    return {
        "key": execution.key,
        "suite": execution.suite,
        "epic": execution.epic.key if execution.epic else None,
        "story": execution.story.key if execution.story else None,
        "cause": Execution.Cause(execution.cause),
        "state": Execution.State(execution.state),
        "asked_by": mention(execution.asked_by),
        "asked_at": instant(execution.asked_at),
        "started_at": instant(execution.started_at),
        "finished_at": instant(execution.finished_at),
        "stories_total": execution.stories_total,
        "scenarios_total": execution.scenarios_total,
        "scenarios_begun": execution.scenarios_begun,
        "scenarios_failing": execution.scenarios_failing,
        "run": execution.run.key if execution.run else None,
        "problem": execution.problem,
    }


class ExecutionDetail(ExecutionRow):
    """One execution with what the suite wrote: its beginning and its end."""

    url: Address
    exit_code: int | None
    output: str
    output_bytes: int


def _detail(request: Request, key: str) -> ExecutionDetail:
    execution = found(queries.executions_for(person_of(request)), key=key)
    return {
        **_row(execution),
        "url": request.build_absolute_uri(execution.get_absolute_url()),
        "exit_code": execution.exit_code,
        "output": execution.output,
        "output_bytes": execution.output_bytes,
    }


@reads_list(ExecutionRow)
def suite_execution_list(request: Request, name: str) -> Page[ExecutionRow]:
    """Executions of one suite that one may read, the newest first."""
    _suite(request, name)
    # What one execution wrote may be 256 KiB.
    rows = queries.executions_for(person_of(request)).filter(suite=name).defer("output")
    return listed(request, rows, _row, order=("-pk",))


@reads(ExecutionDetail)
def execution_read(request: Request, key: str) -> ExecutionDetail:
    """How far an execution is, and what came of it."""
    return _detail(request, key)


@writes(ExecutionDetail, body=ExecutionForm, status=201)
def execution_request(request: Request, name: str) -> Any:
    """Have the portal run a suite: all that it covers, one epic, or one story. One that waits already is given back."""
    person = person_of(request)
    suite = _suite(request, name).suite
    of = body_of(request, ExecutionForm, suite=suite, by=person)
    if of["story"]:
        found(delivery.stories_for(person), key=of["story"])
    execution = actions.request_execution(suite_name=name, by=person, epic_key=of["epic"], story_key=of["story"])
    return _detail(request, execution.key)


@writes(ExecutionDetail)
def execution_cancel(request: Request, key: str) -> ExecutionDetail:
    """Stop it: at once where it waits, within a second or two where it runs."""
    found(queries.executions_for(person_of(request)), key=key)
    execution = actions.cancel_execution(key=key, by=person_of(request))
    return _detail(request, execution.key)
