"""Reading indicators and objectives, as a person may."""

from collections import Counter
from collections.abc import Collection

from django.db.models import Count, Q, QuerySet

from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.reliability.models import SLI, SLO, SLOStatus, SLOVersion


def _hiding(hidden: Collection[int]) -> Q:
    """What stands on a restricted initiative, or on an epic of one."""
    return Q(scope_id__in=hidden) | Q(scope__parent_id__in=hidden)


def slis_outside(hidden: Collection[int]) -> QuerySet[SLI]:
    """Indicators that stand on nothing below the scopes `hidden` from the reader."""
    found = SLI.objects.select_related("scope").order_by("pk")
    return found.exclude(_hiding(hidden)) if hidden else found


def slos_outside(hidden: Collection[int]) -> QuerySet[SLO]:
    """Objectives that stand on nothing below the scopes `hidden` from the reader, each with its status."""
    found = SLO.objects.select_related("scope", "sli", "status", "source").order_by("pk")
    return found.exclude(_hiding(hidden)) if hidden else found


def slis_for(reader: Person) -> QuerySet[SLI]:
    """Indicators that `reader` may read, archived ones too."""
    return slis_outside(organization.hidden_scope_ids(reader))


def slos_for(reader: Person) -> QuerySet[SLO]:
    """Objectives that `reader` may read, archived ones too."""
    return slos_outside(organization.hidden_scope_ids(reader))


def filtered_slos(hidden: Collection[int], *, text: str = "", state: str = "", scope: str = "") -> QuerySet[SLO]:
    """Objectives in force, what needs somebody's eye first: by words, state of the budget, and what they stand on."""
    found = slos_outside(hidden).filter(archived_at=None, status__isnull=False).order_by("status__need", "pk")
    if text:
        words = Q(title__icontains=text) | Q(key__iexact=text) | Q(scope__title__icontains=text)
        found = found.filter(words)
    if state:
        found = found.filter(status__state=state)
    if scope:
        found = found.filter(scope__key__iexact=scope)
    return found


def filtered_slis(hidden: Collection[int], *, text: str = "") -> QuerySet[SLI]:
    """Indicators in use, by words."""
    found = slis_outside(hidden).filter(archived_at=None)
    if text:
        found = found.filter(Q(title__icontains=text) | Q(key__iexact=text) | Q(scope__title__icontains=text))
    return found


def slos_on(sli: SLI) -> list[SLO]:
    """Objectives in force that rest on the indicator."""
    return list(SLO.objects.filter(sli=sli, archived_at=None).select_related("scope", "sli", "status").order_by("pk"))


def slos_by_need(scope: Scope) -> QuerySet[SLO]:
    """Objectives in force that stand on the scope itself, each with its status, what needs most first."""
    return slos_outside(()).filter(scope=scope, archived_at=None).order_by("status__need", "pk")


def tally(hidden: Collection[int]) -> dict[str, int]:
    """How many SLOs in force there are by the state of their budget. One query: all that have a status, from the index
    of states alone, less those that are archived or hidden, which are few.
    """
    unseen = Q(archived_at__isnull=False)
    if hidden:
        unseen |= _hiding(hidden)
    every = SLOStatus.objects.order_by().values_list("state").annotate(count=Count("*"))
    less = SLOStatus.objects.filter(slo__in=SLO.objects.filter(unseen).order_by()).order_by()
    found: Counter[str] = Counter()
    for state, count in every.union(less.values_list("state").annotate(count=-Count("*")), all=True):
        found[state] += count
    return {state: count for state, count in found.items() if count}


def versions_of(slo: SLO) -> list[SLOVersion]:
    """All that was ever agreed of it, the newest first."""
    return list(slo.versions.select_related("written_by"))


def scopes_to_measure(reader: Person) -> QuerySet[Scope]:
    """Services, epics and teams that `reader` may read: what an indicator can stand on."""
    hidden = organization.hidden_scope_ids(reader)
    kinds = [Scope.Kind.SERVICE, Scope.Kind.EPIC, Scope.Kind.TEAM]
    found = Scope.objects.filter(kind__in=kinds, archived_at=None).order_by("kind", "title", "pk")
    return found.exclude(Q(pk__in=hidden) | Q(parent_id__in=hidden)) if hidden else found
