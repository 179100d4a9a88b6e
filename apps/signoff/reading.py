"""Rows for sign-off's pages: what is signed in full, what changed, who sits where. Reads only."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from apps.delivery import gherkin
from apps.delivery.difference import StoryDifference, difference
from apps.delivery.models import NFR, Epic, Story, StoryVersion
from apps.delivery.resting import ceiling_for
from apps.delivery.states import EpicState
from apps.organization import queries as organization
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat
from apps.organization.roles import Role
from apps.reliability import queries as reliability
from apps.reliability import showing
from apps.reliability.counts import HOUR
from apps.reliability.models import Decision
from apps.reliability.percent import percent
from apps.reliability.queries.budgets import Stood
from apps.reliability.showing import Shown
from apps.reliability.sla_lines import SLALine
from apps.signoff.dossier import read_dossier
from apps.signoff.facts import EpicFacts
from apps.signoff.models import EpicSignOff, NFRAttestation, Waiver
from apps.signoff.promise import Leaf, promise_difference
from apps.signoff.requirements import Requirement
from apps.signoff.states import VerdictState

SIGNING_ROLES = (Role.PRODUCT_OWNER, Role.SOLUTION_ARCHITECT, Role.SRE_LEAD, Role.BUSINESS_ANALYST)


def epic_state(epic: Epic, *, promise: str, rejected: Sequence[Story] = ()) -> EpicState:
    """The epic's state with the promise compared, not read from the column, which may lag by a minute.

    `rejected` are the stories rejected since it was accepted.
    """
    stored = EpicState(epic.state)
    if stored in {EpicState.SIGNED, EpicState.DRIFTED}:
        return EpicState.SIGNED if promise == epic.signed_promise and not rejected else EpicState.DRIFTED
    return stored


def signing_seat(epic: Epic, *, by: Person) -> HeldSeat | None:
    """The seat in which this person would sign the epic."""
    return organization.seat_for(by, "signoff.sign_epic", epic.scope)


@dataclass(frozen=True)
class SeatRow:
    """One role of the epic and who holds it."""

    role: Role
    people: list[Person]


def signing_seats(facts: EpicFacts) -> list[SeatRow]:
    """The seats that a sign-off of this epic needs, with their holders."""
    return [SeatRow(role, sorted(facts.holding(role), key=lambda person: person.name)) for role in SIGNING_ROLES]


@dataclass(frozen=True)
class NFRRow:
    """An NFR with the state that the gate sees it in, in words, and who can move it: "" where nobody need."""

    nfr: NFR
    attestation: NFRAttestation | None
    state: VerdictState
    words: str
    owner: str
    url: str
    waiver: Waiver | None


def nfr_rows(facts: EpicFacts, *, at: datetime) -> list[NFRRow]:
    """The epic's NFRs: met, unmet, waived, or unknown where nothing says, or no longer."""
    lasting = sorted(facts.waivers, key=lambda waiver: waiver.until_on)
    waivers = {waiver.subject: waiver for waiver in lasting if waiver.criterion == "nfrs_attested"}
    return [_nfr_row(one, waivers.get(one.nfr.key) or waivers.get(""), facts) for one in facts.requirements(at=at)]


def _nfr_row(one: Requirement, waiver: Waiver | None, facts: EpicFacts) -> NFRRow:
    attestation = facts.nfrs_known[one.nfr.pk].attestation
    if one.state == VerdictState.MET:
        return NFRRow(one.nfr, attestation, one.state, one.words, "", one.url, waiver)
    if waiver is None:
        return NFRRow(one.nfr, attestation, one.state, one.words, facts.holders(one.role), one.url, None)
    words = f"{one.words}; waived by {waiver.key} until {waiver.until_on:%d %b %Y}"
    return NFRRow(one.nfr, attestation, VerdictState.WAIVED, words, waiver.owner.name, one.url, waiver)


@dataclass(frozen=True)
class ContractRow:
    """An SLO of the epic, or of what it rests on, with where it stands; `kept` where it is out of budget and three
    seats decided to keep shipping, `ceiling` the target that the epic's ground allows, "" where it allows any; `slas`
    what was promised outside beside it.
    """

    shown: Shown
    stood: Stood
    kept: Decision | None
    ceiling: str
    slas: list[SLALine]

    @property
    def burn(self) -> str:
        """Of the last six hours; "" without data."""
        rate = self.shown.stands.burns.get(6 * HOUR) if self.shown.stands else None
        return "" if rate is None else f"burn {showing.burn_words(rate)} over 6 h"


