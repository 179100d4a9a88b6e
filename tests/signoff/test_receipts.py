"""A receipt says “Proven” only of what the log holds: whatever else stands in the rows is named, and audited."""

import json
from hashlib import sha256
from io import StringIO
from typing import Any

import pytest
import rfc8785
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from apps.audit import queries as audit
from apps.audit.actions import erase_values
from apps.audit.protection import missing_triggers, protect
from apps.audit.verify import verify_log
from apps.delivery.actions import create_nfr
from apps.delivery.models import StoryVersion
from apps.signatures.models import Signature
from apps.signoff.actions import attest_nfr
from apps.signoff.dossier import read_dossier
from apps.signoff.models import Dossier, EpicSignOff, StorySignOff
from tests.audit.logbook import MARIA
from tests.cast import DelegationFactory, PersonFactory, forget_seats, in_days, signed_in
from tests.signoff.promises import Promise, make_promise, text_of
from tests.signoff.test_gate import waive
from tests.tampering import rewrite

pytestmark = pytest.mark.django_db

TABLES = ("signatures_signature", "signoff_dossier", "signoff_epicsignoff", "signoff_storysignoff")
# And what was signed, or let something be signed.
KEPT = (*TABLES, "delivery_storyversion", "signoff_nfrattestation", "signoff_waivergrant")


@pytest.fixture
def unguarded(db: None) -> None:
    """As the owner of the database, who can take triggers off."""
    with connection.cursor() as cursor:
        for table in TABLES:
            for moment in ("update", "delete", "insert"):
                where = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{moment}{where}")


def receipt(promise: Promise, key: str) -> str:
    return signed_in(promise.cast.maria).get(f"/receipts/{key}/").content.decode()


def check_forged(promise: Promise, key: str, words: str, rule: str) -> None:
    """The page names what differs and proves nothing; so does a walk over the log, at the entry of the signature."""
    page = receipt(promise, key)
    assert "This record was changed after signing" in page
    assert words in page
    assert "Proven" not in page
    assert "The log proves now" not in page
    found = verify_log()
    assert (found.ok, found.rule, found.first_bad) == (False, rule, audit.entry_for(key).index)
    assert key in found.words
    assert words in found.words


def test_what_nobody_touched_is_proven(promise: Promise) -> None:
    epic = promise.sign(comment="Checked.").signature.key
    story = StorySignOff.objects.first()
    assert story is not None
    for key in (epic, story.signature.key):
        page = receipt(promise, key)
        assert "Proven" in page
        assert "changed after signing" not in page
    assert verify_log().ok


def test_so_is_what_a_delegate_signed_and_what_was_rejected(promise: Promise) -> None:
    delegate = PersonFactory.create(name="Dara Deputy")
    DelegationFactory.create(seat=promise.cast.seat_of("maria"), delegate=delegate)
    for key in (
        promise.sign(by=delegate).signature.key,
        promise.sign(by=delegate, meaning="REJECT", comment="It is lost.").signature.key,
    ):
        assert "Proven" in receipt(promise, key)
    assert verify_log().ok


COLUMNS: dict[str, tuple[Any, str]] = {
    "printed_name": ("Emil Boss", "name"),
    "statement": ("I, Emil Boss, accept everything for ever.", "statement"),
    "comment": ("never said", "words"),
    "meaning": ("ACCEPT_WITH_EXCEPTIONS", "meaning"),
    "digest": ("ab" * 32, "digest"),
    "subject": ("E-999", "what was signed"),
    "subject_title": ("Everything", "what was signed"),
    "seat_role": ("EXECUTIVE", "seat"),
    "seat_scope": ("ORG", "seat"),
    "seat_since": ("2001-01-01", "seat"),
    "authenticated_with": ("passkey", "confirmation"),
    "authenticated_at": ("2001-01-01 00:00:00+00:00", "confirmation"),
    "signed_at": ("2001-01-01 00:00:00+00:00", "instant"),
    "idempotency_key": ("0" * 32, "form"),
}


