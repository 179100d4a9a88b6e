"""The tree of a story's text as the official parser's rules make it, of what is read from it alone."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from gherkin.ast_builder import AstBuilder
from gherkin.errors import AstBuilderException

# What a rule held: its tokens and finished rules, by kind
_Held = defaultdict[str, list[Any]]


class NodeBuilder(AstBuilder):
    """The official builder's nodes as dictionaries, without identifiers, columns, comments and media types."""

    def reset(self) -> None:
        self.held: list[_Held] = [defaultdict(list)]

    def start_rule(self, rule_type: str) -> None:
        self.held.append(defaultdict(list))

    def end_rule(self, rule_type: str) -> None:
        held = self.held.pop()
        make = _MAKERS.get(rule_type)
        self.held[-1][rule_type].append(make(held) if make else held)

    def build(self, token: Any) -> None:
        self.held[-1][token.matched_type].append(token)

    def get_result(self) -> Any:
        features = self.held[0]["GherkinDocument"][0]["Feature"]
        return {"feature": features[0]} if features else {}


def _first(found: list[Any], otherwise: Any = None) -> Any:
    return found[0] if found else otherwise


def _head(token: Any, held: _Held) -> dict[str, Any]:
    """What everything with a title has."""
    return {
        "location": token.location,
        "keyword": token.matched_keyword,
        "name": token.matched_text,
        "description": _first(held["Description"], ""),
    }


def _tags(held: _Held) -> list[str]:
    return [tag["text"] for tags in held["Tags"] for line in tags["TagLine"] for tag in line.matched_items]


def _step(held: _Held) -> dict[str, Any]:
    token = held["StepLine"][0]
    step = {
        "location": token.location,
        "keyword": token.matched_keyword,
        "keywordType": token.matched_keyword_type,
        "text": token.matched_text,
    }
    if len(held) > 1:
        if tables := held["DataTable"]:
            step["dataTable"] = tables[0]
        if doc_strings := held["DocString"]:
            step["docString"] = doc_strings[0]
    return step


def _doc_string(held: _Held) -> dict[str, Any]:
    return {
        "location": held["DocStringSeparator"][0].location,
        "content": "\n".join(line.matched_text for line in held["Other"]),
    }


def _rows(held: _Held) -> list[dict[str, Any]]:
    lines = held["TableRow"]
    for line in lines:
        if len(line.matched_items) != len(lines[0].matched_items):
            raise AstBuilderException("inconsistent cell count within the table", line.location)
    return [{"location": line.location, "cells": line.matched_items} for line in lines]


def _table(held: _Held) -> dict[str, Any]:
    rows = _rows(held)
    return {"location": rows[0]["location"], "rows": rows}


def _description(held: _Held) -> str:
    lines = [line.matched_text for line in held["Other"]]
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def _background(held: _Held) -> dict[str, Any]:
    return {**_head(held["BackgroundLine"][0], held), "steps": held["Step"]}


def _scenario(held: _Held) -> dict[str, Any]:
    own = held["Scenario"][0]
    head = _head(own["ScenarioLine"][0], own)
    return {**head, "tags": _tags(held), "steps": own["Step"], "examples": own["ExamplesDefinition"]}


def _examples(held: _Held) -> dict[str, Any]:
    own = held["Examples"][0]
    head = {**_head(own["ExamplesLine"][0], own), "tags": _tags(held)}
    rows = _first(own["ExamplesTable"])
    return {**head, "tableHeader": rows[0], "tableBody": rows[1:]} if rows else {**head, "tableBody": []}


def _feature(held: _Held) -> dict[str, Any] | None:
    feature = _with_children(held, "FeatureHeader", "FeatureLine")
    if feature:
        feature["language"] = held["FeatureHeader"][0]["FeatureLine"][0].matched_gherkin_dialect
    return feature


def _rule(held: _Held) -> dict[str, Any] | None:
    return _with_children(held, "RuleHeader", "RuleLine")


def _with_children(held: _Held, header: str, line: str) -> dict[str, Any] | None:
    own = _first(held[header])
    if not own or not own[line]:
        return None  # among errors only
    children = [{"background": one} for one in held["Background"][:1]]
    children += [{"scenario": one} for one in held["ScenarioDefinition"]]
    children += [{"rule": one} for one in held["Rule"]]
    return {**_head(own[line][0], own), "tags": _tags(own), "children": children}


_MAKERS: dict[str, Callable[[_Held], Any]] = {
    "Step": _step,
    "DocString": _doc_string,
    "DataTable": _table,
    "Background": _background,
    "ScenarioDefinition": _scenario,
    "ExamplesDefinition": _examples,
    "ExamplesTable": _rows,
    "Description": _description,
    "Rule": _rule,
    "Feature": _feature,
}
