"""`GET /api/v1/epics/E-1/gate/`: may it ship, and if not, what is in the way."""

import json
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Entry
from apps.delivery import actions as delivery
from apps.delivery.actions.threads import add_dependency
from apps.delivery.models import Initiative
from apps.organization import actions as organization
from apps.organization import queries as seats
from apps.organization.models import Person, Token
from apps.organization.roles import Role
from apps.signoff import actions
from tests.cast import Cast, in_days, signed_in
from tests.signoff.promises import Promise, confirmed, key, make_promise
from tests.signoff.test_waiver import granted

pytestmark = pytest.mark.django_db
UNKNOWN = {"type": "about:blank", "status": 404, "detail": "There is no such epic that you may read."}


@pytest.fixture
def pipeline(cast: Cast) -> Client:
    """A team's pipeline with the token of a service account."""
    account = organization.add_service_account(username="ci", name="CI", by=cast.adam)
    _, secret = organization.create_token(person=account, name="gate", expires_on=in_days(30), by=cast.adam)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def path(promise: Promise) -> str:
    return f"/api/v1/epics/{promise.epic.key}/gate/"


def asked(client: Client, promise: Promise) -> dict[str, Any]:
    answer = client.get(path(promise))
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def in_the_way(body: dict[str, Any]) -> list[tuple[str, str]]:
    assert body["may_ship"] is False
    return [(reason["criterion"], reason["subject"]) for reason in body["reasons"]]


# --- yes


def test_a_signed_epic_may_ship(pipeline: Client, promise: Promise) -> None:
    sign_off = promise.sign()

    body = asked(pipeline, promise)

    assert (body["epic"], body["title"]) == (promise.epic.key, promise.epic.title)
    assert (body["state"], body["may_ship"], body["reasons"]) == ("SIGNED", True, [])
    assert body["promise"] == body["signed_promise"] == sign_off.promise
    assert body["signed_by"] == "Maria Keller"
    assert body["signed_at"].startswith(f"{promise.reread().signed_at:%Y-%m-%dT%H:%M:%S}")
    assert body["receipt"].endswith(f"/receipts/{sign_off.signature.key}/")
    assert body["url"] == f"http://testserver/epics/{promise.epic.key}/"
    assert body["as_of"].endswith("Z")
    assert {row["criterion"] for row in body["criteria"]} >= {"stories_signed", "run_green", "dependencies_signed"}
    assert {row["state"] for row in body["criteria"]} == {"MET"}


def test_an_accepted_exception_does_not_hinder_while_it_lasts(pipeline: Client, promise: Promise) -> None:
    granted(promise, criterion="seats_filled", until_on=in_days(10))
    promise.sign()
    assert asked(pipeline, promise)["may_ship"] is True

    with time_machine.travel(in_days(12)):  # no sweep has run: the gate compares by itself
        body = asked(pipeline, promise)
    assert body["state"] == "DRIFTED"
    assert in_the_way(body)[0] == ("accepted", promise.epic.key)
    assert "1 taken out (W-1)" in body["reasons"][0]["words"]


# --- no, and why


def test_an_epic_that_is_ready_waits_for_its_signature(pipeline: Client, promise: Promise) -> None:
    body = asked(pipeline, promise)

    assert (body["state"], in_the_way(body)) == ("OPEN", [("accepted", promise.epic.key)])
    (reason,) = body["reasons"]
    assert reason["words"] == f"{promise.epic.key} is not signed: its gate is open, so review and sign it"
    assert reason["owner"] == "Maria Keller"
    assert reason["url"] == f"http://testserver/epics/{promise.epic.key}/sign-off/"
    assert (body["signed_promise"], body["signed_at"], body["signed_by"], body["receipt"]) == (None,) * 4


def test_a_blocked_epic_names_every_blocker_with_its_owner(pipeline: Client, promise: Promise) -> None:
    story = promise.edit(promise.stories[1], outcome="nothing is charged")

    body = asked(pipeline, promise)

    assert in_the_way(body) == [("accepted", promise.epic.key), ("stories_signed", story.key), ("run_green", None)]
    first, blocker, run = body["reasons"]
    assert first["words"] == f"{promise.epic.key} is not signed"
    assert blocker["words"] == "1 of 2 stories signed at their current text"
    assert blocker["detail"] == f"{story.key} is broken by edit: run the new text"
    assert blocker["url"] == f"http://testserver/stories/{story.key}/"
    assert (blocker["owner"], run["owner"]) == ("Tomás Novák", "Tomás Novák")
    assert {blocker["state"], run["state"]} == {"UNMET"}


