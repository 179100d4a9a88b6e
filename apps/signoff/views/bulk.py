"""Signing several stories of an epic at once."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from apps.common.access import member
from apps.common.refused import BadInput, NotAllowed, Refused, refusal
from apps.delivery import queries as delivery
from apps.delivery.difference import StoryDifference
from apps.delivery.models import Epic, Story
from apps.delivery.states import StoryState
from apps.organization import queries as organization
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat
from apps.organization.requests import person_of
from apps.signatures import rules as signatures
from apps.signatures.confirming import confirmed, form_key
from apps.signoff import queries, reading, rules
from apps.signoff.actions import StoryShown, sign_off_stories
from apps.signoff.forms import BulkSignOffForm
from apps.signoff.models import StorySignOff
from apps.signoff.moved import Moved
from apps.signoff.statements import signer, story_statement
from apps.signoff.stored import check_as_written


@member
@require_http_methods(["GET", "HEAD", "POST"])
def story_bulk_sign_off(request: HttpRequest, key: str) -> HttpResponse:
    """All stories of an epic that could be signed now, each with its text, what changed in it since it was signed last,
    and the sentence that signs it; several in one act.
    """
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
    except Moved as moved:
        return _bulk_page(request, epic, form, refused=moved, moved=moved, status=moved.status)
    except Refused as refused:
        return _bulk_page(request, epic, form, refused=refused, status=refused.status)
    messages.success(request, f"{len(signed)} {'story' if len(signed) == 1 else 'stories'} of {epic.key} signed.")
    return redirect("signoff:epic_detail", epic.key)


def _named(shown: list[StoryShown]) -> str:
    keys = [item.key for item in shown]
    return ", ".join(keys) if len(keys) <= 20 else f"{', '.join(keys[:19])} and {len(keys) - 19} more stories"


def _shown(value: str) -> StoryShown:
    key, _, rest = value.partition("=")
    digest, _, name = rest.partition("=")
    return StoryShown(key, digest, name)


@dataclass(frozen=True)
class _Row:
    """A story with what its box sends, the sentence that signs it, and why it is for somebody else, or ""."""

    story: Story
    value: str
    statement: str
    part: str
    changed: StoryDifference | None


def _bulk_page(
    request: HttpRequest,
    epic: Epic,
    form: BulkSignOffForm,
    *,
    refused: Refused | None = None,
    moved: Moved | None = None,
    status: int = 200,
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
    changed = reading.changed_since_signature(passing)
    rows = []
    for story in passing:
        seat = organization.seat_for(person, "signoff.sign_story", *delivery.story_scopes(story))
        part = f"You hold no seat of a Business Analyst of {story.key} today."
        if seat is not None:
            part = refusal(
                rules.check_took_no_part,
                story=story,
                seat=seat,
                by=person,
                authors=authors.get(story.pk, set()),
                tried=tried.get(story.pk, []),
                accepted=accepted,
            )
        part = part or refusal(check_as_written, stories=[story])
        rows.append(_row(story, person, seat, part, changed.get(story.pk)))
    context = {
        "epic": epic,
        "form": form,
        "refused": refused,
        "moved": moved,
        "rows": rows,
        "signable": [row for row in rows if not row.part],
        "may_not": refusal(signatures.check_signing_is_open, by=person, now=timezone.now())
        if organization.has_right(person, "signoff.sign_story")
        else f"Only a Business Analyst may sign stories of {epic.key}, and you hold no such seat today.",
        "chosen": _chosen(request, rows) if form.is_bound else {row.value for row in rows if not row.changed},
    }
    return render(request, "signoff/story_bulk_sign_off.html", context, status=status)


def _chosen(request: HttpRequest, rows: list[_Row]) -> set[str]:
    """What was ticked, unless it is no longer what the page prints: that is read again first."""
    return set(request.POST.getlist("stories")) & {row.value for row in rows}


def _row(story: Story, person: Person, seat: HeldSeat | None, part: str, changed: StoryDifference | None) -> _Row:
    if seat is None:
        return _Row(story, f"{story.key}={story.digest}=", "", part, changed)
    value = f"{story.key}={story.digest}={signer(name=person.name, seat=seat)}"
    words = story_statement(story=story, name=person.name, seat=seat, meaning=StorySignOff.Meaning.ACCEPT)
    return _Row(story, value, words, part, changed)
