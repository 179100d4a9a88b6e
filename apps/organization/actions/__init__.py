"""Writing the organization: one function an act."""

from apps.organization.actions.scopes import add_scope, edit_scope, take_keys

__all__ = [
    "add_scope",
    "edit_scope",
    "take_keys",
]
