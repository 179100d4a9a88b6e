"""A JSON value that knows its path, so that a refusal can name the place: `$[3].elements[0].steps`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from apps.common import strict_json
from apps.specs.report import MAX_NAME, NotAReport, clean

MAX_DOC_STRING = 200_000
MAX_LINE = 10_000_000

_KINDS = {
    dict: "an object",
    list: "a list",
    str: "a text",
    int: "a number",
    float: "a number",
    bool: "true or false",
    type(None): "null",
}


@dataclass(slots=True)  # not frozen: that costs twice the time, and a report has a million of them
class Node:
    """One value and where it stands. Absent and null are one: reports write either for "nothing to say"."""

    value: Any
    path: str = "$"

    def refusal(self, words: str) -> NotAReport:
        """What to raise about this place."""
        return NotAReport(f"At {self.path}: {words}")

    def child(self, key: str) -> "Node":
        """What stands under `key`; raises NotAReport where this is no object."""
        if not isinstance(self.value, dict):
            raise self.refusal(f"expected an object, found {self._kind()}.")
        return Node(self.value.get(key), f"{self.path}.{key}")

    def has(self, key: str) -> bool:
        """Whether something other than null stands under `key`."""
        return self.child(key).value is not None

    def items(self, key: str | None = None) -> Iterator["Node"]:
        """The members of this list, or of the one under `key`, which may be absent."""
        if key is not None:
            found = self.child(key)
            return iter(()) if found.value is None else found.items()
        if not isinstance(self.value, list):
            raise self.refusal(f"expected a list, found {self._kind()}.")
        return (Node(member, f"{self.path}[{number}]") for number, member in enumerate(self.value))

    def text(self, key: str, default: str | None = None, *, limit: int = MAX_NAME) -> str:
        """The text under `key`, fit to be stored; `default` where absent, a refusal where that is None."""
        found = self.child(key)
        if found.value is None and default is not None:
            return default
        if found.value is None:
            raise self.refusal(f"“{key}” is missing.")
        if not isinstance(found.value, str):
            raise found.refusal(f"expected a text, found {found._kind()}.")
        return clean(found.value, f"The text at {found.path}", limit)

    def words(self, key: str) -> str:
        """A message under `key`: a text or a list of lines, "" where absent, whatever characters it holds."""
        found = self.child(key)
        if found.value is None:
            return ""
        lines = found.value if isinstance(found.value, list) else [found.value]
        if not all(isinstance(line, str) for line in lines):
            raise found.refusal("expected a text or a list of lines.")
        return "\n".join(lines)

    def whole(self, key: str) -> int | None:
        """The whole number under `key`, None where absent."""
        found = self.child(key)
        if found.value is None or type(found.value) is int:
            return found.value
        raise found.refusal(f"expected a whole number, found {found._kind()}.")

    def line(self, key: str) -> int | None:
        """The line number under `key`, None where absent or no line of any file."""
        found = self.whole(key)
        return found if found is not None and 0 < found < MAX_LINE else None

    def number(self, key: str) -> float | None:
        """The number under `key`, None where absent."""
        found = self.child(key)
        if found.value is None or type(found.value) in (int, float):
            return found.value
        raise found.refusal(f"expected a number, found {found._kind()}.")

    def flag(self, key: str) -> bool:
        """The truth under `key`, False where absent."""
        found = self.child(key)
        if found.value is None or isinstance(found.value, bool):
            return bool(found.value)
        raise found.refusal(f"expected true or false, found {found._kind()}.")

    def _kind(self) -> str:
        return _KINDS.get(type(self.value), "something else")


def root(data: bytes | str, *, where: str = "$", first_line: int = 1) -> Node:
    """The whole of a JSON text; raises NotAReport with the line where it is not strict JSON.

    `first_line` is the line in the file at which `data` begins.
    """
    try:
        return Node(strict_json.parse(data), where)
    except strict_json.NotStrictJson as error:
        raise NotAReport(f"Line {error.line + first_line - 1}: {error.problem}") from error


def members(data: bytes) -> Iterator[Node]:
    """As `root(data).items()`, but each member is forgotten with the one who asked for it."""
    try:
        for number, member in enumerate(strict_json.members(data)):
            yield Node(member, f"$[{number}]")
    except strict_json.NotAList as error:
        yield from Node(error.value).items()
    except strict_json.NotStrictJson as error:
        raise NotAReport(f"Line {error.line}: {error.problem}") from error


def stored(text: str, node: Node) -> str:
    """`text`, read at `node`, as it may be stored; a doc string may be as long as a story."""
    return clean(text, f"The text at {node.path}", MAX_DOC_STRING)


def cells(node: Node) -> tuple[str, ...]:
    """The texts of a row; raises NotAReport where one is none."""
    found = []
    for cell in node.items():
        if not isinstance(cell.value, str):
            raise cell.refusal("expected a text.")
        found.append(stored(cell.value, cell))
    return tuple(found)
