"""Comments, posted from the pages of one epic and one story."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from apps.common.access import member
from apps.common.page import wants_partial
from apps.common.refused import Refused
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
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            actions.comment_on_epic(epic_key=key, text=form.cleaned_data["text"], by=person)
        except Refused as error:
            form.add_error("text", error.sentence)
    return _answer(request, epic, form)


@member
@require_POST
def story_comment(request: HttpRequest, key: str) -> HttpResponse:
    """Write a comment on a story."""
    person = person_of(request)
    story = get_object_or_404(queries.stories_for(person), key=key)
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            actions.comment_on_story(story_key=key, text=form.cleaned_data["text"], by=person)
        except Refused as error:
            form.add_error("text", error.sentence)
    return _answer(request, story, form)


def _answer(request: HttpRequest, thing: Epic | Story, form: CommentForm) -> HttpResponse:
    """The comments again for htmx; else back to the page, or the words again with what is wrong."""
    status = 400 if form.errors else 200
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
    return render(request, template, context, status=status)
