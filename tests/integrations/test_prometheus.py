"""A source that lies, drips, floods or is gone: each says its words, within its time and its bytes."""

import os
import socket
import threading
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from apps.integrations import prometheus
from apps.integrations.prometheus import WrongAnswer, query, query_range
from apps.integrations.sources import Source
from apps.integrations.talking import Limits, NoAnswer
from tests.integrations import hostile as bad
from tests.integrations.hostile import Hostile, matrix, says

# Wide where the source behaves, for a busy machine; narrow where it never would.
WIDE = Limits(connect=30, silence=30, total=60)
SHORT = Limits(connect=30, silence=0.3, total=60)
CUT = Limits(connect=30, silence=30, total=1, bytes=1024 * 1024 * 1024)


@pytest.fixture(scope="module")
def serving() -> Iterator[Hostile]:
    with bad.hostile() as server:
        yield server


def asked(source: Source, limits: Limits = WIDE) -> list[prometheus.Series]:
    return query_range(source, "sum(up)", first=300, last=900, step=300, limits=limits)


@pytest.mark.parametrize(
    ("behavior", "limits", "words"),
    [
        (bad.hangs, SHORT, "shop said nothing for 0.3 s."),
        (bad.drips, CUT, "shop took longer than 1 s to answer."),
        (bad.drips_heads, CUT, "shop took longer than 1 s to answer."),
        (bad.floods, WIDE, "shop answered with more than 8 MiB."),
        (bad.floods_unannounced, WIDE, "shop answered with more than 8 MiB."),
        (bad.bombs, WIDE, "shop answered compressed, which was not asked for."),
        (bad.closes, WIDE, "shop broke off in the middle of its answer."),
        (bad.mutters, WIDE, "shop broke off in the middle of its answer."),
        (bad.breaks_off, WIDE, "shop broke off in the middle of its answer."),
        (says(b"", status=500), WIDE, "shop failed with status 500."),
        (says(b"", status=401), WIDE, r"shop does not let the portal in \(401\); look at its token."),
        (says(b"<html>", kind="text/html"), WIDE, r"something else than JSON \(text/html, status 200\)"),
        (says(b"no", kind="text/plain", status=404), WIDE, r"something else than JSON \(text/plain, status 404\)"),
        (says(b"{"), WIDE, "answered with something that is no JSON"),
        (says(b"[" * 100_000), WIDE, "answered with something that is no JSON"),
        (says([1]), WIDE, "answered with JSON that is not Prometheus'."),
        (says({}), WIDE, "answered with status 200, and not as Prometheus does."),
    ],
)
def test_a_source_that_does_not_answer(serving: Hostile, behavior: bad.Behavior, limits: Limits, words: str) -> None:
    serving.behavior = behavior
    with pytest.raises(NoAnswer, match=words):
        asked(serving.source(), limits)


def test_nobody_is_sent_elsewhere(serving: Hostile) -> None:
    with bad.hostile() as other:
        other.behavior = says(matrix())
        serving.behavior = says(b"", status=307, more=f"Location: {other.address}/api/v1/query_range\r\n")
        with pytest.raises(NoAnswer, match=r"sends the question elsewhere \(307\); redirects are not followed"):
            asked(serving.source())
        assert other.asked == []


