"""What a story's text says: scenarios with their background, the rows of outlines, and what is wrong with a text."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in a text: its line, from 1, and words that say what to do."""

    line: int
    words: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.words}"


class NotGherkin(ValueError):
    """The text cannot be a story; ``problems`` holds at least one, in order of lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__(str(self.problems[0]))


class StepType(StrEnum):
    """What a step is for. And and But take the type of the step before; ``*`` is unknown."""

    CONTEXT = "CONTEXT"
    ACTION = "ACTION"
    OUTCOME = "OUTCOME"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; ``keyword`` as written, without white space; ``table`` with its header as first row."""

    type: StepType
    keyword: str
    text: str
    doc_string: str | None = None
    table: tuple[tuple[str, ...], ...] | None = None
    line: int = 0


@dataclass(frozen=True, slots=True)
class Examples:
    """One examples table of an outline; ``header`` is empty where the table is missing."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int = 0
    row_lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Pickle:
    """What a runner executes: a scenario, or one row of an outline, background first, placeholders filled.

    ``line`` is the row's line, else the scenario's; ``row`` counts from 1 over all examples of the outline, 0
    for a plain scenario. ``place`` is the row as behave counts it, (examples, row in it), both from 1, else
    (0, 0): rows that execute the same have one run digest, and only their place tells them apart.
    """

    name: str
    steps: tuple[Step, ...]
    line: int
    row: int
    run_digest: str
    place: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One scenario as written. ``outline``: it has examples; ``background``: of feature and rule."""

    name: str
    rule: str
    outline: bool
    background: tuple[Step, ...]
    steps: tuple[Step, ...]
    examples: tuple[Examples, ...]
    line: int
    digest: str
    pickles: tuple[Pickle, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """A story's text. ``narrative`` is its description on one line; ``line``: where it begins."""

    name: str
    narrative: str
    language: str
    keyword: str
    line: int
    tags: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Scenarios without outlines, outlines, steps of both without background steps."""

    scenarios: int = 0
    outlines: int = 0
    steps: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.scenarios + other.scenarios, self.outlines + other.outlines, self.steps + other.steps)

    @classmethod
    def total(cls, counts: Iterable["Counts"]) -> "Counts":
        """All of them together."""
        scenarios = outlines = steps = 0
        for one in counts:
            scenarios += one.scenarios
            outlines += one.outlines
            steps += one.steps
        return cls(scenarios, outlines, steps)
