"""Decisions on error budgets that wait for a word, or that somebody owns."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from apps.desk.greeting import joined
from apps.desk.queries.places import Places
from apps.desk.queries.sections import Section, cut
from apps.organization.models import Person
from apps.organization.rights import RIGHTS
from apps.organization.roles import GRID, Layer
from apps.reliability import queries as reliability
from apps.reliability.models import Decision
from apps.reliability.queries import DECIDES, Missing, Step, Waiting

_DECIDING = RIGHTS[DECIDES]


@dataclass(frozen=True)
class DecisionRow:
    """A decision, since when or until when it waits, what for, and who can move it."""

    decision: Decision
    state: str
    words: str
    waits_for: str
    act: str
    url_name: str


def decisions_due(person: Person, places: Places, *, on: date, limit: int) -> Section[DecisionRow]:
    """Decisions to propose in, to sign, overdue, or one's own without an outcome, where a seat of theirs decides."""
    delivers = [role for role in _DECIDING if GRID[role].layer == Layer.DELIVERY]
    by_tree = places.reach(*_DECIDING).condition("slo__scope")
    by_team = Q(slo__scope__worked_by__in=places.reach(*delivers).ids)
    found = reliability.decisions_waiting(person, by_tree | by_team, hidden=places.hidden, on=on)
    return cut([_row(one) for one in found], limit)


def _row(one: Waiting) -> DecisionRow:
    decision = one.decision
    state, words = ("OVERDUE", "Overdue since") if one.is_overdue else ("OPEN", "Due")
    dated = f"{words} {decision.due_on:%-d %b}"
    match one.step:
        case Step.PROPOSE:
            waits_for = "Nothing is proposed that can be signed; each of the three may propose"
            return DecisionRow(decision, state, dated, waits_for, "Propose", "reliability:decision_detail")
        case Step.SIGN:
            waits_for = f"Your signature for {joined([column.short for column in one.columns])}"
            others = [missing for missing in one.missing if missing.column not in one.columns]
            note = f"{waits_for}; then {_names(others)}" if others else waits_for
            return DecisionRow(decision, state, dated, note, "Read and sign", "reliability:decision_sign")
        case Step.OTHERS:
            waits_for = f"Waits for {_names(one.missing)}"
            return DecisionRow(decision, state, dated, waits_for, "Open", "reliability:decision_detail")
    return _own(decision)


def _own(decision: Decision) -> DecisionRow:
    ended = decision.state == Decision.State.EXPIRED
    words = f"{'Ended' if ended else 'Holds until'} {decision.expires_on:%-d %b}" if decision.expires_on else "Decided"
    return DecisionRow(
        decision,
        str(decision.state),
        words,
        "You own it: note what came of it",
        "Note what came of it",
        "reliability:decision_outcome",
    )


def _names(missing: tuple[Missing, ...] | list[Missing]) -> str:
    """Such as "Engineering (Jonas Weber)"; a column for which nobody speaks says so."""
    return joined([f"{one.column.short} ({', '.join(one.names[:3]) or 'nobody holds a seat'})" for one in missing])
