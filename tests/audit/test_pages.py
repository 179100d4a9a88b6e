"""The log's pages: who may open them, what they show."""

import csv
import io
import json

import pytest
import time_machine
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from apps.audit import queries as audit
from apps.audit import views
from apps.audit.actions import erase_values, verify
from apps.audit.acts import demo_data
from apps.audit.canonical import canonical_bytes
from apps.audit.models import Entry, Verification
from tests.audit.logbook import Somebody, SomeSeat, fill, sign
from tests.cast import Cast, signed_in

pytestmark = pytest.mark.django_db

LOG = reverse("audit:entry_list")
VERIFICATIONS = reverse("audit:verification_list")
VERIFY = reverse("audit:log_verify")


@pytest.fixture
def auditor(cast: Cast) -> Client:
    return signed_in(cast.ada)


def text(client: Client, url: str, status: int = 200, headers: dict[str, str] | None = None) -> str:
    response = client.get(url, headers=headers)
    assert response.status_code == status
    return response.content.decode()


PAGES = [
    LOG,
    reverse("audit:entry_detail", args=[0]),
    reverse("audit:entry_statement", args=[0]),
    VERIFICATIONS,
    reverse("audit:verification_detail", args=[1]),
]


@pytest.mark.parametrize("url", PAGES)
def test_the_log_is_read_by_auditors_executives_and_administrators(cast: Cast, url: str) -> None:
    sign()
    Verification.objects.create(pk=1, size=1, root="00" * 32, ok=True, milliseconds=1)
    answers = {name: signed_in(person).get(url).status_code for name, person in cast.people.items()}
    assert {name for name, status in answers.items() if status == 200} == {"ada", "emil", "adam"}
    assert {status for status in answers.values()} == {200, 403}
    assert Client().get(url).status_code == 302


def test_who_may_not_is_told_why(cast: Cast) -> None:
    assert "None of your seats lets you" in text(signed_in(cast.maria), LOG, 403)


def test_an_empty_log_says_what_will_stand_there(auditor: Client) -> None:
    assert "The log is empty" in text(auditor, LOG)


def test_entries_read_as_sentences(auditor: Client) -> None:
    sign(title="Checkout in one page", seat=SomeSeat(), sentence="signed off {subject} “{title}”")
    with demo_data():
        sign(event="epic.rejected", title="<script>alert(1)</script>")
    page = text(auditor, LOG)
    assert "signed off E-12 “Checkout in one page”" in page
    assert "Product Owner of E-12" in page
    assert "demo data" in page
    assert "<script>alert(1)" not in page
    assert page.index("epic.rejected</code>") < page.index("epic.signed_off</code>")


def rows_of(page: str) -> int:
    return page.count('class="row-title"')


def test_filters(auditor: Client) -> None:
    with time_machine.travel("2026-11-01T23:59:59Z", tick=False):
        sign(subject="E-1")
    with time_machine.travel("2026-11-02T00:00:00Z", tick=False):
        sign(event="story.signed_off", subject="S-1", about=("E-1",), by=Somebody("P-2", "Ruth Adeyemi"))
    assert rows_of(text(auditor, LOG)) == 2
    for query, expected in {
        "key=E-1": 2,
        "key=S-1": 1,
        "person=P-2": 1,
        "event=epic.signed_off": 1,
        "since=2026-11-02": 1,
        "until=2026-11-01": 1,
        "since=2026-11-01&until=2026-11-02": 2,
        "key=E-1&person=P-2&event=story.signed_off": 1,
    }.items():
        assert rows_of(text(auditor, f"{LOG}?{query}")) == expected, query
    page = text(auditor, f"{LOG}?key=E-99")
    assert "No entry fits these filters" in page
    assert 'value="E-99"' in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("since=yesterday", "Enter a valid date."),
        ("since=2026-11-02&until=2026-11-01", "This day lies before the first one."),
        ("person=P-99", "P-99 is not one of the available choices."),
        ("before=x", "“x” is no number to go on from."),
        ("before=-1", "“-1” is no number to go on from."),
    ],
)
def test_bad_filters_are_answered_in_words(auditor: Client, query: str, words: str) -> None:
    sign()
    assert words in text(auditor, f"{LOG}?{query}", 400)


