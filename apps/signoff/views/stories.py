"""The page of one story, and signing stories: one, or several at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from apps.audit import queries as audit
from apps.common.access import member
from apps.common.refused import BadInput, NotAllowed, Refused, refusal
from apps.delivery import gherkin
from apps.delivery import queries as delivery
from apps.delivery import rules as delivery_rules
from apps.delivery.difference import difference
from apps.delivery.models import Epic, Story
from apps.delivery.states import StoryState
from apps.organization import queries as organization
from apps.organization.models import Person
from apps.organization.requests import person_of
from apps.signatures import rules as signatures
from apps.signatures.models import Signature
from apps.signoff import queries, rules
from apps.signoff.actions import StoryShown, sign_off_stories, sign_off_story
from apps.signoff.forms import BulkSignOffForm, StorySignOffForm
from apps.signoff.models import StorySignOff
from apps.signoff.moved import Moved
from apps.signoff.statements import story_statement
from apps.signoff.views.confirming import confirmed, form_key
from apps.specs import queries as specs
from apps.specs import rules as specs_rules


@member
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
        "changed": _changed_since_signature(story),
    }
    return render(request, "signoff/story_detail.html", context)


def _sign_refusal(story: Story, person: Person) -> str:
    return refusal(rules.check_may_sign_off_story, story=story, by=person) or refusal(
        rules.check_story_is_signable, story=story
    )


def _changed_since_signature(story: Story) -> object:
    """The difference in meaning to the text last signed; None where there is none or it is the same."""
    if not story.signed_digest or story.is_signed or story.version is None:
        return None
    signed = story.versions.filter(digest=story.signed_digest).order_by("-number").first()
    return difference(gherkin.parse(signed.text), gherkin.parse(story.version.text)) if signed else None


@member
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
            shown=StoryShown(story.key, form.cleaned_data["digest"]),
            meaning=form.cleaned_data["meaning"],
            by=person,
            authentication=authentication,
            comment=form.cleaned_data["comment"],
            key=form.cleaned_data["key"],
        )
    except Moved as moved:
        return render(request, "signoff/story_moved.html", {"story": story, "moved": moved, "form": form}, status=409)
    except Refused as refused:
        return _sign_off_page(request, story, form, refused=refused, status=refused.status)
    messages.success(
        request, f"{story.key}: {sign_off.get_meaning_display().lower()}, signed as {sign_off.signature.key}."
    )
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
        "statements": statements,
        "refused": refused,
        "may_not": refusal(rules.check_may_sign_off_story, story=story, by=person),
        "accept_refusal": refusal(rules.check_story_is_signable, story=story),
        "evidence": specs.evidence_of(story),
        "offers": specs_rules.offers(story.epic, story, by=person),
        "executions": list(specs.open_executions(story, by=person)),
        "by_hand_refusal": refusal(specs_rules.check_may_record_by_hand, story, by=person),
        "changed": _changed_since_signature(story),
    }
    return render(request, "signoff/story_sign_off.html", context, status=status)


@member
def story_bulk_sign_off(request: HttpRequest, key: str) -> HttpResponse:
    """All stories of an epic that this person could sign now, each text in full; several in one act."""
    person = person_of(request)
    epic = get_object_or_404(delivery.epics_for(person), key=key)
    if request.method != "POST":
        form = BulkSignOffForm(initial={"key": form_key()}, shown=[])
        return _bulk_page(request, epic, form)
    posted = [(value, value) for value in request.POST.getlist("stories")]
    form = BulkSignOffForm(request.POST, shown=posted)
    if not form.is_valid():
        return _bulk_page(request, epic, form, status=400)
    shown = [_shown(value) for value in form.cleaned_data["stories"]]
    own = set(delivery.stories_of(epic).values_list("key", flat=True))
    if foreign := [item.key for item in shown if item.key not in own]:
        raise BadInput(f"“{foreign[0][:20]}” is no story of {epic.key}. Open the page again.")
    if not organization.has_right(person, "signoff.sign_story"):
        raise NotAllowed(f"Only a Business Analyst may sign stories of {epic.key}, and you hold no such seat today.")
    authentication = confirmed(request, words=f"Accept {_named(shown)} of {epic.key} “{epic.title}”")
    try:
        signed = sign_off_stories(
            shown=shown,
            meaning=StorySignOff.Meaning.ACCEPT,
            by=person,
            authentication=authentication,
            comment=form.cleaned_data["comment"],
            key=form.cleaned_data["key"],
        )
    except Refused as refused:
        return _bulk_page(request, epic, form, refused=refused, status=refused.status)
    messages.success(request, f"{len(signed)} {'story' if len(signed) == 1 else 'stories'} of {epic.key} signed.")
    return redirect("signoff:epic_detail", epic.key)


def _named(shown: list[StoryShown]) -> str:
    keys = [item.key for item in shown]
    return ", ".join(keys) if len(keys) <= 20 else f"{', '.join(keys[:19])} and {len(keys) - 19} more stories"


def _shown(value: str) -> StoryShown:
    key, _, digest = value.partition("=")
    return StoryShown(key, digest)


def _bulk_page(
    request: HttpRequest, epic: Epic, form: BulkSignOffForm, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    person = person_of(request)
    passing = list(
        Story.objects.active()
        .filter(epic=epic)
        .in_state(StoryState.PASSING)
        .select_related("version__author", "team__scope", "epic__team__scope", "epic__scope")
        .order_by("pk")
    )
    acceptance = queries.latest_acceptance(epic) if epic.signed_promise else None
    authors, tried = queries.meaning_authors(passing), queries.tried_by_hand(passing)
    accepted = acceptance.signature if acceptance else None
    stories = [
        (story, _part(story, person, authors.get(story.pk, set()), tried.get(story.pk, []), accepted))
        for story in passing
    ]
    context = {
        "epic": epic,
        "form": form,
        "refused": refused,
        "stories": stories,
        "signable": [story for story, part in stories if not part],
        "may_not": refusal(signatures.check_signing_is_open, by=person, now=timezone.now())
        if organization.has_right(person, "signoff.sign_story")
        else f"Only a Business Analyst may sign stories of {epic.key}, and you hold no such seat today.",
        "chosen": set(request.POST.getlist("stories")) if form.is_bound else None,
    }
    return render(request, "signoff/story_bulk_sign_off.html", context, status=status)


def _part(
    story: Story, person: Person, authors: set[int], tried: list[queries.Part], accepted: Signature | None
) -> str:
    """Why this one is for another analyst, or "", without a query: scopes are loaded."""
    seat = organization.seat_for(person, "signoff.sign_story", *delivery.story_scopes(story))
    if seat is None:
        return f"You hold no seat of a Business Analyst of {story.key} today."
    return refusal(
        rules.check_took_no_part,
        story=story,
        seat=seat,
        by=person,
        authors=authors,
        tried=tried,
        accepted=accepted,
    )