def test_an_epic_that_was_never_run_is_unknown_not_met(pipeline: Client, cast: Cast) -> None:
    body = asked(pipeline, make_promise(cast))

    assert {row["criterion"]: row["state"] for row in body["reasons"]}["run_green"] == "UNKNOWN"
    assert body["may_ship"] is False


def test_a_rejected_epic_says_since_when(pipeline: Client, promise: Promise) -> None:
    promise.sign()
    promise.sign(meaning="REJECT", comment="The wrong thing.")

    body = asked(pipeline, promise)

    assert body["state"] == "REJECTED"
    words = f"was rejected on {promise.reread().rejected_at:%d %b %Y} and not signed since"
    assert words in body["reasons"][0]["words"]
    assert (body["signed_promise"], body["signed_by"]) == (None, None)


def test_a_drifted_epic_says_what_changed(pipeline: Client, promise: Promise) -> None:
    promise.sign()
    story = promise.edit(promise.stories[0], outcome="the order is placed twice")

    body = asked(pipeline, promise)

    assert body["state"] == "DRIFTED"
    words = f"{promise.epic.key} is not what was signed any more: 1 changed ({story.key})"
    assert body["reasons"][0]["words"] == words
    assert ("stories_signed", story.key) in in_the_way(body)
    assert body["promise"] != body["signed_promise"]
    assert body["signed_by"] == "Maria Keller"


def test_a_text_that_comes_back_may_ship_again_at_once(pipeline: Client, promise: Promise) -> None:
    promise.sign()
    promise.edit(promise.stories[0], outcome="the order is placed twice")
    promise.edit(promise.stories[0], outcome="the order is placed")
    promise.prove()
    assert promise.reread().state == "DRIFTED"  # the column follows by the sweep

    assert asked(pipeline, promise)["may_ship"] is True


def test_a_story_rejected_after_the_acceptance_is_named(pipeline: Client, promise: Promise) -> None:
    promise.sign()
    actions.sign_off_story(
        shown=promise.shown(promise.stories[1])[0],
        meaning="REJECT",
        by=promise.cast.lena,
        authentication=confirmed(),
        comment="It charges twice.",
        key=key(),
    )

    body = asked(pipeline, promise)

    assert body["state"] == "DRIFTED"
    assert body["reasons"][0]["words"].endswith(f"any more: {promise.stories[1].key} rejected")
    assert in_the_way(body)[0] == ("accepted", promise.stories[1].key)


def test_a_regressed_epic_names_what_failed_and_needs_no_new_signature(pipeline: Client, promise: Promise) -> None:
    promise.sign()
    story = promise.stories[1]
    promise.prove(story, verdict="FAILED")

    body = asked(pipeline, promise)

    assert body["state"] == "REGRESSED"
    assert in_the_way(body) == [("accepted", story.key), ("run_green", None)]
    words = f"{promise.epic.key} has regressed since it was accepted: {story.key} failed"
    assert (body["reasons"][0]["words"], body["reasons"][0]["owner"]) == (words, "Tomás Novák")
    promise.prove(story)
    assert asked(pipeline, promise)["may_ship"] is True


def test_a_regressed_epic_that_drifted_too_says_both(pipeline: Client, promise: Promise) -> None:
    promise.sign()
    promise.prove(promise.stories[1], verdict="FAILED")
    promise.edit(promise.stories[0], outcome="the order is placed twice")

    words = [reason["words"] for reason in asked(pipeline, promise)["reasons"]]

    assert "is not what was signed any more" in words[0]
    assert "has regressed" in words[1]


def test_many_failed_stories_are_named_and_counted(pipeline: Client, cast: Cast) -> None:
    many = make_promise(cast, stories=7)
    many.prove()
    many.sign_stories()
    many.sign()
    many.prove(verdict="FAILED")

    words = asked(pipeline, many)["reasons"][0]["words"]

    assert words.endswith(f"{', '.join(story.key for story in many.stories[:5])} and 2 more failed")


