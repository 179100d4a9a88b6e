"""What files said of SLOs, found again."""

from collections.abc import Collection

from django.db.models import Q

from apps.organization.models import Person, Scope
from apps.reliability import intake, writing
from apps.reliability.formats import slo_files
from apps.reliability.formats.definitions import Kept, Read, Slo
from apps.reliability.models import SLO, SLOImport, SLOSource
from apps.reliability.queries.definitions import scopes_to_measure
from apps.reliability.writing import Defined


def services_named(name: str, reader: Person) -> list[Scope]:
    """Services that `reader` may read with this key or, where none has, this title; letters large or small."""
    services = scopes_to_measure(reader).filter(kind=Scope.Kind.SERVICE)
    found = list(services.filter(Q(key__iexact=name) | Q(title__iexact=name)))
    return [scope for scope in found if scope.key.lower() == name.lower()] or found


def source_named(scope: Scope, service: str, name: str) -> SLOSource | None:
    """Where the SLO in force came from that a file calls so, of what stands on the scope."""
    found = SLOSource.objects.filter(slo__scope=scope, slo__archived_at=None, service=service, name=name)
    return found.select_related("slo__sli__scope", "slo__scope", "imported").first()


def defined(slos: Collection[SLO], *, everything: bool = False) -> Defined:
    """The SLOs as files define them, with other objectives of their documents and what these refer to.

    With `everything`, all other documents too that came with any of the SLOs, or without one.
    """
    sources = _sources(slos)
    imports = SLOImport.objects.filter(pk__in={source.imported_id for source in sources})
    if everything:
        imports = imports | SLOImport.objects.filter(slos=0)
    read = {one.pk: _read(one) for one in imports.order_by("pk")}
    said = {source.slo_id: _said(source, read[source.imported_id]) for source in sources}
    known = {slo.pk: slo for slo in (*slos, *(source.slo for source in sources))}
    ordered = [*said, *(pk for pk in known if pk not in said)]
    found = [writing.definition(known[pk], said.get(pk)) for pk in ordered]
    kept = {(one.raw.get("apiVersion"), one.kind, one.name): one for some in read.values() for one in some.kept}
    others = list(kept.values())
    return Defined(found, others if everything else writing.referred([slo.raw for slo in found], others))


def _sources(slos: Collection[SLO]) -> list[SLOSource]:
    """Of the SLOs, and of others in force that are objectives of the same documents, in the order of documents."""
    rows = SLOSource.objects.select_related("slo__sli", "slo__scope").order_by("imported", "document", "objective")
    mine = list(rows.filter(slo__in=slos))
    several = {(one.imported_id, one.document) for one in mine if one.is_one_of_several}
    beside = rows.filter(imported__in={pk for pk, _ in several}, slo__archived_at=None)
    found = {one.pk: one for one in mine}
    found |= {one.pk: one for one in beside if (one.imported_id, one.document) in several}
    return sorted(found.values(), key=lambda one: (one.imported_id, one.document, one.objective))


def _said(source: SLOSource, read: Read) -> Slo | None:
    """What its document says of it; None where it is read otherwise by now."""
    alike = (slo for slo in read.slos if (slo.document, slo.full_name) == (source.document, source.name))
    return next(alike, None)


def _read(imported: SLOImport) -> Read:
    """What an import said; documents of SLOs that have no place here are among those that are kept."""
    read = slo_files.read_documents(imported.numbered, period_days=imported.period_days)
    without = {slo.document: slo for slo in read.slos if not intake.has_place(slo)}
    unkept = [Kept(slo.document, "SLO", slo.name, slo.raw) for slo in without.values()]
    return Read(read.slos, tuple(sorted((*read.kept, *unkept), key=lambda one: one.document)))
