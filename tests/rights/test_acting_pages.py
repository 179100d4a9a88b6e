"""Who may do what: every form of a page, posted by everybody; what is refused leaves nothing written."""

from collections.abc import Iterator

import pytest

from tests.rights.checking import Case, Part, name_of
from tests.rights.world import World

pytestmark = pytest.mark.sqlite  # who may what is the same on every database

PART = Part(("POST", "PUT", "PATCH", "DELETE"), api=False)


@pytest.fixture(scope="module", autouse=True)
def _written() -> Iterator[None]:
    yield from PART.kept()


@pytest.mark.parametrize("case", PART.cases("POST"), ids=name_of)
def test_what_some_of_each_sort_may_do_stands_in_the_table(world: World, case: Case) -> None:
    PART.see(world, case, whole=False)


@pytest.mark.long
@pytest.mark.parametrize("case", PART.cases("POST"), ids=name_of)
def test_what_everybody_may_do_stands_in_the_table(world: World, case: Case) -> None:
    PART.see(world, case)


@pytest.mark.parametrize("case", PART.cases("PUT", "PATCH", "DELETE"), ids=name_of)
def test_pages_take_no_other_method(world: World, case: Case) -> None:
    PART.see_shut(world, case)


def test_the_table_has_no_line_of_what_is_not_there() -> None:
    assert PART.lines_of_nothing() == []
