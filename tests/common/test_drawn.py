"""What is drawn once: by its value, from nothing but its value."""

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from django.utils.safestring import SafeString
from pytest_django.fixtures import Settings

from apps.common.templatetags import drawn as drawing

TEMPLATES = Path(settings.BASE_DIR) / "templates"
ROW = "<li>{{ line.title }} {{ line.looked_at }}{{ request }}{{ user }}{{ csrf_token }}</li>"


class Line(NamedTuple):
    """A row of a made-up list."""

    title: str

    @property
    def looked_at(self) -> str:
        DRAWN.append(self.title)
        return ""


DRAWN: list[str] = []


@pytest.fixture(autouse=True)
def _row(settings: Settings) -> None:
    """A template of a row, and nothing drawn yet."""
    house = settings.TEMPLATES[0]
    options = {
        **house["OPTIONS"],
        "loaders": [("django.template.loaders.locmem.Loader", {"row.html": ROW})],
    }
    settings.TEMPLATES = [{**house, "DIRS": [], "APP_DIRS": False, "OPTIONS": options}]
    DRAWN.clear()
    drawing._drawn.cache_clear()


def printed(*titles: str) -> str:
    page = engines["django"].from_string('{% for line in lines %}{% drawn "row.html" line %}{% endfor %}')
    return page.render({"lines": [Line(title) for title in titles]}, RequestFactory().get("/"))


def test_equal_lines_are_drawn_once_and_look_equal() -> None:
    assert printed("Cart", "Pay", "Cart") == "<li>Cart </li><li>Pay </li><li>Cart </li>"
    assert printed("Pay") == "<li>Pay </li>"
    assert DRAWN == ["Cart", "Pay"]


def test_another_value_is_drawn_anew() -> None:
    printed("Cart")
    assert printed("Basket") == "<li>Basket </li>"
    assert DRAWN == ["Cart", "Basket"]


def test_it_is_escaped_as_everywhere() -> None:
    assert printed("<b>Cart</b>") == "<li>&lt;b&gt;Cart&lt;/b&gt; </li>"


def test_a_line_holds_no_markup_since_it_is_equal_to_the_same_text() -> None:
    with pytest.raises(TypeError, match="Markup"):
        printed(SafeString("<b>Cart</b>"))


def test_while_templates_are_written_nothing_is_kept(settings: Settings) -> None:
    settings.DEBUG = True
    printed("Cart", "Cart")
    assert DRAWN == ["Cart", "Cart"]


def drawn_templates() -> dict[str, str]:
    """The text of each template that is drawn once, by its name, with those that it includes."""
    named = {
        name
        for page in TEMPLATES.rglob("*.html")
        for name in re.findall(r'\{% drawn "([^"]+)"', page.read_text(encoding="utf-8"))
    }
    found: dict[str, str] = {}
    while named:
        name = named.pop()
        found[name] = (TEMPLATES / name).read_text(encoding="utf-8")
        named |= set(re.findall(r'\{% include "([^"]+)"', found[name])) - found.keys()
    return found


@pytest.mark.parametrize("name", sorted(drawn_templates()))
def test_what_is_drawn_once_asks_neither_the_clock_nor_the_request(name: str) -> None:
    text = drawn_templates()[name]
    assert [tag for tag in re.findall(r"\{% ago [^%]*%\}", text) if " words=" not in tag] == []
    assert re.findall(r"\{% (?:now|day|panel|sort_head|filter_row|csrf_token)\b|\b(?:request|user|perms)\.", text) == []


def test_the_rows_of_the_long_lists_are_among_them() -> None:
    rows = {name for name in drawn_templates() if name.endswith("_row.html")}
    assert rows == {
        "audit/_entry_row.html",
        "delivery/_epic_row.html",
        "delivery/_story_row.html",
        "reliability/_slo_row.html",
        "specs/_run_row.html",
    }
