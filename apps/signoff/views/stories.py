"""The page of one story, and signing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.audit import queries as audit
from apps.common.access import member
from apps.common.refused import Refused, refusal
from apps.delivery import queries as delivery
from apps.delivery import rules as delivery_rules
from apps.delivery.models import Story
from apps.organization import queries as organization
from apps.organization.models import Person
from apps.organization.requests import person_of
from apps.signatures.confirming import confirmed, form_key
from apps.signoff import queries, reading, rules
from apps.signoff.actions import StoryShown, sign_off_story
from apps.signoff.forms import StorySignOffForm
from apps.signoff.models import StorySignOff
from apps.signoff.moved import Moved
from apps.signoff.statements import signer, story_statement
from apps.signoff.stored import check_as_written
from apps.specs import queries as specs
from apps.specs import rules as specs_rules


@member
@require_safe
def story_detail(request: HttpRequest, key: str) -> HttpResponse:
    """A story's text, what proves it, who signed it."""
    person = person_of(request)
    story = get_object_or_404(delivery.stories_for(person), key=key)
    context = {
        "story": story,
        "epic": story.epic,
        "evidence": specs.evidence_of(story),
        "failure": specs.failures_of([story.pk]).get(story.pk) if story.is_regressed else None,
        "offers": specs_rules.offers(story.epic, story, by=person),
        "executions": list(specs.open_executions(story, by=person)),
        "by_hand_refusal": refusal(specs_rules.check_may_record_by_hand, story, by=person),
        "sign_offs": queries.story_sign_offs(story),
        "versions": list(delivery.versions_of(story)[:5]),
        "comments": list(delivery.comments_of(story)),
        "entries": audit.life_of(story.key, limit=8)[::-1],
        "sign_refusal": _sign_refusal(story, person),
        "edit_refusal": refusal(delivery_rules.check_may_edit_story, story, by=person),
        "changed": reading.changed_since_signature([story]).get(story.pk),
    }
    return render(request, "signoff/story_detail.html", context)


def _sign_refusal(story: Story, person: Person) -> str:
    return refusal(rules.check_may_sign_off_story, story=story, by=person) or refusal(
        rules.check_story_is_signable, story=story
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def story_sign_off(request: HttpRequest, key: str) -> HttpResponse:
    """The story's text in full; then the act."""
    person = person_of(request)
    story = get_object_or_404(delivery.stories_for(person), key=key)
    if request.method != "POST":
        form = StorySignOffForm(initial={"key": form_key(), "digest": story.digest})
        return _sign_off_page(request, story, form)
    form = StorySignOffForm(request.POST)
    if not form.is_valid():
        return _sign_off_page(request, story, form, status=400)
    rules.check_may_sign_off_story(story=story, by=person)  # before anybody types a password for it
    does = "Accept" if form.cleaned_data["meaning"] == StorySignOff.Meaning.ACCEPT else "Reject"
    authentication = confirmed(request, words=f"{does} {story.key} “{story.title}”")
    try:
        sign_off = sign_off_story(
            shown=StoryShown(story.key, form.cleaned_data["digest"], form.cleaned_data["signer"]),
            meaning=form.cleaned_data["meaning"],
            by=person,
            authentication=authentication,
            comment=form.cleaned_data["comment"],
            key=form.cleaned_data["key"],
        )
    except Moved as moved:
        return render(request, "signoff/story_moved.html", {"story": story, "moved": moved, "form": form}, status=409)
    except Refused as refused:
        now = get_object_or_404(delivery.stories_for(person), key=key)  # somebody else may have signed it
        return _sign_off_page(request, now, form, refused=refused, status=refused.status)
    became = "accepted" if sign_off.meaning == StorySignOff.Meaning.ACCEPT else "rejected"
    messages.success(request, f"{story.key} is {became}: signed as {sign_off.signature.key}.")
    return redirect("signoff:receipt_detail", sign_off.signature.key)


def _sign_off_page(
    request: HttpRequest, story: Story, form: StorySignOffForm, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    person = person_of(request)
    seat = organization.seat_for(person, "signoff.sign_story", *delivery.story_scopes(story))
    statements = {
        meaning: story_statement(story=story, name=person.name, seat=seat, meaning=meaning)
        for meaning in StorySignOff.Meaning.values
        if seat is not None
    }
    context = {
        "story": story,
        "epic": story.epic,
        "form": form,
        "seat": seat,
        "signer": signer(name=person.name, seat=seat) if seat else "",
        "statements": statements,
        "refused": refused,
        "may_not": refusal(rules.check_may_sign_off_story, story=story, by=person)
        or refusal(check_as_written, stories=[story]),
        "accept_refusal": refusal(rules.check_story_is_signable, story=story),
        "evidence": specs.evidence_of(story),
        "offers": specs_rules.offers(story.epic, story, by=person),
        "executions": list(specs.open_executions(story, by=person)),
        "by_hand_refusal": refusal(specs_rules.check_may_record_by_hand, story, by=person),
        "changed": reading.changed_since_signature([story]).get(story.pk),
    }
    return render(request, "signoff/story_sign_off.html", context, status=status)
