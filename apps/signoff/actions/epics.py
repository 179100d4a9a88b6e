"""Signing epics."""

from django.utils import timezone

from apps.audit.acts import act, nothing_changed, record
from apps.common.refused import Refused
from apps.delivery import actions as delivery
from apps.delivery.actions import locks
from apps.delivery.actions.comments import write_comment
from apps.delivery.models import Epic
from apps.organization.models import Person
from apps.signatures import actions as signatures
from apps.signatures import queries as signature_queries
from apps.signatures.actions import Statement
from apps.signatures.reauthentication import Authentication
from apps.signoff import rules, statements
from apps.signoff.actions.requests import answer_requests
from apps.signoff.dossier import Shown, worsened
from apps.signoff.models import Dossier, EpicSignOff
from apps.signoff.moved import Moved, Otherwise, check_same_signer
from apps.signoff.promise import promise_difference
from apps.signoff.signing import read_signing
from apps.signoff.states import VerdictState
from apps.signoff.verdicts import Gate


@act
def sign_off_epic(
    *,
    epic_key: str,
    shown: Shown,
    meaning: str,
    by: Person,
    authentication: Authentication | None,
    comment: str,
    key: str,
    signer: str | None = None,
) -> EpicSignOff:
    """A product owner accepts, accepts with exceptions, or rejects the epic as the dossier `shown` describes it.

    `signer` is who signs as the page printed it (None: no page did). A form sent again returns what it did the first
    time; with another meaning or dossier it is refused. Raises NotAllowed and Refused as the rules say, Refused where a
    stored text is not the one that its digest names, and Moved, with the difference, where the promise or the signer is
    not the one shown, a criterion got worse since, or what was shown could not have been accepted so.
    """
    epic = locks.lock_epic(epic_key, by=by)
    earlier = signature_queries.signature_with_key(person=by, idempotency_key=key)
    if earlier is not None and (earlier.subject, earlier.meaning, earlier.digest) == (epic.key, meaning, shown.digest):
        nothing_changed()
        return EpicSignOff.objects.select_related("signature").get(signature=earlier)
    now = timezone.now()
    chosen = rules.check_epic_meaning(meaning=meaning, comment=comment)
    seat = rules.check_may_sign_off_epic(epic=epic, by=by)
    current = read_signing(epic, at=now)
    gate = current.gate
    rules.check_not_signed_already(epic=epic, promise=current.shown.promise, meaning=chosen)
    _check_unmoved(epic, shown=shown, current=current.shown, gate=gate)
    check_same_signer(signer, now=statements.signer(name=by.name, seat=seat))
    current.check_as_written()
    rules.check_gate_allows(epic=epic, gate=gate, meaning=chosen)
    _check_shown_allows(epic, shown=shown, gate=gate, meaning=chosen)

    dossier, _ = Dossier.objects.get_or_create(
        digest=shown.digest, defaults={"promise": shown.promise, "body": shown.body}
    )
    exceptions = [name for name, state in shown.verdicts.items() if state == VerdictState.WAIVED]
    words = statements.epic_statement(
        epic=epic, name=by.name, seat=seat, meaning=chosen, dossier=shown.digest, exceptions=len(exceptions)
    )
    signature = signatures.sign(
        statement=Statement(epic.key, epic.title, shown.digest, chosen.value, words),
        by=by,
        seat=seat,
        authentication=authentication,
        comment=comment,
        key=key,
    )
    previous = epic.signed_promise
    sign_off = EpicSignOff.objects.create(
        epic=epic,
        dossier=dossier,
        number=EpicSignOff.objects.filter(epic=epic).count() + 1,
        promise=shown.promise,
        meaning=chosen,
        signature=signature,
    )
    accepted = chosen != EpicSignOff.Meaning.REJECT
    if accepted:
        delivery.record_epic_acceptance(epic=epic, promise=shown.promise, at=signature.signed_at)
    else:
        delivery.record_epic_rejection(epic=epic, at=signature.signed_at)
        write_comment(thing=epic, text=comment, by=by, seat=seat, origin=f"rejection {signature.key}")
    answer_requests(epic=epic, at=signature.signed_at)
    record(
        "epic.signed_off" if accepted else "epic.rejected",
        subject=epic.key,
        title=epic.title,
        digest=shown.promise,
        by=by,
        seat=seat,
        sentence="signed off {subject} “{title}”" if accepted else "rejected {subject} “{title}”: {reason}",
        about=(epic.initiative.key,),
        reference=signature.key,
        meaning=chosen.value,
        previous=previous,
        policy={"version": 1, "result": gate.state.value, "exceptions": exceptions},
        key=key,
        authenticated=(signature.authenticated_with, signature.authenticated_at),
        reason=signature.comment,
        personal={"printed_name": by.name, "statement": words},
        facts={
            "dossier": shown.digest,
            "stories": sum(leaf.type == "story" for leaf in shown.leaves),
            "signed_at": signature.signed_at,
        },
    )
    return sign_off


def _check_unmoved(epic: Epic, *, shown: Shown, current: Shown, gate: Gate) -> None:
    if shown.epic == epic.key and shown.title != epic.title:
        raise Refused(
            f"{epic.key} was called “{shown.title}” when you opened the page. Nothing was recorded. Read it as it is "
            "called now, then sign again."
        )
    changed = promise_difference(shown.leaves, current.leaves)
    names = set(worsened(shown, current))
    if shown.promise == current.promise and shown.epic == epic.key and not names:
        return
    raise Moved(
        f"{epic.key} changed while you were reading. Nothing was recorded. Read the difference, then sign again.",
        promise=changed,
        otherwise=_otherwise(shown, gate, names),
    )


def _check_shown_allows(epic: Epic, *, shown: Shown, gate: Gate, meaning: EpicSignOff.Meaning) -> None:
    """What is frozen is what was shown: an acceptance of a dossier that says “not met” would say so for ever."""
    if meaning == EpicSignOff.Meaning.REJECT:
        return
    allowed = {VerdictState.MET, VerdictState.WAIVED} - (
        {VerdictState.WAIVED} if meaning == EpicSignOff.Meaning.ACCEPT else set()
    )
    if names := {name for name, state in shown.verdicts.items() if state not in allowed}:
        raise Moved(
            f"{epic.key} got better while you were reading: as the page showed it, it could not be accepted so. "
            "Nothing was recorded. Read it as it stands now, then sign.",
            otherwise=_otherwise(shown, gate, names),
        )


def _otherwise(shown: Shown, gate: Gate, names: set[str]) -> tuple[Otherwise, ...]:
    return tuple(
        Otherwise(
            item.title,
            shown=shown.verdicts.get(item.name, VerdictState.UNKNOWN).label,
            now=f"{item.verdict.state.label}: {item.verdict.words}",
        )
        for item in gate.judged
        if item.name in names
    )