@dataclass(frozen=True)
class Contract:
    """How dependable the epic promises to be, and what it rests on."""

    promised: list[ContractRow]
    below: list[ContractRow]


def contract(facts: EpicFacts, *, hidden: Collection[int], at: datetime) -> Contract:
    """Without SLOs of initiatives whose scopes are `hidden` from the reader; what is promised stands there once.

    Two queries: for the SLAs beside them, and what these have left.
    """
    below = [one.slo for one in facts.slos_below]
    promised = {one.slo.pk for one in facts.slos}
    rests_on = [one for one in facts.slos_below if one.slo.pk not in promised]
    readable = [one for one in rests_on if not {one.slo.scope_id, one.slo.scope.parent_id} & set(hidden)]
    slas = _slas_beside([one.slo.pk for one in [*facts.slos, *readable]], at=at)

    def row(one: Stood) -> ContractRow:
        most = ceiling_for(one.slo, below)
        kept = facts.kept_going.get(one.slo.pk) if one.is_exhausted else None
        allowed = "" if most is None else percent(most, 7)
        return ContractRow(showing.shown(one.slo, at=at), one, kept, allowed, slas.get(one.slo.pk, []))

    return Contract([row(one) for one in facts.slos], [row(one) for one in readable])


def _slas_beside(slo_ids: Collection[int], *, at: datetime) -> dict[int, list[SLALine]]:
    """By SLO: what stands beside it and has not ended."""
    slas = reliability.slas_beside(slo_ids)
    gaps = reliability.gaps_of(slas, at=at)
    lines: dict[int, list[SLALine]] = {}
    for sla in slas:
        lines.setdefault(sla.slo_id, []).append(SLALine(sla, gaps[sla.pk]))
    return lines


@dataclass(frozen=True)
class ChangedStory:
    """A story whose meaning is not the one accepted before."""

    key: str
    title: str
    difference: StoryDifference


def story_differences(acceptance: EpicSignOff | None, leaves: Sequence[Leaf], *, limit: int) -> list[ChangedStory]:
    """What changed in meaning since the acceptance, for at most `limit` stories. One query."""
    if acceptance is None:
        return []
    accepted = read_dossier(bytes(acceptance.dossier.body)).leaves
    pairs = [pair for pair in promise_difference(accepted, leaves).changed if pair[1].type == "story"][:limit]
    if not pairs:
        return []
    digests = {leaf.digest for pair in pairs for leaf in pair}
    versions = StoryVersion.objects.filter(story__key__in=[new.key for _, new in pairs], digest__in=digests)
    texts = {(version.story.key, version.digest): version.text for version in versions.select_related("story")}
    return [ChangedStory(new.key, new.title, difference(_read(texts, old), _read(texts, new))) for old, new in pairs]


def changed_since_signature(stories: Iterable[Story]) -> dict[int, StoryDifference]:
    """By story: the difference in meaning to the text last signed, where it has another now. One query."""
    changed = [story for story in stories if story.signed_digest and not story.is_signed]
    if not changed:
        return {}
    signed = StoryVersion.objects.filter(
        story__in=[story.pk for story in changed], digest=F("story__signed_digest")
    ).order_by("number")
    texts = dict(signed.values_list("story", "text"))
    return {
        story.pk: difference(_feature(texts[story.pk]), _feature(story.version.text))
        for story in changed
        if story.version and story.pk in texts
    }


def _feature(text: str) -> gherkin.Feature | None:
    """None as well for a text that was changed outside the portal and is no story any more."""
    try:
        return gherkin.parse(text)
    except gherkin.NotGherkin:
        return None


def _read(texts: dict[tuple[str, str], str], leaf: Leaf) -> gherkin.Feature | None:
    text = texts.get((leaf.key, leaf.digest))
    return None if text is None else _feature(text)


def story_texts(epic: Epic) -> list[Story]:
    """Every story of the epic with its current text, as it is signed."""
    return list(Story.objects.active().filter(epic=epic).select_related("version", "signed_by").order_by("pk"))


def candidates(right: str, *, epic: Epic, story: Story | None = None) -> list[Person]:
    """Who could sign: holders of a seat that gives `right` on the epic, or on the story and its team."""
    from_scopes = [epic.scope]
    team = (story.team if story else None) or epic.team
    if story is not None and team is not None:
        from_scopes.append(team.scope)
    role = Role.PRODUCT_OWNER if right == "signoff.sign_epic" else Role.BUSINESS_ANALYST
    people = {seat.person for seat in organization.seats_on(from_scopes, roles=[role])}
    return sorted(people, key=lambda person: person.name)
