"""Acts upon the log itself: erasing personal values, keeping what a verification found."""

from django.db import connection

from apps.audit import rules
from apps.audit.acts import act, canonical_digest, next_index, record
from apps.audit.models import EntryValue, Verification
from apps.audit.pending import HeldSeat
from apps.audit.protection import missing_triggers
from apps.audit.rules import Member
from apps.audit.verify import ERASED, Outcome, verify_log


@act
def erase_values(*, person: str, by: Member, reason: str, seat: HeldSeat | None = None) -> int:
    """Erases what the log can still read of the person with key `person`, and counts it; their entries stay.

    Raises Refused where nothing is left to erase or `by` may not.
    """
    index = next_index()
    rules.check_may_erase_values(person, by=by, reason=reason)
    kept = EntryValue.objects.filter(person=person, value__isnull=False)
    count = kept.update(value=None, salt=None, erased_in=index)
    record(
        ERASED,
        subject=person,
        digest=canonical_digest({"person": person, "count": count, "erased_in": index}),
        by=by,
        seat=seat,
        reason=reason,
        facts={"count": count},
        sentence="erased {count} personal values of {subject} from the log: {reason}",
    )
    return count


def verify() -> Verification:
    """Walks the whole log and keeps what was found: a fact that a machine measures, so not an entry."""
    return keep_verification(verify_log())


def keep_verification(outcome: Outcome) -> Verification:
    """The row that tells of one walk."""
    return Verification.objects.create(
        size=outcome.size,
        root=outcome.root,
        ok=outcome.ok,
        first_bad=outcome.first_bad,
        rule=outcome.rule,
        words=outcome.words[:500],
        guarded=not missing_triggers(connection),
        milliseconds=outcome.milliseconds,
    )
