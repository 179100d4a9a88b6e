"""Every field of every form and body, every name of a query, every place in an address: never an error of the server's.

What people write comes back byte for byte, on both databases; it stands on pages as text and never as a part of them,
and in CSV as no formula.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
from django.forms.forms import BaseForm

from apps.audit.models import EntryValue
from apps.common.lists import csv_response
from apps.delivery.models import StoryVersion
from apps.organization.forms import FirstRunForm
from apps.signoff.forms import SignOffForm, _PageSignOffForm
from tests.fuzz.fields import ADDRESSES, Answer, Asking, Seen, rows, seen
from tests.fuzz.shown import MARKDOWN, elements, runs
from tests.rights.asking import undone
from tests.rights.routes import Row
from tests.rights.test_mass_assignment import rows_of_tables
from tests.rights.world import World
from tests.signoff.promises import text_of

NUL = "a\0b"
HALF = "a\ud800b"
HUGE = "x" * 1024 * 1024
MARK = '"\'><fuzz-mark onfuzz="1"> " onfuzz=\'1 [x](javascript:fuzz()) <script>fuzz()</script>'
TURNED = "\u202eabc\u2066\u200f \U0001f600 \u0435\u0301 \ufeff="
LINES = "one\r\ntwo\rthree\n\u2028four"
FAR = ("9" * 30, "-1", str(date.min), str(date.max), "9999-12-31T23:59", "0001-01-01T00:00:00+14:00", "\u0663", "a=b=c")
SEGMENTS = ("%00", "a%00b", "9" * 30, "%ED%A0%80", "x" * 2_000, "%0A", "%D9%A3")
ACTING, READING = rows("POST", "PATCH", "DELETE"), rows("GET")
# Stories are Gherkin: words stand in them as comments.
STORIES = re.compile(r"delivery(-api)?:(story_create|story_edit|epic_story_list|story_version_list)")
# These read a text as something else, or write it nowhere.
NOT_STORED = re.compile(
    r"account_|mfa_|organization:person_import|delivery(-api)?:feature_import|reliability(-api)?:slo_import"
)
every_act = pytest.mark.parametrize("row", ACTING, ids=str)
# The API has the same forms and acts behind it, and tests/api asks it what its schema does not allow.
acts_of_pages = pytest.mark.parametrize("row", [row for row in ACTING if not row.is_api], ids=str)


_READ: dict[Row, Seen] = {}


def read_by(row: Row, asking: Asking) -> Seen:
    """What the row's usual request reads."""
    if row not in _READ:
        with seen() as _READ[row]:
            asking.undone({})
    return _READ[row]


def chosen(row: Row, among: Sequence[Any]) -> Any:
    """One of them, another for another row."""
    return among[crc32(str(row).encode()) % len(among)]


@acts_of_pages
def test_what_is_wrong_in_a_field_is_refused(world: World, row: Row) -> None:
    asking = Asking(world, row)
    if names := [*read_by(row, asking).fields]:
        for name in names:
            safe(asking.undone({name: NUL}))
        safe(asking.undone(dict.fromkeys(names, MARK)))
        safe(asking.undone({chosen(row, names): chosen(row, (HALF, HUGE, *FAR))}))


@pytest.mark.long
@every_act
def test_whatever_is_wrong_in_a_field_is_refused(world: World, row: Row) -> None:
    asking = Asking(world, row)
    for name in read_by(row, asking).fields:
        for wrong in (MARK, [MARK], HALF, HUGE, TURNED, LINES, "", " ", *FAR):
            safe(asking.undone({name: wrong}))


def safe(answer: Answer) -> None:
    if answer.is_page:
        assert runs(answer.body) == []
        assert b"<fuzz-mark" not in answer.body


@pytest.mark.parametrize("row", [row for row in READING if not row.is_api], ids=str)
def test_what_is_wrong_in_a_query_is_refused(world: World, row: Row) -> None:
    asking = Asking(world, row)
    for name in read_by(row, asking).fields:
        for wrong in (NUL, chosen(row, (MARK, *FAR))):
            safe(asking.undone({name: wrong}))