def test_an_archived_epic_ships_nothing(pipeline: Client, promise: Promise) -> None:
    promise.sign()
    delivery.archive_epic(epic_key=promise.epic.key, reason="sold", by=promise.cast.maria)

    body = asked(pipeline, promise)

    assert (body["state"], in_the_way(body)) == ("ARCHIVED", [("accepted", promise.epic.key)])
    assert body["reasons"][0]["words"] == f"{promise.epic.key} is archived: nothing of it ships"


def test_a_signed_epic_waits_for_what_it_cannot_ship_without(pipeline: Client, promise: Promise, cast: Cast) -> None:
    needed = make_promise(cast, title="Payment")
    needed.prove()
    needed.sign_stories()
    needed.sign()
    add_dependency(epic_key=promise.epic.key, needs_key=needed.epic.key, kind="HARD", by=cast.jonas)
    promise.sign()
    assert asked(pipeline, promise)["may_ship"] is True

    needed.prove(needed.stories[0], verdict="FAILED")
    body = asked(pipeline, promise)

    assert (body["state"], in_the_way(body)) == ("SIGNED", [("dependencies_signed", needed.epic.key)])
    assert body["reasons"][0]["words"] == f"0 of 1 hard dependencies signed; {needed.epic.key} is not"
    assert body["reasons"][0]["owner"] == f"Product Owner of {needed.epic.key}"


def test_what_needs_no_dependency_does_not_wait_for_a_soft_one(pipeline: Client, promise: Promise, cast: Cast) -> None:
    nice = make_promise(cast, title="Vouchers")
    add_dependency(epic_key=promise.epic.key, needs_key=nice.epic.key, kind="SOFT", by=cast.jonas)
    promise.sign()

    assert asked(pipeline, promise)["may_ship"] is True


def test_a_dependency_of_a_restricted_initiative_is_not_named(pipeline: Client, promise: Promise, cast: Cast) -> None:
    cast.seat(cast.maria, Role.PRODUCT_OWNER, cast.elsewhere)
    initiative = Initiative.objects.create(scope=cast.elsewhere)
    secret = delivery.create_epic(initiative_key=initiative.key, title="A merger", by=cast.maria)
    add_dependency(epic_key=promise.epic.key, needs_key=secret.key, kind="HARD", by=cast.jonas)
    cast.elsewhere.restricted = True
    cast.elsewhere.save()

    answer = pipeline.get(path(promise)).content.decode()

    assert "one of a restricted initiative is not" in answer
    assert secret.key not in answer
    assert "A merger" not in answer


# --- ETag


