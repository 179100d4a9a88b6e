"""How counters become counts: the range, rate and increase, rounding, what is missing."""

from typing import Any

import pytest

from apps.integrations.counting import Asked, Counted, fetch, over_five_minutes, says_window
from apps.integrations.prometheus import WrongAnswer
from tests.integrations.hostile import Behavior, Question, hostile, matrix, says
from tests.integrations.test_prometheus import WIDE


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("sum(increase(x[{{.window}}]))", "sum(increase(x[5m]))"),
        ("sum(rate(x[{{ .window }}]))", "sum(increase(x[5m]))"),
        ("sum(rate (x{path=\"rate(\", to='rate('}[{{.window}}]))", "sum(increase (x{path=\"rate(\", to='rate('}[5m]))"),
        ("irate(x[{{.window}}]) + my:rate(y)", "irate(x[5m]) + my:rate(y)"),
    ],
)
def test_a_query_is_asked_over_five_minutes(query: str, asked: str) -> None:
    assert over_five_minutes(query) == asked
    assert says_window(query)
    assert not says_window(asked)


def by_query(**answers: dict[str, Any]) -> Behavior:
    """The answer to each query by its name."""

    def behavior(question: Question) -> None:
        says(answers[question.fields["query"]])(question)

    return behavior


def series(*values: tuple[int, str], **labels: str) -> tuple[dict[str, str], list[Any]]:
    return labels, [[at, value] for at, value in values]


def counted(*, errors: bool = False, **answers: dict[str, Any]) -> Counted:
    with hostile() as server:
        server.behavior = by_query(**answers)
        asked = Asked("good", "all", "bad" if errors else "", "code" if errors else "")
        return fetch(server.source(), asked, start=0, end=900, limits=WIDE)


def test_a_bucket_is_what_was_counted_at_its_end() -> None:
    found = counted(good=matrix(series((300, "7"), (900, "2"))), all=matrix(series((300, "8"), (900, "2"))))
    assert found == Counted([(0, 7, 8), (600, 2, 2)], [])


def test_parts_of_events_are_rounded_half_to_even() -> None:
    found = counted(
        good=matrix(series((300, "99.5"), (600, "99.51"), (900, "0.2"))),
        all=matrix(series((300, "100.5"), (600, "99.52"), (900, "2.5"))),
    )
    assert found.buckets == [(0, 100, 100), (300, 100, 100), (600, 0, 2)]


def test_nothing_is_no_data() -> None:
    assert counted(good=matrix(), all=matrix()) == Counted([], [])


def test_bad_events_by_their_label() -> None:
    bad = matrix(
        series((300, "1.6"), code="500"),
        series((300, "0.6"), code="503"),
        series((300, "1"), code=""),
        series((900, "5"), code="500"),
    )
    total = matrix(series((300, "10"), (900, "10")))
    found = counted(errors=True, good=matrix(series((300, "7"), (900, "10"))), all=total, bad=bad)
    # One by one they would be four of three bad events, and the last bucket has none.
    assert found.errors == [(0, "500", 2), (0, "503", 1)]


@pytest.mark.parametrize(
    ("good", "total", "words"),
    [
        (matrix(), matrix(series((300, "1"))), "there are events, and the query of good ones gives nothing"),
        (matrix(series((300, "1"))), matrix(), "there are good events, and the query of all events gives nothing"),
        (
            matrix(series((300, "9"))),
            matrix(series((300, "8"))),
            "From 1970-01-01 00:00 UTC there would be 9 good of 8",
        ),
        (
            matrix(series(a="1"), series(a="2")),
            matrix(),
            "good events gives 2 series, and one is needed: sum over them",
        ),
    ],
)
def test_what_cannot_be_counts(good: dict[str, Any], total: dict[str, Any], words: str) -> None:
    with pytest.raises(WrongAnswer, match=words):
        counted(good=good, all=total)
