"""Pages of teams."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.access import member, right
from apps.common.page import page_or_partial
from apps.common.refused import refusal
from apps.organization import actions, forms, queries, rules
from apps.organization.models import Membership, Team
from apps.organization.views.answering import me, page_after, status_of, tried

MANAGE = "organization.manage_teams"


@member
@require_safe
def team_list(request: HttpRequest) -> HttpResponse:
    """Teams by name, and what is missing about those that own services."""
    form = forms.TeamFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    rows, more_url = page_after(
        queries.team_list(text=asked.get("q", ""), kind=asked.get("kind", "")), request, "scope__title"
    )
    gaps = {gap.team.pk: gap for gap in queries.platform_gaps()}
    context = {
        "teams": [(team, gaps.get(team.pk)) for team in rows],
        "more_url": more_url,
        "filter": form,
        "filtered": any(asked.values()),
        "create_refusal": refusal(rules.check_may_manage_teams, me(request)),
    }
    return page_or_partial(request, "organization/team_list.html", "organization/_team_list.html", context)


def _team(key: str) -> Team:
    return get_object_or_404(Team.objects.select_related("scope"), scope__key=key)


@member
@require_safe
def team_detail(request: HttpRequest, key: str) -> HttpResponse:
    """Who works in a team, which seats it has, what it owns."""
    return _team_page(request, _team(key), forms.MemberForm())


def _team_page(request: HttpRequest, team: Team, form: forms.MemberForm) -> HttpResponse:
    by = me(request)
    context = {
        "team": team,
        "scope": team.scope,
        "members": queries.current_memberships(team),
        "services": queries.service_list(team=team.scope.key),
        "triad": queries.triad(team.scope),
        "gaps": queries.platform_gaps(team),
        "form": form,
        "edit_refusal": refusal(rules.check_may_manage_team, team, by=by),
        "service_refusal": refusal(rules.check_may_manage_services_of, team, by=by),
        "grant_refusal": refusal(rules.check_may_hand_out_seats, team.scope, by=by),
    }
    return render(request, "organization/team_detail.html", context, status=status_of(form))


@right(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def team_create(request: HttpRequest) -> HttpResponse:
    """A new team."""
    form = forms.TeamForm(request.POST or None, initial={"kind": Team.Kind.STREAM})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        team = tried(form, lambda: actions.create_team(by=me(request), **data))
        if team is not None:
            messages.success(request, f"{team.scope.title} is there. Now put its people in.")
            return redirect(team)
    return render(request, "organization/team_create.html", {"form": form}, status=status_of(form))


@right(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def team_edit(request: HttpRequest, key: str) -> HttpResponse:
    """New words for a team."""
    team, by = _team(key), me(request)
    rules.check_may_manage_team(team, by=by)
    stored = {"title": team.scope.title, "kind": team.kind, "purpose": team.purpose}
    form = forms.EditTeamForm(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if tried(form, lambda: actions.edit_team(team=team, by=by, **data)) is not None:
            messages.success(request, "Saved.")
            return redirect(team)
    context = {"form": form, "team": team}
    return render(request, "organization/team_edit.html", context, status=status_of(form))


@right(MANAGE)
@require_POST
def team_join(request: HttpRequest, key: str) -> HttpResponse:
    """Puts somebody into a team."""
    team, form = _team(key), forms.MemberForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        membership = tried(form, lambda: actions.join_team(team=team, by=me(request), **data))
        if membership is not None:
            messages.success(request, f"{membership.person.name} is in {team.scope.title}.")
            return redirect(team)
    return _team_page(request, team, form)


@right(MANAGE)
@require_POST
def team_leave(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes somebody out of a team."""
    membership = get_object_or_404(Membership.objects.select_related("team__scope", "person"), pk=pk)
    actions.leave_team(membership=membership, by=me(request))
    messages.success(request, f"Today is the last day of {membership.person.name} in the team.")
    return redirect(membership.team)
