"""An epic's SLOs are part of what it promises: linked, changed or archived, they drift what was signed."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError
from django.utils import timezone

from apps.delivery import actions as delivery
from apps.reliability import actions as reliability
from apps.reliability.models import SLO
from apps.signoff import queries, reading
from apps.signoff.moved import Moved
from apps.signoff.tasks import sweep_promises
from tests.reliability.world import make_sli, make_slo, send
from tests.signoff.promises import Promise

pytestmark = pytest.mark.django_db


def another(promise: Promise) -> SLO:
    """One more SLO of the epic's experience, not linked."""
    return make_slo(make_sli(promise.epic.scope, promise.cast.priya, "Search answers"), promise.cast.priya)


def link(promise: Promise) -> SLO:
    """One more, linked and kept."""
    slo = another(promise)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(hours=1)
    send(slo.sli, (hour, 100, 100), by=promise.cast.priya)
    delivery.link_slo(epic_key=promise.epic.key, slo_key=slo.key, by=promise.cast.priya)
    return slo


def change(promise: Promise, slo: SLO, *, target: str = "0.99", title: str = "Search in time") -> None:
    reliability.change_slo(
        slo_key=slo.key,
        title=title,
        target=Decimal(target),
        window="28d",
        rationale="Users said so.",
        by=promise.cast.priya,
    )


def test_it_is_a_leaf_with_its_target_in_words(promise: Promise) -> None:
    slo = link(promise)
    leaf = next(leaf for leaf in promise.dossier().leaves if leaf.key == slo.key)
    assert (leaf.type, leaf.digest) == ("slo", queries.slo_digest(slo))
    assert leaf.title == "Search answers in time: 99 % over 28 days"


def test_a_link_drifts_a_signed_epic_at_once(promise: Promise) -> None:
    promise.sign()
    slo = link(promise)
    assert promise.reread().state == "DRIFTED"
    delivery.unlink_slo(epic_key=promise.epic.key, slo_key=slo.key, by=promise.cast.priya)
    assert sweep_promises() == 1
    assert promise.reread().state == "SIGNED"


def test_a_failing_log_leaves_no_link_and_no_drift(promise: Promise, request: pytest.FixtureRequest) -> None:
    promise.sign()
    slo = another(promise)
    request.getfixturevalue("failing_log")
    with pytest.raises(DatabaseError, match="disk is full"):
        delivery.link_slo(epic_key=promise.epic.key, slo_key=slo.key, by=promise.cast.priya)
    assert not promise.epic.slo_threads.filter(slo=slo).exists()
    assert promise.reread().state == "SIGNED"


def test_a_changed_target_is_seen_at_once_and_the_column_follows(promise: Promise) -> None:
    slo = link(promise)
    acceptance = promise.sign()
    change(promise, slo, target="0.95")
    epic = promise.reread()
    assert epic.state == "SIGNED"  # reliability knows no epics
    assert reading.epic_state(epic, promise=promise.dossier().promise) == "DRIFTED"
    difference = queries.changed_since(acceptance, promise.dossier().leaves)
    assert difference is not None
    assert difference.words == f"1 changed ({slo.key})"
    assert sweep_promises() == 1
    assert promise.reread().state == "DRIFTED"
    change(promise, slo, target="0.99", title="Another title")
    assert sweep_promises() == 1  # the same promise again: a title is none
    assert promise.reread().state == "SIGNED"


def test_what_counts_as_good_is_promised_too(promise: Promise) -> None:
    slo = link(promise)
    promise.sign()
    reliability.edit_sli(
        sli_key=slo.sli.key,
        title=slo.sli.title,
        kind="AVAILABILITY",
        good_means="answered at all",
        source="PUSHED",
        good_query="",
        total_query="",
        by=promise.cast.priya,
    )
    assert sweep_promises() == 1
    assert promise.reread().state == "DRIFTED"


def test_an_archived_slo_is_promised_no_longer(promise: Promise) -> None:
    slo = link(promise)
    promise.sign()
    reliability.archive_slo(slo_key=slo.key, reason="Replaced.", by=promise.cast.priya)
    assert sweep_promises() == 1
    assert promise.reread().state == "DRIFTED"


def test_a_target_that_moves_under_the_pen_refuses_the_signature(promise: Promise) -> None:
    slo = link(promise)
    shown = promise.dossier()
    change(promise, slo, target="0.9")
    with pytest.raises(Moved, match="changed while you were reading") as moved:
        promise.sign(shown=shown)
    assert moved.value.promise is not None
    assert moved.value.promise.words == f"1 changed ({slo.key})"
    assert promise.reread().state == "OPEN"
