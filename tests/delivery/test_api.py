"""`/api/v1/` of delivery: fields, filters, pages, what is hidden, and the acts."""

from typing import Any

import pytest
from django.test import Client

from apps.delivery import actions
from apps.delivery.models import Comment, Epic, EpicDependency, EpicService, Story
from apps.organization.roles import Role
from tests.api.asking import every_row, pipeline_of, problem, queries_of, read, rows, send
from tests.cast import ServiceFactory, signed_in
from tests.delivery.work import CART_CHANGED, PAY, Work, accept, entries, make_epic, make_story, prove, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(work: Work) -> Client:
    return signed_in(work.maria)


@pytest.fixture
def restricted(work: Work) -> Epic:
    """An epic of an initiative that only its own seats, executives and auditors read."""
    initiative = actions.create_initiative(title="Hushed", restricted=True, by=work.adam)
    work.cast.seat(work.adam, Role.PRODUCT_OWNER, initiative.scope)
    return actions.create_epic(initiative_key=initiative.key, title="Secret", by=work.adam)


# --- reading


def test_an_epic_in_a_list_and_alone(work: Work, maria: Client) -> None:
    (row,) = rows(maria, "epics/")
    assert row == {
        "key": work.epic.key,
        "title": "Checkout in one page",
        "initiative": work.initiative.key,
        "state": "OPEN",
        "team": None,
        "promised_for": "",
        "story_count": 2,
        "signed_story_count": 0,
        "passing_story_count": 0,
        "broken_story_count": 0,
        "failing_story_count": 0,
        "created_at": row["created_at"],
        "signed_at": None,
    }
    alone = read(maria, f"epics/{work.epic.key}/")
    assert row.items() <= alone.items()
    assert alone["url"] == f"http://testserver/epics/{work.epic.key}/"


def test_a_story_comes_with_its_text_alone_only(work: Work, maria: Client) -> None:
    listed = rows(maria, f"stories/?epic={work.epic.key}&state=READY")
    assert [(row["key"], row["state"], row["version"]) for row in listed] == [
        (work.cart.key, "READY", 1),
        (work.pay.key, "READY", 1),
    ]
    assert "text" not in listed[0]
    assert read(maria, f"stories/{work.pay.key}/")["text"] == PAY
    assert [row["key"] for row in rows(maria, f"epics/{work.epic.key}/stories/")] == [work.cart.key, work.pay.key]


def test_versions_and_what_changed_between_them(work: Work, maria: Client) -> None:
    actions.edit_story(story_key=work.cart.key, text=CART_CHANGED, base_version=1, reason="clearer", by=work.ruth)
    path = f"stories/{work.cart.key}"
    versions = rows(maria, f"{path}/versions/")
    assert [(row["number"], row["author"]["username"], row["reason"]) for row in versions] == [
        (2, "ruth", "clearer"),
        (1, "ruth", ""),
    ]
    assert read(maria, f"{path}/versions/2/")["text"] == CART_CHANGED
    changed = read(maria, f"{path}/difference/")
    assert (changed["older"]["number"], changed["newer"]["number"]) == (1, 2)
    assert {"kind": "came", "text": "\u00a0\u00a0Then the cart holds one thing"} in changed["lines"]
    assert problem(maria.get(f"/api/v1/{path}/difference/?from=7"), 404)
    assert "number of a version" in problem(maria.get(f"/api/v1/{path}/difference/?from=x"), 400)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?text=checkout", 1),
        ("?text=nothing-like-it", 0),
        ("?state=OPEN", 1),
        ("?state=SIGNED", 0),
        ("?service=orders", 0),
    ],
)
def test_filters_are_those_of_the_page(work: Work, maria: Client, query: str, found: int) -> None:
    assert len(rows(maria, f"epics/{query}")) == found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?stat=OPEN", "“stat” says nothing here. Ask by"),
        ("?state=OPEN&state=SIGNED", "“state” stands in the query 2 times"),
        ("?state=GREEN", "“state”: Select a valid choice. GREEN is not one"),
        ("?limit=0", "a number from 1 to 200"),
        ("?limit=201", "a number from 1 to 200"),
        ("?limit=many", "a number from 1 to 200"),
        ("?after=E-999", "There is no “E-999” here to go on from"),
        ("?after=%00", "“after” holds a NUL character, and nothing here does"),
        ("?text=", "“text” has no value. Give one, or leave it out."),
        ("?text=%00", "“text” holds a NUL character, and nothing here does"),
        ("?text=" + "x" * 201, "“text”: Has 201 characters; at most 200 are allowed."),
        ("?text=x" + "%20" * 200, "“text”: Has 201 characters; at most 200 are allowed."),
    ],
)
def test_what_cannot_be_read_is_said_in_words(maria: Client, query: str, words: str) -> None:
    assert words in problem(maria.get(f"/api/v1/epics/{query}"), 400)


