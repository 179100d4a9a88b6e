"""Methods of routes against the table, asked by everybody."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.rights import table
from tests.rights.asking import ask
from tests.rights.routes import Row, routes, rows_of
from tests.rights.table import Cells
from tests.rights.world import World, everybody

Case = tuple[str, str, str]
# Who get through most doors, and a program.
STRONGEST = ("administrator", "own PO", "service")


@dataclass
class Part:
    """The part of the table that one file of tests looks at: of pages or of the API, reading or acting."""

    methods: tuple[str, ...]
    api: bool
    found: dict[Row, Cells] = field(default_factory=dict)

    def holds(self, row: Row) -> bool:
        return row.method in self.methods and row.is_api == self.api

    def cases(self, *methods: str) -> list[Case]:
        """Every route of the URLconf with each of these methods (each of the part's)."""
        named = [(name, address) for name, address in routes() if Row(name, "").is_api == self.api]
        return [(name, address, method) for name, address in named for method in methods or self.methods]

    def see(self, world: World, case: Case, *, whole: bool = True) -> None:
        """Everybody asks (or a few of each sort); what is answered stands in the table, and what nobody can ask does
        not.
        """
        wrong: list[str] = []
        for row in rows_of(*case):
            told = table.read().get(row)
            names = everybody() if whole or table.WRITES or told is None else table.sample(row, told)
            outcomes = {who: ask(world, who, row, case[1]) for who in names}
            if not table.is_shut(outcomes):
                wrong += table.differences(row, outcomes, told)
                if table.WRITES:
                    self.found[row] = table.cells_of(outcomes)
            elif told is not None:
                wrong.append(f"{row} stands in {table.PATH.name}, and nobody can ask it")
        if not table.WRITES:
            assert wrong == []

    def is_open(self, world: World, case: Case) -> bool:
        """Whether the route knows the method at all: an administrator gets another answer than 405."""
        return ask(world, "administrator", rows_of(*case)[0], case[1]) != "405"

    def see_shut(self, world: World, case: Case) -> None:
        """The route does not know the method: nobody gets anywhere by it, and the table has no line of it."""
        name, address, _ = case
        rows = rows_of(*case)
        outcomes = {who: ask(world, who, rows[0], address) for who in STRONGEST}
        shut = {*table.SHUT, "404"}
        if name.startswith(("account_", "mfa_")):
            shut |= {"done", "confirm"}  # the package's views take a PUT for a POST without a body
        assert set(outcomes.values()) <= shut, outcomes
        assert not set(rows) & set(table.read())

    def kept(self) -> Iterator[None]:
        """For a fixture of the file: writes its part of the table anew at its end, where that is asked for."""
        yield
        if table.WRITES and self.found:
            table.write(self.found, instead_of=self.holds)
            pytest.skip(f"{table.PATH.name} is written anew: read it line by line")

    def lines_of_nothing(self) -> list[Row]:
        """Lines of the table of which the URLconf knows no route, act or thing."""
        known = {row for case in self.cases() for row in rows_of(*case)}
        return [row for row in table.read() if self.holds(row) and row not in known]


def name_of(case: Case) -> str:
    return f"{case[0]} {case[2]}"
