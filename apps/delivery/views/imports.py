"""Pages of imports of feature files."""

from datetime import UTC

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from apps.common.access import member, right
from apps.common.page import page_or_partial
from apps.common.refused import Refused
from apps.delivery import actions, queries
from apps.delivery.import_forms import FeatureImportForm
from apps.organization.requests import person_of

SHOWN = 100


@member
@require_safe
def feature_import_list(request: HttpRequest) -> HttpResponse:
    """Imports that were asked for on a page, the newest first."""
    person = person_of(request)
    context = {
        "imports": list(queries.imports_for(person)[:SHOWN]),
        "may_import": person.has_perm("delivery.import_features"),
    }
    return render(request, "delivery/feature_import_list.html", context)


@right("delivery.import_features")
@require_http_methods(["GET", "HEAD", "POST"])
def feature_import_create(request: HttpRequest) -> HttpResponse:
    """Upload a ZIP or feature files (`?initiative=Title` fills it in)."""
    person = person_of(request)
    start = {"initiative": request.GET.get("initiative", "")}
    form = FeatureImportForm(request.POST or None, request.FILES or None, initial=start)
    status = 400 if form.errors else 200
    if request.method == "POST" and form.is_valid():
        name, archive, whole = form.packed()
        text_at = form.cleaned_data["text_at"]
        try:
            asked = actions.ask_feature_import(
                initiative_title=form.cleaned_data["initiative"],
                source=name,
                archive=archive,
                is_whole=whole,
                skip_refused=form.cleaned_data["skip_refused"],
                text_at=text_at.replace(tzinfo=UTC) if text_at else None,
                by=person,
            )
        except Refused as error:
            form.add_error(None, error.sentence)
            status = error.status
        else:
            messages.success(request, f"{asked.key} is on its way. You may leave this page.")
            return redirect(asked)
    context = {"form": form, "initiatives": list(queries.initiatives_for(person)[:200])}
    return render(request, "delivery/feature_import_create.html", context, status=status)


@member
@require_safe
def feature_import_detail(request: HttpRequest, key: str) -> HttpResponse:
    """How far an import is, and what came of it."""
    person = person_of(request)
    asked = get_object_or_404(queries.imports_for(person), key=key)
    context = {"asked": asked, "result": asked.result, "may_import": person.has_perm("delivery.import_features")}
    page, partial = "delivery/feature_import_detail.html", "delivery/_feature_import_progress.html"
    return page_or_partial(request, page, partial, context)
