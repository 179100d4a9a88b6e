"""The columns that specs and signoff set, the epic's counters, and when an epic regresses."""

from itertools import product

import pytest
from django.db import transaction
from django.utils import timezone

from apps.delivery import actions
from apps.delivery.models import Epic, Story
from apps.delivery.states import EpicState, StoryState
from tests.delivery.work import PROMISE, Work, accept, prove, sign


def fresh(epic: Epic) -> Epic:
    epic.refresh_from_db()
    return epic


def test_counters_follow_evidence_and_signatures(work: Work) -> None:
    prove(work.cart)
    prove(work.pay, "FAILED")
    epic = fresh(work.epic)
    assert (epic.story_count, epic.passing_story_count, epic.failing_story_count) == (2, 1, 1)
    sign(work.cart, work.cast)
    epic = fresh(work.epic)
    assert (epic.signed_story_count, epic.passing_story_count) == (1, 0)
    work.cart.refresh_from_db()
    with transaction.atomic():
        actions.revoke_story_signature(story=work.cart)
    epic = fresh(work.epic)
    assert (epic.signed_story_count, epic.passing_story_count) == (0, 1)


def test_an_epic_regresses_when_a_signed_story_fails_and_recovers_when_it_passes(work: Work) -> None:
    for story in (work.cart, work.pay):
        prove(story)
        sign(story, work.cast)
    accept(work.epic)
    prove(work.cart, "FAILED")
    since = fresh(work.epic).regressed_at
    assert work.epic.state == EpicState.REGRESSED
    work.cart.refresh_from_db()
    assert (work.cart.state, work.cart.is_regressed) == (StoryState.SIGNED, True)
    prove(work.pay, "FAILED")
    assert fresh(work.epic).regressed_at == since
    prove(work.pay)
    assert fresh(work.epic).regressed_at == since
    prove(work.cart)
    assert fresh(work.epic).state == EpicState.SIGNED


def test_an_epic_that_nobody_signed_does_not_regress(work: Work) -> None:
    prove(work.cart)
    sign(work.cart, work.cast)
    prove(work.cart, "FAILED")
    assert fresh(work.epic).regressed_at is None


def test_rejection_takes_the_acceptance_back(work: Work) -> None:
    accept(work.epic)
    with transaction.atomic():
        actions.record_epic_rejection(epic=fresh(work.epic), at=timezone.now())
    assert (fresh(work.epic).state, work.epic.signed_promise) == (EpicState.REJECTED, "")
    accept(work.epic)
    assert (fresh(work.epic).state, work.epic.signed_promise) == (EpicState.SIGNED, PROMISE)


def test_drift_is_set_and_taken_back(work: Work) -> None:
    accept(work.epic)
    with transaction.atomic():
        actions.record_epic_drift(epic=fresh(work.epic), drifted_at=timezone.now())
    assert fresh(work.epic).state == EpicState.DRIFTED
    with transaction.atomic():
        actions.record_epic_drift(epic=work.epic, drifted_at=None)
    assert fresh(work.epic).state == EpicState.SIGNED


@pytest.mark.django_db(transaction=False)
def test_columns_are_set_inside_acts_only(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transaction.get_connection(), "in_atomic_block", False)
    with pytest.raises(RuntimeError, match="part of an act"):
        actions.record_epic_drift(epic=work.epic, drifted_at=None)
    monkeypatch.undo()


def test_story_states_are_the_same_as_conditions(work: Work) -> None:
    """Every combination of the columns: the property and the database agree, and each story is in one state."""
    rows: list[Story] = []
    for count, evidence, verdict, signed in product((0, 1), ("", "a", "b"), Story.Verdict.values, ("", "a", "b")):
        rows.append(
            Story(
                key=f"S-{1000 + len(rows)}",
                epic=work.epic,
                title="x",
                digest="a",
                scenario_count=count,
                evidence_digest=evidence,
                evidence_verdict=verdict,
                signed_digest=signed,
            )
        )
    Story.objects.bulk_create(rows)
    made = Story.objects.filter(key__in=[row.key for row in rows])
    for state in StoryState:
        expected = {row.key for row in rows if row.state == state}
        assert set(made.in_state(state).values_list("key", flat=True)) == expected, state
    assert set(made.regressed().values_list("key", flat=True)) == {row.key for row in rows if row.is_regressed}


def test_epic_states_are_the_same_as_conditions(work: Work) -> None:
    now = timezone.now()
    for promise, rejected, drifted, regressed, archived in product(("", PROMISE), *[(None, now)] * 4):
        Epic.objects.filter(pk=work.epic.pk).update(
            signed_promise=promise,
            rejected_at=rejected,
            drifted_at=drifted,
            regressed_at=regressed,
            archived_at=archived,
        )
        state = fresh(work.epic).state
        assert [one for one in EpicState if Epic.objects.in_state(one).filter(pk=work.epic.pk)] == [state]
