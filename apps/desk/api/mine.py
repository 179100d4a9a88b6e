"""What waits for whoever asks, what they were told, and what they look for."""

from typing import Literal, TypedDict

from django.utils import timezone
from rest_framework.request import Request

from apps.common.endpoints import (
    Address,
    Instant,
    Key,
    Page,
    body_of,
    filters_of,
    found,
    instant,
    listed,
    reads,
    reads_list,
    writes,
)
from apps.desk import actions, queries
from apps.desk.forms import InboxFilterForm, ReadAllForm
from apps.desk.models import Notification
from apps.desk.queries import InboxLine
from apps.desk.queries.desks import Work
from apps.desk.queries.epics import EpicRow as WaitingEpic
from apps.desk.queries.reliability import DecisionRow
from apps.organization.requests import person_of
from apps.signoff.models import SignOffRequest


class WaitingRow(TypedDict):
    """One thing that waits: its key, why, and since when where that is known."""

    key: Key
    title: str
    words: str
    since: Instant | None


class DeskRow(TypedDict):
    """What waits for you by your seats, at most 20 a section; `more` names sections that hold more."""

    seats: str
    ready_to_sign: list[WaitingRow]
    stories_to_sign: list[WaitingRow]
    asked_of_you: list[WaitingRow]
    decisions_due: list[WaitingRow]
    waivers_to_decide: list[WaitingRow]
    nfrs_to_attest: list[WaitingRow]
    stories_to_mend: list[WaitingRow]
    blocked: list[WaitingRow]
    moved_since_signed: list[WaitingRow]
    more: list[str]


@reads(DeskRow)
def desk_read(request: Request) -> DeskRow:
    """What waits for you, by your seats."""
    desk = queries.read_desk(person_of(request), at=timezone.now())
    work = desk.work
    return {
        "seats": desk.seats,
        "ready_to_sign": [_epic(row) for row in work.ready.rows],
        "stories_to_sign": [
            _waiting(row.epic.key, row.epic.title, _passing(row.count), instant(row.since)) for row in work.stories.rows
        ],
        "asked_of_you": [_request(row) for row in work.requests.rows],
        "decisions_due": [
            _waiting(row.decision.key, row.decision.slo.title, _decision_words(row), instant(row.decision.opened_at))
            for row in work.decisions.rows
        ],
        "waivers_to_decide": [
            _waiting(row.key, row.epic.key, row.reason, instant(row.asked_at)) for row in work.waivers.rows
        ],
        "nfrs_to_attest": [_waiting(row.nfr.key, row.nfr.title, row.words, None) for row in work.nfrs.rows],
        "stories_to_mend": [
            _waiting(row.key, row.title, row.state.label, instant(row.evidence_at)) for row in work.mend.rows
        ],
        "blocked": [_epic(row) for row in work.blocked.rows],
        "moved_since_signed": [_epic(row) for row in work.moved.rows],
        "more": _more(work),
    }


def _waiting(key: str, title: str, words: str, since: str | None) -> WaitingRow:
    return {"key": key, "title": title, "words": words, "since": since}


def _passing(count: int) -> str:
    return "1 story passes and is not signed" if count == 1 else f"{count} stories pass and are not signed"


def _epic(row: WaitingEpic) -> WaitingRow:
    return _waiting(row.epic.key, row.epic.title, row.words, instant(row.since))


def _request(row: SignOffRequest) -> WaitingRow:
    thing = row.epic or row.story
    return _waiting(thing.key if thing else "", thing.title if thing else "", row.words, instant(row.asked_at))


def _decision_words(row: DecisionRow) -> str:
    return f"{row.words}. {row.waits_for}"


_NAMES = {
    "ready": "ready_to_sign",
    "stories": "stories_to_sign",
    "requests": "asked_of_you",
    "decisions": "decisions_due",
    "waivers": "waivers_to_decide",
    "nfrs": "nfrs_to_attest",
    "mend": "stories_to_mend",
    "blocked": "blocked",
    "moved": "moved_since_signed",
}


def _more(work: Work) -> list[str]:
    return [name for section, name in _NAMES.items() if getattr(work, section).more]


class NotificationRow(TypedDict):
    """Something you should know, from one entry of the log; `line` is what the log says of it."""

    number: int
    event: str
    words: str
    line: str
    url: Address
    at: Instant
    read_at: Instant | None


def _notification_row(request: Request, one: InboxLine) -> NotificationRow:
    told = one.notification
    return {
        "number": told.pk,
        "event": told.event,
        "words": told.words,
        "line": str(one.line) if one.line else "",
        "url": request.build_absolute_uri(told.url),
        "at": instant(told.at),
        "read_at": instant(told.read_at),
    }


@reads_list(NotificationRow, filters=InboxFilterForm)
def notification_list(request: Request) -> Page[NotificationRow]:
    """What you were told, the latest first; `show=unread` leaves out what you have read."""
    person = person_of(request)
    rows = queries.inbox(person, unread=filters_of(request, InboxFilterForm)["show"] == "unread")
    return listed(
        request,
        rows,
        lambda one: _notification_row(request, one),
        order=("-pk",),
        key="pk",
        among=Notification.objects.filter(person=person),
        opened=queries.inbox_lines,
    )


@writes()
def notification_read(request: Request, pk: int) -> None:
    """You have read one."""
    person = person_of(request)
    found(Notification.objects.filter(person=person), pk=pk)
    actions.mark_read(person=person, pk=pk)


@writes(body=ReadAllForm)
def notification_read_all(request: Request) -> None:
    """You have read all up to the one with the number `newest`; what came meanwhile stays unread."""
    actions.mark_all_read(person=person_of(request), newest=body_of(request, ReadAllForm)["newest"])


class HitRow(TypedDict):
    """Something that was found, and where."""

    key: Key
    title: str
    state: str
    note: str
    url: Address


class HitGroup(TypedDict):
    """Hits of one kind, at most ten; `more`: there are others."""

    kind: Literal[
        "epics",
        "stories",
        "initiatives",
        "slos",
        "slis",
        "decisions",
        "policies",
        "resources",
        "people",
        "teams",
        "services",
    ]
    more: bool
    hits: list[HitRow]


class SearchRow(TypedDict):
    """What was found by words; `exact` is the address of the one thing whose key they are."""

    exact: Address | None
    groups: list[HitGroup]


@reads(SearchRow, asks={"q": "A key, such as E-12, or words."})
def search(request: Request) -> SearchRow:
    """Find by key or by words, of what one may read."""
    person = person_of(request)
    text = " ".join(request.query_params.get("q", "").split())
    exact = queries.exact_url(person, text)
    groups: list[HitGroup] = [
        {
            "kind": group.name,  # type: ignore[typeddict-item]  # one of these
            "more": group.more,
            "hits": [
                {
                    "key": hit.key,
                    "title": hit.title,
                    "state": str(hit.state),
                    "note": hit.note,
                    "url": request.build_absolute_uri(hit.url),
                }
                for hit in group.hits
            ],
        }
        for group in queries.search(person, text)
    ]
    return {"exact": request.build_absolute_uri(exact) if exact else None, "groups": groups}
