"""Made-up stories as data, and writing them down in many ways that mean the same."""

import unicodedata
from dataclasses import dataclass, field, replace
from random import Random

from hypothesis import strategies as st

WORDS = {"Given": "CONTEXT", "When": "ACTION", "Then": "OUTCOME"}


@dataclass(frozen=True)
class MadeStep:
    word: str
    text: str
    doc_string: tuple[str, ...] | None = None
    table: tuple[tuple[str, ...], ...] | None = None


@dataclass(frozen=True)
class MadeScenario:
    name: str
    steps: tuple[MadeStep, ...]
    rows: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class MadeStory:
    name: str
    narrative: tuple[str, ...]
    background: tuple[MadeStep, ...]
    scenarios: tuple[MadeScenario, ...]
    rule: tuple[MadeScenario, ...] = ()

    def with_scenario(self, at: int, scenario: MadeScenario) -> "MadeStory":
        return replace(self, scenarios=(*self.scenarios[:at], scenario, *self.scenarios[at + 1 :]))


_word = st.text("abcxyzäéßñ宝😀0", min_size=1, max_size=6).map(lambda text: f"w{text}")
_line = st.lists(_word, min_size=1, max_size=4).map(" ".join)
_cell = st.one_of(st.just(""), _line, st.sampled_from(["a|b", "a\\b", "a\nb", "<x>"]))
_table = st.integers(1, 3).flatmap(
    lambda width: st.lists(st.tuples(*[_cell] * width), min_size=1, max_size=3).map(tuple)
)
_doc_string = st.lists(st.one_of(_line, _line.map("  {}".format), st.just("")), max_size=3).map(tuple)
_step = st.builds(
    MadeStep,
    st.sampled_from(sorted(WORDS)),
    st.one_of(_line, _line.map("{} <x>".format)),
    st.none() | _doc_string,
    st.none() | _table,
)
_rows = st.lists(st.tuples(_line, _line), max_size=3).map(tuple)
_scenario = st.builds(MadeScenario, _line, st.lists(_step, min_size=1, max_size=4).map(tuple), _rows)
_scenarios = st.lists(_scenario, min_size=1, max_size=4).map(tuple)
stories = st.builds(
    MadeStory,
    _line,
    st.lists(_line, max_size=3).map(tuple),
    st.lists(_step, max_size=2).map(tuple),
    _scenarios,
    st.lists(_scenario, max_size=2).map(tuple),
)


@dataclass
class Pen:
    """Writes a story down; with chance, in a way that looks different and means the same."""

    chance: Random | None = None
    lines: list[str] = field(default_factory=list)
    last: str = ""

    def write(self, story: MadeStory) -> str:
        self.tags()
        self.line(f"Feature: {story.name}")
        for line in story.narrative:
            self.line(line, comments=False)
        if story.background:
            self.line("Background:")
            self.last = ""
            self.steps(story.background)
        background_last = self.last
        self.scenarios(story.scenarios, background_last)
        if story.rule:
            self.tags()
            self.line("Rule: r")
            self.scenarios(story.rule, background_last)
        text = self.end().join(self.lines) + "\n"
        return unicodedata.normalize("NFD", text) if self.maybe() else text

    def scenarios(self, scenarios: tuple[MadeScenario, ...], background_last: str) -> None:
        for scenario in scenarios:
            self.tags()
            self.line(f"Scenario{' Outline' if scenario.rows else ''}: {scenario.name}")
            self.last = background_last
            self.steps(scenario.steps)
            if scenario.rows:
                self.tags()
                self.line("Examples:")
                self.table((("x", "y"), *scenario.rows))

    def steps(self, steps: tuple[MadeStep, ...]) -> None:
        for step in steps:
            word = "And" if step.word == self.last and self.maybe() else step.word
            self.last = step.word
            self.line(f"{word} {step.text}")
            if step.doc_string is not None:
                indent = self.indent()
                for line in ('"""', *step.doc_string, '"""'):
                    self.lines.append(indent + line + self.blank())
            if step.table is not None:
                self.table(step.table)

    def table(self, rows: tuple[tuple[str, ...], ...]) -> None:
        for row in rows:
            cells = (cell.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n") for cell in row)
            self.line("".join(f"|{self.blank()}{cell}{self.blank()}" for cell in cells) + "|")

    def line(self, text: str, comments: bool = True) -> None:
        if comments and self.maybe():
            self.lines.append(f"{self.indent()}# a comment")
        if self.maybe():
            self.lines.append(self.blank())
        self.lines.append(f"{self.indent()}{text}{self.blank()}")

    def tags(self) -> None:
        if self.maybe():
            self.line("@one @two")

    def maybe(self) -> bool:
        return bool(self.chance and self.chance.random() < 0.3)

    def indent(self) -> str:
        return " " * self.chance.randrange(8) if self.chance else ""

    def blank(self) -> str:
        return self.chance.choice(["", " ", "\t "]) if self.chance else ""

    def end(self) -> str:
        return "\r\n" if self.maybe() else "\n"


def written(story: MadeStory, chance: Random | None = None) -> str:
    return Pen(chance).write(story)
