"""Keys and the tree of scopes."""

import pytest
from django.db import transaction

from apps.common.refused import BadInput, Refused
from apps.organization import actions
from apps.organization.models import Scope
from tests.cast import Cast, ScopeFactory


@pytest.mark.django_db
def test_keys_go_on_where_they_stopped():
    assert actions.take_keys("E", 2) == ["E-1", "E-2"]
    assert actions.take_keys("S", 1) == ["S-1"]
    assert actions.take_keys("E", 1) == ["E-3"]
    assert actions.take_keys("E", 0) == []


def test_keys_are_taken_inside_an_act_only():
    with pytest.raises(RuntimeError, match="inside one"):
        actions.take_keys("E", 1)


def test_the_path_leads_from_the_root(cast: Cast):
    epic = ScopeFactory.create(kind=Scope.Kind.EPIC, key="E-1", parent=cast.initiative)
    assert epic.path_ids() == [cast.organization.pk, cast.initiative.pk, epic.pk]


def test_a_taken_key_is_refused_whatever_its_case(cast: Cast):
    ScopeFactory(kind=Scope.Kind.TEAM, key="payments", title="Payments")
    with pytest.raises(Refused, match="The key Payments is taken by the team “Payments”"), transaction.atomic():
        actions.add_scope(kind=Scope.Kind.SERVICE, key="Payments", title="Payments", parent=cast.organization)


def test_nothing_is_added_below_what_is_archived(cast: Cast):
    cast.elsewhere.archived_at = cast.adam.joined_at
    with pytest.raises(Refused, match="I-2 “Returns without a letter” is archived; nothing can be added below it"):
        actions.add_scope(kind=Scope.Kind.EPIC, key="E-9", title="Late", parent=cast.elsewhere)


def test_a_title_is_needed(cast: Cast):
    with pytest.raises(BadInput, match="Epic E-9 needs a title"):
        actions.add_scope(kind=Scope.Kind.EPIC, key="E-9", title="  ", parent=cast.elsewhere)