def test_the_same_answer_is_304_until_something_moves(pipeline: Client, promise: Promise) -> None:
    promise.sign()
    first = pipeline.get(path(promise))
    etag = first.headers["ETag"]
    assert etag.startswith('"')  # strong
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= {name.strip() for name in first.headers["Vary"].split(",")}

    again = pipeline.get(path(promise), headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", etag)
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert pipeline.get(path(promise), headers={"If-None-Match": f'"other", W/{etag}'}).status_code == 304
    assert pipeline.get(path(promise), headers={"If-None-Match": "*"}).status_code == 304
    assert pipeline.get(path(promise), headers={"If-None-Match": '"other"'}).status_code == 200

    promise.prove(promise.stories[0], verdict="FAILED")
    moved = pipeline.get(path(promise), headers={"If-None-Match": etag})
    assert (moved.status_code, moved.json()["may_ship"]) == (200, False)
    assert moved.headers["ETag"] != etag


def test_time_alone_changes_no_etag(pipeline: Client, promise: Promise) -> None:
    promise.sign()
    first = pipeline.get(path(promise))
    with time_machine.travel(in_days(1)):
        later = pipeline.get(path(promise))
    assert first.json()["as_of"] != later.json()["as_of"]
    assert first.headers["ETag"] == later.headers["ETag"]


def test_head_has_the_headers_and_no_body(pipeline: Client, promise: Promise) -> None:
    got, head = pipeline.get(path(promise)), pipeline.head(path(promise))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == got.headers["ETag"]
    assert pipeline.head(path(promise), headers={"If-None-Match": got.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_else_is_taken(pipeline: Client, promise: Promise, method: str) -> None:
    answer = getattr(pipeline, method)(path(promise))
    assert answer.status_code == 405
    assert answer.headers["Content-Type"] == "application/problem+json"


# --- who may ask


def test_by_session_too_whoever_may_read_the_epic(promise: Promise) -> None:
    for name in ("maria", "sam", "ada", "nobody"):
        assert asked(signed_in(promise.cast.people[name]), promise)["epic"] == promise.epic.key


def test_a_restricted_epic_is_told_apart_from_none_by_nobody(pipeline: Client, promise: Promise, cast: Cast) -> None:
    cast.initiative.restricted = True
    cast.initiative.save()

    for client in (pipeline, signed_in(cast.nobody)):
        hidden = client.get(path(promise))
        unknown = client.get("/api/v1/epics/E-999/gate/")
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.json() == unknown.json() == UNKNOWN
        assert set(hidden.headers) == set(unknown.headers)
        assert hidden.headers["Content-Type"] == "application/problem+json"
    assert asked(signed_in(cast.maria), promise)["epic"] == promise.epic.key


def test_a_hidden_epic_has_no_etag_to_try(pipeline: Client, promise: Promise, cast: Cast) -> None:
    etag = pipeline.get(path(promise)).headers["ETag"]
    cast.initiative.restricted = True
    cast.initiative.save()

    assert pipeline.get(path(promise), headers={"If-None-Match": etag}).status_code == 404
    assert pipeline.get(path(promise), headers={"If-None-Match": "*"}).status_code == 404


def test_no_token_and_a_wrong_one(client: Client, promise: Promise) -> None:
    bad = Client(headers={"Authorization": "Bearer triad_wrong"})
    for answer in (client.get(path(promise)), bad.get(path(promise))):
        assert answer.status_code == 401
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_that_tokens_are_not_given_the_right(
    pipeline: Client, promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats.seats, "TOKEN_RIGHTS", frozenset({"specs.import_results"}))

    answer = pipeline.get(path(promise))

    assert answer.status_code == 403
    assert "does not give the right “signoff.read_gate”" in answer.json()["detail"]
    assert asked(signed_in(promise.cast.nobody), promise)["epic"] == promise.epic.key  # people need none


def test_a_revoked_token_and_a_deactivated_account(pipeline: Client, promise: Promise) -> None:
    account = Person.objects.get(username="ci")
    assert pipeline.get(path(promise)).status_code == 200
    organization.deactivate_person(person=account, by=promise.cast.adam)
    assert pipeline.get(path(promise)).status_code == 401
    Person.objects.filter(pk=account.pk).update(is_active=True)
    Token.objects.update(revoked_at="2026-01-01T00:00:00Z")
    assert pipeline.get(path(promise)).status_code == 401


# --- what it costs


def test_asking_writes_nothing(promise: Promise) -> None:
    client, entries = signed_in(promise.cast.maria), Entry.objects.count()
    with CaptureQueriesContext(connection) as captured:
        client.get(path(promise))
    written = [query["sql"] for query in captured if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []
    assert Entry.objects.count() == entries


def test_twenty_stories_take_the_queries_of_two(pipeline: Client, promise: Promise) -> None:
    promise.sign()
    pipeline.get(path(promise))  # notes when the token was used, once a minute
    with CaptureQueriesContext(connection) as few:
        pipeline.get(path(promise))
    for number in range(18):
        promise.add_story(f"One more {number}")
    promise.prove()
    promise.sign_stories(*promise.stories[2:])
    promise.sign()
    with CaptureQueriesContext(connection) as many:
        assert asked(pipeline, promise)["may_ship"] is True
    assert len(many) == len(few) <= 26, [query["sql"][:90] for query in many]


def test_the_answer_is_json_that_a_shell_can_look_into(pipeline: Client, promise: Promise) -> None:
    """The page for CI tells those without Python to grep for it."""
    promise.sign()
    assert b'"may_ship":true' in pipeline.get(path(promise)).content
    delivery.edit_epic(
        epic_key=promise.epic.key,
        title='Not "may_ship":true at all',
        summary="",
        team_key="",
        promised_for="",
        by=promise.cast.maria,
    )
    promise.prove(verdict="FAILED")
    answer = pipeline.get(path(promise)).content
    assert json.loads(answer)["title"] == 'Not "may_ship":true at all'
    assert b'"may_ship":true' not in answer
