"""Story text: what is read, what is refused and with which words, also on texts of others."""

import json
from pathlib import Path
from typing import Any

import pytest
from gherkin import Parser
from gherkin.dialect import DIALECTS
from gherkin.pickles.compiler import Compiler

from apps.delivery import gherkin
from apps.delivery.gherkin import Counts, NotGherkin, StepType

SHOP = """# language: en
@shop
Feature: Cart
  In order to buy
    more than one thing

  Background:
    Given a shop
    And a customer

  @fast
  Scenario: Empty cart
    Then the cart is empty

  Rule: Prices
    Background:
      Given prices in "EUR"

    Scenario Outline: Buy <what> for <price>
      When she buys:
        | what   | price   |
        | <what> | <price> |
      But she pays
        \"\"\"json
        {"price": "<price>"}
          indented
        \"\"\"
      Then she owes <price>

      Examples: cheap
        | what | price |
        | tea  | 1     |
        | a\\|b | 2     |

      Examples: dear
        | what | price |
        | gold | 3     |
"""


def read(text: str) -> gherkin.Feature:
    feature = gherkin.parse(text)
    assert feature is not None
    return feature


def refused(text: str) -> NotGherkin:
    with pytest.raises(NotGherkin) as caught:
        gherkin.parse(text)
    return caught.value


def line_of(text: str) -> int:
    return SHOP[: SHOP.index(text)].count("\n") + 1


