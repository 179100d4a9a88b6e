"""Every route of the URLconf as rows of the table: its methods, its acts, and the keys that stand in its address."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.rights.bodies import FORMS, Asked
from tests.rights.world import Kit, World

_KEY = re.compile(r"([\w-]+)/(?:<(?:\w+:)?(\w+)>|\(\?P<(\w+)>)")


@dataclass(frozen=True)
class Row:
    """One line of the table: a method of a route, an act or a query where it has several, and of which things."""

    route: str
    method: str
    act: str = ""
    thing: str = ""

    @property
    def form(self) -> str:
        return f"{self.route} {self.act}".strip()

    @property
    def is_api(self) -> bool:
        return "-api:" in self.route or self.route.startswith("api_")

    def __str__(self) -> str:
        return " ".join(word for word in (self.route, self.method, self.act, self.thing) if word)


def routes(
    patterns: list[URLPattern | URLResolver] | None = None, spaces: str = "", before: str = ""
) -> Iterator[tuple[str, str]]:
    """Every named route with its address as it stands in the URLconf; those without a name are closed doors."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        address = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one.url_patterns, f"{spaces}{one.namespace}:" if one.namespace else spaces, address)
        elif one.name:
            yield f"{spaces}{one.name}", address


# The keys that stand in addresses, by what stands before them.
_OF_KIT: dict[str, Callable[[Kit], Any]] = {
    "initiatives": lambda kit: kit.initiative.key,
    "scopes": lambda kit: kit.initiative.key,
    "epics": lambda kit: kit.epic.key,
    "stories": lambda kit: kit.story.key,
    "nfrs": lambda kit: kit.nfr.key,
    "waivers": lambda kit: kit.waiver.key,
    "receipts": lambda kit: kit.receipt,
    "runs": lambda kit: kit.run.key,
    "suites": lambda kit: kit.suite,
    "executions": lambda kit: kit.execution.key,
    "slis": lambda kit: kit.sli.key,
    "demand": lambda kit: kit.demand.key,
    "resources": lambda kit: kit.resource.key,
    "slos": lambda kit: kit.slo.key,
    "slas": lambda kit: kit.sla.key,
    "nine-cases": lambda kit: kit.nine_case.key,
    "decisions": lambda kit: kit.decision.key,
    "policies": lambda kit: kit.policy.key,
    "imports": lambda kit: kit.feature_import.key,
    "seats": lambda kit: kit.seat.pk,
    "delegations": lambda kit: kit.delegation.pk,
}
_OF_WORLD: dict[str, Callable[[World], Any]] = {
    "people": lambda world: "target",
    "teams": lambda world: world.team.scope.key,
    "services": lambda world: world.service.scope.key,
    "tokens": lambda world: world.spare_token.pk,
    "memberships": lambda world: world.membership.pk,
    "service-dependencies": lambda world: world.needs.pk,
    "inbox": lambda world: world.notification.pk,
    "entries": lambda world: 0,
    "verifications": lambda world: 1,
    "versions": lambda world: 1,
    "keys": lambda world: 1,
}
# Where another one of the same kind is needed.
_INSTEAD: dict[str, Callable[[Asked], list[Any]]] = {
    "specs:story_record_by_hand": lambda asked: [asked.kit.signed.key],
    "organization:person_detail": lambda asked: ["own-po"],
    "organization-api:person_detail": lambda asked: ["own-po"],
    "organization:person_invite": lambda asked: ["invited"],
    "organization:person_reactivate": lambda asked: ["left"],
    "organization:person_hand_over": lambda asked: ["left"],
    "organization:token_list": lambda asked: ["ci"],
    "organization-api:token_list": lambda asked: ["ci"],
    "organization:person_edit oneself": lambda asked: [
        asked.world.people[asked.name].username if asked.name in asked.world.people else "target"
    ],
    "organization-api:service_dependency_detail": lambda asked: ["checkout", "platform"],
    "reliability:sli_archive": lambda asked: [asked.kit.spare_sli.key],
    "reliability-api:sli_archive": lambda asked: [asked.kit.spare_sli.key],
    "integrations:sli_measure": lambda asked: [asked.kit.spare_sli.key],
    "integrations-api:sli_measure": lambda asked: [asked.kit.spare_sli.key],
    "integrations:sli_measure_stop": lambda asked: [asked.kit.spare_sli.key],
    "integrations-api:sli_measure_stop": lambda asked: [asked.kit.spare_sli.key],
    "delivery:epic_archive": lambda asked: [asked.kit.spare.key],
    "delivery-api:epic_archive": lambda asked: [asked.kit.spare.key],
    "delivery-api:epic_dependency_detail": lambda asked: [asked.kit.epic.key, asked.kit.needed.key],
    **{
        route: lambda asked: [asked.kit.decided.key]
        for space in ("reliability", "reliability-api")
        for route in (f"{space}:decision_outcome", f"{space}:freeze_lift")
    },
    "account_reset_password_from_key": lambda asked: ["1", "used-already"],
    "account_confirm_email": lambda asked: ["used-already"],
}
# About a kit by what is posted, not by the address.
_BY_FORM = {
    "delivery:epic_create",
    "delivery:feature_import_create",
    "delivery:story_check",
    "delivery-api:epic_list",
    "reliability:sli_create",
    "reliability:slo_import",
    "reliability:resource_create",
    "reliability-api:resource_list",
    "reliability-api:sli_list",
    "delivery-api:feature_import_list",
    "specs:run_import",
    "specs-api:run_create",
    "reliability:policy_create",
    "reliability-api:policy_list",
}
# Queries that a GET is asked with besides the bare one: another way to the same rows may have another filter.
_QUERIES: dict[str, tuple[str, ...]] = {
    "desk:search": ("?q=merger",),
    "desk-api:search": ("?q=merger",),
    "organization:person_list": ("?format=csv",),
    "delivery:epic_list": ("?as=csv",),
    "delivery:story_list": ("?as=csv",),
    "specs:run_list": ("?as=csv",),
    "specs:run_detail": ("?as=csv",),
    "signoff:story_history": ("?as=csv",),
    "reliability:decision_list": ("?as=csv",),
    "reliability:slo_list": ("?as=csv",),
    "reliability:resource_list": ("?as=csv",),
    "audit:entry_list": ("?as=csv",),
}
# Queries that name a kit.
_NAMING: dict[str, Callable[[Kit], str]] = {
    "specs-api:run_create": lambda kit: f"?format=behave-json&initiative={kit.initiative.key}",
    "reliability-api:slo_import": lambda kit: f"?scope={kit.epic.scope.key}",
    "specs-api:feature_export": lambda kit: f"?initiative={kit.initiative.key}",
    "specs:ci_guide": lambda kit: f"?epic={kit.epic.key}",
}
# What is posted there, not asked for.
_POSTED = {"specs-api:run_create", "reliability-api:slo_import"}


