"""Comments, posted from the pages of one epic and one story."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from apps.common.access import member
from apps.common.page import wants_partial
from apps.common.refused import NotAllowed, Refused
from apps.delivery import actions, queries
from apps.delivery.forms import CommentForm
from apps.delivery.models import Comment, Epic, Story
from apps.organization.requests import person_of


@member
@require_POST
def epic_comment(request: HttpRequest, key: str) -> HttpResponse:
    """Write a comment on an epic."""
    person = person_of(request)
    epic = get_object_or_404(queries.epics_for(person), key=key)
    return _written(request, epic, lambda text: actions.comment_on_epic(epic_key=key, text=text, by=person))


@member
@require_POST
def story_comment(request: HttpRequest, key: str) -> HttpResponse:
    """Write a comment on a story."""
    person = person_of(request)
    story = get_object_or_404(queries.stories_for(person), key=key)
    return _written(request, story, lambda text: actions.comment_on_story(story_key=key, text=text, by=person))


def _written(request: HttpRequest, thing: Epic | Story, write: Callable[[str], Comment]) -> HttpResponse:
    """The comments again for htmx; else back to the page, or the words again with what is wrong."""
    form, status = CommentForm(request.POST), 400
    if form.is_valid():
        try:
            write(form.cleaned_data["text"])
        except Refused as error:
            if isinstance(error, NotAllowed) and wants_partial(request):
                raise  # said as a toast: what was typed stays where it is
            form.add_error("text", error.sentence)
            status = error.status
    if not form.errors and not wants_partial(request):
        messages.success(request, "Your comment is there.")
        return redirect(f"{thing.get_absolute_url()}#comments")
    comments: list[Comment] = list(queries.comments_of(thing))
    context: dict[str, object] = {
        "thing": thing,
        "comments": comments,
        "comment_form": form if form.errors else CommentForm(),
        "comment_url": request.path,
    }
    template = "delivery/_comments.html" if wants_partial(request) else "delivery/comment_refused.html"
    return render(request, template, context, status=status if form.errors else 200)