@pytest.mark.long
@pytest.mark.parametrize("row", READING, ids=str)
def test_whatever_is_wrong_in_a_query_is_refused(world: World, row: Row) -> None:
    asking = Asking(world, row)
    for name in read_by(row, asking).fields:
        for wrong in (NUL, MARK, HALF, "x" * 10_000, TURNED, LINES, " ", *FAR):
            safe(asking.undone({name: wrong}))


with_keys = pytest.mark.parametrize("row", [row for row in ACTING + READING if "<" in ADDRESSES[row.route]], ids=str)


@with_keys
def test_what_is_wrong_in_an_address_leads_nowhere(world: World, row: Row) -> None:
    astray(world, row, ("a%00b", chosen(row, SEGMENTS)))


@pytest.mark.long
@with_keys
def test_whatever_is_wrong_in_an_address_leads_nowhere(world: World, row: Row) -> None:
    astray(world, row, SEGMENTS)


def astray(world: World, row: Row, segments: Sequence[str]) -> None:
    asking = Asking(world, row)
    parts, shape = asking.path.partition("?")[0].split("/"), f"/{ADDRESSES[row.route]}".split("/")
    for place in [place for place, part in enumerate(shape) if "<" in part]:
        for wrong in segments:
            path = "/".join([*parts[:place], wrong, *parts[place + 1 :]])
            answer = Asking(world, row, path, asking.name).undone({})
            assert answer.status in (302, 400, 403, 404, 409), (path, answer.status)
            safe(answer)


# --- what comes back


# Values of the log, and texts of stories, which PostgreSQL takes by COPY: no statement that could be watched.
UNSEEN = (EntryValue._meta.db_table, StoryVersion._meta.db_table)


def tried(world: World, row: Row, asking: Asking, given: dict[str, str]) -> None:
    """Does the act with these words, and looks for them where it wrote."""
    is_story = bool(STORIES.match(row.route))
    sent = {name: in_story(word) if is_story and name == "text" else word for name, word in given.items()}
    with undone() as written:
        answer = asking.answer(sent)
        if all(word.strip() for word in given.values()):
            assert answer.status < 400, (given, answer.body[-2_000:])
        if answer.status < 400:
            stored = set(texts(rows_of_tables({*written.tables, *UNSEEN})))
            for name, word in sent.items():
                assert kept_as(word) & stored or not word.strip(), (name, word)
        if answer.location.startswith("/"):
            page = Asking(world, Row(row.route, "GET"), answer.location, asking.name).answer({})
            safe(page)


def kept_as(word: str) -> set[str]:
    """The ways in which words are kept: line ends as LF, nothing blank around; on one line, where they are a title."""
    lines = word.replace("\r\n", "\n").replace("\r", "\n")
    return {lines, lines.strip(), " ".join(word.split())}


def in_story(word: str) -> str:
    return text_of("Pays") + "".join(f"    # {line}\n" for line in word.split("\n"))