@pytest.mark.parametrize(
    ("thing", "column"),
    [*(("epic", column) for column in COLUMNS), *(("story", column) for column in ("statement", "digest", "meaning"))],
)
@pytest.mark.usefixtures("unguarded")
def test_no_column_of_a_signature_can_be_forged(promise: Promise, column: str, thing: str) -> None:
    epic = promise.sign(comment="fine").signature
    story = StorySignOff.objects.latest("pk").signature
    signature = epic if thing == "epic" else story
    value, words = COLUMNS[column]
    Signature.objects.filter(pk=signature.pk).update(**{column: value})
    check_forged(promise, signature.key, words, "signature")


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("column", ["person", "delegated_by"])
def test_nor_whose_it_is(promise: Promise, column: str) -> None:
    signature = promise.sign().signature
    Signature.objects.filter(pk=signature.pk).update(**{column: promise.cast.emil})
    check_forged(promise, signature.key, "signer" if column == "person" else "seat", "signature")


@pytest.mark.usefixtures("unguarded")
def test_words_that_were_never_said_are_found_where_there_were_none(promise: Promise) -> None:
    signature = promise.sign(comment="").signature
    Signature.objects.filter(pk=signature.pk).update(comment="I had my doubts.")
    check_forged(promise, signature.key, "words", "signature")


@pytest.mark.usefixtures("unguarded")
def test_a_dossier_of_other_bytes_is_not_shown(promise: Promise) -> None:
    sign_off = promise.sign()
    body = bytes(sign_off.dossier.body).replace(b"No NFRs defined", b"100 NFRs defined")
    Dossier.objects.filter(pk=sign_off.dossier_id).update(body=body)
    check_forged(promise, sign_off.signature.key, "dossier", "sign-off")
    assert "100 NFRs defined" not in receipt(promise, sign_off.signature.key)


@pytest.mark.usefixtures("unguarded")
def test_nor_one_whose_digest_was_made_to_fit(promise: Promise) -> None:
    sign_off = promise.sign()
    body = bytes(sign_off.dossier.body).replace(b"No NFRs defined", b"100 NFRs defined")
    forged = sha256(body).hexdigest()
    Dossier.objects.filter(pk=sign_off.dossier_id).update(body=body, digest=forged)
    check_forged(promise, sign_off.signature.key, "dossier", "sign-off")
    Signature.objects.filter(pk=sign_off.signature_id).update(digest=forged)
    check_forged(promise, sign_off.signature.key, "digest", "signature")


@pytest.mark.usefixtures("unguarded")
def test_bytes_that_are_no_dossier_are_no_server_error(promise: Promise) -> None:
    sign_off = promise.sign()
    Dossier.objects.filter(pk=sign_off.dossier_id).update(body=b"{", digest=sha256(b"{").hexdigest())
    check_forged(promise, sign_off.signature.key, "dossier", "sign-off")


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("promise", "cd" * 32, "promise"), ("meaning", "REJECT", "meaning"), ("epic", None, "what was signed")],
)
def test_a_sign_off_of_an_epic_is_what_its_entry_says(promise: Promise, column: str, value: str, words: str) -> None:
    sign_off = promise.sign()
    other = make_promise(promise.cast, stories=0, title="Another").epic
    EpicSignOff.objects.filter(pk=sign_off.pk).update(**{column: value or other})
    check_forged(promise, sign_off.signature.key, words, "sign-off")


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(
    ("column", "value", "words"), [("digest", "cd" * 32, "digest"), ("meaning", "REJECT", "meaning")]
)
def test_a_sign_off_of_a_story_is_what_its_entry_says(promise: Promise, column: str, value: str, words: str) -> None:
    sign_off = StorySignOff.objects.latest("pk")
    StorySignOff.objects.filter(pk=sign_off.pk).update(**{column: value})
    check_forged(promise, sign_off.signature.key, words, "sign-off")


