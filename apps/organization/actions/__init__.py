"""Writing the organization: one function an act."""

from apps.organization.actions.credentials import choose_password_by_link
from apps.organization.actions.importing import ImportedPeople, import_people
from apps.organization.actions.installation import create_administrator, install_organization
from apps.organization.actions.people import (
    add_person,
    deactivate_person,
    edit_person,
    hand_over_seats,
    hashed_password,
    invite_person,
    reactivate_person,
)
from apps.organization.actions.scopes import add_scope, take_keys
from apps.organization.actions.seats import delegate_seat, end_seat, grant_seat, revoke_delegation
from apps.organization.actions.services import (
    add_service_dependency,
    create_service,
    edit_service,
    remove_service_dependency,
)
from apps.organization.actions.teams import create_team, edit_team, join_team, leave_team
from apps.organization.actions.tokens import (
    actor_named,
    add_service_account,
    create_token,
    note_token_use,
    revoke_token,
    service_account,
)

__all__ = [
    "ImportedPeople",
    "actor_named",
    "add_person",
    "add_scope",
    "add_service_account",
    "add_service_dependency",
    "choose_password_by_link",
    "create_administrator",
    "create_service",
    "create_team",
    "create_token",
    "deactivate_person",
    "delegate_seat",
    "edit_person",
    "edit_service",
    "edit_team",
    "end_seat",
    "grant_seat",
    "hand_over_seats",
    "hashed_password",
    "import_people",
    "install_organization",
    "invite_person",
    "join_team",
    "leave_team",
    "note_token_use",
    "reactivate_person",
    "remove_service_dependency",
    "revoke_delegation",
    "revoke_token",
    "service_account",
    "take_keys",
]
