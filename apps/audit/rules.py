"""Who may do what with the log itself."""

from typing import Protocol

from apps.audit.models import EntryValue
from apps.audit.pending import Actor
from apps.common.refused import NotAllowed, Refused


class Member(Actor, Protocol):
    """Somebody whose rights can be asked."""

    def has_perm(self, perm: str, obj: object | None = None) -> bool: ...


def check_may_verify_log(*, by: Member) -> None:
    """Raises NotAllowed unless `by` may have the whole log verified."""
    if not by.has_perm("audit.verify_log"):
        raise NotAllowed("The log is verified at the wish of auditors, executives and administrators.")


def check_may_erase_values(person: str, *, by: Member, reason: str) -> None:
    """Raises Refused unless `by` may erase from the log what it can read of the person with this key."""
    if not by.has_perm("audit.erase_values"):
        raise NotAllowed("Only an administrator erases personal values from the log.")
    if not reason.strip():
        raise Refused("Say why these values are erased: the log keeps the erasure itself.")
    if not EntryValue.objects.filter(person=person, value__isnull=False).exists():
        raise Refused(f"The log holds no readable values of {person} any more.")
