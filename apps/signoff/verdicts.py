"""Verdicts of criteria, and the gate they make together. Pure: what is judged stands in `criteria.py`."""

from dataclasses import dataclass, field

from apps.signoff.states import GateState, VerdictState


@dataclass(frozen=True)
class Verdict:
    """What the gate says of one criterion.

    `words` name no person (they are frozen in dossiers); `detail` and `owner`, who can move it, may. `url` leads to the
    rows behind it; `subject` is the key of the one thing in the way, where there is one.
    """

    state: VerdictState
    words: str
    owner: str = ""
    url: str = ""
    detail: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Judged:
    """A criterion with its verdict."""

    name: str
    title: str
    verdict: Verdict


@dataclass(frozen=True)
class Gate:
    """All criteria of one epic, judged at one instant."""

    judged: list[Judged] = field(default_factory=list)

    @property
    def state(self) -> GateState:
        states = {item.verdict.state for item in self.judged}
        if states & {VerdictState.UNMET, VerdictState.UNKNOWN} or not states:
            return GateState.BLOCKED
        return GateState.READY_WITH_EXCEPTIONS if VerdictState.WAIVED in states else GateState.READY

    @property
    def blocker(self) -> Judged | None:
        """The one thing in the way: the first criterion that is neither met nor waived."""
        blocked = {VerdictState.UNMET, VerdictState.UNKNOWN}
        return next((item for item in self.judged if item.verdict.state in blocked), None)

    @property
    def waived(self) -> list[Judged]:
        return [item for item in self.judged if item.verdict.state == VerdictState.WAIVED]

    @property
    def counts(self) -> list[tuple[VerdictState, int]]:
        """How many criteria are in each state that occurs, the best first."""
        return [
            (state, count)
            for state in VerdictState
            if (count := sum(item.verdict.state == state for item in self.judged))
        ]
