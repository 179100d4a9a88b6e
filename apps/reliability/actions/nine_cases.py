"""Keeping a case for another target, and standing for it."""

import hashlib
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone

from apps.audit.acts import act, nothing_changed, record
from apps.common.refused import Refused
from apps.organization import actions as organization
from apps.organization import queries as organization_queries
from apps.organization.models import Person
from apps.reliability import queries, rules, statements
from apps.reliability.actions.locks import lock_nine_case, lock_slo
from apps.reliability.models import NineCase, NineCaseSignature
from apps.reliability.nine_case import Weighed
from apps.reliability.percent import percent
from apps.reliability.showing import decimal_text
from apps.signatures import actions as signatures
from apps.signatures import queries as signature_queries
from apps.signatures.actions import Statement
from apps.signatures.reauthentication import Authentication


@dataclass(frozen=True)
class CaseSigning:
    """What a signer's page showed: the case's digest, and who signs as printed. `key` is the form's, sent once."""

    digest: str
    signer: str
    comment: str
    key: str


@act
def save_nine_case(*, slo_key: str, weighed: Weighed, by: Person, digest: str = "") -> NineCase:
    """The case as the page showed it, by its `digest` ("": no page did). Saved again unchanged it is the same case.

    Raises Refused where counts, judgments or promises have changed what it says since.
    """
    slo = lock_slo(slo_key, by=by)
    seat = rules.check_may_save_nine_case(slo, by=by)
    hidden = organization_queries.hidden_scope_ids(by)
    body = queries.case_body(slo, weighed, at=timezone.now(), hidden=hidden)
    found = hashlib.sha256(body).hexdigest()
    if digest not in {found, ""}:
        raise Refused(
            f"The figures of {slo.key} are not those that the page showed: counts came, or a judgment or a promise "
            "changed. Nothing was saved. Look at them as they are now, then save."
        )
    if saved := NineCase.objects.filter(slo=slo, digest=found).first():
        nothing_changed()
        return saved
    (key,) = organization.take_keys("CASE", 1)
    case = NineCase.objects.create(
        key=key, slo=slo, target=Decimal(decimal_text(weighed.target)), body=body.decode(), digest=found, saved_by=by
    )
    record(
        "nine_case.saved",
        subject=case.key,
        digest=found,
        by=by,
        seat=seat,
        title=slo.title,
        sentence="saved the case {subject} for {target} in {slo} “{title}”",
        about=[slo.key, slo.scope.key],
        facts={"slo": slo.key, "target": percent(weighed.target, 7)},
    )
    return case


@act
def sign_nine_case(
    *, case_key: str, signing: CaseSigning, by: Person, authentication: Authentication | None
) -> NineCaseSignature:
    """The product owner stands for the case as it was saved. A form sent again returns what it did the first time."""
    case = lock_nine_case(case_key, by=by)
    earlier = signature_queries.signature_with_key(person=by, idempotency_key=signing.key)
    if earlier is not None and (earlier.subject, earlier.digest) == (case.key, signing.digest):
        nothing_changed()
        return NineCaseSignature.objects.select_related("signature").get(signature=earlier)
    seat = rules.check_may_sign_nine_case(case, by=by)
    if case.digest != signing.digest:
        raise Refused(f"{case.key} is not the case that the page showed. Nothing was signed. Read it, then sign.")
    if hashlib.sha256(case.body.encode()).hexdigest() != case.digest:
        raise Refused(f"What is stored of {case.key} is not what was saved. Nothing was signed: tell an auditor.")
    if signing.signer != statements.signer(name=by.name, seat=seat):
        raise Refused(
            "Your name or your seat is not the one that the page showed. Nothing was recorded. Read the sentence as it "
            "is now, then sign."
        )
    words = statements.nine_case_statement(case, name=by.name, seat=seat)
    signature = signatures.sign(
        statement=Statement(case.key, case.slo.title, case.digest, statements.STAND_FOR, words),
        by=by,
        seat=seat,
        authentication=authentication,
        comment=signing.comment,
        key=signing.key,
    )
    signed = NineCaseSignature.objects.create(case=case, signature=signature)
    record(
        "nine_case.signed",
        subject=case.key,
        digest=case.digest,
        by=by,
        seat=seat,
        title=case.slo.title,
        sentence="signed the case {subject} of {slo} “{title}”",
        about=[case.slo.key, case.slo.scope.key],
        reference=signature.key,
        meaning=statements.STAND_FOR,
        key=signing.key,
        authenticated=(signature.authenticated_with, signature.authenticated_at),
        reason=signature.comment,
        personal={"printed_name": by.name, "statement": words},
        facts={"slo": case.slo.key, "signed_at": signature.signed_at},
    )
    return signed
