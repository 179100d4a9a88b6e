"""Editing a story: versions, meaning, and what an edit does to evidence, signature and epic."""

import pytest

from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions, queries
from apps.delivery.models import Pickle, Scenario, StoryVersion
from apps.delivery.rules import ChangedMeanwhile
from apps.delivery.states import StoryState
from apps.organization.roles import Role
from tests.cast import TeamFactory, forget_seats, signed_in
from tests.delivery.work import (
    CART,
    CART_CHANGED,
    CART_FORMATTED,
    Work,
    accept,
    entries,
    last_entry,
    prove,
    sign,
)


def edit(work: Work, text: str, **more: object) -> actions.StoryEdit:
    asked = {"story_key": work.cart.key, "by": work.ruth, "base_version": 1, **more}
    return actions.edit_story(text=text, **asked)


def signed(work: Work) -> None:
    for story in (work.cart, work.pay):
        prove(story)
        sign(story, work.cast)
    accept(work.epic)


def test_another_meaning_breaks_exactly_this_story_and_drifts_its_epic(work: Work) -> None:
    signed(work)
    before = work.cart.digest

    done = edit(work, CART_CHANGED, reason="the demo")

    work.cart.refresh_from_db()
    work.pay.refresh_from_db()
    work.epic.refresh_from_db()
    assert (done.version, done.meaning_changed, done.drifted) == (2, True, True)
    assert work.cart.state == StoryState.BROKEN
    assert work.pay.state == StoryState.SIGNED
    assert work.epic.state == "DRIFTED"
    assert (work.epic.signed_story_count, work.epic.broken_story_count) == (1, 1)
    entry = last_entry()
    assert (entry.event, entry.subject) == ("story.edited", work.cart.key)
    assert before in bytes(entry.body).decode()


def test_formatting_keeps_evidence_and_signature(work: Work) -> None:
    signed(work)
    digest = work.cart.digest

    done = edit(work, CART_FORMATTED)

    work.cart.refresh_from_db()
    work.epic.refresh_from_db()
    assert (done.version, done.meaning_changed, done.drifted) == (2, False, False)
    assert (work.cart.digest, work.cart.state) == (digest, StoryState.SIGNED)
    assert work.epic.state == "SIGNED"
    lines = [pickle.line for pickle in queries.current_pickles(work.cart)]
    assert lines != [pickle.line for pickle in Pickle.objects.filter(scenario__version__number=1, story=work.cart)]


def test_the_same_text_is_no_version_and_no_entry(work: Work) -> None:
    count = Entry.objects.count()

    done = edit(work, CART.replace("\n", "\r\n"))

    assert not done.text_changed
    assert work.cart.versions.count() == 1
    assert Entry.objects.count() == count


def test_what_a_text_says_is_stored_with_it(work: Work) -> None:
    assert [scenario.name for scenario in queries.current_scenarios(work.cart)] == ["One thing", "Several things"]
    pickles = list(queries.current_pickles(work.cart))
    assert [(pickle.row, pickle.position) for pickle in pickles] == [(0, 1), (1, 2), (2, 3)]
    assert len({pickle.run_digest for pickle in pickles}) == 3


def test_title_follows_the_name(work: Work) -> None:
    edit(work, CART.replace("Fill the cart", "Fill the basket"))
    work.cart.refresh_from_db()
    assert work.cart.title == "Fill the basket"


def test_going_back_to_the_signed_meaning_is_signed_again(work: Work) -> None:
    signed(work)
    edit(work, CART_CHANGED)
    edit(work, CART, base_version=2)
    work.cart.refresh_from_db()
    assert work.cart.state == StoryState.SIGNED


