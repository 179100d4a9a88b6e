"""Who may open a view: stated beside each view, checked at the door and by `manage.py check`.

The statement is a coarse one. Whether this person may do this to this thing is a rule of the room, asked on the
locked row inside the act.
"""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from apps.common.refused import NotAllowed

if TYPE_CHECKING:  # REST framework's views read the settings, which name this module
    from rest_framework.views import APIView

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Anybody may open this view, signed in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return login_not_required(view)


def member(view: View) -> View:
    """Any person who is signed in may open this view; what it shows depends on what they may read."""
    view.access = "member"  # type: ignore[attr-defined]
    return view


def right(name: str) -> Callable[[View], View]:
    """Only who holds the right `name` on some scope may open this view; else 403 with a sentence."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(name):
                act = name.partition(".")[2].replace("_", " ")
                raise NotAllowed(f"None of your seats lets you {act}. Ask an administrator for one that does.")
            return view(request, *args, **kwargs)

        guarded.access = name  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


class Closed(BasePermission):
    """REST framework's default: nobody, until a view says who."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return False


class Member(BasePermission):
    """Any signed-in person or service account with a token."""

    access = "member"

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return bool(request.user and request.user.is_authenticated)


class SignedIn(Member):
    """Any person in a session; no token, whoever's it is."""

    message = "A token does not do this. Sign in as a person, and do it on the page or in that session."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        return super().has_permission(request, view) and request.auth is None


def holder(name: str) -> type[Member]:
    """Only a person in a session who holds the right `name` on some scope, else 403 with a sentence."""
    act = name.partition(".")[2].replace("_", " ")

    class Holder(SignedIn):
        access = name
        message = f"No token and none of your seats lets you {act}. Ask an administrator for a seat that does."

        def has_permission(self, request: Request, view: "APIView") -> bool:
            return super().has_permission(request, view) and request.user.has_perm(name)

    return Holder


def member_or_token(name: str) -> type[Member]:
    """Any signed-in person; a service account only where tokens give the right `name`, else 403 with a sentence."""

    class MemberOrToken(Member):
        message = f"This token does not give the right “{name}”. Ask an administrator for an account that may."

        def has_permission(self, request: Request, view: "APIView") -> bool:
            person = request.user
            return super().has_permission(request, view) and (
                not getattr(person, "is_service", False) or person.has_perm(name)
            )

    return MemberOrToken
