"""What files said of SLOs, found again."""

from django.db.models import Q

from apps.organization.models import Person, Scope
from apps.reliability.models import SLOSource
from apps.reliability.queries.definitions import scopes_to_measure


def services_named(name: str, reader: Person) -> list[Scope]:
    """Services that `reader` may read with this key or, where none has, this title; letters large or small."""
    services = scopes_to_measure(reader).filter(kind=Scope.Kind.SERVICE)
    found = list(services.filter(Q(key__iexact=name) | Q(title__iexact=name)))
    return [scope for scope in found if scope.key.lower() == name.lower()] or found


def source_named(scope: Scope, service: str, name: str) -> SLOSource | None:
    """Where the SLO in force came from that a file calls so, of what stands on the scope."""
    found = SLOSource.objects.filter(slo__scope=scope, slo__archived_at=None, service=service, name=name)
    return found.select_related("slo__sli__scope", "slo__scope", "imported").first()
