"""What a page is made of: elements and attributes, so that one which came out of somebody's words can be told."""

from html.parser import HTMLParser

Element = tuple[str, frozenset[str]]
# What Markdown makes of words, see apps/common/markdown.py.
MARKDOWN: set[Element] = {
    *(
        (tag, frozenset())
        for tag in "p em strong code pre ul ol li blockquote hr br table thead tbody tr th td".split()
    ),
    ("a", frozenset({"href", "rel"})),
}
_ADDRESSES = {"href", "src", "action", "formaction", "hx-get", "hx-post", "data", "xlink:href"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.elements: set[Element] = set()
        self.wrong: list[str] = []
        self._is_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add((tag, frozenset(name for name, _ in attrs)))
        self._is_script = tag in ("script", "style") and ("type", "application/json") not in attrs
        for name, value in attrs:
            address = "".join((value or "").split()).lower()
            if name.startswith("on") or name == "style" or (name in _ADDRESSES and address.startswith(_RUNS)):
                self.wrong.append(f"<{tag} {name}={value!r}>")

    def handle_endtag(self, tag: str) -> None:
        self._is_script = False

    def handle_data(self, data: str) -> None:
        if self._is_script and data.strip():
            self.wrong.append(f"a script of its own: {data[:80]}")


_RUNS = ("javascript:", "vbscript:", "data:text", "data:application", "//")


def _read(body: bytes) -> _Page:
    page = _Page()
    page.feed(body.decode())
    page.close()
    return page


def elements(body: bytes) -> set[Element]:
    """Every sort of element on the page, with the names of its attributes."""
    return _read(body).elements


def runs(body: bytes) -> list[str]:
    """What on the page would run, or leads to what would."""
    return _read(body).wrong
