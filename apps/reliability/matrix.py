"""What may be decided, and what speaks for it: data, no code beyond looking it up.

Google, The Site Reliability Workbook: ch. 2 (the decision matrix, table 2-5) and appendix B (the error budget policy:
what is stopped, which causes oblige). How much a policy allows stands in the policy, not here.
"""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Of toil, and of how satisfied users are."""

    LOW = "LOW"
    HIGH = "HIGH"


class Recommendation(StrEnum):
    """What the matrix recommends."""

    RELAX_RELEASES_OR_STEP_BACK = "RELAX_RELEASES_OR_STEP_BACK"
    TIGHTEN_SLO = "TIGHTEN_SLO"
    CUT_ALERTS_OR_LOOSEN_AND_FIX = "CUT_ALERTS_OR_LOOSEN_AND_FIX"
    LOOSEN_SLO = "LOOSEN_SLO"
    RAISE_ALERT_SENSITIVITY = "RAISE_ALERT_SENSITIVITY"
    OFFLOAD_TOIL_AND_FIX = "OFFLOAD_TOIL_AND_FIX"


class DecisionKind(StrEnum):
    """Why a decision is open."""

    BROKEN = "BROKEN"
    EPISODE = "EPISODE"
    SURPLUS = "SURPLUS"


class Option(StrEnum):
    """What may be decided."""

    STOP = "STOP"
    KEEP = "KEEP"
    CHANGE = "CHANGE"
    BREAK = "BREAK"
    SHIP = "SHIP"
    MOVE = "MOVE"


class Duty(StrEnum):
    """What a kind of decision asks for besides, whatever is decided."""

    POSTMORTEM = "POSTMORTEM"


class Cause(StrEnum):
    """What used the budget."""

    OWN_BUG_OR_PROCEDURE = "OWN_BUG_OR_PROCEDURE"
    SOFT_DEPENDENCY_WAS_HARD = "SOFT_DEPENDENCY_WAS_HARD"
    MISCATEGORIZED = "MISCATEGORIZED"
    COMPANY_NETWORK = "COMPANY_NETWORK"
    FROZEN_TEAM = "FROZEN_TEAM"
    OUT_OF_SCOPE_LOAD = "OUT_OF_SCOPE_LOAD"
    MISCATEGORIZED_NO_IMPACT = "MISCATEGORIZED_NO_IMPACT"


@dataclass(frozen=True)
class Row:
    """One row of the matrix: what is the case, what is recommended."""

    slo_met: bool
    toil: Level
    satisfaction: Level
    recommendation: Recommendation

    @property
    def words(self) -> str:
        """Such as “SLO missed, toil high, users satisfied: loosen the SLO.”"""
        slo = "met" if self.slo_met else "missed"
        users = "satisfied" if self.satisfaction is Level.HIGH else "not satisfied"
        words = RECOMMENDATION_WORDS[self.recommendation]
        return f"SLO {slo}, toil {self.toil.lower()}, users {users}: {words[0].lower()}{words[1:]}"


@dataclass(frozen=True)
class Choice:
    """One option on the page of a decision: its title, and what it means."""

    option: Option
    title: str
    words: str
    freezes: bool = False  # a freeze is laid on the scope
    needs_reason: bool = False  # may not be chosen without saying why
    moves_target: bool = False  # a new version of the SLO comes of it


@dataclass(frozen=True)
class CauseClass:
    """A class of causes: whether it obliges the team to act by the policy, and how it is explained."""

    cause: Cause
    obliges: bool
    title: str
    words: str


RECOMMENDATION_WORDS = {
    Recommendation.RELAX_RELEASES_OR_STEP_BACK: (
        "Relax how changes are released and ship faster, or step back and give the time to services that need it more."
    ),
    Recommendation.TIGHTEN_SLO: "Tighten the SLO: users are less satisfied than it says.",
    Recommendation.CUT_ALERTS_OR_LOOSEN_AND_FIX: (
        "Make alerts less sensitive where they ring for nothing; else loosen the SLO for a time and fix the causes."
    ),
    Recommendation.LOOSEN_SLO: "Loosen the SLO: users are satisfied with less than it says.",
    Recommendation.RAISE_ALERT_SENSITIVITY: "Make alerts more sensitive: users notice what they miss.",
    Recommendation.OFFLOAD_TOIL_AND_FIX: ("Offload toil and fix the product, or have it mend its failures by itself."),
}

MATRIX = (
    Row(True, Level.LOW, Level.HIGH, Recommendation.RELAX_RELEASES_OR_STEP_BACK),
    Row(True, Level.LOW, Level.LOW, Recommendation.TIGHTEN_SLO),
    Row(True, Level.HIGH, Level.HIGH, Recommendation.CUT_ALERTS_OR_LOOSEN_AND_FIX),
    Row(True, Level.HIGH, Level.LOW, Recommendation.TIGHTEN_SLO),
    Row(False, Level.LOW, Level.HIGH, Recommendation.LOOSEN_SLO),
    Row(False, Level.LOW, Level.LOW, Recommendation.RAISE_ALERT_SENSITIVITY),
    Row(False, Level.HIGH, Level.HIGH, Recommendation.LOOSEN_SLO),
    Row(False, Level.HIGH, Level.LOW, Recommendation.OFFLOAD_TOIL_AND_FIX),
)

KIND_WORDS = {
    DecisionKind.BROKEN: "The error budget is used up: the SLO is missed.",
    DecisionKind.EPISODE: "One episode of burning used more of the budget than the policy allows.",
    DecisionKind.SURPLUS: "More of the budget was left than the policy wants, in two full windows in a row.",
}

_STOP = Choice(
    Option.STOP,
    "Stop changes",
    "Nothing is released but urgent fixes and security fixes until the budget is kept again.",
    freezes=True,
)
_KEEP = Choice(
    Option.KEEP, "Keep shipping", "Changes go on. Say why, so that it can be judged later.", needs_reason=True
)
_CHANGE = Choice(
    Option.CHANGE,
    "Change the SLO",
    "The target is not the right one. A new version is agreed; the history of the old one stays as it was.",
    needs_reason=True,
    moves_target=True,
)
OPTIONS: dict[DecisionKind, tuple[Choice, ...]] = {
    DecisionKind.BROKEN: (_STOP, _KEEP, _CHANGE),
    DecisionKind.EPISODE: (_STOP, _KEEP, _CHANGE),
    DecisionKind.SURPLUS: (
        Choice(Option.BREAK, "Break ourselves on purpose", "A game day spends some of what is left, to learn from it."),
        Choice(Option.SHIP, "Ship more", "What is left pays for more, or bolder, changes."),
        Choice(
            Option.MOVE,
            "Move the SLO",
            "The target is not the right one: tighten it, or measure what users really feel.",
            needs_reason=True,
            moves_target=True,
        ),
    ),
}

DUTIES: dict[DecisionKind, tuple[Duty, ...]] = {
    DecisionKind.BROKEN: (),
    DecisionKind.EPISODE: (Duty.POSTMORTEM,),
    DecisionKind.SURPLUS: (),
}
DUTY_WORDS = {Duty.POSTMORTEM: "Write a postmortem with at least one action of top priority, whatever is decided."}

CAUSES = (
    CauseClass(
        Cause.OWN_BUG_OR_PROCEDURE,
        True,
        "Own bug or procedure",
        "A bug of ours, or a step of ours that went wrong.",
    ),
    CauseClass(
        Cause.SOFT_DEPENDENCY_WAS_HARD,
        True,
        "Soft dependency that was hard",
        "We failed because it failed, though we were to do without it.",
    ),
    CauseClass(
        Cause.MISCATEGORIZED,
        True,
        "Miscategorized errors",
        "Errors that users felt were not counted; with them the budget is used up.",
    ),
    CauseClass(
        Cause.COMPANY_NETWORK,
        False,
        "Company-wide network",
        "The network of the whole company failed.",
    ),
    CauseClass(
        Cause.FROZEN_TEAM,
        False,
        "Another team that is itself frozen",
        "A service of another team failed, which has stopped its own changes for it.",
    ),
    CauseClass(
        Cause.OUT_OF_SCOPE_LOAD,
        False,
        "Load out of scope",
        "Users beyond those whom the SLO is for, such as a load test, used the budget.",
    ),
    CauseClass(
        Cause.MISCATEGORIZED_NO_IMPACT,
        False,
        "Miscategorized, without user impact",
        "Errors were counted that no user felt.",
    ),
)

_ROWS = {(row.slo_met, row.toil, row.satisfaction): row for row in MATRIX}
_CAUSES = {found.cause: found for found in CAUSES}
_CHOICES = {found.option: found for choices in OPTIONS.values() for found in choices}


def recommend(slo_met: bool, toil: Level, satisfaction: Level) -> Row:
    """The row of the matrix that is the case, with what it recommends."""
    return _ROWS[slo_met, toil, satisfaction]


def options(kind: DecisionKind) -> tuple[Choice, ...]:
    """What may be decided in a decision of this kind."""
    return OPTIONS[kind]


def choice_of(option: str) -> Choice:
    """What an option means. Raises ValueError for what is none."""
    return _CHOICES[Option(option)]


def cause_class(cause: str) -> CauseClass:
    """How a class of causes is explained. Raises ValueError for what is none."""
    return _CAUSES[Cause(cause)]


def obliges(cause: Cause) -> bool:
    """Whether a cause of this class obliges the team to act by the policy."""
    return _CAUSES[cause].obliges
