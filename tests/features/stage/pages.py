"""A page as somebody sees it: its words, its marks of state, its forms with what stands in them."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Their words are no part of what the page itself says.
UNREAD = {"script", "style", "svg", "nav", "template", "head"}
INLINE = {"a", "abbr", "b", "code", "em", "i", "small", "span", "strong", "time", "ins", "del", "mark"}
EMPTY = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr", "use"}


@dataclass
class Form:
    """A form that posts: where to, and what is sent if nobody types anything."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    # Every value that may be chosen for a name: options, radios, boxes that are not shut.
    choices: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def filled(self, **typed: object) -> dict[str, object]:
        """What is sent after typing. Raises AssertionError for a field that the form does not show."""
        unknown = typed.keys() - self.names
        assert not unknown, f"the form has no field {', '.join(sorted(unknown))}, only {', '.join(sorted(self.names))}"
        return {**self.fields, **typed}


class _Reader(HTMLParser):
    """Reads words and forms; besides, whole, what the parts of a page say that `Page` names."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.forms: list[Form] = []
        self.parts: list[tuple[str, list[str]]] = []
        # Open elements: tag, classes, and what they say where that is kept.
        self._open: list[tuple[str, list[str], list[str] | None]] = []
        self._form: Form | None = None
        self._typed: str | None = None
        self._select: str | None = None

    # --- tags

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        self._space(tag)
        if tag not in EMPTY:
            self._open.append((tag, classes, None))
            if part := self._part(tag, classes):
                said: list[str] = []
                self._open[-1] = (tag, classes, said)
                self.parts.append((part, said))
        if tag == "form":
            self._form = Form(given.get("action", "")) if given.get("method", "").lower() == "post" else None
            self.forms += [self._form] if self._form else []
        elif self._form is not None and "name" in given:
            self._read_field(self._form, tag, given)
        elif self._form is not None and tag == "option":
            self._read_option(self._form, given)

    def handle_endtag(self, tag: str) -> None:
        self._space(tag)
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._typed = None
        elif tag == "select":
            self._select = None
        while self._open and tag not in EMPTY:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._typed:
            self._form.fields[self._typed][0] += data
        self._say(data)

    def _space(self, tag: str) -> None:
        if tag not in INLINE:
            self._say(" ")

    def _say(self, data: str) -> None:
        if any(tag in UNREAD or (tag == "header" and "top" in classes) for tag, classes, _ in self._open):
            return
        self.words.append(data)
        for _, _, said in self._open:
            if said is not None:
                said.append(data)

    def _part(self, tag: str, classes: list[str]) -> str:
        """The name of the part that this element begins, or ""."""
        if tag == "tr":
            return "row"
        if "chip-words" in classes:
            return "mark" if any(one == "header" and "head" in names for one, names, _ in self._open) else ""
        return next((one for one in ("came", "gone", "person-name") if one in classes), "")

    # --- fields

    def _read_field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind, value = given["name"], given.get("type", "text"), given.get("value", "")
        if tag == "button" or "disabled" in given or name == "csrfmiddlewaretoken":
            return
        form.names.add(name)
        if tag == "textarea":
            self._typed = name
            form.fields[name] = [""]
        elif tag == "select":
            self._select = name
            form.choices[name] = []
        elif kind in ("radio", "checkbox"):
            form.choices.setdefault(name, []).append(value)
            if "checked" in given:
                form.fields.setdefault(name, []).append(value)
        elif kind not in ("file", "submit"):
            form.fields[name] = [value]

    def _read_option(self, form: Form, given: dict[str, str]) -> None:
        if self._select:
            form.choices[self._select].append(given.get("value", ""))
            if "selected" in given or self._select not in form.fields:
                form.fields[self._select] = [given.get("value", "")]


@dataclass(frozen=True)
class Page:
    """What came back: address, status, words in the order of reading, and some of its parts."""

    address: str = ""
    status: int = 0
    words: str = ""
    forms: tuple[Form, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()

    @classmethod
    def read(cls, address: str, status: int, html: str) -> "Page":
        """Reads a page's source."""
        reader = _Reader()
        reader.feed(html)
        parts = tuple((part, _plain(said)) for part, said in reader.parts)
        return cls(address, status, _plain(reader.words), tuple(reader.forms), parts)

    @property
    def marks(self) -> list[str]:
        """The marks of state beside the heading."""
        return self._all("mark")

    @property
    def came(self) -> list[str]:
        """Lines of a difference that are new."""
        return self._all("came")

    @property
    def people(self) -> list[str]:
        """Everybody whom the page names as a person, in the order of reading."""
        return self._all("person-name")

    def rows_with(self, words: str) -> list[str]:
        """Rows of tables that say this."""
        return [row for row in self._all("row") if words in row]

    def form_with(self, name: str) -> Form | None:
        """The form that has this field, if the page shows one."""
        return next((form for form in self.forms if name in form.names), None)

    def _all(self, wanted: str) -> list[str]:
        return [said for part, said in self.parts if part == wanted]

    def __str__(self) -> str:
        """What it says, for the words of a failed step."""
        return f"{self.address} ({self.status}): {self.words[:1500]}"


def _plain(said: list[str]) -> str:
    return re.sub(r"\s+([.,;:])(?=\s|$)", r"\1", " ".join("".join(said).split()))
