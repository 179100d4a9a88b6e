"""Prometheus' HTTP API: what is asked, and what of an answer is believed. No Django.

https://prometheus.io/docs/prometheus/latest/querying/api/: `query_range` answers with a matrix, each series a list of
[instant, "number"]; `query` with a vector of one pair each.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apps.common import strict_json
from apps.integrations.sources import Source
from apps.integrations.talking import Answer, Limits, NoAnswer, ask
from apps.reliability.counts import MOST, instant_words

MAX_POINTS = 11_000  # Prometheus answers no more for one series
MAX_SERIES = 200
MAX_WORDS = 300
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,20}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][+-]?[0-9]{1,3})?", re.ASCII)
# What newer versions remark about queries that are answered all the same.
_REMARK = re.compile(r"PromQL (?:info|warning):")


class WrongAnswer(Exception):
    """The source answers, but not with what was asked for; the sentence says what is wrong with it."""


@dataclass(frozen=True)
class Series:
    """Values of one set of labels, by instant: whole seconds since 1970 UTC."""

    labels: Mapping[str, str]
    values: Mapping[int, Decimal]


def query(source: Source, expression: str, *, at: int, limits: Limits) -> list[Series]:
    """The value now, of each series. Raises NoAnswer or WrongAnswer."""
    answer = ask(source, "/api/v1/query", {"query": expression, "time": str(at)}, limits=limits)
    found = _result(source, answer, "vector")
    return [_series(source, one, [one.get("value")], {at}) for one in found]


def query_range(source: Source, expression: str, *, first: int, last: int, step: int, limits: Limits) -> list[Series]:
    """Values at `first`, each `step` seconds and `last`, of each series. Raises NoAnswer or WrongAnswer."""
    instants = range(first, last + 1, step)
    if len(instants) > MAX_POINTS:
        raise ValueError(f"{len(instants)} points are more than Prometheus answers.")
    fields = {"query": expression, "start": str(first), "end": str(last), "step": str(step)}
    answer = ask(source, "/api/v1/query_range", fields, limits=limits)
    asked = set(instants)
    return [_series(source, one, one.get("values"), asked) for one in _result(source, answer, "matrix")]


def _result(source: Source, answer: Answer, kind: str) -> list[dict[str, Any]]:
    """The series of an answer, not yet looked into."""
    body = _json(source, answer)
    if body.get("status") == "error":
        raise WrongAnswer(f"{source.name} refused the query: {_said(body.get('error'))}")
    if answer.status != 200 or body.get("status") != "success":
        raise NoAnswer(f"{source.name} answered with status {answer.status}, and not as Prometheus does.")
    if parted := [words for words in _texts(body.get("warnings")) if not _REMARK.match(words)]:
        raise WrongAnswer(f"{source.name} warns that its answer may not be whole: {_said(parted[0])}")
    data = body.get("data")
    if not isinstance(data, dict) or data.get("resultType") != kind:
        given = data.get("resultType") if isinstance(data, dict) else None
        raise WrongAnswer(f"{source.name} answered with a {_said(given)} where a {kind} was asked for.")
    result = data.get("result")
    if not isinstance(result, list) or not all(isinstance(one, dict) for one in result):
        raise WrongAnswer(f"{source.name} answered with no list of series.")
    if len(result) > MAX_SERIES:
        raise WrongAnswer(f"{source.name} answered with {len(result):,} series; at most {MAX_SERIES} are read.")
    return result


def _json(source: Source, answer: Answer) -> dict[str, Any]:
    try:
        body = strict_json.parse(answer.body, max_depth=8)
    except strict_json.NotStrictJson as error:
        raise NoAnswer(f"{source.name} answered with something that is no JSON: {_short(error.problem)}") from error
    if not isinstance(body, dict):
        raise NoAnswer(f"{source.name} answered with JSON that is not Prometheus'.")
    return body


def _series(source: Source, one: Mapping[str, Any], pairs: Any, asked: set[int]) -> Series:
    labels = one.get("metric")
    if not isinstance(labels, dict) or not all(isinstance(text, str) for text in labels.values()):
        raise WrongAnswer(f"{source.name} answered with a series whose labels are no texts.")
    if not isinstance(pairs, list):
        raise WrongAnswer(f"{source.name} answered with a series that has no values.")
    values: dict[int, Decimal] = {}
    for pair in pairs:
        at, value = _pair(source, pair)
        if at not in asked:
            raise WrongAnswer(f"{source.name} answered for an instant that was not asked for.")
        if at in values:
            raise WrongAnswer(f"{source.name} answered twice for {instant_words(at)}.")
        values[at] = value
    return Series(labels, values)


def _pair(source: Source, pair: Any) -> tuple[int, Decimal]:
    if (
        not isinstance(pair, list)
        or len(pair) != 2
        or type(pair[0]) not in (int, float)
        or not isinstance(pair[1], str)
    ):
        raise WrongAnswer(f"{source.name} answered with a value that is no pair of an instant and a number in quotes.")
    at, text = int(pair[0]), pair[1]
    if at != pair[0] or not 0 <= at < 2**33:
        raise WrongAnswer(f"{source.name} answered for an instant that was not asked for.")
    if text in ("NaN", "+Inf", "-Inf", "Inf"):
        raise WrongAnswer(f"{source.name} gives {text} for {instant_words(at)}, which counts nothing.")
    if not _NUMBER.fullmatch(text):
        raise WrongAnswer(f"{source.name} gives “{_short(text, 40)}” for {instant_words(at)}, which is no number.")
    value = Decimal(text)
    if value < 0:
        raise WrongAnswer(f"{source.name} gives {_short(text, 40)} for {instant_words(at)}; no count is below 0.")
    if value > MOST:
        raise WrongAnswer(f"{source.name} gives {_short(text, 40)} for {instant_words(at)}; no count is that large.")
    return at, value


def _texts(given: Any) -> Iterable[str]:
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _said(given: Any) -> str:
    """Words of the other side, made fit for a line."""
    return _short(given) if isinstance(given, str) and given.strip() else "nothing more"


def _short(text: str, limit: int = MAX_WORDS) -> str:
    line = "".join(letter if letter.isprintable() else " " for letter in text.encode("utf-8", "replace").decode())
    return line if len(line) <= limit else line[: limit - 1] + "…"
