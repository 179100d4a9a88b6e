"""Asking somebody to sign."""

from datetime import datetime

from apps.audit.acts import act, canonical_digest, record
from apps.common.text import clean_text
from apps.delivery import queries as delivery
from apps.delivery.actions import locks
from apps.delivery.models import Epic, Story
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat
from apps.signoff import rules
from apps.signoff.models import SignOffRequest


@act
def request_epic_sign_off(*, epic_key: str, of: Person, words: str, by: Person) -> SignOffRequest:
    """Asks a product owner to sign an epic."""
    epic = locks.lock_epic(epic_key, by=by)
    seat = rules.check_may_request_sign_off(thing=epic, scopes=(epic.scope,), right="signoff.sign_epic", of=of, by=by)
    return _request(epic=epic, story=None, of=of, words=words, by=by, seat=seat)


@act
def request_story_sign_off(*, story_key: str, of: Person, words: str, by: Person) -> SignOffRequest:
    """Asks an analyst to sign a story."""
    story = locks.lock_story(story_key, by=by)
    scopes = delivery.story_scopes(story)
    seat = rules.check_may_request_sign_off(thing=story, scopes=scopes, right="signoff.sign_story", of=of, by=by)
    return _request(epic=None, story=story, of=of, words=words, by=by, seat=seat)


def _request(
    *, epic: Epic | None, story: Story | None, of: Person, words: str, by: Person, seat: HeldSeat
) -> SignOffRequest:
    text = clean_text(words, what="Your words", limit=rules.MAX_WORDS)
    open_requests = SignOffRequest.objects.filter(epic=epic, story=story, asked_of=of, answered_at=None)
    asked = open_requests.first() or SignOffRequest(epic=epic, story=story, asked_of=of)
    asked.asked_by, asked.words = by, text
    asked.save()
    thing = epic or story
    record(
        "sign_off.requested",
        subject=thing.key if thing else "",
        title=thing.title if thing else "",
        digest=canonical_digest({"asked_of": of.key, "subject": thing.key if thing else ""}),
        by=by,
        seat=seat,
        sentence="asked {asked_of_name} to sign {subject} “{title}”",
        about=(of.key, *((story.epic.key,) if story else ())),
        reason=text,
        personal={"asked_of_name": of.name},
        facts={"asked_of": of.key},
    )
    return asked


def answer_requests(*, at: datetime, epic: Epic | None = None, story: Story | None = None) -> None:
    """Part of a signing act: whatever was asked about the thing is answered by the signature."""
    SignOffRequest.objects.filter(epic=epic, story=story, answered_at=None).update(answered_at=at)
