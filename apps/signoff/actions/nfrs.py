"""Attesting NFRs."""

from datetime import date

from apps.audit.acts import act, canonical_digest, record
from apps.common.refused import BadInput
from apps.common.text import clean_text
from apps.delivery import queries as delivery
from apps.delivery.actions import locks
from apps.organization.models import Person
from apps.organization.queries import today
from apps.signoff import rules
from apps.signoff.models import NFRAttestation
from apps.signoff.stored import check_as_written


@act
def attest_nfr(*, nfr_key: str, digest: str, verdict: str, words: str, until_on: date, by: Person) -> NFRAttestation:
    """The SRE lead says whether an NFR, as defined at `digest`, is met, until a last day.

    Raises NotAllowed, Refused and BadInput as the rules say, Refused where the stored words are not those defined.
    """
    locks.lock_epic(delivery.nfr_for(by, nfr_key).epic.key, by=by)
    nfr = delivery.nfr_for(by, nfr_key)  # read again: under its epic's lock nobody else changes it
    seat = rules.check_may_attest_nfr(nfr=nfr, by=by)
    rules.check_until(until_on, today=today(), what="An attestation")
    rules.check_words(words, what="How you know")
    if verdict not in NFRAttestation.Verdict.values:
        raise BadInput("Say whether the requirement is met or not.")
    if digest != nfr.digest:
        raise BadInput(f"{nfr.key} was defined anew while you were reading. Open the page again and read it.")
    check_as_written(nfrs=[nfr])
    attestation = NFRAttestation.objects.create(
        nfr=nfr,
        nfr_digest=nfr.digest,
        verdict=verdict,
        words=clean_text(words, what="How you know", limit=rules.MAX_WORDS),
        until_on=until_on,
        attested_by=by,
    )
    record(
        "nfr.attested",
        subject=nfr.key,
        title=nfr.title,
        digest=canonical_digest(
            {"nfr": nfr.key, "definition": nfr.digest, "verdict": verdict, "until_on": until_on.isoformat()}
        ),
        by=by,
        seat=seat,
        sentence="attested {subject} “{title}” as {verdict} until {until_on}",
        about=(nfr.epic.key,),
        reason=attestation.words,
        facts={
            "verdict": NFRAttestation.Verdict(verdict).label.lower(),
            "until_on": until_on,
            "definition": nfr.digest,
        },
    )
    return attestation
