"""`manage.py check` fails for a view that does not say who may open it."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import URLResolver, include, path
from django.urls.resolvers import RegexPattern
from django.views.generic import TemplateView
from rest_framework.permissions import IsAuthenticated
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSet

from apps.common.access import Member, member, public, right
from apps.common.checks import errors_of, every_view_states_its_right, routes, stated_access
from apps.common.reviewed_views import REVIEWED


def silent(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@public
def open_door(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def says_public_only(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


says_public_only.access = "public"  # type: ignore[attr-defined]


class ClosedView(APIView):
    pass


class BorrowedView(APIView):
    permission_classes = [IsAuthenticated]


class MemberView(APIView):
    permission_classes = [Member]


class MemberViews(ViewSet):
    permission_classes = [Member]


def errors(*patterns: Any) -> list[str]:
    resolver = URLResolver(RegexPattern(r"^/"), list(patterns))
    return [error.msg for error in errors_of(resolver)]


@pytest.mark.parametrize(
    "view",
    [
        open_door,
        member(lambda request: HttpResponse()),
        right("delivery.edit_epic")(lambda request: HttpResponse()),
        member(TemplateView.as_view(template_name="404.html")),
        MemberView.as_view(),
        MemberViews.as_view({"get": "list"}),
    ],
)
def test_a_stated_view_is_fine(view: Any) -> None:
    assert errors(path("door/", view)) == []


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (silent, "/a/door/ (tests.common.test_checks.silent) states no right"),
        (
            TemplateView.as_view(template_name="404.html"),
            "/a/door/ (django.views.generic.base.TemplateView) states no right",
        ),
        (
            says_public_only,
            "/a/door/ (tests.common.test_checks.says_public_only) says “public” but asks for signing in",
        ),
        (ClosedView.as_view(), "/a/door/ (tests.common.test_checks.ClosedView) states no right: Closed"),
        (
            BorrowedView.as_view(),
            "/a/door/ (tests.common.test_checks.BorrowedView) states no right: IsAuthenticated",
        ),
        (
            MemberView.as_view(permission_classes=[]),
            "/a/door/ (tests.common.test_checks.MemberView) states no right: no permission class",
        ),
    ],
)
def test_a_view_that_does_not_say_is_named_with_its_route(view: Any, words: str) -> None:
    assert errors(path("a/", include([path("door/", view)]))) == [words]


def test_a_view_of_a_package_is_looked_up_by_its_route_name() -> None:
    package = public(lambda request: HttpResponse())
    del package.access  # type: ignore[attr-defined]
    assert errors(path("login/", package, name="account_login")) == []
    assert len(errors(path("login/", package, name="never_reviewed"))) == 1


def test_the_check_runs_on_the_portal_and_finds_nothing() -> None:
    assert every_view_states_its_right(None) == []


def test_nothing_is_reviewed_that_is_not_there() -> None:
    resolver = URLResolver(RegexPattern(r"^/"), "portal.urls")
    assert REVIEWED.keys() <= {pattern.name for _, pattern in routes(resolver)}


def test_every_route_of_the_portal_states_public_member_or_a_right() -> None:
    resolver = URLResolver(RegexPattern(r"^/"), "portal.urls")
    for route, pattern in routes(resolver):
        access = stated_access(pattern)
        assert access in ("public", "member") or "." in access, route
