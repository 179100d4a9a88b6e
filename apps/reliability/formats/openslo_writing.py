"""OpenSLO v1, written: documents that were read go out as they came, others are made anew."""

import copy
import json
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from apps.reliability import windows
from apps.reliability.formats import yaml_documents
from apps.reliability.formats.definitions import Kept, Slo
from apps.reliability.formats.openslo import V1, VERSIONS, read_openslo
from apps.reliability.formats.openslo_fields import NAME

# A Monday on which a week, a month and a quarter begin.
_START = "2024-01-01 00:00:00"
_DURATIONS: dict[windows.Unit, str] = {"WEEK": "1w", "MONTH": "1M", "QUARTER": "1Q"}
_QUERIES = ("good_query", "bad_query", "total_query", "ratio_query", "threshold_query", "op", "value")


class NotWritable(ValueError):
    """OpenSLO cannot say this SLO; the sentence says why."""


def write_openslo(slos: Sequence[Slo], kept: Sequence[Kept] = ()) -> str:
    """YAML of one document for each SLO, and those of `kept` before them.

    An SLO that came from OpenSLO is written as it came, however little of it the portal uses; its objectives, which are
    SLOs of their own, share a document where they stand one after the other. Where only its target was changed, that
    alone is changed in the document; where service, window or queries were, it is made anew, and what the portal does
    not know of it is lost. Of Sloth's alerting nothing is said. Raises NotWritable for a target of 100 %.
    """
    documents = [one.raw for one in kept]
    for _, group in groupby(slos, _origin):
        documents += _documents(list(group))
    return yaml_documents.write(documents)


def _origin(slo: Slo) -> str:
    """The same for the objectives of one document."""
    return json.dumps([slo.name, slo.service, slo.raw], sort_keys=True)


def _documents(slos: list[Slo]) -> list[Mapping[str, Any]]:
    for slo in slos:
        if not 0 <= slo.target < 1:
            raise NotWritable(f"“{slo.full_name}” has a target of 100 %, and OpenSLO knows only those below it.")
    raw = slos[0].raw
    if raw.get("apiVersion") not in VERSIONS:
        return [_made(slo) for slo in slos]
    read = {one.objective: one for one in read_openslo([(1, dict(raw))]).slos}
    if any(slo.objective not in read or _is_other(slo, read[slo.objective]) for slo in slos):
        return [_made(slo) for slo in slos]
    if [slo.objective for slo in slos] == list(read) and all(slo.target == read[slo.objective].target for slo in slos):
        return [raw]
    changed = copy.deepcopy(dict(raw))
    changed["spec"]["objectives"] = [_objective(changed["spec"]["objectives"][slo.objective], slo) for slo in slos]
    return [changed]


def _is_other(slo: Slo, read: Slo) -> bool:
    """Whether more than its target differs from what its document says; an SLI of another document is not looked at."""
    if (slo.name, slo.service, slo.window) != (read.name, read.service, read.window):
        return True
    written_out = any(getattr(read, name) for name in _QUERIES)
    return written_out and any(getattr(slo, name) != getattr(read, name) for name in _QUERIES)


def _objective(objective: dict[str, Any], slo: Slo) -> dict[str, Any]:
    objective.pop("targetPercent", None)
    objective["target"] = _number(slo.target)
    return objective


# --- made anew


def _made(slo: Slo) -> dict[str, Any]:
    name = name_of(slo.full_name)
    spec: dict[str, Any] = {"description": slo.description} if slo.description else {}
    spec["service"] = slo.service
    spec["indicator"] = {"metadata": {"name": name_of(slo.indicator or name)}, "spec": _indicator(slo)}
    if slo.window:
        spec["timeWindow"] = [_window(slo)]
    spec["budgetingMethod"] = slo.budgeting
    spec["objectives"] = [_made_objective(slo)]
    return {"apiVersion": V1, "kind": "SLO", "metadata": _metadata(slo, name), "spec": spec}


def name_of(words: str) -> str:
    """A name as RFC 1123 allows it, out of any words."""
    if NAME.fullmatch(words):
        return words
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:63].rstrip("-") or "slo"


def _metadata(slo: Slo, name: str) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name}
    if slo.display_name:
        found["displayName"] = slo.display_name
    if slo.labels:
        found["labels"] = {key: list(values) if len(values) != 1 else values[0] for key, values in slo.labels.items()}
    return found


def _indicator(slo: Slo) -> dict[str, Any]:
    if slo.threshold_query:
        return {"thresholdMetric": _source(slo.threshold_query)}
    if slo.ratio_query:
        return {"ratioMetric": {"rawType": "failure", "raw": _source(slo.ratio_query)}}
    ratio: dict[str, Any] = {} if slo.counter is None else {"counter": slo.counter}
    if not slo.total_query:
        # Counts that are sent have no query; the specification wants a source for each.
        for name in ("good", "total"):
            ratio[name] = {"metricSource": {"type": "Counts", "spec": {"count": name}}}
        return {"ratioMetric": ratio}
    ratio |= {"bad": _source(slo.bad_query)} if slo.bad_query else {"good": _source(slo.good_query)}
    return {"ratioMetric": {**ratio, "total": _source(slo.total_query)}}


def _source(query: str) -> dict[str, Any]:
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}


def _window(slo: Slo) -> dict[str, Any]:
    try:
        window = windows.parse(slo.window)
    except ValueError as error:
        raise NotWritable(f"“{slo.full_name}”: {error}") from error
    if isinstance(window, windows.Rolling):
        return {"duration": slo.window, "isRolling": True}
    calendar = {"startTime": _START, "timeZone": window.zone}
    return {"duration": _DURATIONS[window.unit], "isRolling": False, "calendar": calendar}


def _made_objective(slo: Slo) -> dict[str, Any]:
    found: dict[str, Any] = {"displayName": slo.objective_name} if slo.objective_name else {}
    if slo.threshold_query:
        found |= {"op": slo.op, "value": _number(slo.value or Fraction(0))}
    return {**found, "target": _number(slo.target)}


def _number(number: Fraction) -> int | float:
    """In decimals, which are exact for every number that was read from them."""
    return int(number) if number.denominator == 1 else float(number)
