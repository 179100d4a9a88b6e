"""Waivers, and requests for a signature."""

from typing import TypedDict

from django.db.models import Q, QuerySet
from django.urls import reverse
from rest_framework.request import Request

from apps.common.endpoints import (
    Address,
    Day,
    Instant,
    Key,
    Page,
    body_of,
    day,
    found,
    instant,
    listed,
    on_its_page,
    reads,
    reads_list,
    writes,
)
from apps.delivery import queries as delivery
from apps.organization import queries as organization
from apps.organization.mentions import PersonMention, mention
from apps.organization.models import Person
from apps.organization.requests import person_of
from apps.organization.roles import Role
from apps.signoff import actions, reading
from apps.signoff.api.sign_offs import readable_epic, readable_story
from apps.signoff.forms import RequestForm, WaiverBody
from apps.signoff.models import SignOffRequest, Waiver, WaiverGrant


class GrantRow(TypedDict):
    """One of the two yeses that a waiver needs."""

    role: Role
    granted_by: PersonMention
    delegated_by: PersonMention | None
    granted_at: Instant


class WaiverRow(TypedDict):
    """One criterion of an epic may be unmet until a last day; `subject` narrows it to one requirement."""

    key: Key
    epic: Key
    criterion: str
    subject: Key | None
    reason: str
    owner: PersonMention
    until_on: Day
    state: str
    asked_by: PersonMention
    asked_at: Instant
    decided_at: Instant | None
    grants: list[GrantRow]
    url: Address


def _grant_row(grant: WaiverGrant) -> GrantRow:
    return {
        "role": Role(grant.role),
        "granted_by": mention(grant.granted_by),
        "delegated_by": mention(grant.delegated_by),
        "granted_at": instant(grant.granted_at),
    }


def _row(request: Request, waiver: Waiver) -> WaiverRow:
    return {
        "key": waiver.key,
        "epic": waiver.epic.key,
        "criterion": waiver.criterion,
        "subject": waiver.subject or None,
        "reason": waiver.reason,
        "owner": mention(waiver.owner),
        "until_on": day(waiver.until_on),
        "state": waiver.shown_state,
        "asked_by": mention(waiver.asked_by),
        "asked_at": instant(waiver.asked_at),
        "decided_at": instant(waiver.decided_at),
        "grants": [_grant_row(grant) for grant in waiver.grants.all()],
        "url": request.build_absolute_uri(reverse("signoff:waiver_detail", args=[waiver.key])),
    }


def _waivers(request: Request) -> QuerySet[Waiver]:
    readable = delivery.epics_for(person_of(request)).order_by()
    rows = Waiver.objects.filter(epic__in=readable).select_related("owner", "asked_by", "epic")
    return rows.prefetch_related("grants__granted_by", "grants__delegated_by")


def readable_waiver(request: Request, key: str) -> Waiver:
    """The waiver, or 404."""
    return found(_waivers(request), key=key)


@reads_list(WaiverRow)
def epic_waiver_list(request: Request, key: str) -> Page[WaiverRow]:
    """All waivers of an epic, the latest first."""
    rows = _waivers(request).filter(epic=readable_epic(request, key))
    return listed(request, rows, lambda waiver: _row(request, waiver), order=("-pk",))


@reads(WaiverRow)
def waiver_read(request: Request, key: str) -> WaiverRow:
    """One waiver: what it allows, and who said yes."""
    return _row(request, readable_waiver(request, key))


@writes(WaiverRow, body=WaiverBody, status=201)
def waiver_ask(request: Request, key: str) -> WaiverRow:
    """Ask that one criterion, or `nfrs_attested:NFR-5` for one requirement, may be unmet for a while.

    The product owner and the SRE lead decide, on the waiver's page.
    """
    epic = readable_epic(request, key)
    people = organization.active_people()
    data = body_of(request, WaiverBody, nfrs=list(delivery.active_nfrs(epic)), people=people)
    criterion, _, subject = data["criterion"].partition(":")
    waiver = actions.ask_waiver(
        epic_key=key,
        criterion=criterion,
        subject=subject,
        reason=data["reason"],
        owner=data["owner"],
        until_on=data["until_on"],
        by=person_of(request),
    )
    return _row(request, readable_waiver(request, waiver.key))


@writes(WaiverRow)
def waiver_withdraw(request: Request, key: str) -> WaiverRow:
    """Take back what one asked for, before it is decided."""
    readable_waiver(request, key)
    actions.withdraw_waiver(waiver_key=key, by=person_of(request))
    return _row(request, readable_waiver(request, key))


waiver_grant = on_its_page(
    readable_waiver, "A waiver is granted or refused on its page, /waivers/…/, by the two who answer for it, in person."
)


class RequestRow(TypedDict):
    """Somebody asks a person to sign an epic or a story."""

    number: int
    subject: Key
    asked_by: PersonMention
    asked_of: PersonMention
    words: str
    asked_at: Instant
    answered_at: Instant | None


def _request_row(asked: SignOffRequest) -> RequestRow:
    thing = asked.epic or asked.story
    return {
        "number": asked.pk,
        "subject": thing.key if thing else "",
        "asked_by": mention(asked.asked_by),
        "asked_of": mention(asked.asked_of),
        "words": asked.words,
        "asked_at": instant(asked.asked_at),
        "answered_at": instant(asked.answered_at),
    }


@reads_list(RequestRow)
def request_list(request: Request) -> Page[RequestRow]:
    """Signatures that one asked for or is asked for, the latest first, of what one may read."""
    person = person_of(request)
    hidden = organization.hidden_scope_ids(person)
    rows = SignOffRequest.objects.filter(Q(asked_by=person) | Q(asked_of=person))
    rows = rows.exclude(epic__initiative__scope_id__in=hidden).exclude(story__epic__initiative__scope_id__in=hidden)
    return listed(
        request, rows.select_related("epic", "story", "asked_by", "asked_of"), _request_row, order=("-pk",), key="pk"
    )


def _others(people: list[Person], person: Person) -> QuerySet[Person]:
    return Person.objects.filter(pk__in=[one.pk for one in people if one.pk != person.pk])


@writes(RequestRow, body=RequestForm, status=201)
def epic_sign_off_request(request: Request, key: str) -> RequestRow:
    """Ask a product owner of the epic, by username, to sign it."""
    epic, person = readable_epic(request, key), person_of(request)
    people = _others(reading.candidates("signoff.sign_epic", epic=epic), person)
    data = body_of(request, RequestForm, people=people)
    return _request_row(actions.request_epic_sign_off(epic_key=key, of=data["of"], words=data["words"], by=person))


@writes(RequestRow, body=RequestForm, status=201)
def story_sign_off_request(request: Request, key: str) -> RequestRow:
    """Ask an analyst of the story, by username, to sign it."""
    story, person = readable_story(request, key), person_of(request)
    people = _others(reading.candidates("signoff.sign_story", epic=story.epic, story=story), person)
    data = body_of(request, RequestForm, people=people)
    return _request_row(actions.request_story_sign_off(story_key=key, of=data["of"], words=data["words"], by=person))
