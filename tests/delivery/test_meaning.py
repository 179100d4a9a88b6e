"""Digests of meaning: what counts, what does not, and that reports without source find what they ran."""

import hashlib
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.delivery import gherkin, meaning
from apps.delivery.gherkin import Feature, NotGherkin, Step, StepType
from tests.delivery.stories import MadeStory, stories, written

STEP = Step(StepType.CONTEXT, "Given", "a cart", None, None, 3)


def read(text: str) -> Feature:
    feature = gherkin.parse(text)
    assert feature is not None
    return feature


def digests(story: MadeStory) -> list[str]:
    return [scenario.digest for scenario in read(written(story)).scenarios]


# --- the recipe


def test_the_recipe_of_a_scenario_and_its_run() -> None:
    story = read("Feature: f\nBackground:\nGiven b\nScenario: s\nAnd c\n|x|y|\nExamples: e\n|h|\n|1|\n")
    (scenario,) = story.scenarios
    background: Any = [{"type": "CONTEXT", "text": "b", "doc": None, "table": None}]
    steps: Any = [{"type": "CONTEXT", "text": "c", "doc": None, "table": [["x", "y"]]}]
    written_out: Any = {
        "v": "triad/scenario/1",
        "name": "s",
        "rule": "",
        "background": background,
        "steps": steps,
        "examples": [{"name": "e", "header": ["h"], "rows": [["1"]]}],
    }
    assert scenario.digest == hashlib.sha256(rfc8785.dumps(written_out)).hexdigest()
    run: Any = {"v": "triad/run/1", "feature": "f", "scenario": "s", "steps": background + steps}
    assert scenario.pickles[0].run_digest == hashlib.sha256(rfc8785.dumps(run)).hexdigest()
    whole: Any = {"v": "triad/story/1", "name": "f", "narrative": "", "scenarios": [scenario.digest]}
    assert story.digest == hashlib.sha256(rfc8785.dumps(whole)).hexdigest()


def test_the_recipe_has_not_changed() -> None:
    """Signatures hold these digests: a change here needs a new version of the recipe."""
    story = read(
        'Feature: Tür\n  As a\n  guest\n\n  Scenario: öffnen\n    When I "knock"\n      """\n      x\n      """\n'
    )
    assert story.scenarios[0].digest == "7f3a1bfa14ec3a3ed0c1ba3ad769cc8d7a1271a6dcb049649b51e7439449762b"
    assert story.digest == "1e6d8ddca5b7ceb95091146cfe0e1dab2ace452fedd51ecf4438f599b9f56e46"
    assert (
        story.scenarios[0].pickles[0].run_digest == "720a081533d30858c38a81d90e6c3f9e7c2beaa4cb5ada9808b2c6f867493eb9"
    )


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_table = st.lists(st.lists(_text, min_size=1, max_size=2), max_size=2).map(lambda rows: tuple(map(tuple, rows)))
_step = st.builds(Step, st.sampled_from(StepType), st.just("Given"), _text, st.none() | _text, st.none() | _table)
_examples = st.builds(gherkin.Examples, _text, _table.map(lambda rows: rows[0] if rows else ()), _table)


def _plain_step(step: Step) -> dict[str, Any]:
    table = [[meaning.plain(cell) for cell in row] for row in step.table] if step.table else None
    doc = meaning.plain_doc_string(step.doc_string)
    return {"type": step.type.value, "text": meaning.plain(step.text), "doc": doc, "table": table}


@given(_text, _text, st.lists(_step, max_size=3), st.lists(_examples, max_size=2))
@settings(deadline=None)
def test_what_is_hashed_is_the_canonical_json_of_rfc_8785(name: str, rule: str, steps: Any, tables: Any) -> None:
    plain: Any = {"v": "triad/run/1", "feature": meaning.plain(rule), "scenario": meaning.plain_scenario_name(name)}
    plain["steps"] = [_plain_step(step) for step in steps]
    assert meaning.run_digest(rule, name, steps) == hashlib.sha256(rfc8785.dumps(plain)).hexdigest()
    examples: Any = [
        {
            "name": meaning.plain(table.name),
            "header": [meaning.plain(cell) for cell in table.header],
            "rows": [[meaning.plain(cell) for cell in row] for row in table.rows],
        }
        for table in tables
    ]
    plain = {"v": "triad/scenario/1", "name": meaning.plain(name), "rule": meaning.plain(rule), "examples": examples}
    plain |= {"background": [_plain_step(step) for step in steps[:1]], "steps": [_plain_step(step) for step in steps]}
    digest = meaning.scenario_digest(name=name, rule=rule, background=steps[:1], steps=steps, examples=tables)
    assert digest == hashlib.sha256(rfc8785.dumps(plain)).hexdigest()