def test_one_thing_is_not_asked_by_anything(work: Work, maria: Client) -> None:
    assert "Nothing is asked by it" in problem(maria.get(f"/api/v1/epics/{work.epic.key}/?limit=3"), 400)


@pytest.mark.parametrize("sort", ["key", "-key", "title", "-title", "stories", "-promised"])
def test_pages_by_the_last_key_hold_every_row_once(work: Work, maria: Client, sort: str) -> None:
    for number in range(6):
        make_epic(work.cast, title=f"Epic {number // 2}", promised_for=["", "2027-Q1"][number % 2])
    whole = rows(maria, f"epics/?sort={sort}")
    assert len(whole) == 7
    for limit in (1, 2, 3, 7):
        assert every_row(maria, f"epics/?sort={sort}&limit={limit}") == whole


def test_a_row_that_left_the_list_is_still_a_place_to_go_on_from(work: Work, maria: Client) -> None:
    keys = [work.epic.key, *(make_epic(work.cast, title=f"Epic {number}").key for number in range(3))]
    first = read(maria, "epics/?limit=2")
    actions.archive_epic(epic_key=keys[1], reason="gone", by=work.maria)
    assert [row["key"] for row in maria.get(first["next"]).json()["results"]] == keys[2:]


def test_what_is_hidden_is_as_if_it_were_not_there(work: Work, restricted: Epic, maria: Client) -> None:
    unknown = maria.get("/api/v1/epics/E-999/").json()
    for below in ("", "stories/", "nfrs/", "comments/", "dependencies/", "services/", "gate/", "sign-offs/", "life/"):
        answer = maria.get(f"/api/v1/epics/{restricted.key}/{below}")
        assert (answer.status_code, answer.json()) == (404, unknown), below
    assert restricted.key not in str(every_row(maria, "epics/"))
    assert "Hushed" not in str(every_row(maria, "initiatives/"))
    # Not even as a place in a list.
    assert problem(maria.get(f"/api/v1/epics/?after={restricted.key}"), 400)
    assert read(signed_in(work.adam), f"epics/{restricted.key}/")["title"] == "Secret"


def test_a_program_reads_what_is_not_restricted(work: Work, restricted: Epic) -> None:
    pipeline = pipeline_of(work.cast)
    assert [row["key"] for row in rows(pipeline, "epics/")] == [work.epic.key]
    assert problem(pipeline.get(f"/api/v1/epics/{restricted.key}/"), 404)


def test_nobody_reads_without_signing_in(client: Client) -> None:
    answer = client.get("/api/v1/epics/")
    assert problem(answer, 401)
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "path", ["epics/", "stories/", "initiatives/", "epics/{epic}/comments/", "epics/{epic}/nfrs/", "imports/"]
)
def test_the_same_number_of_queries_for_one_row_and_for_twenty(work: Work, maria: Client, path: str) -> None:
    def add(number: int) -> None:
        epic = make_epic(work.cast, title=f"Epic {number}")
        make_story(work.cast, epic)
        actions.create_nfr(epic_key=work.epic.key, title=f"N {number}", statement="It holds.", by=work.maria)
        actions.comment_on_epic(epic_key=work.epic.key, text=f"Word {number}", by=work.ruth)

    add(0)
    asked = path.format(epic=work.epic.key)
    one = queries_of(maria, asked)
    for number in range(20):
        add(number)
    assert queries_of(maria, asked) == one
    assert one <= 8


def test_an_answer_that_did_not_change_is_not_sent_again(work: Work, maria: Client) -> None:
    etag = maria.get("/api/v1/epics/").headers["ETag"]
    again = maria.get("/api/v1/epics/", headers={"If-None-Match": etag})
    assert (again.status_code, again.content) == (304, b"")
    make_epic(work.cast, title="Another")
    assert maria.get("/api/v1/epics/", headers={"If-None-Match": etag}).status_code == 200


# --- acts