def things(name: str, address: str, method: str) -> tuple[str, ...]:
    """Of which things a method of a route is: of both kits where it names one of theirs."""
    names_kit = any(before in _OF_KIT for before, *_ in _KEY.findall(address))
    by_form = method != "GET" and name in _BY_FORM
    by_query = name in _NAMING and (method == "GET") == (name not in _POSTED)
    return ("open", "restricted") if names_kit or by_form or by_query else ("",)


def rows_of(name: str, address: str, method: str) -> list[Row]:
    """The rows that a method of a route has in the table."""
    if method == "GET":
        acts = ["", *_QUERIES.get(name, ())]
    else:
        acts = [form.partition(" ")[2] for form in FORMS if form.partition(" ")[0] == name] or [""]
    return [Row(name, method, act, thing) for act in acts for thing in things(name, address, method)]


def path_of(asked: Asked, row: Row, address: str) -> str:
    """The address with the keys of the things that are asked about."""
    instead = _INSTEAD.get(row.form) or _INSTEAD.get(row.route)
    args = instead(asked) if instead else [_key(asked, *found) for found in _KEY.findall(address)]
    query = row.act if row.method == "GET" else ""
    if row.route in _NAMING and row.thing:
        query = _NAMING[row.route](asked.kit)
    return reverse(row.route, args=args) + query


def _key(asked: Asked, before: str, *_: str) -> Any:
    return _OF_KIT[before](asked.kit) if before in _OF_KIT else _OF_WORLD[before](asked.world)
