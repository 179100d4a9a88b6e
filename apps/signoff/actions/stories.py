"""Signing stories."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.audit.acts import act, nothing_changed, record
from apps.common.refused import Refused
from apps.delivery import actions as delivery
from apps.delivery import gherkin
from apps.delivery.actions import locks
from apps.delivery.actions.comments import write_comment
from apps.delivery.difference import difference
from apps.delivery.models import Story
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat
from apps.signatures import actions as signatures
from apps.signatures import queries as signature_queries
from apps.signatures.actions import Statement
from apps.signatures.reauthentication import Authentication
from apps.signoff import rules
from apps.signoff.actions.drift import refresh_drift
from apps.signoff.actions.requests import answer_requests
from apps.signoff.models import StorySignOff
from apps.signoff.moved import Moved, check_same_signer
from apps.signoff.reading import ChangedStory
from apps.signoff.statements import signer, story_statement
from apps.signoff.stored import check_as_written


@dataclass(frozen=True)
class StoryShown:
    """Which story, at which digest, the page showed; and who signs as it printed it, None where no page did."""

    key: str
    digest: str
    signer: str | None = None


def sign_off_story(
    *,
    shown: StoryShown,
    meaning: str,
    by: Person,
    authentication: Authentication | None,
    comment: str,
    key: str,
) -> StorySignOff:
    """One story, as `sign_off_stories`."""
    return sign_off_stories(
        shown=[shown], meaning=meaning, by=by, authentication=authentication, comment=comment, key=key
    )[0]


@act
def sign_off_stories(
    *,
    shown: Sequence[StoryShown],
    meaning: str,
    by: Person,
    authentication: Authentication | None,
    comment: str,
    key: str,
) -> list[StorySignOff]:
    """An analyst accepts or rejects stories at the digests shown: all of them or none, each with its own signature.

    A rejection after the epic was accepted lets the epic drift, until the story is signed again.

    A form sent again returns what it did the first time; with other stories or another meaning it is refused. Raises
    NotAllowed and Refused as the rules say, Refused where a stored text is not the one that its digest names, and Moved
    with the difference in meaning where a story, or who signs it, is no longer what was shown.
    """
    stories = {story.key: story for story in locks.lock_stories([item.key for item in shown], by=by)}
    earlier = _earlier(shown, meaning=meaning, by=by, key=key)
    if earlier:
        nothing_changed()
        return earlier
    chosen = rules.check_story_meaning(meaning=meaning, comment=comment)
    seats = {key: rules.check_may_sign_off_story(story=story, by=by) for key, story in stories.items()}
    _check_unmoved(stories, shown)
    for item in shown:
        check_same_signer(item.signer, now=signer(name=by.name, seat=seats[item.key]))
    check_as_written(stories=stories.values())
    signed = []
    for item in shown:
        story = stories[item.key]
        if chosen == StorySignOff.Meaning.ACCEPT:
            rules.check_story_is_signable(story=story)
        signed.append(
            _sign(
                story,
                seat=seats[item.key],
                meaning=chosen,
                by=by,
                authentication=authentication,
                comment=comment,
                key=key,
            )
        )
    if chosen == StorySignOff.Meaning.ACCEPT:
        delivery.record_story_signatures(
            stories=[(sign_off.story, sign_off.digest) for sign_off in signed],
            by=by,
            at=signed[0].signature.signed_at,
        )
    for epic_id in sorted({story.epic_id for story in stories.values() if story.epic.signed_promise}):
        refresh_drift(epic_id=epic_id)
    return signed


def _earlier(shown: Sequence[StoryShown], *, meaning: str, by: Person, key: str) -> list[StorySignOff]:
    """What this very form signed before; nothing where it signed nothing yet."""
    found = {
        item: signature_queries.signature_with_key(person=by, idempotency_key=_key_for(key, item.key)) for item in shown
    }
    signatures = [signature for signature in found.values() if signature]
    same = all(one and (one.digest, one.meaning) == (item.digest, meaning) for item, one in found.items())
    if signatures and not same:
        raise Refused("This form was used for another signature. Open the page again.")
    return list(StorySignOff.objects.filter(signature__in=signatures).select_related("signature", "story"))


def _key_for(key: str, story_key: str) -> str:
    """One key a form, one signature a story."""
    return f"{key[:40]}.{story_key}"


def _check_unmoved(stories: dict[str, Story], shown: Sequence[StoryShown]) -> None:
    moved = tuple(_changed(stories[item.key], item.digest) for item in shown if stories[item.key].digest != item.digest)
    if moved:
        named = ", ".join(one.key for one in moved)
        raise Moved(f"{named} changed while you were reading. Nothing was recorded.", stories=moved)


def _changed(story: Story, digest: str) -> ChangedStory:
    version = story.versions.filter(digest=digest).order_by("-number").first()
    if version is None or story.version is None:
        raise Refused(f"{story.key} never had the text that this form names. Open the page again.")
    return ChangedStory(
        story.key, story.title, difference(gherkin.parse(version.text), gherkin.parse(story.version.text))
    )


def _sign(
    story: Story,
    *,
    seat: HeldSeat,
    meaning: StorySignOff.Meaning,
    by: Person,
    authentication: Authentication | None,
    comment: str,
    key: str,
) -> StorySignOff:
    words = story_statement(story=story, name=by.name, seat=seat, meaning=meaning)
    signature = signatures.sign(
        statement=Statement(story.key, story.title, story.digest, meaning.value, words),
        by=by,
        seat=seat,
        authentication=authentication,
        comment=comment,
        key=_key_for(key, story.key),
    )
    previous = story.signed_digest
    version = story.versions.get(pk=story.version_id or 0)
    sign_off = StorySignOff.objects.create(
        story=story,
        version=version,
        number=StorySignOff.objects.filter(story=story).count() + 1,
        digest=story.digest,
        meaning=meaning,
        signature=signature,
    )
    if meaning == StorySignOff.Meaning.REJECT:
        delivery.revoke_story_signature(story=story)
        write_comment(thing=story, text=comment, by=by, seat=seat, origin=f"rejection {signature.key}")
    answer_requests(story=story, at=signature.signed_at)
    accepted = meaning == StorySignOff.Meaning.ACCEPT
    record(
        "story.signed_off" if accepted else "story.rejected",
        subject=story.key,
        title=story.title,
        digest=story.digest,
        by=by,
        seat=seat,
        sentence="signed {subject} “{title}”" if accepted else "rejected {subject} “{title}”: {reason}",
        about=(story.epic.key,),
        reference=signature.key,
        meaning=meaning.value,
        previous=previous,
        key=signature.idempotency_key,
        authenticated=(signature.authenticated_with, signature.authenticated_at),
        reason=signature.comment,
        personal={"printed_name": by.name, "statement": words},
        facts={"version": version.number, "signed_at": signature.signed_at},
    )
    return sign_off
