"""The sentences that are signed, as printed above the button and kept with the signature."""

from apps.delivery.models import Epic, Story
from apps.organization.models.seats import HeldSeat
from apps.signoff.models import EpicSignOff, StorySignOff

_EPIC = {
    EpicSignOff.Meaning.ACCEPT: "accept the delivery of",
    EpicSignOff.Meaning.ACCEPT_WITH_EXCEPTIONS: "accept, with the exceptions listed, the delivery of",
    EpicSignOff.Meaning.REJECT: "reject the delivery of",
}
_STORY = {
    StorySignOff.Meaning.ACCEPT: "accept",
    StorySignOff.Meaning.REJECT: "reject",
}


def signer(*, name: str, seat: HeldSeat) -> str:
    """“Maria Oliveira, Product Owner of E-42”: who states it, as the sentence begins."""
    return f"{name}, {seat.words}"


def epic_statement(*, epic: Epic, name: str, seat: HeldSeat, meaning: str, dossier: str, exceptions: int) -> str:
    """“I, Maria Oliveira, Product Owner of E-42, accept the delivery of …, as described in dossier …”"""
    does = _EPIC[EpicSignOff.Meaning(meaning)]
    if meaning == EpicSignOff.Meaning.ACCEPT_WITH_EXCEPTIONS:
        count = "one exception" if exceptions == 1 else f"{exceptions} exceptions"
        does = f"accept with {count} the delivery of"
    return f"I, {signer(name=name, seat=seat)}, {does} “{epic.title}” ({epic.key}) as described in dossier {dossier}."


def story_statement(*, story: Story, name: str, seat: HeldSeat, meaning: str) -> str:
    """“I, Ruth Diaz, Business Analyst of E-42, accept “Pay with a stored card” (S-340) at the digest …”"""
    return (
        f"I, {signer(name=name, seat=seat)}, {_STORY[StorySignOff.Meaning(meaning)]} “{story.title}” ({story.key}) "
        f"as its text says at digest {story.digest}."
    )
