"""The manifest beside exported features: which story, scenario and row stands at which path and line.

JSON: ``{"v": "triad/manifest/1", "scenarios": [{"path", "line", "story", "feature", "scenario", "row", "place",
"scenario_digest", "run_digest"}…]}``. `row` counts over all examples of an outline, 0 for a plain scenario; `place` is
``[examples, row]`` as behave counts them, null for a plain scenario.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from apps.delivery import meaning
from apps.specs.formats import json_node
from apps.specs.formats.json_node import Node
from apps.specs.paths import ending_with
from apps.specs.report import Case

RECIPE = "triad/manifest/1"
FILE_NAME = "manifest.json"


class Entry(NamedTuple):
    """One scenario or example row as it was exported."""

    path: str
    line: int
    story: str
    feature: str
    scenario: str
    row: int
    place: tuple[int, int] | None
    scenario_digest: str
    run_digest: str


class Manifest:
    """Exported scenarios, to be found by what a report says of a case."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._by_place: dict[tuple[str, int], Entry] = {}
        self._by_name: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            self._by_place[entry.path, entry.line] = entry
            names = (meaning.plain(entry.feature), meaning.plain_scenario_name(entry.scenario))
            self._by_name[names].append(entry)

    def find(self, case: Case) -> Entry | None:
        """The entry that `case` ran: by path and line, else by names where exactly one fits."""
        if case.line is not None and case.uri:
            parts = case.uri.replace("\\", "/").split("/")
            for cut in range(len(parts)):
                if found := self._by_place.get(("/".join(parts[cut:]), case.line)):
                    return found
        found_by_name = set(self._named(case))
        return found_by_name.pop() if len(found_by_name) == 1 else None

    def _named(self, case: Case) -> Iterable[Entry]:
        name = meaning.plain_scenario_name(case.name)
        for stem, feature in case.origins:
            for entry in self._by_name.get((meaning.plain(feature), name), ()):
                if (not stem or ending_with(entry.path, stem)) and case.row in (None, entry.place):
                    yield entry


def read(data: bytes) -> Manifest:
    """The manifest that `data` holds; raises NotAReport with the line or JSON path."""
    root = json_node.root(data)
    if root.text("v", "") != RECIPE:
        raise root.refusal(f"this is no manifest of exported features: “v” is not “{RECIPE}”.")
    return Manifest([_entry(node) for node in root.items("scenarios")])


def written(manifest: Manifest) -> bytes:
    """The file's bytes."""
    body = {"v": RECIPE, "scenarios": [entry._asdict() for entry in manifest.entries]}
    return (json.dumps(body, ensure_ascii=False, indent=1) + "\n").encode()


def _entry(node: Node) -> Entry:
    return Entry(
        path=node.text("path"),
        line=_whole(node, "line"),
        story=node.text("story", limit=20),
        feature=node.text("feature", ""),
        scenario=node.text("scenario", ""),
        row=_whole(node, "row"),
        place=_place(node),
        scenario_digest=node.text("scenario_digest", limit=64),
        run_digest=node.text("run_digest", limit=64),
    )


def _whole(node: Node, key: str) -> int:
    found = node.whole(key)
    if found is None or not 0 <= found < 1_000_000:
        raise node.child(key).refusal("expected a whole number from 0.")
    return found


def _place(node: Node) -> tuple[int, int] | None:
    if not node.has("place"):
        return None
    numbers = [number.value for number in node.items("place")]
    if len(numbers) != 2 or any(type(number) is not int for number in numbers):
        raise node.child("place").refusal("expected two whole numbers.")
    return (numbers[0], numbers[1])