# --- what does not count


@given(stories, st.integers(0, 2**32))
@settings(max_examples=100, deadline=None)
def test_reformatting_keeps_every_digest(story: MadeStory, seed: int) -> None:
    first, second = read(written(story)), read(written(story, Random(seed)))
    assert second.digest == first.digest
    assert [scenario.digest for scenario in second.scenarios] == [scenario.digest for scenario in first.scenarios]
    assert runs(second) == runs(first)


def runs(feature: Feature) -> list[str]:
    return [pickle.run_digest for scenario in feature.scenarios for pickle in scenario.pickles]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Scenario: s\nGiven a\nAnd b", "Scenario: s\nGiven a\nGiven b"),
        ("Scenario: s\nGiven a", "Example: s\nGiven a"),
        ('Scenario: s\nGiven a\n"""json\nx\n"""', "Scenario: s\nGiven a\n```\nx\n```"),
        ('Scenario: s\nGiven a\n"""\nx  \n\n"""', 'Scenario: s\nGiven a\n    """\n    x\n    """'),
        ('Scenario: s\nGiven a\n"""\n"""', "Scenario: s\nGiven a"),
        ("Scenario: s\nwords\nGiven a", "Scenario: s\nother words\nGiven a"),
        ("  As a  guest,\n  I\n\nScenario: s", "As a guest, I\nScenario: s"),
        ("Scenario: caf\u00e9", "Scenario: cafe\u0301"),
    ],
)
def test_what_does_not_count(one: str, other: str) -> None:
    assert read(f"Feature: f\n{one}\n").digest == read(f"Feature: f\n{other}\n").digest


def test_a_story_keeps_its_meaning_in_another_language() -> None:
    german = "# language: de\nFunktionalität: f\nSzenario: s\nAngenommen a\nUnd b\nDann c\n"
    assert read(german).digest == read("Feature: f\nScenario: s\nGiven a\nAnd b\nThen c\n").digest


def test_a_hundred_accents_in_a_row_are_taken_as_they_are() -> None:
    assert meaning.plain("e\u0301") == "é"
    assert meaning.plain("e\u0301" + "\u0301" * 100) == "e\u0301" + "\u0301" * 100


# --- what counts


@given(stories, st.data())
@settings(max_examples=100, deadline=None)
def test_another_word_in_a_step_changes_its_scenario_and_the_story_alone(story: MadeStory, data: Any) -> None:
    at = data.draw(st.integers(0, len(story.scenarios) - 1))
    scenario = story.scenarios[at]
    place = data.draw(st.integers(0, len(scenario.steps) - 1))
    step = scenario.steps[place]
    words = step.text.split(" ")
    word = data.draw(st.integers(0, len(words) - 1))
    words[word] += "!"
    steps = (*scenario.steps[:place], replace(step, text=" ".join(words)), *scenario.steps[place + 1 :])
    edited = story.with_scenario(at, replace(scenario, steps=steps))
    changed = [i for i, (a, b) in enumerate(zip(digests(story), digests(edited), strict=True)) if a != b]
    assert changed == [at]
    assert read(written(story)).digest != read(written(edited)).digest
    pairs = zip(read(written(story)).scenarios[at].pickles, read(written(edited)).scenarios[at].pickles, strict=True)
    assert all(old.run_digest != new.run_digest for old, new in pairs)


