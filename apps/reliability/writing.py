"""SLOs written as files, in the formats in which they are read, and as Prometheus's rules. No database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.common.refused import Refused
from apps.reliability.formats import yaml_documents
from apps.reliability.formats.definitions import Kept, Slo
from apps.reliability.formats.openslo import VERSIONS
from apps.reliability.formats.openslo_writing import write_openslo
from apps.reliability.formats.prometheus_rules import write_rules
from apps.reliability.formats.sloth import write_sloth
from apps.reliability.intake import measure_of
from apps.reliability.models import SLO

OPENSLO, SLOTH, PROMETHEUS = "openslo", "sloth", "prometheus"
FORMATS = (OPENSLO, SLOTH, PROMETHEUS)


class NotWritable(Refused):
    """The format cannot say these SLOs; the sentence says which and why."""


@dataclass(frozen=True)
class Defined:
    """SLOs as files define them, and documents of other kinds that belong to them."""

    slos: Sequence[Slo]
    kept: Sequence[Kept] = ()


def definition(slo: SLO, said: Slo | None) -> Slo:
    """An SLO as a file defines it: as `said`, what its own file says, with what was changed since; or made anew."""
    if said is None:
        return Slo(
            document=0,
            name=slo.key.lower(),
            service=slo.scope.key,
            target=slo.share,
            window=slo.window,
            display_name=slo.title,
            description=slo.sli.good_means,
            indicator=slo.sli.key.lower(),
            good_query=slo.sli.good_query,
            total_query=slo.sli.total_query,
        )
    said = replace(said, target=slo.share, window=slo.window)
    if (slo.sli.good_query, slo.sli.total_query) == measure_of(said):
        return said
    return replace(
        said,
        good_query=slo.sli.good_query,
        bad_query="",
        total_query=slo.sli.total_query,
        ratio_query="",
        threshold_query="",
        op="",
        value=None,
        unmeasured="",
    )


def written(defined: Defined, format: str) -> str:
    """YAML in one of FORMATS. Raises NotWritable where it cannot say one of the SLOs."""
    try:
        if format == OPENSLO:
            return write_openslo(defined.slos, [one for one in defined.kept if _is_openslo(one.raw)])
        if format == SLOTH:
            others = yaml_documents.write(one.raw for one in defined.kept if not _is_openslo(one.raw))
            return others + ("---\n" if others and defined.slos else "") + write_sloth(defined.slos)
        for slo in defined.slos:
            _check_has_queries(slo)
        return write_rules(defined.slos)
    except ValueError as error:
        raise NotWritable(str(error)) from error


def writable(slos: Iterable[Slo], format: str) -> tuple[list[Slo], list[str]]:
    """Those that the format can say, and a sentence for each other one."""
    found, reasons = list[Slo](), list[str]()
    for slo in slos:
        try:
            written(Defined([slo]), format)
        except NotWritable as error:
            reasons.append(error.sentence)
        else:
            found.append(slo)
    return found, reasons


def referred(documents: Iterable[Mapping[str, Any]], kept: Iterable[Kept]) -> list[Kept]:
    """Those of `kept` that the documents name, and those that these name."""
    left = list(kept)
    found: list[Kept] = []
    names = {name for document in documents for name in _names(document)}
    while named := [one for one in left if one.name in names]:
        found += named
        left = [one for one in left if one not in named]
        names |= {name for one in named for name in _names(one.raw)}
    return sorted(found, key=lambda one: one.document)


def _names(value: Any) -> Iterable[str]:
    """What a document refers to: words of fields such as indicatorRef, and its service."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, str) and (key.endswith("Ref") or key == "service"):
                yield inner
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)


def _is_openslo(raw: Mapping[str, Any]) -> bool:
    return raw.get("apiVersion") in VERSIONS


def _check_has_queries(slo: Slo) -> None:
    if slo.total_query or slo.ratio_query:
        return
    raise NotWritable(f"“{slo.full_name}” has no queries of good and of all events, so Prometheus has no rules for it.")
