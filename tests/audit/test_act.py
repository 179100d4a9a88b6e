"""`@act` and `record`: no act without its entry, no entry without its act."""

import json
from collections.abc import Generator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection

from apps.audit import appending, queries
from apps.audit.acts import Of, act, demo_data, next_index, nothing_changed, record
from apps.audit.canonical import NotCanonical
from apps.audit.models import Entry, EntryAbout, EntryValue, Head, Verification
from apps.audit.verify import verify_log
from apps.common.refused import Refused
from tests.audit.logbook import DIGEST, MARIA, Somebody, SomeSeat, fill, sign, write

pytestmark = pytest.mark.django_db


def body_of(entry: Entry) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(bytes(entry.body))
    return said


def some_row() -> Verification:
    """A row of some table, written beside an entry."""
    return Verification.objects.create(size=0, root="", ok=True, milliseconds=1)


def test_the_first_entry_has_index_0() -> None:
    pending = sign()
    assert pending.index == 0
    head = Head.objects.get()
    assert (head.size, Entry.objects.get().index) == (1, 0)
    assert verify_log().ok


@time_machine.travel("2026-11-23T10:44:00.000005Z", tick=False)
def test_the_body_says_everything() -> None:
    sign(
        seat=SomeSeat(delegated_by="P-3"),
        title="Checkout in one page",
        sentence="signed off {subject} “{title}”",
        about=("S-340", "I-1"),
        reference="SIG-9",
        meaning="ACCEPT",
        previous="ab" * 32,
        policy={"version": 3, "met": True},
        key="0d1c",
        authenticated=("password", datetime(2026, 11, 23, 10, 43, tzinfo=UTC)),
        facts={"stories": 14, "on": date(2026, 11, 23)},
    )
    said = body_of(Entry.objects.get())
    commitments = said["predicate"].pop("commitments")
    assert said == {
        "_type": "https://in-toto.io/Statement/v1",
        "subject": [{"name": "E-12", "digest": {"sha256": DIGEST}}],
        "predicateType": "urn:triad:act:v1",
        "predicate": {
            "origin": Head.objects.get().origin,
            "index": 0,
            "instant": "2026-11-23T10:44:00.000005Z",
            "version": "0.1.0",
            "event": "epic.signed_off",
            "by": "P-7",
            "title": "Checkout in one page",
            "sentence": "signed off {subject} “{title}”",
            "about": ["I-1", "S-340"],
            "seat": {"role": "PRODUCT_OWNER", "scope": "E-12", "since": "2026-03-01", "delegated_by": "P-3"},
            "reference": "SIG-9",
            "meaning": "ACCEPT",
            "previous": "ab" * 32,
            "policy": {"version": 3, "met": True},
            "key": "0d1c",
            "authenticated": {"method": "password", "instant": "2026-11-23T10:43:00.000000Z"},
            "facts": {"stories": 14, "on": "2026-11-23"},
        },
    }
    assert list(commitments) == ["by_name"]


def test_search_columns_and_abouts() -> None:
    sign(about=("S-340", "E-12", "S-340"), reference="SIG-9")
    entry = Entry.objects.get()
    assert (entry.event, entry.subject, entry.reference, entry.person) == (
        "epic.signed_off",
        "E-12",
        "SIG-9",
        "P-7",
    )
    assert sorted(EntryAbout.objects.values_list("key", flat=True)) == ["E-12", "S-340"]


def test_personal_values_enter_the_body_as_commitments_alone() -> None:
    sign(reason="It is ready", personal={"printed_name": "M. Keller", "grantee": Of("P-9", "Ada Mbeki")})
    entry = Entry.objects.get()
    assert not any(word in bytes(entry.body).decode() for word in ("Keller", "ready", "Mbeki"))
    owners = dict(EntryValue.objects.values_list("name", "person"))
    assert owners == {"by_name": "P-7", "reason": "P-7", "printed_name": "P-7", "grantee": "P-9"}
    (reading,) = queries.readings([entry])
    assert reading.values == {
        "by_name": "Maria Keller",
        "reason": "It is ready",
        "printed_name": "M. Keller",
        "grantee": "Ada Mbeki",
    }


