"""Cucumber's JSON report, as Cucumber-JVM, cucumber-ruby and cucumber-js write it.

A list of features with their elements. JVM and Ruby write the background as an element of its own before each
scenario, JavaScript writes its steps into the scenario. Hooks stand in `before` and `after`, or as hidden
steps.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from apps.delivery import gherkin, meaning
from apps.specs.formats import json_node, keywords
from apps.specs.formats.json_node import Node
from apps.specs.report import (
    MAX_DURATION_NS,
    NO_ZONE,
    Case,
    CaseStep,
    Hook,
    Report,
    Status,
    capped,
    checked_count,
    instant,
    joined,
    outcome,
    path_of,
    total,
)

FORMAT = "cucumber-json"

_STATUSES = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "skipped": Status.SKIPPED,
    "pending": Status.PENDING,
    "undefined": Status.UNDEFINED,
    "ambiguous": Status.AMBIGUOUS,
    "unknown": Status.ERROR,
    "unused": Status.SKIPPED,
}


@dataclass
class _Parts:
    """Steps and hooks of a scenario, its background's before its own."""

    steps: list[Node] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)


def read(data: bytes, *, zone: ZoneInfo = NO_ZONE) -> Report:
    """The report as cases; a start without a zone of its own is read in `zone`.

    Raises NotAReport with the line or JSON path.
    """
    cases: list[Case] = []
    for feature in json_node.members(data):
        cases += joined(_cases(feature, zone))
    started = min((case.started_at for case in cases if case.started_at), default=None)
    return Report(FORMAT, checked_count(cases), started, "cucumber")


def _cases(feature: Node, zone: ZoneInfo) -> Iterator[Case]:
    uri = path_of(feature.text("uri"))
    name = feature.text("name", "")
    elements = list(feature.items("elements"))
    every = [step for element in elements for step in element.items("steps") if not _is_hook(step)]
    language = keywords.language(feature.text("keyword", ""), (step.text("keyword") for step in every))
    parts = _Parts()
    for element in elements:
        kind = element.text("type", "scenario")
        if kind not in ("background", "scenario", "scenario_outline"):
            raise element.child("type").refusal(f"“{kind[:60]}” is not a type of element that Cucumber writes.")
        _collect(element, parts)
        if kind != "background":
            yield _case(element, name, uri, language, parts, zone)
            parts = _Parts()


def _collect(element: Node, parts: _Parts) -> None:
    parts.hooks += _hooks(element)
    for step in element.items("steps"):
        if _is_hook(step):
            parts.hooks += _hook(step)
        else:
            parts.steps.append(step)
        parts.hooks += _hooks(step)


def _case(element: Node, feature_name: str, uri: str, language: str | None, parts: _Parts, zone: ZoneInfo) -> Case:
    name = element.text("name", "")
    steps = _steps(parts.steps, language)
    status, message = outcome(steps, parts.hooks)
    executed = [step.step for step in steps]
    return Case(
        feature_name=feature_name,
        name=name,
        uri=uri,
        line=element.line("line"),
        row=None,
        steps=steps,
        status=status,
        message=message,
        duration_ns=total(step.duration_ns for step in steps),
        run_digest=meaning.run_digest(feature_name, name, executed) if executed else None,
        started_at=_started_at(element, zone),
    )


def _started_at(element: Node, zone: ZoneInfo) -> datetime | None:
    written = element.text("start_timestamp", "")
    found = instant(written, zone) if written else None
    if written and found is None:
        raise element.child("start_timestamp").refusal("expected an instant, as in “2026-03-01T12:00:00Z”.")
    return found


def _steps(nodes: Sequence[Node], language: str | None) -> tuple[CaseStep, ...]:
    found = []
    for node, step in zip(nodes, keywords.typed([_step(node) for node in nodes], language), strict=True):
        result = node.child("result")
        found.append(
            CaseStep(step=step, status=_status(result), message=_message(result), duration_ns=_duration(result))
        )
    return tuple(found)


def _step(node: Node) -> gherkin.Step:
    doc_string, table = _argument(node)
    return gherkin.Step(
        type=gherkin.StepType.UNKNOWN,
        keyword=node.text("keyword").strip(),
        text=node.text("name", ""),
        doc_string=doc_string,
        table=table,
        line=node.line("line") or 0,
    )


def _argument(node: Node) -> tuple[str | None, tuple[tuple[str, ...], ...] | None]:
    """Doc string and table, from `doc_string` and `rows` (JVM, Ruby) or from `arguments` (JavaScript)."""
    doc_string = _content(node.child("doc_string")) if node.has("doc_string") else None
    table = _table(node) if node.has("rows") else None
    for argument in node.items("arguments"):
        if argument.has("rows"):
            table = _table(argument)
        elif argument.has("content"):
            doc_string = _content(argument)
    return doc_string, table


def _content(node: Node) -> str:
    return node.text("value" if node.has("value") else "content", "", limit=json_node.MAX_DOC_STRING)


def _table(node: Node) -> tuple[tuple[str, ...], ...]:
    return tuple(json_node.cells(row.child("cells")) for row in node.items("rows"))


def _is_hook(step: Node) -> bool:
    return step.flag("hidden") or not step.has("keyword")


def _hooks(node: Node) -> list[Hook]:
    around = [*node.items("before"), *node.items("after")]
    return [hook for each in around for hook in _hook(each)]


def _hook(node: Node) -> list[Hook]:
    result = node.child("result")
    status = _status(result)
    return [Hook(status, _message(result))] if status else []


def _status(result: Node) -> Status | None:
    word = "" if result.value is None else result.text("status", "").lower()
    if word and word not in _STATUSES:
        raise result.child("status").refusal(f"“{word[:60]}” is not a status that Cucumber knows.")
    return _STATUSES[word] if word else None


def _message(result: Node) -> str:
    return "" if result.value is None else capped(result.words("error_message"))


def _duration(result: Node) -> int | None:
    """Nanoseconds, as all three write today."""
    found = None if result.value is None else result.number("duration")
    return None if found is None or not 0 <= found <= MAX_DURATION_NS else round(found)
