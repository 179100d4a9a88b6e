"""Who may sign, attest, ask and grant, and when: sentences for the reader.

Every check returns the seat in which the person acts, for the log and the signature.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from django.utils import timezone

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import queries as delivery
from apps.delivery.models import NFR, Epic, Story
from apps.delivery.states import STORY_STATES, StoryState
from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.organization.models.seats import HeldSeat
from apps.organization.rights import RIGHTS
from apps.organization.roles import Role
from apps.signatures import rules as signatures
from apps.signatures.models import Signature
from apps.signoff import queries
from apps.signoff.criteria import CRITERIA
from apps.signoff.models import EpicSignOff, StorySignOff, Waiver
from apps.signoff.queries import Part
from apps.signoff.signed_already import SignedAlready
from apps.signoff.states import GateState
from apps.signoff.verdicts import Gate

LONGEST = timedelta(days=366)
MAX_WORDS = 4_000


def _seat(right: str, thing: str, verb: str, *scopes: Scope, by: Person) -> HeldSeat:
    seat = organization.seat_for(by, right, *scopes, fresh=True)
    if seat is None:
        roles = " or ".join(
            sorted(role.label for role in RIGHTS[right]) if len(RIGHTS[right]) < 4 else ["member of the nine seats"]
        )
        article = "an" if roles.startswith(("E", "SRE")) else "a"
        raise NotAllowed(f"Only {article} {roles} of {thing} may {verb}, and you hold no such seat today.")
    return seat


def _both(by: Person, seat: HeldSeat) -> set[int]:
    """Who acts, and whose seat it is: a delegate is bound by the rules for both."""
    return {by.pk} | ({seat.delegated_by_id} if seat.delegated_by_id else set())


def _part_of(side: set[int], parts: Iterable[Part]) -> Part | None:
    """The first of them that one of `side` had a hand in."""
    return next((part for part in parts if side & {part.by, part.delegated_by}), None)


def _check_in_work(epic: Epic) -> None:
    if epic.archived_at:
        raise Refused(f"{epic.key} is archived: nothing in it is signed, attested or asked for any more.")


# --- Stories ------------------------------------------------------------------------------------


def check_may_sign_off_story(*, story: Story, by: Person) -> HeldSeat:
    """Raises NotAllowed for whoever is no analyst of the story, wrote its meaning, recorded by hand that it passes or
    accepted its epic, Refused for archived ones.
    """
    seat = _seat("signoff.sign_story", story.key, "sign it", *delivery.story_scopes(story), by=by)
    signatures.check_signing_is_open(by=by, now=timezone.now())
    _check_in_work(story.epic)
    if story.archived_at:
        raise Refused(f"{story.key} is archived and can no longer be signed.")
    acceptance = queries.latest_acceptance(story.epic) if story.epic.signed_promise else None
    check_took_no_part(
        story=story,
        seat=seat,
        by=by,
        authors=queries.meaning_authors([story]).get(story.pk, set()),
        tried=queries.tried_by_hand([story]).get(story.pk, []),
        accepted=acceptance.signature if acceptance else None,
    )
    return seat


def check_took_no_part(
    *, story: Story, seat: HeldSeat, by: Person, authors: set[int], tried: list[Part], accepted: Signature | None
) -> None:
    """Raises NotAllowed for whoever wrote the story's meaning, recorded by hand that it passes (`tried`) or accepted
    its epic; likewise where whose seat it is did, or a delegate of either.
    """
    side = _both(by, seat)
    if authors & side:
        raise NotAllowed(
            f"Who last edited a story does not sign it, nor whose delegate did: let another analyst sign {story.key}."
        )
    if part := _part_of(side, tried):
        doer = seat.doer(part.by, part.delegated_by, actor=by.pk)
        raise NotAllowed(
            f"Who recorded by hand that a story passes does not sign it: {story.key} stands on {part.key}, "
            f"which {doer} recorded. Let another analyst sign it."
        )
    if accepted is not None and accepted.side & side:
        raise NotAllowed(
            f"Who accepted an epic does not sign its stories as analyst: {story.epic.key} carries receipt "
            f"{accepted.key}. Let another analyst sign {story.key}."
        )


def check_story_is_signable(*, story: Story) -> None:
    """Raises SignedAlready where somebody accepted just this text, Refused where it cannot be accepted as it stands."""
    if story.is_signed:
        acceptance = queries.story_acceptance(story)
        if acceptance is None:
            raise Refused(f"{story.key} is already signed at this text.")
        raise SignedAlready(f"{story.key} is already signed at this text", signature=acceptance.signature)
    state = StoryState(story.state)
    if state != StoryState.PASSING:
        meaning, step, role = STORY_STATES[state]
        raise Refused(f"{story.key} is {state.label.lower()}: {meaning} Next: {step.lower()} ({role}).")


def check_story_meaning(*, meaning: str, comment: str) -> StorySignOff.Meaning:
    """Raises BadInput for an unknown meaning, or a rejection without a reason."""
    return StorySignOff.Meaning(_meaning(meaning, StorySignOff.Meaning.values, comment))


# --- Epics --------------------------------------------------------------------------------------


def check_may_sign_off_epic(*, epic: Epic, by: Person) -> HeldSeat:
    """Raises NotAllowed for whoever is no product owner of the epic or signed its stories as analyst, Refused for
    archived ones.
    """
    seat = _seat("signoff.sign_epic", epic.key, "sign it", epic.scope, by=by)
    signatures.check_signing_is_open(by=by, now=timezone.now())
    _check_in_work(epic)
    check_signed_no_story(epic=epic, seat=seat, by=by, signed=queries.signed_stories([epic], side=_both(by, seat)))
    return seat


def check_signed_no_story(*, epic: Epic, seat: HeldSeat, by: Person, signed: dict[int, list[Part]]) -> None:
    """Raises NotAllowed where `signed` holds a story of the epic that `by` or whose seat it is signed, or a delegate
    of one of them.
    """
    side = _both(by, seat)
    story = _part_of(side, signed.get(epic.pk, ()))
    if story is None:
        return
    if story.by == by.pk:
        whose = "your signature"
    elif story.delegated_by == by.pk:
        whose = "a signature given in your seat"
    else:
        given = "a signature given in the seat" if story.delegated_by in side else "the signature"
        whose = f"{given} of {seat.delegated_by_name}, for whom you act"
    raise NotAllowed(
        f"Who signed a story of an epic as analyst does not sign the epic: {story.key} carries {whose}. "
        "Another product owner can sign."
    )


def check_epic_meaning(*, meaning: str, comment: str) -> EpicSignOff.Meaning:
    """Raises BadInput for an unknown meaning, or a rejection without a reason."""
    return EpicSignOff.Meaning(_meaning(meaning, EpicSignOff.Meaning.values, comment))


def check_gate_allows(*, epic: Epic, gate: Gate, meaning: str) -> None:
    """Raises Refused where the gate does not allow this meaning. A rejection is always allowed."""
    if meaning == EpicSignOff.Meaning.REJECT:
        return
    if not epic.story_count:
        raise Refused(f"{epic.key} has no stories: there is nothing to accept.")
    blocker = gate.blocker
    if blocker is not None:
        raise Refused(f"{epic.key} cannot be accepted yet. {blocker.title}: {blocker.verdict.words}.")
    if meaning == EpicSignOff.Meaning.ACCEPT and gate.state == GateState.READY_WITH_EXCEPTIONS:
        waived = gate.waived[0]
        raise Refused(f"{waived.title}: {waived.verdict.words}. Accept with exceptions, or see that it is met first.")
    if meaning == EpicSignOff.Meaning.ACCEPT_WITH_EXCEPTIONS and gate.state == GateState.READY:
        raise Refused("Every criterion is met and nothing is waived: accept the delivery instead.")


def check_not_signed_already(*, epic: Epic, promise: str, meaning: str) -> None:
    """Raises SignedAlready where just this promise is accepted already, and all it rests on."""
    if meaning == EpicSignOff.Meaning.REJECT or epic.signed_promise != promise or queries.rejected_since(epic):
        return
    acceptance = queries.latest_acceptance(epic)
    if acceptance is not None:
        raise SignedAlready(f"{epic.key} is already signed at just this promise", signature=acceptance.signature)


def _meaning(meaning: str, known: list[str], comment: str) -> str:
    if meaning not in known:
        raise BadInput("Choose what your signature means.")
    if meaning == "REJECT" and not comment.strip():
        raise BadInput("Say why you reject it: the reason becomes a comment.")
    return meaning


# --- NFRs ---------------------------------------------------------------------------------------


def check_may_attest_nfr(*, nfr: NFR, by: Person) -> HeldSeat:
    """Raises NotAllowed for whoever is no SRE lead of the epic, Refused for archived NFRs and those judged by facts."""
    seat = _seat("signoff.attest_nfr", nfr.epic.key, f"attest {nfr.key}", nfr.epic.scope, by=by)
    _check_in_work(nfr.epic)
    if nfr.archived_at:
        raise Refused(f"{nfr.key} is archived and can no longer be attested.")
    if nfr.kind != NFR.Kind.ATTESTED:
        raise Refused(f"Nobody attests {nfr.key}: it is met where {nfr.judged_by}.")
    return seat


def check_until(until_on: date, *, today: date, what: str) -> None:
    """Raises BadInput for a last day that is past or more than a year away."""
    if until_on < today:
        raise BadInput(f"{what} cannot end in the past: {until_on.isoformat()} is before today.")
    if until_on > today + LONGEST:
        raise BadInput(f"{what} lasts a year at most: choose a day until {(today + LONGEST).isoformat()}.")


def check_words(words: str, *, what: str) -> None:
    """Raises BadInput where the words that make an act understandable are missing."""
    if not words.strip():
        raise BadInput(f"{what} is needed: others must be able to understand it later.")


# --- Waivers ------------------------------------------------------------------------------------


def check_may_ask_waiver(*, epic: Epic, by: Person) -> HeldSeat:
    """Raises NotAllowed for whoever holds none of the nine seats on the epic."""
    seat = _seat("signoff.ask_waiver", epic.key, "ask for a waiver", epic.scope, *_team_scopes(epic), by=by)
    _check_in_work(epic)
    return seat


def check_criterion(name: str, *, subject: str, epic: Epic) -> None:
    """Raises BadInput where there is no such criterion, or the subject is no NFR of the epic."""
    if name not in {item.name for item in CRITERIA}:
        raise BadInput("Choose the criterion that may be unmet.")
    if subject and not (name == "nfrs_attested" and delivery.active_nfrs(epic).filter(key=subject).exists()):
        raise BadInput(f"{subject} is no NFR of {epic.key}.")


def check_may_grant_waiver(*, waiver: Waiver, by: Person) -> HeldSeat:
    """Raises NotAllowed for the asker and for whoever holds neither seat, Refused for what is decided or archived."""
    _seat("signoff.grant_waiver", waiver.epic.key, "decide on a waiver", waiver.epic.scope, by=by)
    _check_in_work(waiver.epic)
    if waiver.state != Waiver.State.ASKED:
        raise Refused(f"{waiver.key} is {waiver.get_state_display().lower()} already.")
    seats = _deciding_seats(waiver, by=by)
    if not seats:
        raise NotAllowed("Who asks for a waiver does not decide on it.")
    return seats[0]


def _deciding_seats(waiver: Waiver, *, by: Person) -> list[HeldSeat]:
    """Own seats first; none of the asker's, in which a delegate would decide for them."""
    roles, scopes = RIGHTS["signoff.grant_waiver"], waiver.epic.scope.path_ids()
    return [
        seat
        for seat in organization.held_seats(by)
        if seat.role in roles and seat.scope_id in scopes and not waiver.side & _both(by, seat)
    ]


