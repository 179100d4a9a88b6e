"""Taking in files of SLOs: all of them, or nothing and every reason why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from apps.audit.acts import act, nothing_changed, record
from apps.common.refused import NotAllowed, Refused
from apps.organization.models import Person, Scope
from apps.reliability import intake, queries, rules
from apps.reliability.actions.locks import lock_scopes
from apps.reliability.actions.slis import create_sli, edit_sli
from apps.reliability.actions.slos import change_slo, create_slo
from apps.reliability.formats.definitions import Slo
from apps.reliability.intake import Problem, SLOsRefused, Taken
from apps.reliability.models import SLI, SLO, SLOImport, SLOSource

# What makes two objectives measure the same.
Measured = tuple[object, ...]


@dataclass
class ImportedSLOs:
    """What an import did; `slos` are all that the files name, in their order."""

    documents: int = 0
    slos: list[SLO] = field(default_factory=list)
    created: int = 0
    changed: int = 0
    is_new: bool = False


@act
def import_slos(*, taken: Taken, by: Person, scope_key: str = "") -> ImportedSLOs:
    """Makes an SLI and an SLO of each objective, or a new version where the same name of the same service came before.

    The service's name in a file is the key or the title of a service here, unless `scope_key` says on what all stand.
    Each SLI and SLO has its own entry in the log, and the import one more. Raises SLOsRefused, with nothing stored,
    naming every document that is refused, and NotAllowed where `by` may not define what is measured there.
    """
    scopes, problems = _scopes(taken, scope_key, by=by)
    locked = lock_scopes({scope.key for scope in scopes.values()}, by=by)
    if gone := sorted({scope.key for scope in scopes.values()} - locked.keys()):
        raise Refused(f"{gone[0]} was archived meanwhile; nothing of it is measured any more.")
    seat = rules.check_may_import_slos(list(locked.values()), by=by)
    if problems := [*taken.problems, *problems]:
        raise SLOsRefused(problems, documents=len(taken.documents))
    importing = _Importing(taken, by)
    for slo in taken.slos:
        importing.take(slo, locked[scopes[slo.service].key])
    if importing.problems:
        raise SLOsRefused(importing.problems, documents=len(taken.documents))
    done = importing.done
    if _is_known(taken, importing):
        nothing_changed()
        return done
    done.is_new = True
    imported = SLOImport.objects.create(
        documents=taken.written,
        period_days=taken.period_days,
        slos=len(taken.slos),
        digest=taken.digest,
        imported_by=by,
    )
    for slo, row in zip(taken.slos, done.slos, strict=True):
        _write_source(slo, row, imported)
    about = [*locked, *(row.key for row in done.slos)]
    record(
        "slos.imported",
        subject=about[0] if about else by.key,
        digest=taken.digest,
        by=by,
        seat=seat,
        title="SLOs from files",
        sentence="imported {documents} documents: {created} SLOs defined, {changed} changed",
        about=about[1:],
        facts={"documents": done.documents, "created": done.created, "changed": done.changed},
    )
    return done


class _Importing:
    """One run over the SLOs; nested acts that are refused leave nothing, and the run goes on to find the rest."""

    def __init__(self, taken: Taken, by: Person) -> None:
        self.taken, self.by = taken, by
        self.done = ImportedSLOs(documents=len(taken.documents))
        self.problems: list[Problem] = []
        self.sources: list[SLOSource | None] = []
        self.measured: dict[Measured, SLI] = {}

    def take(self, slo: Slo, scope: Scope) -> None:
        """Defines it, or changes what was defined before."""
        source = queries.source_named(scope, slo.service, slo.full_name)
        self.sources.append(source)
        try:
            self.done.slos.append(self._change(slo, source) if source else self._create(slo, scope))
        except NotAllowed:
            raise
        except Refused as refused:
            place = self.taken.places[slo.document]
            self.problems.append(Problem(place, intake.path_of(slo), refused.sentence))

    def _create(self, slo: Slo, scope: Scope) -> SLO:
        alike = _measured(slo)
        if alike not in self.measured:
            self.measured[alike] = create_sli(scope_key=scope.key, kind=SLI.Kind.CUSTOM, **_definition(slo), by=self.by)
        row = create_slo(
            sli_key=self.measured[alike].key,
            title=intake.title_of(slo),
            target=_decimal(slo),
            window=slo.window,
            rationale=_rationale(slo, "Imported"),
            by=self.by,
        )
        self.done.created += 1
        return row

    def _change(self, slo: Slo, source: SLOSource) -> SLO:
        row = source.slo
        before = (row.version, row.sli.canonical_row())
        self.measured.setdefault(_measured(slo), row.sli)
        sli = edit_sli(
            sli_key=row.sli.key,
            kind=row.sli.kind,
            is_mean_of_ratios=row.sli.is_mean_of_ratios,
            **_definition(slo),
            by=self.by,
        )
        row = change_slo(
            slo_key=row.key,
            title=intake.title_of(slo),
            target=_decimal(slo),
            window=slo.window,
            rationale=_rationale(slo, "Imported again"),
            next_review_on=row.next_review_on,
            by=self.by,
        )
        self.done.changed += before != (row.version, sli.canonical_row())
        return row


def _scopes(taken: Taken, scope_key: str, *, by: Person) -> tuple[dict[str, Scope], list[Problem]]:
    """What each named service is here, and why where none is."""
    services = {slo.service: slo for slo in reversed(taken.slos)}
    if scope_key:
        scope = queries.scopes_to_measure(by).filter(key=scope_key).first()
        if scope is None:
            raise Refused(f"There is no service, epic or team {scope_key[:64]} that you may read.")
        return dict.fromkeys(services, scope), []
    found, problems = dict[str, Scope](), list[Problem]()
    for name, slo in services.items():
        matching = queries.services_named(name, by)
        if len(matching) == 1:
            found[name] = matching[0]
            continue
        several = ", ".join(scope.key for scope in matching)
        why = (
            f"“{name[:80]}” is the title of {several}. Use one of their keys"
            if matching
            else f"there is no service “{name[:80]}” here. Add it, or use the key or title of one"
        )
        reason = f"{why}, or say on what all of the file stands (--scope KEY, “All stand on”)."
        place = taken.places[slo.document]
        problems.append(Problem(place, intake.service_path_of(slo), reason))
    return found, problems[::-1]


def _is_known(taken: Taken, importing: _Importing) -> bool:
    """Whether the same documents came last, and all is still as they say."""
    if importing.done.created or importing.done.changed:
        return False
    if importing.sources:
        return all(source is not None and source.imported.digest == taken.digest for source in importing.sources)
    return SLOImport.objects.filter(digest=taken.digest).exists()


def _write_source(slo: Slo, row: SLO, imported: SLOImport) -> None:
    SLOSource.objects.update_or_create(
        slo=row,
        defaults={
            "imported": imported,
            "service": slo.service,
            "name": slo.full_name,
            "document": slo.document,
            "objective": slo.objective,
            "unmeasured": intake.why_unmeasured(slo),
        },
    )


def _measured(slo: Slo) -> Measured:
    return (
        slo.document,
        slo.name,
        slo.indicator,
        intake.measure_of(slo),
        slo.ratio_query,
        slo.threshold_query,
        slo.op,
        slo.value,
    )


def _definition(slo: Slo) -> Mapping[str, Any]:
    """Of its SLI; counts are sent where Prometheus cannot be asked."""
    measure = intake.measure_of(slo)
    source = SLI.Source.PUSHED if intake.why_unmeasured(slo) else SLI.Source.PROMETHEUS
    title = intake.title_of(slo) if slo.objectives == 1 else (slo.display_name or slo.name)[:200]
    return {"title": title, "good_means": intake.good_means(slo), "source": source, **measure._asdict()}


def _decimal(slo: Slo) -> Decimal:
    return Decimal(slo.target.numerator) / Decimal(slo.target.denominator)


def _rationale(slo: Slo, how: str) -> str:
    said = f"{how} from a file, as “{slo.full_name[:200]}” of {slo.service[:200]}."
    return f"{slo.description.strip()[:9_000]}\n\n{said}".strip()
