"""Whatever a list is sorted by, an index has the order: no page sorts all rows, and a deep one begins at its place."""

import pytest

from apps.common.keyset import rows_behind
from apps.delivery import queries
from apps.delivery.models import Epic, Story
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
SORTS = [(Epic, name, column) for name, column in queries.EPIC_SORTS.items()] + [
    (Story, name, column) for name, column in queries.STORY_SORTS.items()
]


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize(("model", "name", "column"), SORTS, ids=[f"{m.__name__}-{name}" for m, name, _ in SORTS])
def test_an_index_has_the_order(model: type[Epic] | type[Story], name: str, column: str, sign: str, cast: Cast) -> None:
    order = [f"{sign}pk"] if column == "pk" else [f"{sign}{column}", f"{sign}pk"]
    rows = queries.filtered_epics(()) if model is Epic else queries.filtered_stories(cast.nobody)
    place = [7] if column == "pk" else ["x" if column in ("title", "promised_for") else 3, 7]
    first, deep = rows.order_by(*order)[:51], rows_behind(rows, order, place).order_by(*order)[:51]
    for page in (first, deep):
        assert "TEMP B-TREE" not in page.explain()
    entered = deep.explain().splitlines()[0]
    assert "SEARCH" in entered and f"delivery_{model.__name__.lower()}" in entered, entered