def check_grant_seat(*, waiver: Waiver, by: Person) -> HeldSeat:
    """The seat in which this yes counts. Raises Refused for a second yes of one person, or in one role."""
    grants = list(waiver.grants.select_related("granted_by"))
    if by.pk in {grant.granted_by_id for grant in grants}:
        raise Refused(f"You have said yes to {waiver.key}; the second yes is another person's.")
    for grant in grants:
        if grant.delegated_by_id == by.pk:
            raise Refused(
                f"{grant.granted_by.name} has said yes to {waiver.key} in your seat: the second is another person's."
            )
    given = {grant.role: grant.granted_by for grant in grants}
    said = {person for grant in grants for person in grant.side}
    for seat in _deciding_seats(waiver, by=by):
        if seat.role not in given and not said & _both(by, seat):
            return seat
    words = " and ".join(f"{Role(role).label} has said yes already ({person.name})" for role, person in given.items())
    raise Refused(f"{words}; the other seat's yes is missing.")


def check_may_withdraw_waiver(*, waiver: Waiver, by: Person) -> None:
    """Raises NotAllowed for anybody but the asker."""
    if waiver.asked_by_id != by.pk:
        raise NotAllowed(f"Only {waiver.asked_by.name}, who asked for {waiver.key}, may withdraw it.")
    if waiver.state != Waiver.State.ASKED:
        raise Refused(f"{waiver.key} is {waiver.get_state_display().lower()} already.")


# --- Requests -----------------------------------------------------------------------------------


def check_may_request_sign_off(
    *, thing: Epic | Story, scopes: tuple[Scope, ...], right: str, of: Person, by: Person
) -> HeldSeat:
    """Raises NotAllowed for whoever holds no seat here, Refused for archived things, BadInput where the person asked
    could not sign.
    """
    seat = _seat("signoff.request_sign_off", thing.key, "ask for a signature", *scopes, by=by)
    _check_in_work(thing if isinstance(thing, Epic) else thing.epic)
    if thing.archived_at:
        raise Refused(f"{thing.key} is archived and can no longer be signed.")
    if of.pk == by.pk:
        raise BadInput("Ask somebody else: you can sign yourself without a request.")
    if organization.seat_for(of, right, *scopes) is None:
        raise BadInput(f"{of.name} holds no seat that could sign this.")
    return seat


def _team_scopes(epic: Epic) -> tuple[Scope, ...]:
    return (epic.team.scope,) if epic.team else ()
