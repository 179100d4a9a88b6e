"""The page on which somebody records what they tried by hand."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from apps.common.access import member
from apps.common.refused import NotAllowed, Refused, refusal
from apps.delivery import queries as delivery
from apps.organization.requests import person_of
from apps.specs import actions, queries, rules
from apps.specs.forms import RecordByHandForm


@member
@require_http_methods(["GET", "HEAD", "POST"])
def story_record_by_hand(request: HttpRequest, key: str) -> HttpResponse:
    """Choose the scenarios that were tried, and say what was done and seen."""
    person = person_of(request)
    story = get_object_or_404(delivery.stories_for(person), key=key)
    if sentence := refusal(rules.check_may_record_by_hand, story, by=person):
        raise NotAllowed(sentence)
    evidence = queries.story_evidence(story)
    start = {"digest": story.digest, "key": uuid4().hex}
    asked_for = request.POST if request.method == "POST" else None
    form = RecordByHandForm(asked_for, initial=start, evidence=evidence)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            run = actions.record_by_hand(
                story_key=story.key,
                positions=asked["scenarios"],
                status=asked["status"],
                words=asked["words"],
                digest=asked["digest"],
                key=asked["key"],
                by=person,
            )
        except Refused as error:
            form.add_error(None, error.sentence)
            status = error.status
        else:
            messages.success(request, f"Recorded as {run.key}.")
            return redirect(story)
    context = {"form": form, "story": story, "evidence": evidence}
    return render(request, "specs/story_record_by_hand.html", context, status=status)
