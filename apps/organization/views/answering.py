"""What the views of this room share: trying an act on a form, finding what may be read, pages of rows."""

from collections.abc import Callable
from typing import TypeVar

from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest

from apps.common.refused import Refused
from apps.organization import queries
from apps.organization.models import Person, Scope

Result = TypeVar("Result")
Row = TypeVar("Row", bound=Model)

PAGE = 50


def me(request: HttpRequest) -> Person:
    """Who asks; the views of this room that use it are closed to others."""
    if not isinstance(request.user, Person):
        raise Http404
    return request.user


def tried(form: forms.Form, act: Callable[[], Result]) -> Result | None:
    """What `act` returns; None where it refuses, its sentence then stands on the form."""
    try:
        return act()
    except Refused as refused:
        form.add_error(None, refused.sentence)
        form.refused_status = refused.status  # type: ignore[attr-defined]
        return None


def status_of(form: forms.Form) -> int:
    """The status to answer a form with: 200 when first shown, the refusal's, or 400 where it is not filled in well."""
    if not form.is_bound or not form.errors:
        return 200
    return int(getattr(form, "refused_status", 400))


def scope_or_404(request: HttpRequest, key: str) -> Scope:
    """The scope of this key; 404 alike for one that does not exist and one that may not be read."""
    try:
        return queries.readable_scope(me(request), key)
    except Scope.DoesNotExist as missing:
        raise Http404 from missing


def page_after(rows: QuerySet[Row], request: HttpRequest, name: str) -> tuple[list[Row], str]:
    """The rows after `?after=<pk>` in the order (`name`, pk), and the query string of the next page or ""."""
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 19:
        last = rows.model._default_manager.filter(pk=int(after)).values_list(name, flat=True).first()
        if last is not None:
            rows = rows.filter(Q(**{f"{name}__gt": last}) | Q(**{name: last, "pk__gt": int(after)}))
    found = list(rows[: PAGE + 1])
    if len(found) <= PAGE:
        return found, ""
    query = request.GET.copy()
    query["after"] = str(found[PAGE - 1].pk)
    return found[:PAGE], f"?{query.urlencode()}"
