"""Who asks: the person behind a request."""

from django.http import HttpRequest

from apps.organization.models import Person


def person_of(request: HttpRequest) -> Person:
    """The person who is signed in. Every view that is not @public has one, since LoginRequiredMiddleware sees to it.

    Raises TypeError where a public view asks for one.
    """
    person = request.user
    if not isinstance(person, Person):
        raise TypeError(f"nobody is signed in at {request.path}")
    return person