def features(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.feature"))


def source(path: Path) -> str:
    return path.read_bytes().decode()


def test_reads_what_a_story_says() -> None:
    story = read(SHOP)
    assert (story.name, story.narrative) == ("Cart", "In order to buy more than one thing")
    assert (story.language, story.keyword, story.line, story.tags) == ("en", "Feature", 3, ("@shop",))
    plain, outline = story.scenarios
    assert (plain.name, plain.rule, plain.outline, plain.line) == ("Empty cart", "", False, 12)
    assert [step.text for step in plain.background] == ["a shop", "a customer"]
    assert (outline.name, outline.rule, outline.outline) == ("Buy <what> for <price>", "Prices", True)
    assert [step.text for step in outline.background] == ["a shop", "a customer", 'prices in "EUR"']
    assert outline.steps[0].table == (("what", "price"), ("<what>", "<price>"))
    assert outline.steps[1].doc_string == '{"price": "<price>"}\n  indented'
    assert [table.name for table in outline.examples] == ["cheap", "dear"]
    assert outline.examples[0].rows == (("tea", "1"), ("a|b", "2"))


def test_and_and_but_take_the_type_of_the_step_before_also_across_the_background() -> None:
    story = read(SHOP)
    assert [step.type for step in story.scenarios[0].background] == [StepType.CONTEXT, StepType.CONTEXT]
    assert [step.type for step in story.scenarios[1].steps] == ["ACTION", "ACTION", "OUTCOME"]
    assert [step.keyword for step in story.scenarios[1].steps] == ["When", "But", "Then"]
    text = "Feature: f\nBackground:\nGiven a\nScenario: s\nAnd b\n* c\nAnd d\nThen e\n"
    assert [step.type for step in read(text).scenarios[0].steps] == [
        "CONTEXT",
        "UNKNOWN",
        "UNKNOWN",
        "OUTCOME",
    ]
    assert read("Feature: f\nScenario: s\nAnd a\n").scenarios[0].steps[0].type == StepType.UNKNOWN


def test_rows_are_filled_background_first() -> None:
    story = read(SHOP)
    first, second, third = story.scenarios[1].pickles
    assert (first.name, first.line, first.row, first.place) == ("Buy tea for 1", line_of("| tea "), 1, (1, 1))
    assert (second.name, second.line, second.row, second.place) == (
        "Buy a|b for 2",
        line_of("| a\\|b "),
        2,
        (1, 2),
    )
    assert (third.name, third.line, third.row, third.place) == (
        "Buy gold for 3",
        line_of("| gold "),
        3,
        (2, 1),
    )
    assert [step.text for step in first.steps][-1] == "she owes 1"
    assert first.steps[3].table == (("what", "price"), ("tea", "1"))
    assert first.steps[4].doc_string == '{"price": "1"}\n  indented'
    (plain,) = story.scenarios[0].pickles
    assert (plain.row, plain.place, plain.line) == (0, (0, 0), 12)


def test_a_header_is_text_and_no_regular_expression() -> None:
    text = "Feature: f\nScenario: <(a+)+$>\nGiven <(a+)+$> and <\\\\1[>\nExamples:\n|(a+)+$|\\\\1[|\n|x|\\\\2|\n"
    (pickle,) = read(text).scenarios[0].pickles
    assert (pickle.name, pickle.steps[0].text) == ("x", r"x and <\\1[>")


def test_columns_are_filled_one_after_the_other() -> None:
    text = "Feature: f\nScenario: s\nGiven <a>\nExamples:\n|a|b|\n|<b>|2|\n"
    assert read(text).scenarios[0].pickles[0].steps[0].text == "2"


@pytest.mark.parametrize("text", ["", "\n \n", "# only a comment\n", "\ufeff"])
def test_a_text_without_a_feature_is_none(text: str) -> None:
    assert gherkin.parse(text) is None
    assert gherkin.counts(None) == Counts()


def test_a_byte_order_mark_is_skipped() -> None:
    assert read("\ufeffFeature: f\n").name == "f"


def test_counts_leave_out_background_steps() -> None:
    assert gherkin.counts(read(SHOP)) == Counts(scenarios=1, outlines=1, steps=4)
    assert Counts(1, 2, 3) + Counts(1, 1, 1) == Counts(2, 3, 4)


# --- what is wrong, in words


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("hello", 1, "“hello” stands before the feature. Begin the text with “Feature: name of the story”."),
        ("# language: de\nhallo", 2, "Begin the text with “Funktionalität: name of the story”."),
        ("# language: xx\nFeature: f", 1, "Gherkin knows no language “xx”."),
        (
            "Feature: f\nScenario: s\nGiven a\nnonsense",
            4,
            "“nonsense” is no step. A step begins with Given, When,",
        ),
        ("Feature: f\nScenario: s\nGiven a\nthen b", 4, "Did you mean “Then b”?"),
        ("Feature: f\nScenario: s\nGiven a\nScenario two", 4, "Did you mean “Scenario: two”?"),
        ("Feature: f\nScenario: s\nGiven a\nscenario outline : b", 4, "Did you mean “Scenario Outline: b”?"),
        ("Feature: f\nScenario: s\nGiven a\n'''\nx\n'''", 4, "is no mark of a doc string."),
        ('Feature: f\nScenario: s\nGiven a\n"""\nx\n"""\n"""\n', 7, "a step may have only one."),
        ('Feature: f\nScenario: s\nGiven a\n"""\nx', 6, "The text ends inside a doc string."),
        ('Feature: f\nScenario: s\nGiven a\n|a|\n"""\nx\n"""\n|b|', 8, "a step may have only one table."),
        ("Feature: f\nScenario: s\nGiven a\n|a|b|\n|a|", 5, "another number of cells than the first row"),
        ("Feature: f\n@a b\nScenario: s", 2, "A tag must not contain white space."),
        ("Feature: f\nScenario: s\nGiven a\n@late", 5, "Put a “Scenario:” under them, or remove them."),
        ("Feature: f\nScenario: s\nGiven a\nFeature: g", 4, "A text holds one feature only."),
        (
            "Feature: f\nScenario: s\nGiven a\nBackground:\n",
            4,
            "There may be one “Background:” in the feature",
        ),
        (
            "Feature: f\nBackground:\nGiven a\nExamples:\n",
            4,
            "must stand under the steps of a “Scenario Outline:”.",
        ),
        ("Feature: f\nScenario: s\nGiven <a>\nExamples:\n|a|\nThen b", 6, "A step must stand under"),
    ],
)
def test_problems_say_what_to_do(text: str, line: int, words: str) -> None:
    problem = refused(text).problems[0]
    assert problem.line == line
    assert words in problem.words
    assert str(refused(text)) == f"Line {line}: {problem.words}"


def test_all_problems_are_told_in_order_of_lines() -> None:
    problems = refused("Feature: f\nScenario: s\nGiven a\none\nGiven b\n|1|2|\n|1|\nGiven c\ntwo\n").problems
    assert [problem.line for problem in problems] == [4, 7, 9]


def test_what_a_doc_string_of_behave_holds_is_no_problem_of_its_own() -> None:
    text = "Feature: f\nScenario: s\nGiven a\n'''\nFeature: x\n'''\nGiven b\nnonsense\n"
    assert [problem.line for problem in refused(text).problems] == [4, 6, 8]


def test_a_long_line_is_shown_short() -> None:
    assert len(refused("Feature: f\nScenario: s\nGiven a\n" + "z" * 90_000).problems[0].words) < 250


@pytest.mark.parametrize("language", sorted(DIALECTS))
def test_problems_have_words_in_every_language(language: str) -> None:
    scenario = DIALECTS[language]["scenario"][0]
    feature = DIALECTS[language]["feature"][0]
    step = DIALECTS[language]["given"][-1]
    problem = refused(f"# language: {language}\n{feature}: f\n{scenario}: s\n{step}a\n§ nonsense\n").problems[0]
    assert problem.line == 5
    assert "is no step" in problem.words


