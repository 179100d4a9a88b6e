"""Pages of seats: granting, ending, delegating."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from apps.common.access import member, right
from apps.organization import actions, forms, queries, rules
from apps.organization.models import Delegation, Seat
from apps.organization.views.answering import me, scope_or_404, status_of, tried


@right("organization.grant_seat")
@require_http_methods(["GET", "HEAD", "POST"])
def seat_grant(request: HttpRequest, key: str) -> HttpResponse:
    """Gives a seat on a scope to somebody."""
    scope, by = scope_or_404(request, key), me(request)
    rules.check_may_hand_out_seats(scope, by=by)
    first = {
        "role": request.GET.get("role", ""),
        "person": request.GET.get("person", ""),
        "from_on": queries.today(),
    }
    form = forms.SeatForm(request.POST or None, roles=rules.roles_to_hand_out(by, scope), initial=first)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        seat = tried(form, lambda: actions.grant_seat(scope=scope, by=by, **data))
        if seat is not None:
            messages.success(request, f"{seat.person.name} holds the seat of {seat.get_role_display()}.")
            for conflict in queries.conflicts_on(scope):
                if conflict.person == seat.person and seat.role in conflict.roles:
                    messages.warning(request, conflict.words)
            return redirect("organization:triad_grid", scope.key)
    context = {"form": form, "scope": scope}
    return render(request, "organization/seat_grant.html", context, status=status_of(form))


def _seat_or_404(request: HttpRequest, pk: int) -> Seat:
    seat = get_object_or_404(Seat.objects.select_related("person", "scope"), pk=pk)
    if not queries.readable_seats(me(request)).filter(pk=pk).exists():
        raise Http404
    return seat


@member
@require_http_methods(["GET", "HEAD", "POST"])
def seat_end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a seat, at once or after a last day."""
    seat, by = _seat_or_404(request, pk), me(request)
    form = forms.EndSeatForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if tried(form, lambda: actions.end_seat(seat=seat, by=by, **data)) is not None:
            messages.success(request, "The seat is ended.")
            return redirect(seat.person)
    elif request.method != "POST":
        rules.check_may_end_seat(seat, by=by)
    context = {"form": form, "seat": seat}
    return render(request, "organization/seat_end.html", context, status=status_of(form))


@member
@require_http_methods(["GET", "HEAD", "POST"])
def seat_delegate(request: HttpRequest, pk: int) -> HttpResponse:
    """The holder lets somebody act in the seat for some days."""
    seat, by = _seat_or_404(request, pk), me(request)
    rules.check_may_start_delegation(seat, by=by)
    first = {"from_on": max(queries.today(), seat.from_on)}
    form = forms.DelegateForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        delegation = tried(form, lambda: actions.delegate_seat(seat=seat, by=by, **data))
        if delegation is not None:
            messages.success(request, f"{delegation.delegate.name} may act in your seat.")
            return redirect(seat.person)
    context = {"form": form, "seat": seat}
    return render(request, "organization/seat_delegate.html", context, status=status_of(form))


@member
@require_POST
def delegation_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a delegation at once."""
    delegation = get_object_or_404(Delegation.objects.select_related("seat"), pk=pk)
    by = me(request)
    mine = by.pk in (delegation.delegate_id, delegation.seat.person_id)
    if not mine and not queries.readable_seats(by).filter(pk=delegation.seat_id).exists():
        raise Http404
    actions.revoke_delegation(delegation=delegation, by=by)
    messages.success(request, "The delegation is revoked.")
    return redirect(by)