def test_equal_values_have_different_commitments() -> None:
    sign(reason="yes")
    sign(reason="yes")
    first, second = (body_of(entry)["predicate"]["commitments"]["reason"]["sha256"] for entry in Entry.objects.all())
    assert first != second


def test_outside_an_act_nothing_is_recorded() -> None:
    with pytest.raises(RuntimeError, match="epic.signed_off was recorded outside an act"):
        record("epic.signed_off", subject="E-12", digest=DIGEST, by=MARIA)
    with pytest.raises(RuntimeError):
        nothing_changed()
    with pytest.raises(RuntimeError):
        next_index()


def test_an_act_that_records_nothing_is_rolled_back() -> None:
    @act
    def forget() -> None:
        some_row()

    with pytest.raises(RuntimeError, match="forget recorded nothing in the audit log"):
        forget()
    assert not Verification.objects.exists()


def test_an_act_may_say_that_nothing_changed() -> None:
    @act
    def import_again() -> str:
        nothing_changed()
        return "unchanged"

    assert import_again() == "unchanged"
    assert Head.objects.get().size == 0


def test_a_failing_act_leaves_no_entry() -> None:
    @act
    def fail() -> None:
        some_row()
        write()
        raise Refused("Not now.")

    with pytest.raises(Refused):
        fail()
    assert (Head.objects.get().size, Entry.objects.count(), Verification.objects.count()) == (0, 0, 0)
    assert sign().index == 0  # the failed act's buffer is gone


def test_a_failing_audit_write_rolls_the_act_back(monkeypatch: pytest.MonkeyPatch) -> None:
    # The statement itself is broken, so that the database is what refuses.
    insert, marks = appending._ENTRY
    monkeypatch.setattr(appending, "_ENTRY", (insert.replace("audit_entry", "audit_no_such_table"), marks))

    @act
    def do() -> None:
        some_row()
        write()

    with pytest.raises(DatabaseError):
        do()
    assert not Verification.objects.exists()
    assert Head.objects.get().size == 0


def test_nested_acts_are_one_transaction_with_entries_in_their_order() -> None:
    @act
    def outer() -> None:
        write("outer.began")
        sign(event="inner.done")
        assert not Entry.objects.exists()  # appended once, at the end of the outermost
        write("outer.ended")

    outer()
    assert list(Entry.objects.values_list("event", flat=True)) == ["outer.began", "inner.done", "outer.ended"]
    assert len({entry.at for entry in Entry.objects.all()}) == 1


def test_an_outer_act_that_fails_takes_the_inner_one_with_it() -> None:
    @act
    def outer() -> None:
        sign()
        raise Refused("Not now.")

    with pytest.raises(Refused):
        outer()
    assert not Entry.objects.exists()


def test_an_inner_act_that_fails_takes_only_its_own() -> None:
    @act
    def inner() -> None:
        some_row()
        write("inner.done")
        raise Refused("Not now.")

    @act
    def outer() -> None:
        write("outer.began")
        with pytest.raises(Refused):
            inner()
        write("outer.ended")

    outer()
    assert list(Entry.objects.values_list("event", flat=True)) == ["outer.began", "outer.ended"]
    assert not Verification.objects.exists()


def test_the_outer_act_may_live_on_the_entries_of_the_inner() -> None:
    @act
    def outer() -> None:
        sign()

    outer()
    assert Entry.objects.count() == 1


def test_next_index_is_that_of_the_next_entry() -> None:
    fill(3)

    @act
    def look() -> tuple[int, int | None]:
        write()
        expected = next_index()
        entry = write()
        look.entry = entry  # type: ignore[attr-defined]
        return expected, None

    expected, _ = look()
    assert look.entry.index == expected == 4  # type: ignore[attr-defined]


