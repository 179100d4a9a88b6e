"""Reading the log: by subject, person, act, time; the life of a thing; proofs."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from apps.audit import merkle, queries
from apps.audit.acts import demo_data
from apps.audit.models import Entry, Head
from apps.audit.queries import Named
from apps.common.refused import BadInput
from tests.audit.logbook import Somebody, SomeSeat, fill, sign

pytestmark = pytest.mark.django_db


def indexes(**wanted: Any) -> list[int]:
    return [entry.index for entry in queries.entries(**wanted)]


@pytest.fixture
def log() -> None:
    with time_machine.travel("2026-11-01T00:00:00Z", tick=False):
        sign(subject="E-1", about=("I-1",))
    with time_machine.travel("2026-11-02T00:00:00Z", tick=False):
        sign(event="story.signed_off", subject="S-1", about=("E-1", "I-1"), by=Somebody("P-2", "Ruth Adeyemi"))
    with time_machine.travel("2026-11-03T00:00:00Z", tick=False):
        sign(subject="E-2", by=None)


@pytest.mark.usefixtures("log")
def test_entries_are_found_by_subject_person_act_and_time() -> None:
    assert indexes() == [2, 1, 0]
    assert indexes(subject="E-1") == [1, 0]
    assert indexes(subject="I-1") == [1, 0]
    assert indexes(subject="E-9") == []
    assert indexes(person="P-2") == [1]
    assert indexes(event="epic.signed_off") == [2, 0]
    assert indexes(since=datetime(2026, 11, 2, tzinfo=UTC)) == [2, 1]
    assert indexes(until=datetime(2026, 11, 2, tzinfo=UTC)) == [0]
    assert indexes(subject="E-1", person="P-7", event="epic.signed_off") == [0]


@pytest.mark.usefixtures("log")
def test_events_and_people_to_choose_from() -> None:
    named = queries.named()
    assert named.events == ["epic.signed_off", "story.signed_off"]
    assert named.people == [("P-7", "Maria Keller"), ("P-2", "Ruth Adeyemi")]


def test_an_empty_log_has_nothing_to_choose_from() -> None:
    assert (queries.named(), indexes()) == (Named([], []), [])


def test_pages_by_key() -> None:
    fill(10)
    rows, more = queries.page_of(queries.entries(), limit=4)
    assert ([row.index for row in rows], more) == ([9, 8, 7, 6], 6)
    rows, more = queries.page_of(queries.entries(), before=more, limit=4)
    assert ([row.index for row in rows], more) == ([5, 4, 3, 2], 2)
    rows, more = queries.page_of(queries.entries(), before=more, limit=4)
    assert ([row.index for row in rows], more) == ([1, 0], None)


def test_the_life_of_an_epic_reads_as_a_story() -> None:
    sign(event="epic.added", title="Checkout in one page")
    sign(
        event="story.signed_off",
        subject="S-1",
        about=("E-12",),
        by=Somebody("P-2", "Ruth Adeyemi"),
        seat=SomeSeat("BUSINESS_ANALYST", delegated_by="P-3"),
        title="Pay by card",
        sentence="signed {subject} “{title}” as {meaning}, {stories} of {keys}{unknown}",
        meaning="ACCEPT",
        facts={"stories": 1, "keys": ["S-1", "S-2"]},
    )
    sign(event="epic.drifted", by=None, sentence="found that {subject} has drifted")
    sign(subject="E-13")
    assert [str(line) for line in queries.life_of("E-12")] == [
        "Maria Keller added epic E-12 “Checkout in one page”",
        "Ruth Adeyemi, Business Analyst of E-12, for P-3, signed S-1 “Pay by card” as ACCEPT, 1 of S-1, S-2{unknown}",
        "The portal found that E-12 has drifted",
    ]
    assert [line.index for line in queries.life_of("E-12", limit=2)] == [1, 2]


def test_the_usual_sentence_leaves_out_a_title_that_is_not_there() -> None:
    sign()
    assert queries.life_of("E-12")[0].words == "signed off epic E-12"


def test_lines_know_demo_data() -> None:
    with demo_data():
        sign()
    assert queries.life_of("E-12")[0].demo


def test_an_entry_is_found_by_its_reference() -> None:
    sign(reference="SIG-8")
    sign(reference="SIG-9")
    assert queries.entry_for("SIG-9").index == 1
    with pytest.raises(Entry.DoesNotExist):
        queries.entry_for("SIG-10")


def test_readings_take_one_query_for_all_values(django_assert_num_queries: Any) -> None:
    fill(20)
    for count in (1, 20):
        rows = list(Entry.objects.all()[:count])
        with django_assert_num_queries(1):
            queries.readings(rows)


def test_every_inclusion_proof_holds() -> None:
    fill(37)
    root = bytes(Head.objects.get().root)
    for index in range(37):
        proof = queries.inclusion_proof(index)
        assert (proof.size, proof.root) == (37, root)
        proof.check()
    for size in range(6, 38):
        queries.inclusion_proof(5, size).check()


def test_a_proof_of_another_leaf_does_not_hold() -> None:
    fill(9)
    proof = queries.inclusion_proof(4)
    with pytest.raises(merkle.ProofError, match="leads to another root"):
        merkle.check_inclusion(leaf=queries.inclusion_proof(5).leaf, index=4, size=9, proof=proof.path, root=proof.root)


def test_a_proof_reads_a_few_rows_however_long_the_log(django_assert_max_num_queries: Any) -> None:
    fill(300)
    with django_assert_max_num_queries(4):
        queries.inclusion_proof(129)


@pytest.mark.parametrize(("index", "size"), [(4, 4), (4, 10), (4, 0)])
def test_no_proof_outside_the_log(index: int, size: int) -> None:
    fill(9)
    with pytest.raises(BadInput, match=f"Entry {index} has no proof in a log of {size} entries."):
        queries.inclusion_proof(index, size)


def test_every_consistency_proof_holds() -> None:
    fill(20)
    for old in range(1, 21):
        merkle.check_consistency(
            old_size=old,
            new_size=20,
            old_root=queries.root_at(old),
            new_root=queries.root_at(20),
            proof=queries.consistency_proof(old, 20),
        )
    for old, new in ((0, 20), (5, 21), (20, 5)):
        with pytest.raises(BadInput, match=f"There is no proof from {old} to {new} entries"):
            queries.consistency_proof(old, new)


def test_the_root_of_nothing() -> None:
    assert queries.root_at(0) == merkle.EMPTY_ROOT
