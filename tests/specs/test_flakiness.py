"""How often a scenario changed its mind: the formula, and what the pages say of it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.specs import queries
from apps.specs.flakiness import FLIPS, LAST, LEAST, Outcome, flakiness
from apps.specs.models import Run
from tests.cast import signed_in
from tests.specs.evidence import CART, behave_json, edit, import_bytes, make_epic, make_story
from tests.specs.test_pages import words_of

pytestmark = pytest.mark.django_db


def outcomes(said: str) -> list[Outcome]:
    """`+-+`: passed, failed, passed."""
    return [Outcome(one == "+") for one in said]


@given(st.booleans(), st.integers(0, 50))
def test_what_always_ends_alike_has_no_flips(passed: bool, n: int) -> None:
    found = flakiness([Outcome(passed, "abc")] * n)
    assert (found.flips, found.rate, found.torn, found.is_flaky) == (0, 0, "", False)


@given(st.integers(2, 50))
def test_what_alternates_flips_every_time(n: int) -> None:
    found = flakiness([Outcome(bool(number % 2)) for number in range(n)])
    assert found.rate == 1
    assert found.flips == found.pairs == min(n, LAST) - 1


@given(st.lists(st.booleans(), max_size=60))
def test_backwards_and_upside_down_it_is_the_same(passed: list[bool]) -> None:
    last = [Outcome(one) for one in passed[-LAST:]]
    other = [Outcome(not one.passed) for one in reversed(last)]
    assert flakiness([Outcome(one) for one in passed]).flips == flakiness(last).flips == flakiness(other).flips
    assert 0 <= flakiness(last).rate <= 1


def test_nothing_is_said_of_few_results_and_a_change_with_its_repair_is_not_flaky() -> None:
    assert not flakiness(outcomes("+-+-")).is_told
    assert LEAST == 5 and FLIPS == 3
    assert flakiness(outcomes("++--++")).flips == 2
    assert not flakiness(outcomes("++--++")).is_flaky
    assert flakiness(outcomes("++--+-")).is_flaky


def test_a_revision_that_passed_and_failed_is_flaky_by_itself() -> None:
    runs = [Outcome(True, "a"), Outcome(True, "b"), Outcome(False, "b"), Outcome(False, "c"), Outcome(False, "d")]
    found = flakiness(runs)
    assert (found.flips, found.torn, found.is_flaky) == (1, "b", True)
    assert "Revision b both passed and failed" in found.words
    # What no run names is no revision.
    assert flakiness(outcomes("+-")).torn == ""


# --- over results


def run(cast, text=CART, *, failing: str = "", revision: str = "") -> Run:
    statuses = {failing: "failed"} if failing else {}
    # Reports that do not say when they ran are told apart by their bytes.
    path = f"run{Run.objects.count()}/cart.feature"
    return import_bytes(behave_json(text, path=path, **statuses), by=cast.tomas, revision=revision).run


def runs(cast, said: str, text=CART) -> None:
    """A run for each sign, of a revision of its own: in those with `-` “Add one thing” fails."""
    for number, one in enumerate(said):
        run(cast, text, failing="" if one == "+" else "Add one", revision=f"r{Run.objects.count()}-{number}")


def told(story) -> dict[str, tuple[int, int] | None]:
    return {
        one.words: (one.flakiness.flips, one.flakiness.n) if one.flakiness else None
        for one in queries.evidence_of(story)
    }


def test_each_scenario_is_judged_by_its_own_last_twenty_results(cast):
    story = make_story(cast)
    runs(cast, "+-" * 3 + "+" * 18)
    assert told(story) == {
        "Add one thing": (2, 20),
        "Add lamps twice (row 1)": (0, 20),
        "Add sofas twice (row 2)": (0, 20),
    }


def test_a_scenario_keeps_its_results_when_another_one_of_its_story_changes(cast):
    story = make_story(cast)
    runs(cast, "+-+-+")
    story = edit(cast, story, CART.replace("holds 2 things", "holds two things"))
    assert told(story) == {"Add one thing": (4, 5), "Add lamps twice (row 1)": None, "Add sofas twice (row 2)": None}


def test_in_a_run_that_holds_a_scenario_twice_its_worst_counts(cast):
    story = make_story(cast)
    runs(cast, "++")
    import_bytes(behave_json(CART), behave_json(CART, **{"Add one": "failed"}), by=cast.tomas)
    runs(cast, "+")
    assert told(story)["Add one thing"] == (2, 4)


def test_the_page_of_the_story_says_it_from_five_results_on(cast):
    story = make_story(cast)
    runs(cast, "+-+-")
    client = signed_in(cast.maria)
    assert "flaky" not in words_of(client, story.get_absolute_url())
    runs(cast, "+")
    page = words_of(client, story.get_absolute_url())
    assert "flaky 4 of 4" in page
    assert "In its last 5 results it changed between passing and failing 4 times of 4." in page
    assert page.count("flaky 4 of 4") == 1


# --- the page of the flakiest


def test_the_flakiest_come_first_with_their_last_results(cast):
    epic = make_epic(cast)
    other = CART.replace("Feature: Cart", "Feature: Basket")
    make_story(cast, epic=epic), make_story(cast, other, epic=epic)
    runs(cast, "+-+-+-")
    runs(cast, "+-+-++", other)
    page = words_of(signed_in(cast.maria), "/runs/flaky/")
    assert page.index(">Add one thing<") > 0
    assert re.findall(r"flaky \d of \d", page) == ["flaky 5 of 5", "flaky 4 of 5"]
    assert "Passed in R-1, failed in R-2" in page
    assert words_of(signed_in(cast.maria), "/runs/flaky/?text=Basket").count("flaky 4 of 5") == 1
    assert "No scenario matches" in words_of(signed_in(cast.maria), "/runs/flaky/?text=nothing")
    rows = signed_in(cast.maria).get("/runs/flaky/?as=csv").getvalue().decode().splitlines()
    assert rows[0].startswith("Story,") and len(rows) == 3


def test_a_flaky_scenario_whose_text_is_gone_is_not_listed(cast):
    story = make_story(cast)
    runs(cast, "+-+-+-")
    edit(cast, story, CART.replace("holds 1 thing", "holds one thing"))
    assert "No flaky scenario" in words_of(signed_in(cast.maria), "/runs/flaky/")


def test_hidden_stories_are_not_among_the_flaky(cast):
    story = make_story(cast)
    runs(cast, "+-+-+-")
    story.epic.initiative.scope.restricted = True
    story.epic.initiative.scope.save()
    assert "Add one thing" in words_of(signed_in(cast.maria), "/runs/flaky/")
    assert "Add one thing" not in words_of(signed_in(cast.nobody), "/runs/flaky/")
    assert "No flaky scenario" in words_of(signed_in(cast.nobody), "/runs/flaky/")
