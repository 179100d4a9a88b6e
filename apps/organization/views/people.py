"""Pages of people."""

import csv

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit import queries as audit
from apps.common.access import member, right
from apps.common.lists import plain_cell
from apps.common.page import page_or_partial
from apps.common.refused import refusal
from apps.organization import actions, forms, queries, rules
from apps.organization.invitations import password_link
from apps.organization.models import Person, Seat
from apps.organization.roles import Role
from apps.organization.views.answering import me, page_after, status_of, tried

MANAGE = "organization.manage_people"
LOG_LINES = 15


@member
@require_safe
def person_list(request: HttpRequest) -> HttpResponse:
    """People by name, with the seats they hold; `?format=csv` is the same as a file."""
    reader, form = me(request), forms.PeopleFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    people = queries.people_list(
        reader, text=asked.get("q", ""), role=asked.get("role", ""), kind=asked.get("kind", "")
    )
    if request.GET.get("format") == "csv":
        return _people_csv(list(people))
    rows, more_url = page_after(people, request, "name")
    context = {
        "people": rows,
        "more_url": more_url,
        "filter": form,
        "filtered": any(asked.values()),
        "csv_query": _with_format(request),
        "manage_refusal": refusal(rules.check_may_manage_people, reader),
        "token_refusal": refusal(rules.check_may_manage_tokens, reader),
    }
    return page_or_partial(request, "organization/person_list.html", "organization/_person_list.html", context)


