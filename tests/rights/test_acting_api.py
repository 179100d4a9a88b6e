"""Who may do what by the API: every act, asked by everybody; what is refused leaves nothing written."""

from collections.abc import Iterator

import pytest

from tests.rights.bodies import FORMS
from tests.rights.checking import Case, Part, name_of
from tests.rights.routes import routes
from tests.rights.world import World

pytestmark = pytest.mark.sqlite  # who may what is the same on every database

PART = Part(("POST", "PUT", "PATCH", "DELETE"), api=True)


@pytest.fixture(scope="module", autouse=True)
def _written() -> Iterator[None]:
    yield from PART.kept()


@pytest.mark.parametrize("case", PART.cases(), ids=name_of)
def test_what_some_of_each_sort_may_do_stands_in_the_table(world: World, case: Case) -> None:
    if PART.is_open(world, case):
        PART.see(world, case, whole=False)
    else:
        PART.see_shut(world, case)


@pytest.mark.long
@pytest.mark.parametrize("case", PART.cases(), ids=name_of)
def test_what_everybody_may_do_stands_in_the_table(world: World, case: Case) -> None:
    if PART.is_open(world, case):
        PART.see(world, case)


def test_the_table_has_no_line_of_what_is_not_there() -> None:
    assert PART.lines_of_nothing() == []


def test_every_form_is_of_a_route() -> None:
    assert {form.partition(" ")[0] for form in FORMS} <= {name for name, _ in routes()}
