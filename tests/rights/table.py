"""The table of rights: `tests/rights.csv`, a line for each method of each route, act and thing; reviewed by eye.

Columns are who asks. The nine roles of one relation share a cell: `ok PO TPM; 403` says that these two may and that
the others are refused. `TRIAD_WRITE_RIGHTS=1 pytest tests/rights` writes what is so now, to be read line by line.
"""

import csv
import os
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from zlib import crc32

from tests.rights.routes import Row, routes
from tests.rights.world import RELATIONS, SHORT, SINGLE

PATH = Path(__file__).parent.parent / "rights.csv"
COLUMNS = (*RELATIONS, *SINGLE)
HEAD = ("route", "method", "act", "thing", *COLUMNS)
WRITES = bool(os.environ.get("TRIAD_WRITE_RIGHTS"))
# Answers of a door that does not exist, or that one does not come to.
SHUT = {"405", "login", "401", "403"}

Cells = dict[str, str]


@cache
def read() -> dict[Row, Cells]:
    """The table as it stood when it was first read."""
    if not PATH.exists():
        return {}
    with PATH.open(newline="") as file:
        return {
            Row(*(line[name] for name in HEAD[:4])): {name: line[name] for name in COLUMNS}
            for line in csv.DictReader(file)
        }


def write(found: Mapping[Row, Cells], *, instead_of: Callable[[Row], bool]) -> None:
    """Puts `found` in place of the lines that it tells of, in the order of the URLconf."""
    read.cache_clear()  # another file may have written its part
    kept = {row: cells for row, cells in read().items() if not instead_of(row)}
    order = {name: at for at, (name, _) in enumerate(routes())}
    lines = sorted({**kept, **found}.items(), key=lambda line: (order.get(line[0].route, -1), line[0].method))
    with PATH.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEAD)
        for row, cells in lines:
            writer.writerow([row.route, row.method, row.act, row.thing, *(cells[name] for name in COLUMNS)])


def cells_of(outcomes: Mapping[str, str]) -> Cells:
    """The cells of one line from the outcome of everybody by name."""
    found = {name: outcomes[name] for name in SINGLE}
    for relation in RELATIONS:
        found[relation] = packed({short: outcomes[f"{relation} {short}"] for short in SHORT.values()})
    return {name: found[name] for name in COLUMNS}


def packed(outcomes: Mapping[str, str]) -> str:
    """The nine of one relation: those who differ by name, the most common outcome last."""
    counted = Counter(outcomes.values()).most_common()
    rest = min(counted, key=lambda one: (-one[1], one[0]))[0]
    named = [
        f"{word} {' '.join(short for short, got in outcomes.items() if got == word)}"
        for word in sorted(set(outcomes.values()) - {rest})
    ]
    return "; ".join([*named, rest])


def told_of(cells: Cells, name: str) -> str:
    """What the table says that this one is answered."""
    relation, _, short = name.partition(" ")
    if not short:
        return cells[name]
    *named, rest = cells[relation].split("; ")
    return next((words[0] for group in named if short in (words := _split(group))[1]), rest)


def _split(group: str) -> tuple[str, list[str]]:
    """The outcome, which may be of several words, and the roles that it names."""
    words = group.split(" ")
    roles = [word for word in words if word in SHORT.values()]
    return " ".join(word for word in words if word not in roles), roles


def sample(row: Row, cells: Cells) -> list[str]:
    """Of each relation those that the cell names, and one of the others, each row another; and the single ones."""
    found = list(SINGLE)
    turn = crc32(str(row).encode())
    for relation in RELATIONS:
        *named, _ = cells[relation].split("; ")
        roles = {role for group in named for role in _split(group)[1]}
        rest = [short for short in SHORT.values() if short not in roles]
        found += [f"{relation} {short}" for short in [*roles, rest[turn % len(rest)]]]
    return found


def is_shut(outcomes: Mapping[str, str]) -> bool:
    """Whether the route has no such method: nobody gets further than 405."""
    return "405" in outcomes.values() and set(outcomes.values()) <= SHUT


def differences(row: Row, outcomes: Mapping[str, str], told: Cells | None) -> list[str]:
    """What the table says otherwise, in words."""
    if told is None:
        return [f"{row} has no line in {PATH.name}: CONTRIBUTING.md says how it comes there"]
    return [
        f"{row}, {name}: answered “{outcomes[name]}”, the table says “{told_of(told, name)}”"
        for name in outcomes
        if outcomes[name] != told_of(told, name)
    ]