@pytest.mark.parametrize("cut", range(0, len(SHOP), 7))
def test_a_truncated_text_is_read_or_refused(cut: int) -> None:
    try:
        gherkin.parse(SHOP[:cut])
    except NotGherkin as refusal:
        assert all(problem.line >= 1 and problem.words for problem in refusal.problems)


# --- keywords of reports


@pytest.mark.parametrize("language", sorted(DIALECTS))
def test_step_types_of_keywords_are_those_of_the_source(language: str) -> None:
    spec: Any = DIALECTS[language]
    words = [word for kind in ("given", "when", "then", "and", "but") for word in spec[kind]]
    text = f"# language: {language}\n{spec['feature'][0]}: f\n{spec['scenario'][0]}: s\n"
    steps = read(text + "".join(f"{word}x\n" for word in words)).scenarios[0].steps
    assert gherkin.step_types([step.keyword for step in steps], language) == tuple(step.type for step in steps)


def test_step_types_without_a_language() -> None:
    assert gherkin.step_types(["Given ", "And ", "When ", "* ", "But "]) == (
        "CONTEXT", "CONTEXT", "ACTION", "UNKNOWN", "UNKNOWN",
    )  # fmt: skip
    assert gherkin.step_types(["Angenommen", "Und", "Wenn", "Dann"]) == (
        "CONTEXT", "CONTEXT", "ACTION", "OUTCOME",
    )  # fmt: skip
    assert gherkin.step_types(["Nonsense", "And"]) == ("UNKNOWN", "UNKNOWN")
    assert gherkin.step_types([], "no-such") == ()


# --- real input


@pytest.mark.parametrize(
    ("folder", "files", "without", "refusals", "amounts"),
    [
        ("features-sylius", 820, 0, 0, Counts(2_297, 0, 12_802)),
        ("behave", 216, 1, 10, Counts(752, 45, 3_487)),
        ("gherkin-testdata/testdata/good", 50, 2, 0, Counts(172, 23, 661)),
        ("gherkin-testdata/testdata/bad", 12, 0, 12, Counts()),
    ],
)
def test_real_files_are_counted(
    real_data: Path, folder: str, files: int, without: int, refusals: int, amounts: Counts
) -> None:
    total, empty, bad = Counts(), 0, 0
    paths = features(real_data / folder)
    for path in paths:
        try:
            feature = gherkin.parse(source(path))
        except NotGherkin:
            bad += 1
            continue
        empty += feature is None
        total += gherkin.counts(feature)
    assert (len(paths), empty, bad, total) == (files, without, refusals, amounts)


def test_bad_files_are_refused_with_their_lines(real_data: Path) -> None:
    for path in features(real_data / "gherkin-testdata/testdata/bad"):
        errors = [json.loads(line) for line in path.with_name(f"{path.name}.errors.ndjson").read_text().splitlines()]
        lines = [error["parseError"]["source"]["location"]["line"] for error in errors]
        assert [problem.line for problem in refused(source(path)).problems] == lines, path.name


def test_the_files_that_behave_alone_reads_are_refused(real_data: Path) -> None:
    for name in json.loads((real_data / "behave/EXPECTED.json").read_text())["unparseable_files"]:
        words = refused(source(real_data / name)).problems[0].words
        assert "is no mark of a doc string" in words or "Did you mean “And" in words


@pytest.mark.parametrize("folder", ["gherkin-testdata/testdata/good", "behave", "features-sylius", "cck"])
def test_pickles_are_those_of_the_official_compiler(real_data: Path, folder: str) -> None:
    compared = 0
    for path in features(real_data / folder):
        try:
            feature = gherkin.parse(source(path))
        except NotGherkin:
            continue
        ours = [pickle for scenario in feature.scenarios for pickle in scenario.pickles] if feature else []
        document: Any = Parser().parse(source(path))
        official = Compiler().compile(document | {"uri": path.name})
        assert [_shown(pickle) for pickle in ours] == [_shown_official(pickle) for pickle in official], path
        compared += len(ours)
    assert compared > 30


def _shown(pickle: gherkin.Pickle) -> list[Any]:
    steps = [(step.type.value, step.text, step.doc_string, step.table) for step in pickle.steps]
    return [pickle.name, pickle.line, steps]


def _shown_official(pickle: Any) -> list[Any]:
    steps = []
    for step in pickle["steps"]:
        argument = step.get("argument", {})
        table = argument.get("dataTable")
        rows = table and tuple(tuple(cell["value"] for cell in row["cells"]) for row in table["rows"])
        doc_string = argument.get("docString", {}).get("content")
        steps.append(((step["type"] or "Unknown").upper(), step["text"], doc_string, rows))
    return [pickle["name"], pickle["location"]["line"], steps]