def test_filtering_asks_for_the_part_alone(auditor: Client) -> None:
    sign()
    response = auditor.get(LOG, headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="entry-list">')
    assert "HX-Request" in response.headers["Vary"]


def test_more_goes_on_where_the_page_ends(auditor: Client) -> None:
    fill(120)
    page = text(auditor, f"{LOG}?event=story.signed_off")
    assert rows_of(page) == 50
    assert "event=story.signed_off&amp;before=" in page
    seen, url = [], LOG
    while url:
        page = text(auditor, url)
        seen += [index for index in range(120) if f"/audit/entries/{index}/" in page]
        before = min(seen)
        url = f"{LOG}?before={before}" if f"before={before}" in page else ""
    assert sorted(seen) == list(range(120))


def test_csv_has_all_rows_and_no_formulas(auditor: Client) -> None:
    fill(60)
    sign(title='=HYPERLINK("http://example.org")', by=Somebody("P-9", "@sum"))
    response = auditor.get(f"{LOG}?as=csv")
    assert response["Content-Disposition"] == 'attachment; filename="log.csv"'
    rows = list(csv.DictReader(io.StringIO(b"".join(response).decode())))
    assert [int(row["Index"]) for row in rows] == list(range(60, -1, -1))
    assert rows[0]["Title"] == '\'=HYPERLINK("http://example.org")'
    assert rows[0]["Name"] == "'@sum"
    assert rows[0]["Leaf"] == bytes(Entry.objects.get(pk=60).leaf).hex()


def test_csv_keeps_the_filters(auditor: Client) -> None:
    fill(10)
    rows = list(csv.DictReader(io.StringIO(b"".join(auditor.get(f"{LOG}?as=csv&key=S-3")).decode())))
    assert [row["Subject"] for row in rows] == ["S-3"]


def test_an_entry_shows_statement_values_and_proof(auditor: Client) -> None:
    fill(5)
    sign(seat=SomeSeat(), reason="It is <ready>", meaning="ACCEPT", reference="SIG-9", about=("S-340",))
    fill(5)
    page = text(auditor, reverse("audit:entry_detail", args=[5]))
    for words in (
        "It is &lt;ready&gt;",
        "Product Owner of E-12, held since 2026-03-01",
        "SIG-9",
        "?key=S-340",
        "in-toto.io/Statement/v1",
        "The proof holds",
        "Leaf 5 of a log of 11 entries leads to its root",
        "It does not say that what was signed still holds.",
    ):
        assert words in page, words


def test_the_only_entry_has_an_empty_path(auditor: Client) -> None:
    sign()
    assert "none: it is the only entry" in text(auditor, reverse("audit:entry_detail", args=[0]))


def test_an_erased_value_says_where(auditor: Client) -> None:
    sign(reason="secret words")
    erase_values(person="P-7", by=Somebody("P-1", "Adam Roth"), reason="asked for it")
    page = text(auditor, reverse("audit:entry_detail", args=[0]))
    assert "secret words" not in page
    assert "erased in" in page
    assert reverse("audit:entry_detail", args=[1]) in page


def test_the_statement_is_handed_out_as_the_bytes_that_are_hashed(auditor: Client) -> None:
    sign()
    response = auditor.get(reverse("audit:entry_statement", args=[0]))
    assert response.content == bytes(Entry.objects.get().body)
    assert response["Content-Type"] == "application/vnd.in-toto+json"


def test_an_entry_that_is_not_there(auditor: Client) -> None:
    assert auditor.get(reverse("audit:entry_detail", args=[7])).status_code == 404
    assert auditor.get(reverse("audit:verification_detail", args=[7])).status_code == 404


@pytest.mark.parametrize("body", [b"{}", b"no json", b"\xff", b'{"a": 1}'])
def test_a_damaged_log_can_still_be_looked_at(auditor: Client, body: bytes) -> None:
    fill(3)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_entry_update" + " ON audit_entry" * (connection.vendor == "postgresql"))
        cursor.execute("UPDATE audit_entry SET body = %s, at = 'no instant' WHERE \"index\" = 1", [body])
    assert "this entry is damaged" in text(auditor, LOG)
    page = text(auditor, reverse("audit:entry_detail", args=[1]))
    assert "Damaged" in page
    assert "The proof does not hold" in page
    assert auditor.get(reverse("audit:entry_statement", args=[1])).content == body
    assert b"this entry is damaged" in b"".join(auditor.get(f"{LOG}?as=csv"))


@pytest.mark.parametrize("told", [{"index": -1}, {"index": 0}, {"demo": ["x"]}, {"title": ["x"]}, {"by": ["P-1"]}])
def test_an_entry_that_says_what_none_says_does_not_hide_the_log(auditor: Client, told: dict[str, object]) -> None:
    """Canonical, so that it can be opened: its place is that of its row, whatever it says of itself."""
    fill(3)
    body = json.loads(bytes(Entry.objects.get(pk=1).body))
    body["predicate"] |= told
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER audit_entry_update" + " ON audit_entry" * (connection.vendor == "postgresql"))
        cursor.execute('UPDATE audit_entry SET body = %s WHERE "index" = 1', [canonical_bytes(body)])
    page = text(auditor, LOG)
    assert [page.count(f'href="{reverse("audit:entry_detail", args=[index])}"') for index in range(3)] == [1, 1, 1]
    text(auditor, reverse("audit:entry_detail", args=[1]))
    rows = csv.reader(io.StringIO(b"".join(auditor.get(f"{LOG}?as=csv")).decode()))
    assert [row[0] for row in rows][1:] == ["2", "1", "0"]


def test_verifications_are_listed(auditor: Client) -> None:
    fill(3)
    assert "Not verified yet" in text(auditor, VERIFICATIONS)
    good = verify()
    page = text(auditor, VERIFICATIONS)
    assert "Nothing changed" in page
    assert good.get_absolute_url() in page
    assert "Nothing in the log has changed" in text(auditor, good.get_absolute_url())


def test_a_bad_verification_says_where_and_what_to_do(auditor: Client) -> None:
    bad = Verification.objects.create(
        size=9, root="ab" * 32, ok=False, first_bad=4, rule="leaf", words="it broke", guarded=False, milliseconds=3
    )
    page = text(auditor, VERIFICATIONS)
    assert "Entry 4: it broke" in page
    page = text(auditor, bad.get_absolute_url())
    for words in ("The log has been changed", "Entry 4: it broke (rule “leaf”)", "compare it with the last backup"):
        assert words in page
    assert "was missing" in page
    Verification.objects.create(size=9, root="ab" * 32, ok=False, rule="head", words="x", milliseconds=3)
    assert "The log’s head: x" in text(auditor, VERIFICATIONS)


def test_verify_now_rings_and_the_page_waits(
    auditor: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fill(3)
    verify()
    rung: list[str] = []
    monkeypatch.setattr(views, "ring", rung.append)
    response = auditor.post(VERIFY)
    assert rung == ["audit.verify_log"]
    latest = Verification.objects.latest("pk").pk
    assert response.headers["Location"] == f"{VERIFICATIONS}?waiting={latest}"
    page = text(auditor, response.headers["Location"])
    assert "Verifying the log" in page
    assert "Look again" in page  # without scripts
    assert 'hx-trigger="every 2s"' in page
    verify()
    page = text(auditor, response.headers["Location"], headers={"HX-Request": "true"})
    assert "Verifying the log" not in page
    assert "hx-trigger" not in page


def test_only_who_has_the_right_may_have_it_verified(cast: Cast) -> None:
    answers = {name: signed_in(person).post(VERIFY).status_code for name, person in cast.people.items()}
    assert {name for name, status in answers.items() if status == 302} == {"ada", "emil", "adam"}
    assert signed_in(cast.ada).get(VERIFY).status_code == 405


def test_the_life_of_a_thing_as_a_part_of_other_pages() -> None:
    sign(seat=SomeSeat(), title="Checkout")
    with demo_data():
        sign(event="epic.drifted", by=None, sentence="found {subject} drifted")
    life = render_to_string("audit/_life.html", {"entries": audit.life_of("E-12")})
    assert life.lstrip().startswith('<ol class="timeline note" id="life">')
    assert "<b>Maria Keller</b>, Product Owner of E-12, signed off epic E-12 “Checkout”" in life
    assert "The portal</b> found E-12 drifted" in life
    assert "demo data" in life
    assert "nothing about this yet" in render_to_string("audit/_life.html", {"entries": []})