def texts(value: Any) -> Iterator[str]:
    """Every text in rows, those in JSON too."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from texts(one)
    elif isinstance(value, bytes | memoryview):
        try:
            yield from texts(json.loads(bytes(value)))
        except ValueError:
            return
    elif isinstance(value, str):
        yield value


def strings(real_data: Path) -> list[str]:
    found: list[str] = json.loads((real_data / "blns" / "blns.json").read_text())
    return [TURNED, MARK, *(word for word in found if "\0" not in word)]


def rounds(world: World, row: Row, words: list[str], step: int) -> None:
    """Every `step`th of `words` in each field of the form, another in each."""
    asking = Asking(world, row)
    limits = {} if NOT_STORED.match(row.route) else read_by(row, asking).words()
    start = crc32(str(row).encode()) % step
    for at in range(start, len(words), step):
        picked = {name: words[(at + 7 * turn) % len(words)] for turn, name in enumerate(limits)}
        tried(world, row, asking, {name: word[: limits[name]].strip() for name, word in picked.items()})


@acts_of_pages
def test_what_people_write_comes_back(world: World, row: Row, real_data: Path) -> None:
    rounds(world, row, strings(real_data), 260)


@pytest.mark.long
@every_act
def test_whatever_people_write_comes_back(world: World, row: Row, real_data: Path) -> None:
    rounds(world, row, strings(real_data), 40 if row.is_api else 10)


# --- where it is shown

# Each begins as a formula does.
FORMULAS = ("=1+1", "+1", "-1", "@SUM(1)", "=cmd|' /C calc'!A0")
# These take away what others write on.
_ENDS = ("archive", "deactivate", "revoke", "remove", "leave", "cancel", "seat_end", "refuse", "withdraw", "logout")
WRITING = [
    row
    for row in rows("POST")
    if not row.is_api and not NOT_STORED.match(row.route) and not any(word in str(row) for word in _ENDS)
]
PAGES = [row for row in rows("GET") if not row.is_api and not row.route.startswith(("account_", "mfa_"))]
FILES = [row for row in PAGES if row.act.endswith("=csv")]
SHOWN = [row for row in PAGES if not row.act]


def write(world: World, words: Sequence[str]) -> int:
    """Does every act of the pages, one of `words` for all words in each; how many were done."""
    done = 0
    for turn, row in enumerate(WRITING):
        asking, word = Asking(world, row), words[turn % len(words)]
        given = {name: word[:most] for name, most in read_by(row, asking).words().items()}
        if STORIES.match(row.route):
            given["text"] = in_story(word)
        done += bool(given) and asking.answer(given).status < 400
    return done


def test_no_page_takes_words_for_a_part_of_itself(world: World) -> None:
    before, after = ({}, {})  # type: ignore[var-annotated]
    for word, found in (("plain words", before), (MARK, after)):
        with undone():
            assert write(world, [word]) > 15
            for row in SHOWN:
                answer = Asking(world, row).answer({})
                if answer.is_page:
                    found[row] = answer.body
    assert sum(b"&lt;fuzz-mark" in body for body in after.values()) > 15, "the words stand nowhere"
    for row, body in after.items():
        assert runs(body) == [], row
        assert elements(body) - elements(before[row]) - MARKDOWN == set(), row


def test_no_cell_of_a_csv_begins_as_a_formula_does(world: World) -> None:
    texts: set[str] = set()
    with undone():
        assert write(world, FORMULAS) > 15
        for row in FILES:
            body = Asking(world, row).answer({}).body.decode()
            cells = {cell for line in csv.reader(io.StringIO(body, newline="")) for cell in line}
            assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))], row
            texts |= cells & {f"'{formula}" for formula in FORMULAS}
    assert len(texts) >= 3, "the words stand nowhere"


def test_cells_come_back_from_csv(real_data: Path) -> None:
    words = [*strings(real_data), *FORMULAS, "\tx", "\rx", 'a"b', "a,b;c", "a\r\nb", ""]
    body = csv_response("a", ["Word", "Number"], ((word, 7) for word in words)).getvalue()
    _, *lines = csv.reader(io.StringIO(body.decode(), newline=""))
    plain = [f"'{word}" if word[:1] and word[0] in "=+-@\t\r" else word for word in words]
    assert [line[0] for line in lines] == plain
    assert {line[1] for line in lines} == {"7"}


# --- nothing is left out


def test_every_form_is_tried(world: World) -> None:
    found = {form for row in ACTING + READING for form in read_by(row, Asking(world, row)).forms}
    ours = {one for one in subclasses(BaseForm) if one.__module__.startswith("apps.")}
    # What others are made of; and what the tests below try.
    apart: set[type[BaseForm]] = {SignOffForm, _PageSignOffForm, FirstRunForm}
    missing = {one.__name__ for one in ours - found - apart}
    assert missing <= {"NewPasswordForm"}


def subclasses(form: type[BaseForm]) -> Iterator[type[BaseForm]]:
    for one in form.__subclasses__():
        yield one
        yield from subclasses(one)
