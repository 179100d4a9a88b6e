"""Decisions with their words, as pages print them."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from apps.common.instants import parse_instant
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat
from apps.organization.roles import Column
from apps.reliability import matrix, showing, windows
from apps.reliability.matrix import CauseClass, Choice, DecisionKind
from apps.reliability.models import Decision, DecisionProposal, DecisionSignature, PolicyVersion
from apps.reliability.percent import percent
from apps.signatures.models import Signature


@dataclass(frozen=True)
class Line:
    """One decision in a list."""

    decision: Decision
    choice: Choice | None
    is_overdue: bool

    @property
    def shown_state(self) -> object:
        """Its state, or that it is overdue."""
        return "OVERDUE" if self.is_overdue else Decision.State(self.decision.state)

    @property
    def shown_kind(self) -> Decision.Kind:
        return Decision.Kind(self.decision.kind)


@dataclass(frozen=True)
class ColumnShown:
    """One of the three columns on a page that is signed; `signature` is None where nobody has signed for it."""

    column: Column
    signature: Signature | None
    agrees: bool
    is_vacant: bool


@dataclass(frozen=True)
class ProposalShown:
    """A proposal with its words."""

    proposal: DecisionProposal
    choice: Choice
    cause: CauseClass | None
    recommended: str
    columns: list[ColumnShown]

    @property
    def is_lost(self) -> bool:
        """Whether two dissented, so that it can no longer be decided."""
        return sum(one.signature is not None and not one.agrees for one in self.columns) > 1


def line_of(decision: Decision, *, today: date) -> Line:
    """A decision as lists show it."""
    is_overdue = decision.state == Decision.State.OPEN and decision.due_on < today
    return Line(decision, matrix.choice_of(decision.decided.option) if decision.decided else None, is_overdue)


def proposal_shown(proposal: DecisionProposal, *, vacant: set[Column] | None = None) -> ProposalShown:
    """A proposal as pages print it."""
    row = None
    if proposal.recommendation:
        levels = matrix.Level(proposal.toil), matrix.Level(proposal.satisfaction)
        row = matrix.recommend(proposal.slo_met, *levels)
    by_column = {one.column: one for one in proposal.signatures.all()}
    return ProposalShown(
        proposal,
        matrix.choice_of(proposal.option),
        matrix.cause_class(proposal.cause) if proposal.cause else None,
        row.words if row else "",
        [_column(column, by_column.get(column), vacant or set()) for column in Column],
    )


def policy_columns(version: PolicyVersion, *, vacant: set[Column] | None = None) -> list[ColumnShown]:
    """Who agreed to a version, by column."""
    signed = {one.column: one.signature for one in version.signatures.all()}
    return [ColumnShown(column, signed.get(column), True, column in (vacant or set())) for column in Column]


def _column(column: Column, signed: DecisionSignature | None, vacant: set[Column]) -> ColumnShown:
    return ColumnShown(column, signed.signature if signed else None, bool(signed and signed.agrees), column in vacant)


def told_lines(decision: Decision) -> list[tuple[str, str]]:
    """The figures at opening, in words."""
    told = decision.told
    lines = [
        ("Target", f"{_percent(told.get('target'))} over {_window(told.get('window'))}, version {told.get('version')}"),
        ("Counted", f"{told.get('good', 0):,} good of {told.get('total', 0):,} events as of {_at(told.get('as_of'))}"),
        ("Budget left", _percent(told.get("remaining"))),
    ]
    burn = told.get("burn") or {}
    rates = [f"{_rate(rate)} over {name}" for name, rate in sorted(burn.items(), key=_minutes) if rate]
    if rates:
        lines.append(("Burn rate", ", ".join(rates)))
    return lines + _cause_lines(told.get("cause") or {}) + [("Terms", str(told.get("policy", "")))]


def _cause_lines(cause: dict[str, Any]) -> list[tuple[str, str]]:
    lines = []
    if isinstance(episode := cause.get("episode"), dict):
        used = f"{episode.get('bad')} bad events, {_percent(episode.get('share'))} of four weeks' budget"
        lines.append(("Episode", f"{_at(episode.get('start'))} to {_at(episode.get('end'))}: {used}"))
    if isinstance(spans := cause.get("windows"), list):
        lines += [
            ("Full window", f"{_at(one.get('start'))} to {_at(one.get('end'))}: {_percent(one.get('left'))} left")
            for one in spans
        ]
    return lines


def _percent(share: object) -> str:
    if share is None:
        return "no data"
    return "more than all" if share == "infinite" else showing.signed_percent(Fraction(str(share)))


def _minutes(burn: tuple[str, Any]) -> int:
    name = burn[0]
    return int(name[:-1]) * (60 if name.endswith("h") else 1)


def _rate(rate: str) -> str:
    return "∞" if rate == "infinite" else f"{float(rate):.3g}"


def _window(text: object) -> str:
    return windows.parse(str(text)).words


def _at(text: object) -> str:
    at: datetime = parse_instant(str(text))
    return f"{at:%-d %b %Y %H:%M} UTC"


def what_follows(decision: Decision, terms_words: str) -> list[str]:
    """What a decision of this kind obliges to, by the policy and whatever is decided."""
    kind = DecisionKind(decision.kind)
    return [words for words in (terms_words, *(matrix.DUTY_WORDS[duty] for duty in matrix.DUTIES[kind])) if words]


def share_words(share: Fraction) -> str:
    """Such as "20 %"."""
    return percent(share, 2)


def may_sign_for(seats: dict[Column, HeldSeat], columns: list[ColumnShown]) -> list[Column]:
    """Columns for which somebody with these seats could be asked, unsigned ones first."""
    open_first = sorted(columns, key=lambda one: one.signature is not None)
    return [one.column for one in open_first if one.column in seats] + [
        one.column for one in open_first if one.is_vacant and Column.SRE in seats and one.column not in seats
    ]


def first_asked(seats: dict[Column, HeldSeat], columns: list[ColumnShown]) -> Column:
    """The column for which somebody with these seats is asked first; product where they speak for none."""
    return next(iter(may_sign_for(seats, columns)), Column.PRODUCT)


def own_signature(person: Person, columns: list[ColumnShown]) -> Signature | None:
    """The one that they gave, or that a delegate gave in their seat: nobody signs twice."""
    return next((one.signature for one in columns if one.signature and person.pk in one.signature.side), None)
