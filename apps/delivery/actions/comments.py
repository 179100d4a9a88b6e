"""Comments on epics and stories."""

from apps.audit.acts import act, canonical_digest, record
from apps.common.refused import BadInput
from apps.common.text import clean_text
from apps.delivery import queries, rules
from apps.delivery.models import Comment, Epic, Story
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat

MAX_COMMENT = 20_000


@act
def comment_on_epic(*, epic_key: str, text: str, by: Person) -> Comment:
    """Words in Markdown on an epic."""
    epic = queries.epic_for(by, epic_key)
    seat = rules.check_may_comment(epic, by=by)
    return write_comment(thing=epic, text=text, by=by, seat=seat)


@act
def comment_on_story(*, story_key: str, text: str, by: Person) -> Comment:
    """Words in Markdown on a story."""
    story = queries.story_for(by, story_key)
    seat = rules.check_may_comment(story, by=by)
    return write_comment(thing=story, text=text, by=by, seat=seat)


@act
def write_comment(*, thing: Epic | Story, text: str, by: Person, seat: HeldSeat | None, origin: str = "") -> Comment:
    """A comment within another act, such as the reason of a rejection; `origin` says of which."""
    text = clean_text(text, what="The comment", limit=MAX_COMMENT).strip()
    if not text:
        raise BadInput("The comment is empty.")
    on_epic = isinstance(thing, Epic)
    comment = Comment.objects.create(
        epic=thing if isinstance(thing, Epic) else None,
        story=thing if isinstance(thing, Story) else None,
        author=by,
        text=text,
        origin=origin,
    )
    # The words are personal: committed to, and erasable. The digest is of the row without them.
    row = {"on": thing.key, "by": by.key, "at": comment.at, "origin": origin}
    record(
        "epic.commented" if on_epic else "story.commented",
        subject=thing.key,
        digest=canonical_digest(row),
        by=by,
        seat=seat,
        title=thing.title,
        sentence="commented on {subject} “{title}”",
        about=[] if isinstance(thing, Epic) else [thing.epic.key],
        personal={"comment": text},
        facts={"origin": origin} if origin else None,
    )
    return comment