def test_an_epic_is_written_changed_and_archived(work: Work, maria: Client) -> None:
    made = send(maria, "epics/", {"initiative": work.initiative.key, "title": "Gifts", "promised_for": "2027-Q1"})
    assert made.status_code == 201
    key = made.json()["key"]
    changed = send(maria, f"epics/{key}/", {"title": "Presents"}, method="patch")
    assert (changed.status_code, changed.json()["title"], changed.json()["promised_for"]) == (
        200,
        "Presents",
        "2027-Q1",
    )
    archived = send(maria, f"epics/{key}/archive/", {"reason": "not this year"})
    assert (archived.status_code, archived.json()["state"]) == (200, "ARCHIVED")
    assert [event for event, subject in entries() if subject == key] == ["epic.created", "epic.edited", "epic.archived"]


def test_a_refusal_is_409_with_its_sentence(work: Work, maria: Client) -> None:
    actions.archive_epic(epic_key=work.epic.key, reason="gone", by=work.maria)
    answer = send(maria, f"epics/{work.epic.key}/", {"title": "Other"}, method="patch")
    assert problem(answer, 409) == f"{work.epic.key} is archived; nothing in it changes any more."


def test_who_may_not_is_told_who_may(work: Work) -> None:
    answer = send(signed_in(work.sam), "epics/", {"initiative": work.initiative.key, "title": "Gifts"})
    assert "takes a seat as Technical Product Manager or Product Owner" in problem(answer, 403)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"title": "x"}, "initiative", "This field is required."),
        ({"initiative": "I-1", "title": ""}, "title", "This field is required."),
        ({"initiative": "I-1", "title": 3}, "title", "A text is expected."),
        ({"initiative": "I-1", "title": None}, "title", "May not be null."),
        ({"initiative": "I-9", "title": "x"}, "initiative", "Select a valid choice."),
        ({"initiative": "I-1", "title": "x", "promised_for": "soon"}, "promised_for", "2027-Q1"),
        ({"initiative": "I-1", "title": "x", "color": "red"}, "color", "Says nothing here."),
        ({"initiative": "I-1", "title": "\ud800"}, "title", "Is not valid Unicode"),
        ({"initiative": "I-1", "title": "a" + " " * 200}, "title", "Has 201 characters; at most 200 are allowed."),
        ({"initiative": "I-1", "title": "a\x00b"}, "title", "Null characters are not allowed."),
        (["title"], "body", "no JSON object"),
    ],
)
def test_a_body_is_refused_by_field(maria: Client, body: Any, field: str, words: str) -> None:
    answer = send(maria, "epics/", body)
    assert problem(answer, 400)
    assert words in answer.json()["errors"][field][0]


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b'{"title": "a", "title": "b"}', "stands twice"),
        (b"{", "is not JSON"),
        (b"[" * 50 + b"]" * 50, "nested deeper"),
        (b'{"points": NaN}', "NaN is not a number"),
        (b"\xff", "is not UTF-8"),
    ],
)
def test_json_is_read_strictly(maria: Client, sent: bytes, words: str) -> None:
    answer = maria.post("/api/v1/epics/", sent, content_type="application/json")
    assert words in problem(answer, 400)


def test_a_large_or_foreign_body_is_refused(maria: Client) -> None:
    large = maria.post("/api/v1/epics/", b'"' + b"x" * 1024 * 1024 + b'"', content_type="application/json")
    assert "1 MiB" in problem(large, 413)
    assert problem(maria.post("/api/v1/epics/", b"<x/>", content_type="text/xml"), 415)


def test_a_session_needs_the_csrf_token(work: Work) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(work.maria, backend="django.contrib.auth.backends.ModelBackend")
    assert "CSRF" in problem(send(browser, f"epics/{work.epic.key}/comments/", {"text": "Hello"}), 403)
    assert not Comment.objects.exists()


def test_stories_are_written_edited_and_planned(work: Work) -> None:
    ruth = signed_in(work.ruth)
    made = send(ruth, f"epics/{work.epic.key}/stories/", {"text": PAY})
    assert made.status_code == 201
    path = f"stories/{made.json()['key']}/"
    edited = send(ruth, f"{path}versions/", {"text": PAY.replace("paid", "settled"), "base_version": 1})
    assert (edited.status_code, edited.json()["version"]) == (201, 2)
    late = send(ruth, f"{path}versions/", {"text": PAY, "base_version": 1})
    assert "it is at version 2 now" in problem(late, 409)
    planned = send(ruth, path, {"points": 5}, method="patch")
    assert (planned.status_code, planned.json()["points"]) == (200, 5)
    assert send(ruth, path, {"points": None}, method="patch").json()["points"] is None
    assert send(ruth, f"{path}archive/", {"reason": "twice"}).json()["state"] == "ARCHIVED"
    wrong = send(ruth, f"epics/{work.epic.key}/stories/", {"text": PAY.replace("Then", "Ten")})
    assert "line 4" in problem(wrong, 400).lower()


