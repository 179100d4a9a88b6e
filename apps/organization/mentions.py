"""How the API mentions a person."""

from typing import TypedDict, overload

from apps.organization.models import Person


class PersonMention(TypedDict):
    """A person, where something else tells of them; more at /api/v1/people/{username}/."""

    username: str
    name: str


@overload
def mention(person: Person) -> PersonMention: ...
@overload
def mention(person: Person | None) -> PersonMention | None: ...
def mention(person: Person | None) -> PersonMention | None:
    """The person; None where there is none."""
    return {"username": person.username, "name": person.name} if person else None
