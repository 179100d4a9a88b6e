"""Programs: they hold a token, ask and send by the API, and get an answer."""

import json
from typing import Any

from behave import given, then, when
from behave.runner import Context
from django.test import Client

from stage.acts import epic_called, make_token
from stage.pages import Page
from stage.world import World, expect, world_of

RUNS = "/api/v1/runs/"


def _keep(world: World, address: str, answer: Any) -> None:
    world.answer = Page(address, answer.status_code, json.dumps(answer.json(), ensure_ascii=False))


def _send(world: World, token: str) -> None:
    answer = Client().post(
        f"{RUNS}?format=behave-json",
        world.report,
        content_type="application/octet-stream",
        headers={"Authorization": f"Bearer {token}"},
    )
    _keep(world, RUNS, answer)


@given("{who:Person} has made a token for the program {program:Words}")
def has_made_a_token(context: Context, who: str, program: str) -> None:
    """Good for a month."""
    world_of(context).token = make_token(program, by=who)


@given("{program:Words} has sent the report")
@when("{program:Words} sends the report")
def sends_the_report(context: Context, program: str) -> None:
    """With the token that was made for it."""
    world = world_of(context)
    assert world.token, f"nobody made a token for {program}"
    _send(world, world.token)


@when("somebody sends the report with a made-up token")
def sends_with_made_up_token(context: Context) -> None:
    """As somebody would who tries."""
    _send(world_of(context), "triad_made-up")


@when("{program:Words} asks whether {epic:Words} may ship")
def asks_whether_it_may_ship(context: Context, program: str, epic: str) -> None:
    """Of the release gate."""
    world = world_of(context)
    address = f"/api/v1/epics/{epic_called(epic).key}/gate/"
    _keep(world, address, Client().get(address, headers={"Authorization": f"Bearer {world.token}"}))


@then("the answer is {status:d} with {words:Words}")
def the_answer_is(context: Context, status: int, words: str) -> None:
    """Its status, and what it says."""
    answer = world_of(context).answer
    expect(answer.status == status and words in answer.words, answer, f"{status} with “{words}”")


@then("the answer is yes")
def the_answer_is_yes(context: Context) -> None:
    """Without a reason against it."""
    answer = world_of(context).answer
    said = json.loads(answer.words)
    expect(said.get("may_ship") is True and said.get("reasons") == [], answer, "a yes")


@then("the answer is no, because {reason:Words}")
def the_answer_is_no(context: Context, reason: str) -> None:
    """With the words of a reason."""
    answer = world_of(context).answer
    said = json.loads(answer.words)
    reasons = [f"{one['words']} {one['detail']}" for one in said.get("reasons", [])]
    expect(said.get("may_ship") is False, answer, "a no")
    expect(any(reason in one for one in reasons), answer, f"“{reason}” among {reasons}")