def test_requirements_dependencies_services_and_comments(work: Work, maria: Client) -> None:
    jonas, epic = signed_in(work.jonas), f"epics/{work.epic.key}/"
    nfr = send(maria, f"{epic}nfrs/", {"title": "Fast", "statement": "Within 2 s for 99 %."})
    assert nfr.status_code == 201
    key = nfr.json()["key"]
    assert (
        send(maria, f"nfrs/{key}/", {"title": "Very fast"}, method="patch").json()["statement"]
        == "Within 2 s for 99 %."
    )
    assert send(maria, f"nfrs/{key}/archive/", {"reason": "given up"}).json()["archived_at"]

    other = make_epic(work.cast, title="Other")
    assert send(jonas, f"{epic}dependencies/", {"needs": other.key, "kind": "HARD"}).status_code == 201
    assert "close a circle" in problem(
        send(jonas, f"epics/{other.key}/dependencies/", {"needs": work.epic.key, "kind": "SOFT"}), 409
    )
    assert [row["needs"] for row in rows(jonas, f"{epic}dependencies/")] == [other.key]
    assert [row["epic"] for row in rows(jonas, f"epics/{other.key}/dependents/")] == [work.epic.key]
    gone = send(jonas, f"{epic}dependencies/{other.key}/", method="delete")
    assert (gone.status_code, gone.content, EpicDependency.objects.count()) == (204, b"", 0)

    service = ServiceFactory.create(key="payments")
    assert send(jonas, f"{epic}services/", {"service": "payments"}).json()["team"] == service.team.scope.key
    assert [row["service"] for row in rows(jonas, f"{epic}services/")] == ["payments"]
    assert send(jonas, f"{epic}services/payments/", method="delete").status_code == 204
    assert not EpicService.objects.exists()

    assert send(maria, f"{epic}comments/", {"text": "Soon?"}).json()["author"]["username"] == "maria"
    assert send(maria, f"stories/{work.pay.key}/comments/", {"text": "Now?"}).status_code == 201
    assert [row["text"] for row in rows(maria, f"{epic}comments/")] == ["Soon?"]


def test_initiatives_are_started_and_edited(work: Work) -> None:
    adam = signed_in(work.adam)
    made = send(adam, "initiatives/", {"title": "Gifts", "restricted": True})
    assert (made.status_code, made.json()["is_restricted"]) == (201, True)
    changed = send(adam, f"initiatives/{made.json()['key']}/", {"purpose": "Joy"}, method="patch")
    assert (changed.json()["purpose"], changed.json()["is_restricted"]) == ("Joy", True)


def test_states_are_those_of_the_pages(work: Work, maria: Client) -> None:
    """The API reads them as columns, the pages compute them."""
    draft = make_story(work.cast, work.epic, "Feature: Only a thought\n")
    failing, passing, broken, signed, regressed = (
        make_story(work.cast, work.epic, PAY.replace("Pay", name)) for name in ("A", "B", "C", "D", "E")
    )
    for story, verdict in ((failing, "FAILED"), (passing, "PASSED"), (broken, "PASSED")):
        prove(story, verdict)
    text = PAY.replace("Pay", "C").replace("paid", "settled")
    actions.edit_story(story_key=broken.key, text=text, base_version=1, by=work.ruth)
    for story in (signed, regressed):
        prove(story)
        sign(story, work.cast)
    prove(regressed, "FAILED")
    actions.archive_story(story_key=work.pay.key, reason="twice", by=work.ruth)
    said = {row["key"]: row for row in rows(maria, "stories/") + rows(maria, "stories/?state=ARCHIVED")}
    assert said.pop(work.pay.key)["state"] == "ARCHIVED"
    stories = Story.objects.filter(key__in=said)
    assert {key: (row["state"], row["is_regressed"], bool(row["signed_at"])) for key, row in said.items()} == {
        story.key: (story.state.value, story.is_regressed, story.is_signed) for story in stories
    }
    assert len({row["state"] for row in said.values()}) == 6
    assert said[draft.key]["digest"]
    for change in (accept, lambda epic: Epic.objects.filter(pk=epic.pk).update(regressed_at=None)):
        change(work.epic)
        (row,) = rows(maria, "epics/")
        assert row["state"] == Epic.objects.get().state
    assert row["state"] == "SIGNED"