def _with_format(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    query["format"] = "csv"
    return f"?{query.urlencode()}"


def _people_csv(people: list[Person]) -> HttpResponse:
    """In the columns of the import, a row for each seat."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="people.csv"'
    writer = csv.writer(response)
    writer.writerow(["username", "name", "email", "role", "scope", "from", "until", "team"])
    for person in people:
        teams = [one.team.scope.key for one in person.current_memberships]  # type: ignore[attr-defined]
        seats = person.current_seats  # type: ignore[attr-defined]
        for at in range(max(1, len(seats), len(teams))):
            seat = seats[at] if at < len(seats) else None
            held = (
                [seat.role, seat.scope.key, seat.from_on.isoformat(), _iso(seat.until_on)] if seat else ["", "", "", ""]
            )
            team = teams[at] if at < len(teams) else ""
            writer.writerow([plain_cell(word) for word in (person.username, person.name, person.email, *held, team)])
    return response


def _iso(day: object) -> str:
    return day.isoformat() if hasattr(day, "isoformat") else ""


@member
@require_safe
def person_detail(request: HttpRequest, username: str) -> HttpResponse:
    """Somebody's seats, delegations, teams, and what the log says of them to who may read it."""
    reader, person = me(request), get_object_or_404(Person, username=username)
    seats = queries.readable_seats(reader).filter(person=person).order_by("-from_on", "role")
    reads_log = reader.pk == person.pk or reader.has_perm("audit.view_log")
    entries = audit.entries(subject=person.key, without=queries.hidden_keys(reader))
    lines = audit.lines(entries[:LOG_LINES]) if reads_log else []
    context = {
        "person": person,
        "is_me": reader.pk == person.pk,
        "seats": [_line(seat, reader) for seat in seats.select_related("scope", "person")],
        "delegations": queries.delegations_of(person, reader),
        "memberships": queries.memberships_of(person),
        "lines": lines,
        "reads_log": reads_log,
        "edit_refusal": "" if reader.pk == person.pk else refusal(rules.check_may_manage_people, reader),
        "invite_refusal": refusal(rules.check_may_invite_person, person, by=reader),
        "deactivate_refusal": refusal(rules.check_may_deactivate_person, person, by=reader),
        "manages": not refusal(rules.check_may_manage_people, reader),
    }
    return render(request, "organization/person_detail.html", context)


def _line(seat: Seat, reader: Person) -> queries.SeatLine:
    mine = seat.person_id == reader.pk
    return queries.seat_line(
        seat,
        may_end=mine or Role(seat.role) in rules.roles_to_hand_out(reader, seat.scope),
        may_delegate=mine,
    )


@right(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def person_create(request: HttpRequest) -> HttpResponse:
    """Adds somebody, then shows the one-time link, once."""
    form = forms.PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        base, data = _base(request), form.cleaned_data
        person = tried(form, lambda: actions.add_person(**data, by=me(request), link_base=base))
        if person is not None:
            return _link_page(request, person, base)
    return render(request, "organization/person_create.html", {"form": form}, status=status_of(form))


def _base(request: HttpRequest) -> str:
    return request.build_absolute_uri("/").rstrip("/")


def _link_page(request: HttpRequest, person: Person, base: str) -> HttpResponse:
    context = {"person": person, "link": password_link(person, base)}
    return render(request, "organization/person_link.html", context)


@right(MANAGE)
@require_POST
@never_cache
def person_invite(request: HttpRequest, username: str) -> HttpResponse:
    """A new one-time link for somebody who has no password yet."""
    person, base = get_object_or_404(Person, username=username), _base(request)
    actions.invite_person(person=person, by=me(request), link_base=base)
    return _link_page(request, person, base)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def person_edit(request: HttpRequest, username: str) -> HttpResponse:
    """An administrator edits anybody, everybody their own time zone."""
    by, person = me(request), get_object_or_404(Person, username=username)
    seat = rules.check_may_edit_person(person, by=by)
    shape: type[forms.EditPersonForm | forms.OwnSettingsForm] = (
        forms.EditPersonForm if seat is not None else forms.OwnSettingsForm
    )
    stored = {"name": person.name, "email": person.email, "time_zone": person.time_zone}
    form = shape(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if tried(form, lambda: actions.edit_person(person=person, by=by, **data)) is not None:
            messages.success(request, "Saved.")
            return redirect(person)
    context = {"form": form, "person": person}
    return render(request, "organization/person_edit.html", context, status=status_of(form))


@right(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def person_deactivate(request: HttpRequest, username: str) -> HttpResponse:
    """Says what will happen and which seats wait for a successor; then does it."""
    by, person = me(request), get_object_or_404(Person, username=username)
    form = forms.ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        done = tried(form, lambda: actions.deactivate_person(person=person, by=by, reason=reason))
        if done is not None:
            if by.pk == person.pk:
                logout(request)
                return redirect("account_login")
            messages.success(request, f"{person.name} is signed out everywhere and cannot sign in any more.")
            return redirect("organization:person_deactivate", username)
    return _deactivation_page(request, person, form, None)


def _deactivation_page(
    request: HttpRequest, person: Person, form: forms.ReasonForm | None, hand_over: forms.HandOverForm | None
) -> HttpResponse:
    shown = hand_over or _hand_over_form(person, None)
    context = {
        "person": person,
        "form": form or forms.ReasonForm(),
        "hand_over": shown,
        "refusal": refusal(rules.check_may_deactivate_person, person, by=me(request)),
    }
    status = max(status_of(form) if form else 200, status_of(shown))
    return render(request, "organization/person_deactivate.html", context, status=status)


def _hand_over_form(person: Person, data: object) -> forms.HandOverForm:
    people = queries.active_people().exclude(pk=person.pk).order_by("name", "pk")
    return forms.HandOverForm(data, seats=queries.open_seats_of(person), people=people)


@right(MANAGE)
@require_POST
def person_hand_over(request: HttpRequest, username: str) -> HttpResponse:
    """Each open seat to its successor, all at once."""
    by, person = me(request), get_object_or_404(Person, username=username)
    form = _hand_over_form(person, request.POST)
    if form.is_valid():
        chosen = form.successors()
        if tried(form, lambda: actions.hand_over_seats(person=person, successors=chosen, by=by)) is not None:
            messages.success(request, "The seats are handed over.")
            return redirect("organization:person_deactivate", username)
    return _deactivation_page(request, person, None, form)


@right(MANAGE)
@require_POST
def person_reactivate(request: HttpRequest, username: str) -> HttpResponse:
    """Lets somebody sign in again."""
    person = get_object_or_404(Person, username=username)
    actions.reactivate_person(person=person, by=me(request))
    messages.success(request, f"{person.name} can sign in again.")
    return redirect(person)
