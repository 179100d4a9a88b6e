"""Comments on epics and stories."""

from rest_framework.request import Request

from apps.common.endpoints import Page, body_of, listed, reads_list, writes
from apps.delivery import actions, queries
from apps.delivery.api.epics import readable_epic
from apps.delivery.api.rows import CommentRow, comment_row
from apps.delivery.api.stories import readable_story
from apps.delivery.forms import CommentForm
from apps.delivery.models import Epic, Story
from apps.organization.requests import person_of


def _comments(request: Request, thing: Epic | Story) -> Page[CommentRow]:
    return listed(request, queries.comments_of(thing), comment_row, order=("at", "pk"), key="pk")


@reads_list(CommentRow)
def epic_comment_list(request: Request, key: str) -> Page[CommentRow]:
    """Comments on an epic, the oldest first."""
    return _comments(request, readable_epic(request, key))


@reads_list(CommentRow)
def story_comment_list(request: Request, key: str) -> Page[CommentRow]:
    """Comments on a story, the oldest first."""
    return _comments(request, readable_story(request, key))


@writes(CommentRow, body=CommentForm, status=201)
def epic_comment(request: Request, key: str) -> CommentRow:
    """Write a comment on an epic, in Markdown."""
    readable_epic(request, key)
    data = body_of(request, CommentForm)
    return comment_row(actions.comment_on_epic(epic_key=key, text=data["text"], by=person_of(request)))


@writes(CommentRow, body=CommentForm, status=201)
def story_comment(request: Request, key: str) -> CommentRow:
    """Write a comment on a story, in Markdown."""
    readable_story(request, key)
    data = body_of(request, CommentForm)
    return comment_row(actions.comment_on_story(story_key=key, text=data["text"], by=person_of(request)))
