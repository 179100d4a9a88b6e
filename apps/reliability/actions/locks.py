"""Rows locked for an act: indicators before objectives, each by primary key. Inside an act only."""

from collections.abc import Iterable

from apps.organization.models import Person, Scope
from apps.reliability import queries
from apps.reliability.models import SLA, SLI, SLO, Decision, NineCase, Policy, Resource


def lock_scope(key: str, *, by: Person) -> Scope:
    """Raises Scope.DoesNotExist, the same for unknown, hidden and what nothing is measured of."""
    return queries.scopes_to_measure(by).select_for_update(of=("self",)).get(key=key)


def lock_scopes(keys: Iterable[str], *, by: Person) -> dict[str, Scope]:
    """Scopes by key, in the order of their primary keys; what is unknown, hidden or not measured is not among them."""
    rows = queries.scopes_to_measure(by).filter(key__in=set(keys)).order_by("pk").select_for_update(of=("self",))
    return {scope.key: scope for scope in rows}


def lock_sli(key: str, *, by: Person) -> SLI:
    """Raises SLI.DoesNotExist, the same for unknown and hidden."""
    return queries.slis_for(by).select_for_update(of=("self",)).get(key=key)


def lock_slis(keys: Iterable[str], *, by: Person | None) -> dict[str, SLI]:
    """Indicators by key; `by` is None for the portal itself. Raises SLI.DoesNotExist for any unknown or hidden."""
    keys = set(keys)
    readable = queries.slis_outside(()) if by is None else queries.slis_for(by)
    rows = readable.filter(key__in=keys).order_by("pk").select_for_update(of=("self",))
    found = {sli.key: sli for sli in rows}
    if missing := sorted(keys - found.keys()):
        raise SLI.DoesNotExist(f"There is no SLI {missing[0]}.")
    return found


def lock_slo(key: str, *, by: Person | None) -> SLO:
    """`by` is None for the portal itself. Raises SLO.DoesNotExist, the same for unknown and hidden."""
    rows = queries.slos_outside(()) if by is None else queries.slos_for(by)
    return rows.select_for_update(of=("self",)).get(key=key)


def lock_sla(key: str, *, by: Person) -> SLA:
    """Raises SLA.DoesNotExist, the same for unknown and hidden."""
    return queries.slas_for(by).select_for_update(of=("self",)).get(key=key)


def lock_nine_case(key: str, *, by: Person) -> NineCase:
    """Raises NineCase.DoesNotExist, the same for unknown and hidden."""
    return queries.nine_cases_for(by).select_for_update(of=("self",)).get(key=key)


def lock_decision(key: str, *, by: Person | None) -> Decision:
    """`by` is None for the portal itself. Raises Decision.DoesNotExist, the same for unknown and hidden."""
    rows = queries.decisions_outside(()) if by is None else queries.decisions_for(by)
    return rows.select_for_update(of=("self",)).get(key=key)


def lock_resource(key: str, *, by: Person) -> Resource:
    """Raises Resource.DoesNotExist, the same for unknown and hidden."""
    return queries.resources_for(by).select_for_update(of=("self",)).get(key=key)


def lock_policy(key: str, *, by: Person) -> Policy:
    """Raises Policy.DoesNotExist, the same for unknown and hidden."""
    return queries.policies_for(by).select_for_update(of=("self",)).get(key=key)
