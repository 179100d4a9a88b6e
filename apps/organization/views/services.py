"""Pages of services."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.access import member, right
from apps.common.page import page_or_partial
from apps.organization import actions, forms, queries, rules
from apps.organization.models import Service, ServiceDependency, Team
from apps.organization.views.answering import me, page_after, status_of, tried

MANAGE = "organization.manage_services"


@member
@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    """Services by name, with owner and users."""
    form = forms.ServiceFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    rows, more_url = page_after(
        queries.service_list(text=asked.get("q", ""), team=asked.get("team", "")), request, "scope__title"
    )
    context = {
        "services": rows,
        "more_url": more_url,
        "filter": form,
        "filtered": any(asked.values()),
        "create_refusal": "" if me(request).has_perm(MANAGE) else "Services are added by engineers and SREs.",
    }
    return page_or_partial(request, "organization/service_list.html", "organization/_service_list.html", context)


def _service(key: str) -> Service:
    return get_object_or_404(Service.objects.select_related("scope", "team__scope"), scope__key=key)


@right(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def service_create(request: HttpRequest) -> HttpResponse:
    """A new service of a team."""
    team = Team.objects.filter(scope__key=request.GET.get("team", "")).select_related("scope").first()
    form = forms.ServiceForm(request.POST or None, initial={"team": team} if team else {})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        service = tried(form, lambda: actions.create_service(by=me(request), **data))
        if service is not None:
            messages.success(request, f"{service.scope.title} is there. Now say what it needs.")
            return redirect(service)
    return render(request, "organization/service_create.html", {"form": form}, status=status_of(form))


@right(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def service_edit(request: HttpRequest, key: str) -> HttpResponse:
    """New words or a new owner for a service."""
    service, by = _service(key), me(request)
    rules.check_may_manage_service(service, by=by)
    stored = {
        "title": service.scope.title,
        "team": service.team,
        "purpose": service.purpose,
        "users": service.users,
    }
    form = forms.EditServiceForm(request.POST or None, initial=stored)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if tried(form, lambda: actions.edit_service(service=service, by=by, **data)) is not None:
            messages.success(request, "Saved.")
            return redirect(service)
    context = {"form": form, "service": service}
    return render(request, "organization/service_edit.html", context, status=status_of(form))


@right(MANAGE)
@require_POST
def service_dependency_add(request: HttpRequest, key: str) -> HttpResponse:
    """Notes what a service needs."""
    service, form = _service(key), forms.DependencyForm(request.POST)
    if form.is_valid():
        needs, kind = form.cleaned_data["needs"].service, form.cleaned_data["kind"]
        added = tried(
            form,
            lambda: actions.add_service_dependency(service=service, needs=needs, kind=kind, by=me(request)),
        )
        if added is not None:
            messages.success(request, f"{service.scope.title} needs {needs.scope.title}.")
            return redirect(service)
    context = {"service": service, "form": form}
    return render(request, "organization/service_dependency_add.html", context, status=status_of(form))


@right(MANAGE)
@require_POST
def service_dependency_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that a service needs another no more."""
    rows = ServiceDependency.objects.select_related("service__scope", "needs__scope")
    dependency = get_object_or_404(rows, pk=pk)
    actions.remove_service_dependency(dependency=dependency, by=me(request))
    messages.success(request, "The dependency is taken out.")
    return redirect(dependency.service)
