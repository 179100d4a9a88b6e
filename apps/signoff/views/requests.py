"""Asking somebody to sign."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.common.access import member
from apps.common.refused import BadInput
from apps.delivery import queries as delivery
from apps.delivery.models import Epic, Story
from apps.organization.models import Person
from apps.organization.requests import person_of
from apps.signoff import actions, reading
from apps.signoff.forms import RequestForm


@member
@require_http_methods(["GET", "HEAD", "POST"])
def epic_sign_off_request(request: HttpRequest, key: str) -> HttpResponse:
    """Asks a product owner to sign the epic."""
    epic = get_object_or_404(delivery.epics_for(person_of(request)), key=key)
    return _ask(request, epic, reading.candidates("signoff.sign_epic", epic=epic))


@member
@require_http_methods(["GET", "HEAD", "POST"])
def story_sign_off_request(request: HttpRequest, key: str) -> HttpResponse:
    """Asks an analyst to sign the story."""
    story = get_object_or_404(delivery.stories_for(person_of(request)), key=key)
    return _ask(request, story, reading.candidates("signoff.sign_story", epic=story.epic, story=story))


def _ask(request: HttpRequest, thing: Epic | Story, people: list[Person]) -> HttpResponse:
    person = person_of(request)
    others = Person.objects.filter(pk__in=[one.pk for one in people if one.pk != person.pk])
    form = RequestForm(request.POST or None, people=others)
    context = {"thing": thing, "form": form, "is_epic": isinstance(thing, Epic), "nobody": not others}
    if request.method != "POST":
        return render(request, "signoff/sign_off_request.html", context)
    if not form.is_valid():
        return render(request, "signoff/sign_off_request.html", context, status=400)
    of, words = form.cleaned_data["of"], form.cleaned_data["words"]
    try:
        if isinstance(thing, Epic):
            actions.request_epic_sign_off(epic_key=thing.key, of=of, words=words, by=person)
        else:
            actions.request_story_sign_off(story_key=thing.key, of=of, words=words, by=person)
    except BadInput as refused:
        form.add_error(None, refused.sentence)
        return render(request, "signoff/sign_off_request.html", context, status=refused.status)
    messages.success(request, f"{of.name} is asked to sign {thing.key}.")
    return redirect(thing.get_absolute_url())
