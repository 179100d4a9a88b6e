"""Writing an error-budget policy in versions, and agreeing to one by three seats."""

from dataclasses import dataclass
from decimal import Decimal

from apps.audit.acts import HeldSeat, act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.common.text import clean_text
from apps.organization import actions as organization
from apps.organization.models import Person, Scope
from apps.reliability import queries, rules, statements
from apps.reliability.actions.deciding import COLUMNS, Signing
from apps.reliability.actions.locks import lock_policy
from apps.reliability.models import Policy, PolicySignature, PolicyVersion
from apps.reliability.terms import LONGEST_DAYS
from apps.signatures import actions as signatures
from apps.signatures import queries as signature_queries
from apps.signatures.actions import Statement
from apps.signatures.reauthentication import Authentication

MAX_WORDS = 4_000
DIGITS = 4  # of a share of 1


@dataclass(frozen=True)
class Wanted:
    """What a version of a policy shall say; shares of 1."""

    episode_share: Decimal
    surplus_share: Decimal
    deadline_days: int
    expiry_days: int
    rationale: str
    broken_obliges: str = ""
    episode_obliges: str = ""
    surplus_obliges: str = ""


@act
def write_policy(*, scope_key: str, wanted: Wanted, by: Person) -> PolicyVersion:
    """The first version of a scope's policy; until three seats agree, what held before holds on."""
    try:
        scope = queries.scopes_of_policies(by).select_for_update(of=("self",)).get(key=scope_key)
    except Scope.DoesNotExist:
        raise Refused(f"There is no {scope_key[:64]} that you may read and that lacks a policy of its own.") from None
    seat = rules.check_may_write_policy(scope, by=by)
    (key,) = organization.take_keys("POL", 1)
    policy = Policy.objects.create(key=key, scope=scope)
    version = _write(policy, wanted, number=1, by=by)
    _record("policy.written", "wrote {subject}, the error-budget policy of “{title}”", version, by=by, seat=seat)
    return version


@act
def change_policy(*, policy_key: str, wanted: Wanted, by: Person) -> PolicyVersion:
    """Another version, to be agreed anew; the one in force holds until then."""
    policy = lock_policy(policy_key, by=by)
    seat = rules.check_may_write_policy(policy.scope, by=by)
    latest = policy.versions.select_related("policy__scope").order_by("-number").first()
    version = _write(policy, wanted, number=latest.number + 1 if latest else 1, by=by)
    previous = latest.digest if latest else ""
    said = "wrote version {number} of {subject}, the error-budget policy of “{title}”"
    _record("policy.changed", said, version, by=by, seat=seat, previous=previous)
    return version


@act
def agree_policy(
    *, policy_key: str, signing: Signing, by: Person, authentication: Authentication | None
) -> PolicySignature:
    """One of three columns agrees to the latest version as shown; with the third it is in force.

    A form sent again returns what it did the first time. Raises Refused where there is another version, or another
    signer, than was shown, and what `rules` say. Who does not agree writes another version.
    """
    policy = lock_policy(policy_key, by=by)
    earlier = signature_queries.signature_with_key(person=by, idempotency_key=signing.key)
    if earlier is not None and (earlier.subject, earlier.digest) == (policy.key, signing.digest):
        nothing_changed()
        return PolicySignature.objects.select_related("signature", "version").get(signature=earlier)
    version = policy.versions.select_related("policy__scope").order_by("-number")[0]
    seat = rules.check_may_agree_policy(policy, version, signing.column, by=by)
    if version.digest != signing.digest:
        raise Refused(
            f"{policy.key} has another version than the page showed. Nothing was recorded. Read it as it is now, then "
            "agree."
        )
    if canonical_digest(version.canonical_row()) != version.digest:
        raise Refused(f"What is stored of {policy.key} is not what was written. Nothing was signed; tell an auditor.")
    if signing.signer not in {None, statements.signer(name=by.name, seat=seat)}:
        raise Refused(
            "Your name or your seat is not the one that the page showed. Nothing was recorded. Read the sentence as it "
            "is now, then sign."
        )
    words = statements.policy_statement(version, name=by.name, seat=seat, column=signing.column)
    signature = signatures.sign(
        statement=Statement(policy.key, policy.scope.title, version.digest, statements.AGREE, words),
        by=by,
        seat=seat,
        authentication=authentication,
        comment=signing.comment,
        key=signing.key,
    )
    signed = PolicySignature.objects.create(version=version, column=signing.column, signature=signature)
    in_force = version.signatures.count() == COLUMNS
    if in_force:
        policy.in_force = version
        policy.save(update_fields=["in_force"])
    record(
        "policy.agreed" if in_force else "policy.signed",
        subject=policy.key,
        digest=version.digest,
        by=by,
        seat=seat,
        title=policy.scope.title,
        sentence="agreed to version {number} of {subject}"
        + (", the third of three: it is in force" if in_force else ""),
        about=[policy.scope.key],
        reference=signature.key,
        meaning=statements.AGREE,
        key=signing.key,
        authenticated=(signature.authenticated_with, signature.authenticated_at),
        reason=signature.comment,
        personal={"printed_name": by.name, "statement": words},
        facts={"column": signing.column, "number": version.number, "signed_at": signature.signed_at},
    )
    return signed


def _write(policy: Policy, wanted: Wanted, *, number: int, by: Person) -> PolicyVersion:
    version = PolicyVersion(
        policy=policy,
        number=number,
        episode_share=_share(wanted.episode_share, most=Decimal(1), what="What one episode may use"),
        surplus_share=_share(wanted.surplus_share, most=Decimal("0.9999"), what="What may be left over"),
        deadline_days=_days(wanted.deadline_days, what="The deadline"),
        expiry_days=_days(wanted.expiry_days, what="How long a decision holds"),
        broken_obliges=_words(wanted.broken_obliges),
        episode_obliges=_words(wanted.episode_obliges),
        surplus_obliges=_words(wanted.surplus_obliges),
        rationale=_words(wanted.rationale),
        written_by=by,
    )
    if not version.rationale:
        raise BadInput("The rationale is empty. Say why these terms, so that who agrees knows.")
    version.digest = canonical_digest(version.canonical_row())
    version.save()
    return version


def _share(share: Decimal, *, most: Decimal, what: str) -> Decimal:
    if not share.is_finite() or not 0 < share <= most:
        raise BadInput(f"{what} is a share of the budget above 0 and at most {(most * 100).normalize():f} %.")
    if round(share, DIGITS) != share:
        raise BadInput(f"{what} has at most {DIGITS - 2} digits behind the point of its percentage.")
    return round(share, DIGITS)


def _days(days: int, *, what: str) -> int:
    if not 1 <= days <= LONGEST_DAYS:
        raise BadInput(f"{what} is from 1 to {LONGEST_DAYS} days.")
    return days


def _words(words: str) -> str:
    return clean_text(words, what="A text of the policy", limit=MAX_WORDS).strip()


def _record(
    event: str, sentence: str, version: PolicyVersion, *, by: Person, seat: HeldSeat, previous: str = ""
) -> None:
    policy = version.policy
    record(
        event,
        subject=policy.key,
        digest=version.digest,
        previous=previous,
        by=by,
        seat=seat,
        title=policy.scope.title,
        sentence=sentence,
        about=[policy.scope.key],
        reason=version.rationale,
        facts={
            "number": version.number,
            "episode_share": version.episode_share,
            "surplus_share": version.surplus_share,
            "deadline_days": version.deadline_days,
            "expiry_days": version.expiry_days,
        },
    )