def test_proxies_of_the_environment_are_not_used(serving: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setitem(os.environ, name, "http://127.0.0.1:9")
    serving.behavior = says(matrix())
    assert asked(serving.source()) == []


def test_a_source_that_is_not_there() -> None:
    with socket.socket() as door:  # bound and not listening: nobody else takes the port
        door.bind(("127.0.0.1", 0))
        with pytest.raises(NoAnswer, match="shop could not be reached."):
            asked(Source("shop", False, "127.0.0.1", door.getsockname()[1]))
    with pytest.raises(NoAnswer, match="has an address whose name is not known"):
        asked(Source("shop", False, "nowhere.invalid", 80))


def test_a_source_whose_encryption_does_not_hold(serving: Hostile) -> None:
    serving.behavior = bad.closes
    with pytest.raises(NoAnswer, match="could not be trusted: its certificate or its encryption does not hold"):
        asked(Source("shop", True, "127.0.0.1", serving.server_address[1]))


def test_no_thread_stays_behind(serving: Hostile) -> None:
    serving.behavior = says(matrix())
    asked(serving.source())
    assert not any(timer.is_alive() for timer in _timers())


def _timers() -> list[threading.Timer]:
    timers = [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]
    for timer in timers:
        timer.join(30)
    return timers


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": "error", "error": "parse error\nat char 3"}, "shop refused the query: parse error at char 3"),
        ({"status": "error", "error": "x" * 5000}, "shop refused the query: x{299}…$"),
        ({"status": "error", "error": 7}, "shop refused the query: nothing more"),
        (matrix(warnings=["a store was away"]), "warns that its answer may not be whole: a store was away"),
        (
            {"status": "success", "data": {"resultType": "vector", "result": []}},
            "a vector where a matrix was asked",
        ),
        ({"status": "success", "data": {"resultType": "matrix", "result": {}}}, "answered with no list of series"),
        (matrix(*[({"n": str(n)}, []) for n in range(201)]), "answered with 201 series; at most 200 are read"),
        (matrix(({"a": 1}, [])), "a series whose labels are no texts"),  # type: ignore[dict-item]
        (matrix(({}, None)), "a series that has no values"),  # type: ignore[arg-type]
        (matrix(({}, [[300, "NaN"]])), "shop gives NaN for 1970-01-01 00:05 UTC, which counts nothing"),
        (matrix(({}, [[300, "+Inf"]])), r"shop gives \+Inf for 1970"),
        (matrix(({}, [[300, "many"]])), "shop gives “many” for 1970-01-01 00:05 UTC, which is no number"),
        (matrix(({}, [[300, "٣"]])), "which is no number"),
        (matrix(({}, [[300, ""]])), "which is no number"),
        (matrix(({}, [[300, "-1"]])), "shop gives -1 for 1970-01-01 00:05 UTC; no count is below 0"),
        (matrix(({}, [[300, "1e300"]])), "shop gives 1e300 for 1970-01-01 00:05 UTC; no count is that large"),
        (matrix(({}, [[300, 5]])), "no pair of an instant and a number in quotes"),
        (matrix(({}, [["300", "5"]])), "no pair of an instant and a number in quotes"),
        (matrix(({}, [[True, "5"]])), "no pair of an instant and a number in quotes"),
        (matrix(({}, [[300, "5", 1]])), "no pair of an instant and a number in quotes"),
        (matrix(({}, [300])), "no pair of an instant and a number in quotes"),
        (matrix(({}, [[301, "5"]])), "for an instant that was not asked for"),
        (matrix(({}, [[300.5, "5"]])), "for an instant that was not asked for"),
        (matrix(({}, [[-300, "5"]])), "for an instant that was not asked for"),
        (matrix(({}, [[300, "5"], [300.0, "6"]])), "answered twice for 1970-01-01 00:05 UTC"),
    ],
)
def test_an_answer_that_cannot_be_believed(serving: Hostile, body: Any, words: str) -> None:
    serving.behavior = says(body)
    with pytest.raises(WrongAnswer, match=words):
        asked(serving.source())


def test_what_is_believed(serving: Hostile) -> None:
    remark = "PromQL info: metric might not be a counter"
    serving.behavior = says(matrix(({"code": "500"}, [[300, "5"], [900, "2.5e2"]]), warnings=[remark]))
    (series,) = asked(serving.source(path="/prometheus", token="hush"))
    assert series == prometheus.Series({"code": "500"}, {300: Decimal(5), 900: Decimal(250)})
    question = serving.asked[-1]
    assert question.path == "/prometheus/api/v1/query_range"
    assert question.fields == {"query": "sum(up)", "start": "300", "end": "900", "step": "300"}
    assert question.headers["authorization"] == "Bearer hush"
    vector = {"resultType": "vector", "result": [{"metric": {}, "value": [300, "7"]}]}
    serving.behavior = says({"status": "success", "data": vector})
    assert query(serving.source(), "up", at=300, limits=WIDE) == [prometheus.Series({}, {300: Decimal(7)})]
    assert serving.asked[-1].path == "/api/v1/query"


def test_no_more_points_than_prometheus_answers(serving: Hostile) -> None:
    with pytest.raises(ValueError, match="11001 points are more than Prometheus answers"):
        query_range(serving.source(), "up", first=0, last=11_000 * 300, step=300, limits=WIDE)