def test_the_text_that_a_story_was_signed_at_is_still_that_text(promise: Promise) -> None:
    sign_off = StorySignOff.objects.latest("pk")
    text = text_of("Pay in way 2", outcome="the customer pays twice")
    of_it = StoryVersion.objects.filter(pk=sign_off.version_id)
    rewrite(of_it, text=text, text_sha256=sha256(text.encode()).hexdigest())
    check_forged(promise, sign_off.signature.key, "text", "sign-off")


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("table", ["signoff_epicsignoff", "signatures_signature"])
def test_what_is_gone_is_missed(promise: Promise, table: str) -> None:
    signature = promise.sign().signature
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM signoff_epicsignoff")
        if table == "signatures_signature":
            cursor.execute("DELETE FROM signatures_signature WHERE id = %s", [signature.pk])
    found = verify_log()
    assert (found.ok, found.first_bad) == (False, audit.entry_for(signature.key).index)
    assert found.words.endswith(f"{signature.key}, of which it tells, is gone")


def test_a_signature_without_an_entry_stands_beside_the_log(promise: Promise) -> None:
    signature = promise.sign().signature
    signature.pk, signature.key, signature.idempotency_key = None, "SIG-999", "f" * 32
    signature.save()
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("audit_verify", stdout=out)
    assert "BAD: Beside the log, rule “signature”: SIG-999 is a signature that no entry tells of." in out.getvalue()


def test_an_erased_name_can_no_longer_be_compared_and_the_receipt_says_so(promise: Promise) -> None:
    key = promise.sign(comment="Checked.").signature.key
    erase_values(person=promise.cast.maria.key, by=MARIA, reason="She asked for it.")
    page = receipt(promise, key)
    assert "Proven in part" in page
    assert "name, statement, words can no longer be compared" in page
    assert verify_log().ok


def test_a_dossier_from_before_the_evidence_is_read(promise: Promise) -> None:
    body = json.loads(promise.dossier().body)
    del body["evidence"]
    assert read_dossier(rfc8785.dumps({**body, "format": "triad/dossier/1"})).evidence == []


# --- the database itself


@pytest.fixture
def signed(promise: Promise) -> None:
    """Stories and an epic, with a requirement attested and a criterion waived before."""
    epic, priya = promise.epic.key, promise.cast.priya
    nfr = create_nfr(epic_key=epic, title="Cold start", statement="Under 2 s.", by=promise.cast.maria)
    attest_nfr(nfr_key=nfr.key, digest=nfr.digest, verdict="MET", words="So.", until_on=in_days(9), by=priya)
    waive(promise, criterion="seats_filled", days=9)
    promise.sign()


