"""behave's JSON report: `behave -f json` (and `json.pretty`).

A list of features, each with its elements: backgrounds, which only repeat the text, and scenarios, whose
steps begin with the background's. It carries no instant and no language.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from apps.delivery import gherkin, meaning
from apps.specs.formats import behave_quick, json_node, keywords
from apps.specs.formats.json_node import Node
from apps.specs.report import (
    NO_ZONE,
    Case,
    CaseStep,
    Hook,
    Report,
    Status,
    capped,
    checked_count,
    failed_step,
    joined,
    nanoseconds,
    outcome,
    total,
)

FORMAT = "behave-json"

# The names of behave's Status; untested is what a dry run, a tag or an abort leaves. A scenario that was
# expected to fail proves nothing when it does, and is a failure when it does not.
_STATUSES = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "error": Status.ERROR,
    "hook_error": Status.ERROR,
    "cleanup_error": Status.ERROR,
    "skipped": Status.SKIPPED,
    "untested": Status.SKIPPED,
    "untested_pending": Status.PENDING,
    "untested_undefined": Status.UNDEFINED,
    "pending": Status.PENDING,
    "pending_warn": Status.PENDING,
    "undefined": Status.UNDEFINED,
    "executing": Status.ERROR,
    "xfailed": Status.SKIPPED,
    "xpassed": Status.FAILED,
}
_ROW = re.compile(r"(?:^|\s)-- @(\d{1,6})\.(\d{1,6})(?:\s.*)?$", re.DOTALL)


def read(data: bytes, *, zone: ZoneInfo = NO_ZONE) -> Report:
    """The report as cases; `zone` is not needed, since behave JSON carries no times.

    Raises NotAReport with the line or JSON path.
    """
    notes = []
    cases: list[Case] = []
    is_plain = behave_quick.is_plain(data)
    for feature in json_node.members(data):
        cases += joined(_cases(feature, is_plain))
        if note := _note(feature):
            notes.append(note)
    return Report(FORMAT, checked_count(cases), None, "behave", tuple(notes))


def _note(feature: Node) -> str:
    status = _status(feature)
    if status not in (Status.FAILED, Status.ERROR):
        return ""
    return f"{_place(feature)[0]}: behave reports the feature itself as {feature.text('status')}."


def _cases(feature: Node, is_plain: bool) -> Iterator[Case]:
    uri, _ = _place(feature)
    name = feature.text("name", "")
    elements = list(feature.items("elements"))
    values = [element.value for element in elements]
    language = keywords.language(feature.text("keyword", ""), _step_keywords(elements, values, is_plain))
    if is_plain and behave_quick.is_usual(values):
        for element in elements:
            if element.value["type"] == "scenario":
                found = behave_quick.case(element.value, name, uri, language)
                yield found or _case(element, name, uri, language, _status(element))
        return
    for element, status in zip(elements, _own_statuses(elements), strict=True):
        if element.text("type") == "scenario":
            yield _case(element, name, uri, language, status)


def _step_keywords(elements: list[Node], values: list[Any], is_plain: bool) -> Iterable[str]:
    found = behave_quick.step_keywords(values) if is_plain else None
    if found is not None:
        return found
    return (step.text("keyword") for element in elements for step in element.items("steps"))


def _own_statuses(elements: list[Node]) -> list[Status | None]:
    """What behave says of each element as a whole.

    Its formatter writes a scenario's status when the next one begins, onto whatever element is then the last:
    the background of a rule that comes between takes the status of the scenario before it.
    """
    own: list[Status | None] = []
    scenario = None
    for number, element in enumerate(elements):
        kind = element.text("type")
        own.append(_status(element))
        if kind == "scenario":
            scenario = number
        elif kind != "background":
            raise element.refusal(f"“{kind}” is not a type of element that behave writes.")
        elif scenario is not None and own[scenario] is None:
            own[scenario] = own[number]
    return own


def _case(element: Node, feature_name: str, uri: str, language: str | None, own: Status | None) -> Case:
    name = element.text("name", "")
    path, line = _place(element)
    steps = _steps(element, language)
    # behave counts hooks and clean-ups only in the scenario's own status
    hooks = [Hook(own, f"behave reports the scenario as {own.lower()}.")] if own else []
    status, message = outcome(steps, hooks)
    executed = [step.step for step in steps]
    return Case(
        feature_name=feature_name,
        name=name,
        uri=path or uri,
        line=line,
        row=row_of(name),
        steps=None,
        status=status,
        message=message,
        duration_ns=total(step.duration_ns for step in steps),
        run_digest=meaning.run_digest(feature_name, name, executed) if executed else None,
        failed_step=failed_step(steps),
    )


def _steps(element: Node, language: str | None) -> tuple[CaseStep, ...]:
    nodes = list(element.items("steps"))
    typed = keywords.typed([_step(node) for node in nodes], language)
    found = []
    for node, step in zip(nodes, typed, strict=True):
        result = node.child("result") if node.has("result") else Node({}, f"{node.path}.result")
        seconds = result.number("duration")
        found.append(
            CaseStep(
                step=step,
                status=_status(result),
                message=capped(result.words("error_message")),
                duration_ns=None if seconds is None else nanoseconds(seconds),
            )
        )
    return tuple(found)


def _step(node: Node) -> gherkin.Step:
    return gherkin.Step(
        type=gherkin.StepType.UNKNOWN,
        keyword=node.text("keyword"),
        text=node.text("name"),
        doc_string=_doc_string(node),
        table=_table(node.child("table")) if node.has("table") else None,
    )


def _doc_string(node: Node) -> str | None:
    if not node.has("text"):
        return None
    return json_node.stored(node.words("text"), node.child("text"))


def _table(node: Node) -> tuple[tuple[str, ...], ...]:
    return (json_node.cells(node.child("headings")), *(json_node.cells(row) for row in node.items("rows")))


def _status(node: Node) -> Status | None:
    word = node.text("status", "")
    if word and word not in _STATUSES:
        raise node.child("status").refusal(f"“{word[:60]}” is not a status that behave knows.")
    return _STATUSES[word] if word else None


def _place(node: Node) -> tuple[str, int | None]:
    """Path and line of `features/a.feature:12`."""
    location = node.text("location")
    path, line = behave_quick.place(location)
    if line is None:
        raise node.child("location").refusal("expected a path and a line, as in “features/a.feature:12”.")
    return path, line


def row_of(name: str) -> tuple[int, int] | None:
    """(examples, row), both from 1, of a name that ends as behave's rows do: ` -- @1.2 examples`."""
    found = _ROW.search(name)
    return (int(found[1]), int(found[2])) if found else None
