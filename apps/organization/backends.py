"""Rights as Django permissions, answered from seats."""

from django.contrib.auth.backends import BaseBackend

from apps.organization import queries
from apps.organization.models import Person, Scope
from apps.organization.rights import RIGHTS


class SeatBackend(BaseBackend):
    """Answers `person.has_perm("signoff.sign_epic", scope)`; authenticates nobody.

    `obj` may be a scope, a tuple of scopes (any of which suffices), or None for "on any scope".
    """

    # Others would look for groups, which a person has none of.
    answers_rights = True

    def has_perm(self, user_obj: Person, perm: str, obj: object | None = None) -> bool:  # type: ignore[override]
        if not isinstance(user_obj, Person) or perm not in RIGHTS:
            return False
        scopes = obj if isinstance(obj, tuple) else (obj,) if isinstance(obj, Scope) else ()
        return queries.has_right(user_obj, perm, *scopes)