def test_without_scenarios_it_is_a_draft(work: Work) -> None:
    edit(work, "Feature: Fill the cart\n")
    work.cart.refresh_from_db()
    assert work.cart.state == StoryState.DRAFT


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Line 1: There is no feature. Begin with “Feature:” and its name, then write what the user needs."),
        ("Feature:\n  Scenario: One\n    Given a\n", "Line 1: Give it a name after “Feature:”."),
        ("Feature: A\n  Scenario: B\n    Given a\n    Gven b\n", "Line 4: "),
        ("Feature: A\n\x00", "The text holds a NUL character"),
    ],
)
def test_a_text_that_cannot_be_a_story_is_refused(work: Work, text: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        edit(work, text)
    assert refused.value.sentence.startswith(words)
    assert work.cart.versions.count() == 1


def test_somebody_was_faster(work: Work) -> None:
    edit(work, CART_CHANGED, by=work.lena)
    with pytest.raises(ChangedMeanwhile) as refused:
        edit(work, CART_FORMATTED)
    assert refused.value.sentence.startswith(f"Lena Brandt changed {work.cart.key} meanwhile: it is at version 2 now.")
    assert refused.value.theirs.number == 2
    assert work.cart.versions.count() == 2


def test_only_analysts_and_product_owners(work: Work) -> None:
    with pytest.raises(NotAllowed) as refused:
        edit(work, CART_CHANGED, by=work.sam)
    assert refused.value.sentence == (
        f"Editing {work.cart.key} takes a seat as Product Owner or Business Analyst of {work.epic.key} or above, "
        "and you hold none."
    )


def test_a_seat_on_the_team_counts(work: Work) -> None:
    team = TeamFactory.create(key="carts")
    work.cast.seat(work.nobody, Role.BUSINESS_ANALYST, team.scope)
    with pytest.raises(NotAllowed):
        edit(work, CART_CHANGED, by=work.nobody)
    actions.plan_story(story_key=work.cart.key, team_key="carts", points=3, by=work.ruth)
    assert edit(work, CART_CHANGED, by=forget_seats(work.nobody)).meaning_changed


def test_archived_stories_stay_as_they_are(work: Work) -> None:
    actions.archive_story(story_key=work.cart.key, reason="not needed", by=work.ruth)
    with pytest.raises(Refused, match="is archived; its text stays as it is"):
        edit(work, CART_CHANGED)


def test_a_failing_log_rolls_all_of_it_back(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    signed(work)

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("no disk")

    monkeypatch.setattr("apps.delivery.actions.stories.record", fail)
    with pytest.raises(RuntimeError, match="no disk"):
        edit(work, CART_CHANGED)
    work.cart.refresh_from_db()
    work.epic.refresh_from_db()
    assert work.cart.state == StoryState.SIGNED
    assert work.epic.state == "SIGNED"
    assert StoryVersion.objects.filter(story=work.cart).count() == 1
    assert Scenario.objects.filter(version__story=work.cart).count() == 2


# --- the editor


def test_page_saves(work: Work) -> None:
    client = signed_in(work.ruth)
    url = f"/stories/{work.cart.key}/edit/"
    page = client.get(url)
    assert "Scenario: One thing" in page.content.decode()
    answer = client.post(url, {"text": CART_CHANGED, "base_version": 1, "reason": ""})
    assert answer.status_code == 302
    assert entries()[-1] == ("story.edited", work.cart.key)


def test_page_says_the_line_and_loses_nothing(work: Work) -> None:
    wrong = CART.replace("Then the cart holds 1", "Ten the cart holds 1")
    answer = signed_in(work.ruth).post(
        f"/stories/{work.cart.key}/edit/", {"text": wrong, "base_version": 1, "reason": "why not"}
    )
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'data-line="11"' in page
    assert "Ten the cart holds 1" in page
    assert "why not" in page


def test_page_shows_what_the_other_changed_and_goes_on_from_there(work: Work) -> None:
    edit(work, CART_CHANGED, by=work.lena)
    client, url = signed_in(work.ruth), f"/stories/{work.cart.key}/edit/"
    mine = CART.replace("a book", "a lamp")
    answer = client.post(url, {"text": mine, "base_version": 1, "reason": ""})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Then the cart holds one thing" in page
    assert "When I add a lamp" in page
    assert 'name="base_version" value="2"' in page
    assert client.post(url, {"text": mine, "base_version": 2, "reason": ""}).status_code == 302


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CART_CHANGED, "This changes the meaning"),
        (CART_FORMATTED, "Formatting only"),
        (CART, "The text is as it was."),
        ("Feature: A\n  Scenario: B\n    Given a\n    Gven b\n", "It cannot be saved like this"),
        ("", "There is no feature"),
    ],
)
def test_check_says_what_saving_would_do_and_writes_nothing(work: Work, text: str, words: str) -> None:
    signed(work)
    count = Entry.objects.count()
    client = signed_in(work.ruth)
    sent = {"text": text, "story": work.cart.key}
    partial = client.post("/stories/check/", sent, headers={"HX-Request": "true"}).content.decode()
    assert partial.lstrip().startswith('<div id="story-check"')
    assert words in partial
    assert words in client.post("/stories/check/", sent).content.decode()
    editor = client.post(f"/stories/{work.cart.key}/edit/", {"text": text, "base_version": 1, "check": "1"})
    assert words in editor.content.decode()
    assert Entry.objects.count() == count
    if text == CART_CHANGED:
        assert f"{work.epic.key}, which is signed, drifts." in partial


def test_who_may_not_edit_is_told_so(work: Work) -> None:
    answer = signed_in(work.sam).get(f"/stories/{work.cart.key}/edit/")
    assert answer.status_code == 403
    assert "takes a seat as Product Owner or Business Analyst" in answer.content.decode()
