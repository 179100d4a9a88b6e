"""The desk, the inbox, search."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from apps.common.access import member, public
from apps.common.page import page_or_partial, wants_partial
from apps.desk import actions, queries
from apps.desk.greeting import greeting
from apps.desk.models import Notification
from apps.desk.queries.inbox import MOST_COUNTED
from apps.organization.models import Person
from apps.organization.requests import person_of

PAGE = 50


@member
@require_safe
def desk_detail(request: HttpRequest) -> HttpResponse:
    """What waits for this person, by their seats; `?section=ready` shows all of one section."""
    person = person_of(request)
    at = timezone.now()
    context = {
        "desk": queries.read_desk(person, at=at, only=request.GET.get("section", "")),
        "greeting": greeting(person.get_short_name(), person.time_zone, at),
        "at": at,
    }
    return render(request, "desk/desk_detail.html", context)


@member
@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """What this person was told, the latest first; `?show=unread` leaves out what they have read."""
    return _inbox_page(request)


def _inbox_page(request: HttpRequest) -> HttpResponse:
    person = person_of(request)
    unread = request.GET.get("show") == "unread"
    rows = list(queries.inbox(person, unread=unread, before=_number(request.GET.get("before")))[: PAGE + 1])
    lines, last = rows[:PAGE], rows[PAGE - 1].pk if len(rows) > PAGE else None
    shown = "show=unread&" if unread else ""
    context = {
        "lines": queries.inbox_lines(lines),
        "unread_only": unread,
        "asked": "?show=unread" if unread else "",
        "unread_count": queries.unread_count(person),
        "newest": lines[0].pk if lines else 0,
        "next_url": f"{reverse('desk:notification_list')}?{shown}before={last}" if last else "",
    }
    return page_or_partial(request, "desk/notification_list.html", "desk/_notification_list.html", context)


def _number(text: str | None) -> int | None:
    """A primary key as typed; None where it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


@public
@require_safe
@never_cache
def notification_count(request: HttpRequest) -> HttpResponse:
    """The bare number of unread notifications for the frame; "" for none, and for a session that has ended."""
    person = request.user
    count = queries.unread_count(person) if isinstance(person, Person) else 0
    text = "" if not count else "99+" if count >= MOST_COUNTED else str(count)
    return HttpResponse(text)


@member
@require_POST
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Lead to what a notification is about, which counts as read then: so it is a post, since a GET never writes."""
    person = person_of(request)
    notification = _own(person, pk)
    actions.mark_read(person=person, pk=pk)
    return redirect(notification.url)


@member
@require_POST
def notification_read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read, and stay."""
    person = person_of(request)
    _own(person, pk)
    actions.mark_read(person=person, pk=pk)
    return _back_to_inbox(request)


@member
@require_POST
def notification_read_all(request: HttpRequest) -> HttpResponse:
    """Mark as read whatever the page showed and what is older; what came meanwhile stays unread."""
    newest = _number(request.POST.get("newest"))
    if newest is not None:
        actions.mark_all_read(person=person_of(request), newest=newest)
    return _back_to_inbox(request)


def _own(person: Person, pk: int) -> Notification:
    found = Notification.objects.filter(person=person, pk=pk).first()
    if found is None:
        raise Http404("There is no such notification.")
    return found


def _back_to_inbox(request: HttpRequest) -> HttpResponse:
    if wants_partial(request):
        return _inbox_page(request)
    shown = "?show=unread" if request.GET.get("show") == "unread" else ""
    return redirect(reverse("desk:notification_list") + shown)


@member
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Find by key, which leads there at once, or by words."""
    person = person_of(request)
    text = " ".join(request.GET.get("q", "").split())
    if url := queries.exact_url(person, text):
        return redirect(url)
    return render(request, "desk/search.html", {"text": text, "groups": queries.search(person, text)})