def test_an_entry_too_large_is_refused_in_words() -> None:
    @act
    def huge() -> None:
        some_row()
        write(facts={"text": "x" * 66_000})

    with pytest.raises(Refused, match=r"has 66,\d+ bytes; it takes at most 65,535. Nothing was stored"):
        huge()
    assert (Head.objects.get().size, Verification.objects.count()) == (0, 0)


def test_the_largest_entry_is_taken() -> None:
    sign(facts={"text": ""})
    room = 65_535 - len(Entry.objects.get().body)
    sign(facts={"text": "x" * room})
    assert len(Entry.objects.get(pk=1).body) == 65_535
    with pytest.raises(Refused):
        sign(facts={"text": "x" * (room + 1)})
    assert verify_log().ok


def test_text_without_a_writing_is_refused_in_words() -> None:
    with pytest.raises(Refused, match="cannot write this down"):
        sign(title="half a pair \ud800")


@pytest.mark.parametrize(
    "changed",
    [
        {"event": "epic signed"},
        {"event": "epic"},
        {"digest": "abc"},
        {"digest": DIGEST.upper()},
        {"previous": "abc"},
        {"subject": ""},
        {"subject": "E 12"},
        {"subject": "x" * 101},
        {"about": ("",)},
        {"reference": "a\nb"},
        {"personal": {"printed name": "x"}},
        {"facts": {"share": 0.5}},
        {"title": None},
        {"meaning": 3},
        {"key": None},
        {"policy": {"share": 0.5}},
        {"authenticated": ("password", datetime(2026, 1, 1))},
    ],
)
def test_what_cannot_be_recorded_is_an_error_at_once(changed: dict[str, Any]) -> None:
    with pytest.raises((ValueError, NotCanonical)):
        sign(**changed)
    assert Head.objects.get().size == 0


def test_the_clock_may_go_back_and_entries_stay_in_order() -> None:
    with time_machine.travel("2026-11-23T10:00:00Z", tick=False):
        sign()
    with time_machine.travel("2026-11-23T09:00:00Z", tick=False):
        sign()
    assert {entry.at for entry in Entry.objects.all()} == {"2026-11-23T10:00:00.000000Z"}
    assert verify_log().ok


def test_demo_data_is_marked() -> None:
    with demo_data():
        sign()
    sign()
    first, second = (body_of(entry)["predicate"] for entry in Entry.objects.all())
    assert first["demo"] is True
    assert "demo" not in second


def test_the_portal_itself_may_act() -> None:
    sign(by=None)
    assert body_of(Entry.objects.get())["predicate"]["by"] is None
    assert Entry.objects.get().person == ""


def test_functions_that_run_later_cannot_be_acts() -> None:
    with pytest.raises(TypeError, match="outside the transaction"):

        @act
        def generate() -> Generator[int]:
            yield 1

    with pytest.raises(TypeError):

        @act
        async def wait() -> None: ...


def test_an_act_keeps_name_and_words() -> None:
    assert sign.__name__ == "sign"
    assert sign.__doc__ == "An act with one entry."
    assert sign.is_act  # type: ignore[attr-defined]


def test_appending_costs_as_many_queries_for_one_entry_as_for_twenty(django_assert_num_queries: Any) -> None:
    # Savepoint, head, entries, keys, values, head, release; PostgreSQL gets the writes as one message.
    queries = 4 if connection.vendor == "postgresql" else 7
    with django_assert_num_queries(queries):
        fill(1)
    with django_assert_num_queries(queries):
        fill(20)


def test_more_entries_than_one_message_takes_are_written_alike() -> None:
    fill(appending._FEW + 1)
    fill(2)
    assert Entry.objects.count() == appending._FEW + 3
    outcome = verify_log()
    assert outcome.ok, outcome.words


def test_names_of_two_people() -> None:
    sign(by=Somebody("P-1", "Zoë"))
    sign(by=Somebody("P-2", "adam"))
    assert queries.named().people == [("P-2", "adam"), ("P-1", "Zoë")]
