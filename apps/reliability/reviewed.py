"""Reviews of headroom beside their entries: what is stored is what the log says was said."""

from django.db.models import Exists, OuterRef

from apps.audit import statement
from apps.audit.acts import canonical_digest
from apps.audit.beside import BadEntry
from apps.audit.models import Entry
from apps.reliability.models import HeadroomReview

RULE = "headroom review"
EVENT = "resource.reviewed"
PAGE = 500


def check_reviews() -> None:
    """Every review beside its entry, and every entry of one beside its review.

    Raises BadEntry for the first that is not what its entry says.
    """
    last = 0
    rows = HeadroomReview.objects.select_related("resource", "reviewed_by").order_by("pk")
    while page := list(rows.filter(pk__gt=last)[:PAGE]):
        last = page[-1].pk
        keys = [review.key for review in page]
        entries = {entry.reference: entry for entry in Entry.objects.filter(event=EVENT, reference__in=keys)}
        for review in page:
            entry = entries.get(review.key)
            if entry is None:
                raise BadEntry(None, RULE, f"{review.key} is a review that no entry tells of")
            said = statement.decode(bytes(entry.body))
            if (said.subject, said.digest) != (review.resource.key, canonical_digest(review.canonical_row())):
                raise BadEntry(entry.index, RULE, f"{review.key} does not say what it said")
    kept = HeadroomReview.objects.filter(key=OuterRef("reference"))
    lost = Entry.objects.filter(event=EVENT).exclude(Exists(kept)).order_by("index").first()
    if lost is not None:
        raise BadEntry(lost.index, RULE, f"{lost.reference}, of which it tells, is gone")
