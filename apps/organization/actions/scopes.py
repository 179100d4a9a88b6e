"""The tree of scopes and the keys of all rooms: parts of other acts, without an entry of their own."""

from django.db import transaction

from apps.common.refused import BadInput, Refused
from apps.organization.models import KeySequence, Scope


def take_keys(prefix: str, count: int) -> list[str]:
    """The next `count` keys of one kind, such as ["E-12", "E-13"].

    Locks the kind's last number until the transaction ends, so that a key is given once and none is lost. Raises
    RuntimeError outside a transaction.
    """
    _check_inside_act("take_keys")
    sequence, _ = KeySequence.objects.select_for_update().get_or_create(prefix=prefix)
    first = sequence.last + 1
    sequence.last += count
    sequence.save(update_fields=["last"])
    return [f"{prefix}-{number}" for number in range(first, first + count)]


def add_scope(
    *,
    kind: Scope.Kind | str,
    key: str,
    title: str,
    parent: Scope | None,
    restricted: bool = False,
    worked_by: Scope | None = None,
) -> Scope:
    """A new node of the tree, its path computed from its parent's; `worked_by` is the team that works on it.

    Raises Refused where the key is taken or the parent is archived, RuntimeError outside a transaction.
    """
    _check_inside_act("add_scope")
    if not title.strip():
        raise BadInput(f"{Scope.Kind(kind).label} {key} needs a title.")
    if parent is not None and parent.archived_at is not None:
        raise Refused(f"{parent.key} “{parent.title}” is archived; nothing can be added below it.")
    taken = Scope.objects.filter(key__iexact=key).first()
    if taken is not None:
        raise Refused(f"The key {key} is taken by the {taken.get_kind_display().lower()} “{taken.title}”.")
    scope = Scope.objects.create(
        kind=kind, key=key, title=title.strip(), parent=parent, restricted=restricted, worked_by=worked_by
    )
    scope.path = f"{parent.path if parent else '/'}{scope.pk}/"
    scope.save(update_fields=["path"])
    return scope


def edit_scope(*, scope: Scope, title: str, restricted: bool | None = None) -> None:
    """Another title, and whether it is restricted (None: as it is), for the room whose row the scope stands for.

    Raises RuntimeError outside a transaction.
    """
    _check_inside_act("edit_scope")
    scope.title = title.strip()
    if restricted is not None:
        scope.restricted = restricted
    scope.save(update_fields=["title", "restricted"])


def set_worked_by(*, scope: Scope, team: Scope | None) -> None:
    """Another team works on what the scope stands for, or none. Raises RuntimeError outside a transaction."""
    _check_inside_act("set_worked_by")
    scope.worked_by = team
    scope.save(update_fields=["worked_by"])


def _check_inside_act(name: str) -> None:
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError(f"{name} is a part of an act: call it inside one")
