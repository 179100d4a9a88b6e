"""People as CSV: `username,name,email,role,scope,from,until,team`, several rows a person allowed. Pure parsing.

`username` is needed on every row and `name` on the first of a person; the rest may be left out. A row with a role
gives that seat on `scope` (a key; empty: the organization) from and until a day (YYYY-MM-DD; the last day counts);
`team` is the key of a team to work in. Separated by commas or semicolons, UTF-8.
"""

import csv
import io
from dataclasses import dataclass
from datetime import date

from apps.common.refused import BadInput
from apps.organization.roles import Role

COLUMNS = ("username", "name", "email", "role", "scope", "from", "until", "team")
NEEDED = ("username", "name")
MAX_BYTES = 1024 * 1024
MAX_ROWS = 5_000
MAX_CELL = 500

_ROLES = {word.lower(): role for role in Role for word in (role.value, role.label)}


@dataclass(frozen=True)
class Problem:
    """Why a line (from 1, the head counts) cannot be taken."""

    line: int
    reason: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.reason}"


class PeopleRefused(BadInput):
    """The file is not taken; `problems` names every line and its reason, first line first."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(problems, key=lambda one: one.line)
        count = "1 line needs" if len(problems) == 1 else f"{len(problems)} lines need"
        super().__init__(f"Nobody was imported: {count} mending. {self.problems[0]}")


@dataclass(frozen=True)
class PersonRow:
    """One line, its words in their types."""

    line: int
    username: str
    name: str
    email: str
    role: Role | None
    scope: str
    from_on: date | None
    until_on: date | None
    team: str


def parse(data: bytes) -> list[PersonRow]:
    """The rows of a file. Raises PeopleRefused with every problem that can be told from the file alone."""
    rows, problems = read(data)
    if problems:
        raise PeopleRefused(problems)
    return rows


def read(data: bytes) -> tuple[list[PersonRow], list[Problem]]:
    """The rows of a file, and the lines that cannot be read; the act looks at the rows and tells of both.

    Raises PeopleRefused where it is no list of people at all.
    """
    text = _decoded(data)
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[PersonRow] = []
    problems: list[Problem] = []
    head: list[str] = []
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if not head:
                head = _head(cells, reader.line_num)
                continue
            if len(rows) + len(problems) >= MAX_ROWS:
                problems.append(Problem(reader.line_num, f"more than {MAX_ROWS:,} rows; import them in parts."))
                break
            try:
                rows.append(_row(head, cells, reader.line_num))
            except BadInput as error:
                problems.append(Problem(reader.line_num, error.sentence))
    except csv.Error as error:
        problems.append(Problem(reader.line_num, f"this is not CSV: {error}."))
    if not problems and not rows:
        problems.append(Problem(1, f"there is no row. The first line names the columns: {','.join(COLUMNS)}."))
    return rows, problems


def _decoded(data: bytes) -> str:
    if len(data) > MAX_BYTES:
        raise PeopleRefused([Problem(1, f"{len(data):,} bytes; at most {MAX_BYTES:,} are allowed.")])
    if b"\x00" in data:
        line = data[: data.index(b"\x00")].count(b"\n") + 1
        raise PeopleRefused([Problem(line, "there is a NUL character; save the file as CSV in UTF-8.")])
    try:
        return data.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise PeopleRefused([Problem(line, "this is not UTF-8; save the file as CSV in UTF-8.")]) from error


def _head(cells: list[str], line: int) -> list[str]:
    names = [cell.strip().lower() for cell in cells]
    wrong = [name for name in names if name not in COLUMNS]
    missing = [name for name in NEEDED if name not in names]
    if wrong:
        words = f"the column “{wrong[0][:60]}” is unknown; there are {', '.join(COLUMNS)}."
    elif missing:
        words = f"the column {missing[0]} is missing."
    elif len(set(names)) != len(names):
        words = "a column is named twice."
    else:
        return names
    raise PeopleRefused([Problem(line, words)])


def _row(head: list[str], cells: list[str], line: int) -> PersonRow:
    if len(cells) != len(head):
        raise BadInput(f"{len(cells)} cells where the head names {len(head)} columns.")
    found = dict.fromkeys(COLUMNS, "") | dict(zip(head, (cell.strip() for cell in cells), strict=True))
    too_long = next((name for name, cell in found.items() if len(cell) > MAX_CELL), "")
    if too_long:
        raise BadInput(f"the {too_long} has more than {MAX_CELL} characters.")
    if not found["username"]:
        raise BadInput("the username is missing.")
    role = _role(found["role"])
    if role is None and (found["scope"] or ((found["from"] or found["until"]) and not found["team"])):
        raise BadInput("there is a scope or a day, but no role to hold.")
    return PersonRow(
        line=line,
        username=found["username"],
        name=found["name"],
        email=found["email"],
        role=role,
        scope=found["scope"],
        from_on=_day(found["from"]),
        until_on=_day(found["until"]),
        team=found["team"],
    )


def _role(text: str) -> Role | None:
    if not text:
        return None
    try:
        return _ROLES[" ".join(text.lower().split())]
    except KeyError:
        raise BadInput(f"“{text[:60]}” is no role; there are {', '.join(Role.labels)}.") from None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(f"“{text[:60]}” is no day such as 2026-11-23.") from None
