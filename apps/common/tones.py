"""How a state looks: its tone, its icon and its word. State is never by color alone.

Data, no code: the one palette of five meanings, and which stored state has which. A room adds a line here
when it adds a state.
"""

from typing import Literal, NamedTuple

ToneName = Literal["good", "attention", "bad", "neutral", "info"]


class Tone(NamedTuple):
    """One state's look: the class of its color, the symbol of the sprite, the word for readers."""

    name: ToneName
    icon: str
    word: str


TONES: dict[str, Tone] = {
    # The five meanings themselves; the word is given beside them.
    "good": Tone("good", "good", "Good"),
    "attention": Tone("attention", "attention", "Attention"),
    "bad": Tone("bad", "bad", "Bad"),
    "neutral": Tone("neutral", "neutral", "Neutral"),
    "info": Tone("info", "info", "Note"),
    # Stories
    "DRAFT": Tone("neutral", "draft", "Draft"),
    "READY": Tone("info", "ready", "Ready"),
    "BROKEN": Tone("attention", "broken", "Broken by edit"),
    "FAILING": Tone("bad", "bad", "Failing"),
    "PASSING": Tone("good", "good", "Passing"),
    "SIGNED": Tone("good", "sign", "Signed"),
    "ARCHIVED": Tone("neutral", "archive", "Archived"),
    # Epics
    "DRIFTED": Tone("attention", "drift", "Signed, drifted"),
    "REGRESSED": Tone("bad", "regress", "Regressed"),
    "BLOCKED": Tone("attention", "lock", "Blocked"),
    "OPEN": Tone("info", "neutral", "Open"),
    "READY_WITH_EXCEPTIONS": Tone("info", "waived", "Ready, with exceptions"),
    "ACCEPT": Tone("good", "sign", "Accepted"),
    "ACCEPT_WITH_EXCEPTIONS": Tone("good", "waived", "Accepted with exceptions"),
    "REJECT": Tone("bad", "bad", "Rejected"),
    "REJECTED": Tone("bad", "bad", "Rejected"),
    # Criteria of a gate
    "MET": Tone("good", "good", "Met"),
    "UNMET": Tone("bad", "bad", "Not met"),
    "WAIVED": Tone("attention", "waived", "Waived"),
    "UNKNOWN": Tone("neutral", "unknown", "Unknown"),
    # Results of scenarios and runs
    "PASSED": Tone("good", "good", "Passed"),
    "FAILED": Tone("bad", "bad", "Failed"),
    "ERROR": Tone("bad", "attention", "Error"),
    "SKIPPED": Tone("neutral", "skipped", "Skipped"),
    "PENDING": Tone("neutral", "clock", "Pending"),
    "UNDEFINED": Tone("bad", "unknown", "Undefined"),
    "AMBIGUOUS": Tone("bad", "dependency", "Ambiguous"),
    "STALE": Tone("attention", "clock", "Stale"),
    "INCOMPLETE": Tone("neutral", "clock", "Incomplete"),
    "NO_STEPS": Tone("neutral", "unknown", "No steps"),
    "NO_DATA": Tone("neutral", "unknown", "No data"),
    # Seats, people, exceptions, requests
    "VACANT": Tone("attention", "unknown", "Vacant"),
    "CONFLICT": Tone("bad", "attention", "Conflict"),
    "ACTIVE": Tone("good", "good", "Active"),
    "INACTIVE": Tone("neutral", "archive", "Inactive"),
    "ENDED": Tone("neutral", "archive", "Ended"),
    "ASKED": Tone("info", "clock", "Asked for"),
    "GRANTED": Tone("good", "good", "Granted"),
    "EXPIRED": Tone("attention", "clock", "Expired"),
    "WITHDRAWN": Tone("neutral", "archive", "Withdrawn"),
    "ATTESTED": Tone("good", "good", "Attested"),
    "HARD": Tone("neutral", "dependency", "Hard"),
    "SOFT": Tone("neutral", "dependency", "Soft"),
    # Error budgets
    "AMPLE": Tone("good", "good", "Ample"),
    "FAIR": Tone("good", "good", "Fair"),
    "HALF": Tone("attention", "attention", "Below half"),
    "LOW": Tone("attention", "attention", "Low"),
    "EXHAUSTED": Tone("bad", "bad", "Exhausted"),
    "NO_BUDGET": Tone("info", "good", "Nothing may fail"),
    # Decisions on error budgets, and freezes
    "EPISODE": Tone("bad", "attention", "Burned in one episode"),
    "SURPLUS": Tone("info", "neutral", "Budget left over"),
    "DECIDED": Tone("good", "sign", "Decided"),
    "OVERDUE": Tone("bad", "clock", "Overdue"),
    "FROZEN": Tone("attention", "lock", "Changes stopped"),
    "AGREE": Tone("good", "sign", "Agrees"),
    "DISSENT": Tone("attention", "attention", "Dissents"),
    # Kinds of teams and scopes
    "STREAM": Tone("neutral", "team", "Stream-aligned"),
    "PLATFORM": Tone("neutral", "service", "Platform"),
    "ORGANIZATION": Tone("neutral", "organization", "Organization"),
    "INITIATIVE": Tone("neutral", "epic", "Initiative"),
    "EPIC": Tone("neutral", "epic", "Epic"),
    "TEAM": Tone("neutral", "team", "Team"),
    "SERVICE": Tone("neutral", "service", "Service"),
    # Work in the background, checks of the log
    "WAITING": Tone("neutral", "clock", "Waiting"),
    "RUNNING": Tone("info", "run", "Running"),
    "DONE": Tone("good", "good", "Done"),
    "REFUSED": Tone("bad", "bad", "Refused"),
    "STOPPED": Tone("bad", "bad", "Stopped"),
    "CANCELED": Tone("neutral", "archive", "Canceled"),
    "VERIFIED": Tone("good", "audit", "Verified"),
    "TAMPERED": Tone("bad", "attention", "Changed"),
    "DEMO": Tone("info", "flask", "Demo data"),
}


def tone_of(state: object) -> Tone:
    """The look of a stored state or of one of the five meanings.

    A member of Django's choices brings its own word. A state nobody listed is neutral and says its name.
    """
    name = str(getattr(state, "value", state))
    tone = TONES.get(name) or TONES.get(name.upper()) or Tone("neutral", "neutral", name.replace("_", " ").capitalize())
    label = getattr(state, "label", "")
    return tone._replace(word=str(label)) if label else tone