@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize("table", KEPT)
@pytest.mark.parametrize("does", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_refuses_to_change_what_was_signed(table: str, does: str) -> None:
    refused = pytest.raises(IntegrityError, match=f"{table} is never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(does.format(table))


@pytest.mark.sqlite  # REPLACE is its own
@pytest.mark.usefixtures("signed")
@pytest.mark.parametrize("table", KEPT)
def test_replace_does_not_slip_past(table: str) -> None:
    refused = pytest.raises(IntegrityError, match=f"{table} is never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")  # noqa: S608
    columns = "printed_name, seat_role, seat_scope, seat_since, subject, subject_title, digest, meaning, statement"
    columns += ", comment, authenticated_with, authenticated_at, signed_at, idempotency_key, delegated_by_id, person_id"
    refused = pytest.raises(IntegrityError, match="signatures_signature is never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:  # a new id, an old key
        cursor.execute(
            f"INSERT OR REPLACE INTO signatures_signature (key, {columns})"  # noqa: S608
            f" SELECT key, {columns} FROM signatures_signature"
        )


@pytest.mark.parametrize("table", KEPT)
def test_the_check_asks_for_these_triggers_too(table: str) -> None:
    call_command("check", tags=["database"], databases=["default"])
    name = f"{table}_update"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}" + (f" ON {table}" if connection.vendor == "postgresql" else ""))
    with pytest.raises(Exception, match=f"The database lacks its trigger {name}"):
        call_command("check", tags=["database"], databases=["default"])
    protect(connection)
    assert missing_triggers(connection) == []


def test_the_api_proves_a_forged_receipt_no_more(promise: Promise, unguarded: None) -> None:
    signature = promise.sign().signature
    client = signed_in(forget_seats(promise.cast.maria))
    assert client.get(f"/api/v1/receipts/{signature.key}/").json()["proof_error"] == ""
    Signature.objects.filter(pk=signature.pk).update(printed_name="Emil Boss")
    assert "changed after signing" in client.get(f"/api/v1/receipts/{signature.key}/").json()["proof_error"]


UNREADABLE = ["CAST(x'ff41' AS TEXT)", "x'ff41'"]
GARBLED = [
    *(("statement", value) for value in UNREADABLE),
    *(("printed_name", value) for value in UNREADABLE),
    *(("signed_at", value) for value in [*UNREADABLE, "'yesterday'"]),
    ("seat_role", "'KING'"),
]


@pytest.mark.sqlite
@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize(("column", "value"), GARBLED)
def test_a_row_that_cannot_be_read_is_said_and_named(promise: Promise, column: str, value: str) -> None:
    """SQLite keeps whatever its owner writes; PostgreSQL takes no such bytes."""
    signature = promise.sign().signature
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE signatures_signature SET {column} = {value} WHERE id = %s", [signature.pk])  # noqa: S608
    words = f"{signature.key} cannot be read"
    maria = signed_in(forget_seats(promise.cast.maria))
    page = maria.get(f"/receipts/{signature.key}/")
    assert (page.status_code, words in page.content.decode()) == (409, True)
    assert "What is stored cannot be read" in page.content.decode()
    said = maria.get(f"/api/v1/receipts/{signature.key}/")
    assert (said.status_code, said.json()["detail"].startswith(words)) == (409, True)
    found = verify_log()
    assert (found.ok, found.rule, found.first_bad) == (False, "signature", audit.entry_for(signature.key).index)
    assert found.words.startswith(words)
    initiative = promise.epic.initiative.scope
    initiative.restricted = True
    initiative.save()
    stranger = signed_in(forget_seats(promise.cast.nobody))
    for url in (f"/receipts/{signature.key}/", f"/api/v1/receipts/{signature.key}/"):
        assert stranger.get(url).status_code == 404


@pytest.mark.sqlite
@pytest.mark.usefixtures("unguarded")
def test_what_somebody_wrote_there_goes_into_no_log_of_the_operator(
    promise: Promise, caplog: pytest.LogCaptureFixture
) -> None:
    signature = promise.sign().signature
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE signatures_signature SET comment = CAST(x'536563726574ff' AS TEXT) WHERE id = %s", [signature.pk]
        )
    signed_in(forget_seats(promise.cast.maria)).get(f"/epics/{promise.epic.key}/")
    assert "comment" in caplog.text
    assert "Secret" not in caplog.text + verify_log().words


@pytest.mark.sqlite
@pytest.mark.usefixtures("unguarded")
def test_other_pages_with_such_a_row_say_so_too(promise: Promise) -> None:
    signature = promise.sign().signature
    with connection.cursor() as cursor:
        cursor.execute("UPDATE signatures_signature SET comment = CAST(x'ff' AS TEXT) WHERE id = %s", [signature.pk])
    maria = signed_in(forget_seats(promise.cast.maria))
    for url in (f"/epics/{promise.epic.key}/", f"/api/v1/epics/{promise.epic.key}/sign-offs/"):
        answer = maria.get(url)
        assert (answer.status_code, "holds bytes that are no text" in answer.content.decode()) == (409, True)
