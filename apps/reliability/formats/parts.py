"""A document read field by field: what is wrong is noted by its path, and what nobody asked for is refused at the end.

All that is wrong with a document is told at once; what a refused field gives in its place is empty.
"""

import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

Note = Callable[[str, str], None]
MAX_TEXT = 20_000


class Part:
    """One mapping of a document, at `path`; `note` takes the path and reason of whatever is wrong with it."""

    def __init__(self, value: Any, path: str, note: Note) -> None:
        self.path = path
        self.note = note
        self.asked: set[str] = set()
        self.inner: list[Part] = []
        if value is not None and not isinstance(value, Mapping):
            note(path, f"a mapping of fields belongs here, not {kind_of(value)}.")
        self.fields: Mapping[str, Any] = value if isinstance(value, Mapping) else {}

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def refuse(self, name: str, reason: str) -> None:
        """Notes that the field is wrong."""
        self.note(self.at(name), reason)

    def has(self, name: str) -> bool:
        """Whether the field has a value; one that is empty has none."""
        self.asked.add(name)
        return self.fields.get(name) is not None

    def take(self, name: str) -> Any:
        """The field as it is; None where it has no value."""
        self.asked.add(name)
        return self.fields.get(name)

    def text(
        self, name: str, *, needed: bool = False, most: int = MAX_TEXT, form: re.Pattern[str] | None = None
    ) -> str:
        """The field's words of at most `most` characters, all of `form`; "" where there are none."""
        value = self.take(name)
        if value is None or value == "":
            if needed:
                self.refuse(name, "this is needed, and missing or empty.")
            return ""
        if not isinstance(value, str):
            self.refuse(name, f"words belong here, not {kind_of(value)}; put them in quotes.")
            return ""
        if len(value) > most:
            self.refuse(name, f"{len(value):,} characters are more than the {most:,} allowed.")
            return ""
        if form is not None and not form.fullmatch(value):
            self.refuse(name, f"“{value[:60]}” is not of the form {form.pattern}.")
            return ""
        return value

    def choice(self, name: str, choices: Collection[str], *, needed: bool = False) -> str:
        """One of `choices`."""
        value = self.text(name, needed=needed)
        if value and value not in choices:
            self.refuse(name, f"“{value[:60]}” is none of {', '.join(choices)}.")
            return ""
        return value

    def number(self, name: str, *, needed: bool = False) -> Fraction | None:
        """The field's number, exactly as it is written in decimals."""
        value = self.take(name)
        if value is None:
            if needed:
                self.refuse(name, "a number is needed here, and missing.")
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(name, f"a number belongs here, not {kind_of(value)}.")
            return None
        return Fraction(Decimal(repr(value)))

    def flag(self, name: str) -> bool | None:
        """True or false; None where it is neither."""
        value = self.take(name)
        if value is not None and not isinstance(value, bool):
            self.refuse(name, f"true or false belongs here, not {kind_of(value)}.")
            return None
        return value

    def part(self, name: str, *, needed: bool = False) -> "Part":
        """The mapping within; an empty one where there is none."""
        value = self.take(name)
        if value is None and needed:
            self.refuse(name, "this is needed, and missing or empty.")
        return self._inner(value, self.at(name))

    def parts(self, name: str, *, needed: bool = False) -> list["Part"]:
        """The mappings of a list."""
        value = self.take(name)
        if value is not None and not isinstance(value, list):
            self.refuse(name, f"a list belongs here, not {kind_of(value)}.")
            return []
        if not value and needed:
            self.refuse(name, "a list with at least one member is needed here.")
        members = value or []
        if any(member is None for member in members):
            self.refuse(name, "a member of the list is empty.")
        return [
            self._inner(member, f"{self.at(name)}[{at}]") for at, member in enumerate(members) if member is not None
        ]

    def exactly_one(self, *names: str) -> str:
        """The name of the only one of these fields that is there; "" where none is, or several are."""
        found = [name for name in names if self.has(name)]
        if len(found) != 1:
            given = f"{' and '.join(found)} are given" if found else "none is"
            self.note(self.path, f"exactly one of {', '.join(names)} belongs here; {given}.")
            return ""
        return found[0]

    def close(self) -> None:
        """Notes every field, here and within, that nobody asked for."""
        for name in self.fields:
            if name not in self.asked:
                self.refuse(name[:60], "the specification knows no such field.")
        for part in self.inner:
            part.close()

    def _inner(self, value: Any, path: str) -> "Part":
        part = Part(value, path, self.note)
        self.inner.append(part)
        return part


def kind_of(value: Any) -> str:
    """What a value is, in words."""
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, list):
        return "a list"
    return "a mapping" if isinstance(value, Mapping) else "words"
