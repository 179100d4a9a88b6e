"""Requirements beside the log: what judges them is what somebody wrote."""

from apps.audit import statement
from apps.audit.beside import BadEntry
from apps.audit.models import Entry
from apps.delivery.models import NFR

RULE = "requirement"
EVENTS = ("nfr.created", "nfr.edited")


def check_nfrs() -> None:
    """Every requirement, archived ones too, means what the last entry that defined it says; none is gone.

    Raises BadEntry for the first that does not.
    """
    last: dict[str, tuple[int, str]] = {}
    entries = Entry.objects.filter(event__in=EVENTS).order_by("index").values_list("index", "subject", "body")
    for index, subject, body in entries.iterator():
        last[subject] = (index, _digest(index, bytes(body)))
    for nfr in NFR.objects.select_related("sli", "story").order_by("pk").iterator(chunk_size=1_000):
        if nfr.key not in last:
            raise BadEntry(None, RULE, f"{nfr.key} is a requirement that no entry tells of")
        index, digest = last.pop(nfr.key)
        if not digest == nfr.digest == nfr.meaning_digest:
            raise BadEntry(index, RULE, f"{nfr.key} is not the requirement that was written")
    if last:
        key, (index, _) = min(last.items(), key=lambda one: one[1])
        raise BadEntry(index, RULE, f"{key}, of which it tells, is gone")


def _digest(index: int, body: bytes) -> str:
    try:
        return statement.decode(body).digest
    except ValueError as error:
        raise BadEntry(index, RULE, f"it cannot be read ({error})") from error