@pytest.mark.parametrize(
    "other",
    [
        "Feature: g\nn\nBackground:\nGiven b\nRule: r\nScenario: s\nWhen a\n|1|\nExamples: e\n|h|\n|2|\n",
        "Feature: f\nm\nBackground:\nGiven b\nRule: r\nScenario: s\nWhen a\n|1|\nExamples: e\n|h|\n|2|\n",
        "Feature: f\nn\nBackground:\nGiven c\nRule: r\nScenario: s\nWhen a\n|1|\nExamples: e\n|h|\n|2|\n",
        "Feature: f\nn\nBackground:\nGiven b\nRule: q\nScenario: s\nWhen a\n|1|\nExamples: e\n|h|\n|2|\n",
        "Feature: f\nn\nBackground:\nGiven b\nRule: r\nScenario: t\nWhen a\n|1|\nExamples: e\n|h|\n|2|\n",
        "Feature: f\nn\nBackground:\nGiven b\nRule: r\nScenario: s\nThen a\n|1|\nExamples: e\n|h|\n|2|\n",
        "Feature: f\nn\nBackground:\nGiven b\nRule: r\nScenario: s\nWhen A\n|1|\nExamples: e\n|h|\n|2|\n",
        "Feature: f\nn\nBackground:\nGiven b\nRule: r\nScenario: s\nWhen a\n|0|\nExamples: e\n|h|\n|2|\n",
        "Feature: f\nn\nBackground:\nGiven b\nRule: r\nScenario: s\nWhen a\n```\n1\n```\nExamples: e\n|h|\n|2|\n",
        "Feature: f\nn\nBackground:\nGiven b\nRule: r\nScenario: s\nWhen a\n|1|\nExamples: d\n|h|\n|2|\n",
        "Feature: f\nn\nBackground:\nGiven b\nRule: r\nScenario: s\nWhen a\n|1|\nExamples: e\n|i|\n|2|\n",
        "Feature: f\nn\nBackground:\nGiven b\nRule: r\nScenario: s\nWhen a\n|1|\nExamples: e\n|h|\n|3|\n",
        "Feature: f\nn\nBackground:\nGiven b\nRule: r\nScenario: s\nWhen a\n|1|\nExamples: e\n|h|\n",
        "Feature: f\nn\nRule: r\nScenario: s\nGiven b\nWhen a\n|1|\nExamples: e\n|h|\n|2|\n",
    ],
)
def test_what_counts(other: str) -> None:
    story = "Feature: f\nn\nBackground:\nGiven b\nRule: r\nScenario: s\nWhen a\n|1|\nExamples: e\n|h|\n|2|\n"
    assert read(other).digest != read(story).digest


def test_the_order_of_scenarios_counts_for_the_story_alone() -> None:
    one = read("Feature: f\nScenario: a\nGiven x\nScenario: b\nGiven y\n")
    other = read("Feature: f\nScenario: b\nGiven y\nScenario: a\nGiven x\n")
    assert one.digest != other.digest
    assert {scenario.digest for scenario in one.scenarios} == {scenario.digest for scenario in other.scenarios}


def test_white_space_inside_a_step_and_inside_a_doc_string_counts() -> None:
    assert meaning.step_json(STEP) != meaning.step_json(replace(STEP, text="a  cart"))
    assert meaning.plain_doc_string("a\n  b") != meaning.plain_doc_string("a\nb")
    assert meaning.plain_doc_string("\na") != meaning.plain_doc_string("a")


# --- runs


@pytest.mark.parametrize(
    ("reported", "name"),
    [
        ("Buy tea -- @1.1 ", "Buy tea"),
        ("Buy tea -- @1.1", "Buy tea"),
        ("Buy tea -- @12.30 some -- @ examples", "Buy tea"),
        (" -- @1.1 ", ""),
        ("-- @1.1", ""),
        ("Buy tea -- @home", "Buy tea -- @home"),
        ("Buy--@1.1", "Buy--@1.1"),
    ],
)
def test_the_mark_of_a_row_is_cut(reported: str, name: str) -> None:
    assert meaning.plain_scenario_name(reported) == name
    assert meaning.run_digest("f", reported, [STEP]) == meaning.run_digest("f", name, [STEP])


