"""The sentences that are signed, as printed above the button and kept with the signature."""

from fractions import Fraction

from apps.organization.models.seats import HeldSeat
from apps.organization.roles import Column
from apps.reliability import matrix
from apps.reliability.models import DecisionProposal, NineCase, PolicyVersion
from apps.reliability.percent import percent

AGREE = "AGREE"
DISSENT = "DISSENT"
STAND_FOR = "STAND_FOR"
MEANINGS = {AGREE: "Agrees", DISSENT: "Dissents"}


def column_words(column: str) -> str:
    """As it stands within a sentence: product, engineering, SRE."""
    return Column.SRE.short if column == Column.SRE else Column(column).short.lower()


def signer(*, name: str, seat: HeldSeat) -> str:
    """“Maria Oliveira, Product Owner of E-42”: who states it, as the sentence begins."""
    return f"{name}, {seat.words}"


def decision_statement(proposal: DecisionProposal, *, name: str, seat: HeldSeat, column: str, agrees: bool) -> str:
    """“I, Maria Oliveira, Product Owner of E-42, agree for product that D-3 …”"""
    decision = proposal.decision
    does = "agree" if agrees else "dissent"
    title = matrix.choice_of(proposal.option).title
    return (
        f"I, {signer(name=name, seat=seat)}, {does} for {column_words(column)}: in {decision.key}, on "
        f"“{decision.slo.title}” ({decision.slo.key}), it is proposed to decide “{title}” until {proposal.expires_on}, "
        f"as described in proposal {proposal.digest}."
    )


def nine_case_statement(case: NineCase, *, name: str, seat: HeldSeat) -> str:
    """“I, Maria Oliveira, Product Owner of E-42, stand for the case CASE-1 …”"""
    return (
        f"I, {signer(name=name, seat=seat)}, stand for the case {case.key} for {percent(Fraction(case.target), 7)} in "
        f"“{case.slo.title}” ({case.slo.key}), with what it puts in and what comes out, as described at digest "
        f"{case.digest}."
    )


def policy_statement(version: PolicyVersion, *, name: str, seat: HeldSeat, column: str) -> str:
    """“I, Maria Oliveira, Product Owner of E-42, agree for product to version 2 of POL-1 …”"""
    policy = version.policy
    return (
        f"I, {signer(name=name, seat=seat)}, agree for {column_words(column)} to version {version.number} of "
        f"the error-budget policy {policy.key} of {policy.scope.key}, as described at digest {version.digest}."
    )
