"""SLAs beside their entries: each says what the latest entry of it says."""

from django.db.models import Exists, OuterRef

from apps.audit import statement
from apps.audit.acts import canonical_digest
from apps.audit.beside import BadEntry
from apps.audit.models import Entry
from apps.reliability.models import SLA

RULE = "SLA"
FIRST = "sla.agreed"
EVENTS = (FIRST, "sla.changed", "sla.ended")
PAGE = 500


def check_slas() -> None:
    """Every SLA beside its latest entry, and every entry of a new one beside its row.

    Raises BadEntry for the first that is not what its entry says.
    """
    last = 0
    rows = SLA.objects.select_related("slo").order_by("pk")
    while page := list(rows.filter(pk__gt=last)[:PAGE]):
        last = page[-1].pk
        told = Entry.objects.filter(event__in=EVENTS, reference__in=[sla.key for sla in page]).order_by("index")
        entries = {entry.reference: entry for entry in told}  # the latest of each
        for sla in page:
            entry = entries.get(sla.key)
            if entry is None:
                raise BadEntry(None, RULE, f"{sla.key} is an SLA that no entry tells of")
            said = statement.decode(bytes(entry.body))
            if (said.subject, said.digest) != (sla.slo.key, canonical_digest(sla.canonical_row())):
                raise BadEntry(entry.index, RULE, f"{sla.key} does not say what was agreed")
    kept = SLA.objects.filter(key=OuterRef("reference"))
    lost = Entry.objects.filter(event=FIRST).exclude(Exists(kept)).order_by("index").first()
    if lost is not None:
        raise BadEntry(lost.index, RULE, f"{lost.reference}, of which it tells, is gone")
