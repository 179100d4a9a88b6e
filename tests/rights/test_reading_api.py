"""Who may read what: every GET of the API, asked by everybody; a GET never writes."""

from collections.abc import Iterator

import pytest

from tests.rights.checking import Case, Part, name_of
from tests.rights.world import World

pytestmark = pytest.mark.sqlite  # who may what is the same on every database

PART = Part(("GET",), api=True)


@pytest.fixture(scope="module", autouse=True)
def _written() -> Iterator[None]:
    yield from PART.kept()


@pytest.mark.parametrize("case", PART.cases(), ids=name_of)
def test_what_some_of_each_sort_read_stands_in_the_table(world: World, case: Case) -> None:
    PART.see(world, case, whole=False)


@pytest.mark.long
@pytest.mark.parametrize("case", PART.cases(), ids=name_of)
def test_what_everybody_reads_stands_in_the_table(world: World, case: Case) -> None:
    PART.see(world, case)


def test_the_table_has_no_line_of_what_is_not_there() -> None:
    assert PART.lines_of_nothing() == []
