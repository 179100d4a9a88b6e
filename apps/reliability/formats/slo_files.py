"""A file of SLOs, OpenSLO's or Sloth's: which is which is seen document by document, for people mix them."""

from collections.abc import Sequence

from apps.reliability.formats import yaml_documents
from apps.reliability.formats.definitions import Read, twice
from apps.reliability.formats.openslo import read_openslo
from apps.reliability.formats.sloth import PERIOD_DAYS, is_sloths, read_sloth
from apps.reliability.formats.yaml_documents import Document


def read(data: bytes, *, period_days: int = PERIOD_DAYS) -> Read:
    """What the file holds; `period_days` is the period that Sloth was told, which has no place in its files.

    Raises NotADocument where it is no YAML as it is read here; all else that is wrong is among `refused`.
    """
    return read_documents(yaml_documents.read(data), period_days=period_days)


def read_documents(documents: Sequence[Document], *, period_days: int = PERIOD_DAYS) -> Read:
    """The same of documents that are read already, of one file or of several."""
    ours = read_openslo([(number, raw) for number, raw in documents if not is_sloths(raw)])
    sloths = read_sloth([(number, raw) for number, raw in documents if is_sloths(raw)], period_days=period_days)
    slos = sorted((*ours.slos, *sloths.slos), key=lambda slo: (slo.document, slo.objective))
    refused = {one: None for one in (*ours.refused, *sloths.refused, *twice(slos))}
    return Read(
        tuple(slos),
        tuple(sorted((*ours.kept, *sloths.kept), key=lambda kept: kept.document)),
        tuple(sorted(refused, key=lambda refusal: refusal.document)),
    )
