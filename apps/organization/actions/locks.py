"""Locks of this room, always taken in this order: organization, person, what is theirs."""

from apps.organization.models import Person, Scope


def lock_organization() -> Scope:
    """The root of the tree, locked: what rules found in many rows (the last administrator, circles) stays so."""
    return Scope.objects.select_for_update().get(kind=Scope.Kind.ORGANIZATION)


def lock_person(person: Person) -> Person:
    """The person as stored now, locked."""
    return Person.objects.select_for_update().get(pk=person.pk)