def test_what_reports_lose_does_not_count() -> None:
    full = replace(STEP, doc_string="a\nb\n", table=(("x", "y"),))
    lossy = replace(STEP, keyword="And", text=" a cart ", doc_string="a \r\nb", table=((" x", "y "),), line=0)
    assert meaning.run_digest("f ", "s", [full]) == meaning.run_digest("f", " s", [lossy])
    empty = replace(STEP, doc_string="", table=())
    assert meaning.run_digest("f", "s", [empty]) == meaning.run_digest("f", "s", [STEP])


def test_rows_that_execute_the_same_differ_by_place_alone() -> None:
    text = "Feature: f\nScenario: s\nGiven <a>\nExamples:\n|a|\n|1|\nExamples:\n|a|\n|1|\n"
    one, other = read(text).scenarios[0].pickles
    assert one.run_digest == other.run_digest
    assert (one.place, other.place) == ((1, 1), (2, 1))


# --- real reports


def test_behave_steps_hit_exactly_what_they_ran(real_data: Path) -> None:
    """The report says steps only; each executed scenario must hit the scenario or row it names by its line."""
    report = json.loads((real_data / "behave/generated-run/behave-report.json").read_text())
    found: Counter[str] = Counter()
    for reported in report:
        path = reported["location"].rpartition(":")[0]
        try:
            feature = gherkin.parse((real_data / "behave" / path).read_bytes().decode())
        except NotGherkin:
            found["refused files"] += 1
            continue
        assert feature is not None
        found["files"] += 1
        pickles = [pickle for scenario in feature.scenarios for pickle in scenario.pickles]
        for element in reported["elements"]:
            if element["type"] == "background" or not element["steps"]:
                continue
            digest = meaning.run_digest(reported["name"], element["name"], behave_steps(element, feature.language))
            hits = [pickle for pickle in pickles if pickle.run_digest == digest]
            if len(hits) > 1:
                found["same as another row"] += 1
                mark = element["name"].rpartition(" -- @")[2].split()[0]
                hits = [pickle for pickle in hits if "{}.{}".format(*pickle.place) == mark]
            assert [pickle.line for pickle in hits] == [int(element["location"].rpartition(":")[2])]
            found["executed"] += 1
    assert found == {"files": 45, "refused files": 2, "executed": 292, "same as another row": 1}


def behave_steps(element: Any, language: str) -> list[Step]:
    steps = element["steps"]
    types = gherkin.step_types([step["keyword"] for step in steps], language)
    made = []
    for kind, step in zip(types, steps, strict=True):
        text = step.get("text")
        table = step.get("table")
        rows = (tuple(table["headings"]), *map(tuple, table["rows"])) if table else None
        doc_string = "\n".join(text) if isinstance(text, list) else text
        made.append(Step(kind, step["keyword"], step["name"], doc_string, rows))
    return made


def test_the_pickles_of_cucumber_messages_are_ours(real_data: Path) -> None:
    compared = 0
    for path in sorted((real_data / "cck").rglob("*.ndjson")):
        envelopes = [json.loads(line) for line in path.read_text().splitlines()]
        by_uri: dict[str, list[str]] = {}
        names: dict[str, str] = {}
        for envelope in envelopes:
            if (source := envelope.get("source")) and source["mediaType"] == "text/x.cucumber.gherkin+plain":
                feature = gherkin.parse(source["data"])
                by_uri[source["uri"]] = runs(feature) if feature else []
                names[source["uri"]] = feature.name if feature else ""
            elif (pickle := envelope.get("pickle")) and pickle["uri"] in by_uri:
                digest = meaning.run_digest(names[pickle["uri"]], pickle["name"], message_steps(pickle))
                by_uri[pickle["uri"]].remove(digest)
                compared += 1
        assert not any(by_uri.values()), path.name
    assert compared > 80


def message_steps(pickle: Any) -> list[Step]:
    made = []
    for step in pickle["steps"]:
        argument = step.get("argument", {})
        table = argument.get("dataTable")
        rows = table and tuple(tuple(cell["value"] for cell in row["cells"]) for row in table["rows"])
        doc_string = argument.get("docString", {}).get("content")
        made.append(Step(StepType(step["type"].upper()), "", step["text"], doc_string, rows))
    return made
