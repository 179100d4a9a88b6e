"""Which step of a failing case failed: by every format that says so."""

from pathlib import Path

import pytest

from apps.delivery import gherkin
from apps.specs.formats import behave_json, cucumber_json, cucumber_messages, junit
from apps.specs.models import Result
from apps.specs.report import FAILING, MAX_STEP, Case, CaseStep, Status, failed_step
from tests.specs.evidence import CART, import_bytes, make_story
from tests.specs.evidence import behave_json as behave_bytes


def step(text: str, status: Status | None, keyword: str = "Then ") -> CaseStep:
    return CaseStep(gherkin.Step(gherkin.StepType.OUTCOME, keyword, text), status)


def test_the_first_that_failed_counts_in_one_short_line() -> None:
    steps = [step("a", Status.PASSED), step("b\n  c", Status.UNDEFINED), step("d", Status.FAILED)]
    assert failed_step(steps) == "Then b c"
    assert failed_step([step("a", Status.PASSED), step("b", Status.SKIPPED), step("c", None)]) == ""
    long = failed_step([step("x" * 600, Status.FAILED)])
    assert len(long) == MAX_STEP and long.endswith("…")


def test_behave_says_it_by_its_steps() -> None:
    cases = behave_json.read(behave_bytes(CART, **{"Add one": "failed", "Add lamps": "skipped"})).cases
    assert [case.failed_step for case in cases] == ["Given an empty cart", "", ""]


# As behave's own reporter writes them.
JUNIT = """<testsuite name="cart.Cart"><testcase classname="cart.Cart" name="Add one thing" status="failed" time="0.1">
<failure type="AssertionError" message="the cart holds 2"><![CDATA[
Failing step: Then the cart holds 1 thing{timing}
Location: features/cart.feature:11
Traceback (most recent call last):
]]></failure></testcase></testsuite>"""


@pytest.mark.parametrize("timing", [" ... failed in 0.001s", " ... failed", ""])
def test_behave_s_junit_says_it_in_words(timing: str) -> None:
    (case,) = junit.read(JUNIT.format(timing=timing).encode()).cases
    assert (case.failed_step, case.message) == ("Then the cart holds 1 thing", "the cart holds 2")


def test_junit_of_others_and_what_passed_name_none() -> None:
    other = JUNIT.format(timing="").replace("Failing step: ", "It failed at ")
    assert junit.read(other.encode()).cases[0].failed_step == ""
    skipped = JUNIT.format(timing="").replace("failure", "skipped").replace('status="failed"', "")
    assert junit.read(skipped.encode()).cases[0].failed_step != ""
    passed = '<testsuite><testcase classname="a" name="b"/></testsuite>'
    assert junit.read(passed.encode()).cases[0].failed_step == ""


@pytest.mark.django_db
def test_it_is_kept_with_the_result(cast) -> None:
    make_story(cast)
    run = import_bytes(behave_bytes(CART, **{"Add one": "failed"}), by=cast.tomas).run
    kept = Result.objects.filter(run=run).order_by("position").values_list("status", "failed_step")
    assert list(kept) == [("FAILED", "Given an empty cart"), ("PASSED", ""), ("PASSED", "")]
    assert set(Result.objects.filter(run=run).values_list("at", flat=True)) == {run.received_at}


def failing(cases: tuple[Case, ...]) -> list[Case]:
    return [case for case in cases if case.status in FAILING]


def test_the_compatibility_kit_names_a_step_but_where_a_hook_failed(real_data: Path) -> None:
    samples = sorted((real_data / "cck/devkit/samples").glob("*/*.ndjson"))
    cases = [case for file in samples for case in failing(cucumber_messages.read(file.read_bytes()).cases)]
    by_hook = [case for case in cases if not any(one.status in FAILING for one in case.steps or ())]
    assert len(cases) > len(by_hook) > 0
    for case in cases:
        named = failed_step(case.steps or ())
        assert bool(named) == (case not in by_hook)
        assert not named or any(named == failed_step([one]) for one in case.steps or ())


def test_cucumber_json_says_it_by_its_steps() -> None:
    data = (
        b'[{"keyword":"Feature","name":"Pay","uri":"a.feature","line":1,"id":"pay","elements":[{"type":"scenario",'
        b'"keyword":"Scenario","name":"By card","line":2,"id":"pay;by-card","steps":['
        b'{"keyword":"When ","name":"I pay","line":3,"result":{"status":"passed","duration":1}},'
        b'{"keyword":"Then ","name":"I am told so","line":4,"result":{"status":"failed","error_message":"no"}}]}]}]'
    )
    (case,) = cucumber_json.read(data).cases
    assert failed_step(case.steps or ()) == "Then I am told so"
