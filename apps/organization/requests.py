"""Who asks: the person behind a request."""

from django.http import HttpRequest
from rest_framework.request import Request

from apps.organization.models import Person


def person_of(request: HttpRequest | Request) -> Person:
    """The person who is signed in, or whose token it is.

    Every view that is not @public has one, since LoginRequiredMiddleware and the API's permissions see to it.

    Raises TypeError where a public view asks for one.
    """
    person = request.user
    if not isinstance(person, Person):
        raise TypeError(f"nobody is signed in at {request.path}")
    return person
