"""A difference of meaning as lines to print with `{% diff %}`: one list for the editor, the difference and signing."""

from collections.abc import Iterable
from dataclasses import dataclass

from apps.delivery.difference import Change, Line, ScenarioDifference, StoryDifference


@dataclass(frozen=True, slots=True)
class Shown:
    """A line to print: `kind` is gone, came, kept, or place for a heading between."""

    kind: str
    text: str


_INDENT = "\u00a0\u00a0"
_WORDS = {
    Change.ADDED: "Scenario added",
    Change.REMOVED: "Scenario removed",
    Change.CHANGED: "Scenario changed",
    Change.RENAMED: "Scenario renamed",
    Change.MOVED: "Scenario moved",
    Change.KEPT: "Scenario unchanged",
}


def difference_lines(difference: StoryDifference) -> list[Shown]:
    """All that changed, heading by heading; empty where nothing did."""
    lines: list[Shown] = []
    for words, changed in (("Name", difference.name), ("Narrative", difference.narrative)):
        if changed:
            lines += [Shown("place", words), *_shown(changed)]
    for background in difference.backgrounds:
        count = len(background.scenarios)
        lines.append(Shown("place", f"Background of {count} scenario{'' if count == 1 else 's'}"))
        lines += _shown(background.lines)
    for scenario in difference.scenarios:
        lines += _scenario(scenario)
    if lines and difference.kept:
        kept = "1 scenario is" if difference.kept == 1 else f"{difference.kept} scenarios are"
        lines.append(Shown("place", f"{kept} unchanged"))
    return lines


def _scenario(scenario: ScenarioDifference) -> list[Shown]:
    moved = " and moved" if scenario.moved and scenario.change != Change.MOVED else ""
    head = Shown("place", f"{_WORDS[scenario.change]}{moved}: {scenario.name}")
    return [head, *([] if scenario.change == Change.MOVED else _shown(scenario.lines))]


def _shown(lines: Iterable[Line]) -> list[Shown]:
    return [Shown(str(line.kind), _INDENT * line.depth + line.text) for line in lines]
