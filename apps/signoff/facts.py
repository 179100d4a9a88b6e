"""What the criteria judge: facts of many epics, read in a number of queries that does not grow with them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Max, Min, Q

from apps.delivery.models import NFR, Epic, EpicDependency, Story
from apps.organization import queries as organization
from apps.organization.models import Person, Scope, Seat
from apps.organization.roles import GRID, Layer, Role
from apps.signoff.models import NFRAttestation, Waiver


@dataclass
class StoryTally:
    """How many stories an epic has, are signed, have complete green evidence, any at all, and fail; and since when."""

    total: int = 0
    signed: int = 0
    green: int = 0
    proven: int = 0
    red: int = 0
    last_signed_at: datetime | None = None
    last_proven_at: datetime | None = None


@dataclass
class EpicFacts:
    """One epic and what stands around it, as of one instant."""

    epic: Epic
    stories: StoryTally = field(default_factory=StoryTally)
    first_unsigned: Story | None = None
    seats: list[Seat] = field(default_factory=list)
    nfrs: list[NFR] = field(default_factory=list)
    attestations: dict[int, NFRAttestation] = field(default_factory=dict)
    hard_dependencies: list[Epic] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.epic.key

    def holding(self, role: Role) -> set[Person]:
        """Who holds `role` on the epic or above; a seat of the delivery layer also on one of its stories' teams.

        A team's own product owner is not the epic's, and could not sign it.
        """
        return {seat.person for seat in self._reaching if seat.role == role}

    @property
    def conflicts(self) -> list[organization.Finding]:
        """Who holds, or acts as a delegate in, both sides of one sign-off."""
        return organization.conflicts_among(self.epic.scope, self._reaching)

    @property
    def _reaching(self) -> list[Seat]:
        path = set(self.epic.scope.path_ids())
        return [seat for seat in self.seats if seat.scope_id in path or GRID[Role(seat.role)].layer == Layer.DELIVERY]

    def holders(self, role: Role) -> str:
        """Their names, or who is missing: the owner of a blocker in words."""
        names = sorted({person.name for person in self.holding(role)})
        if not names:
            return f"{role.label} (vacant)"
        return ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")


def read_facts(epics: Sequence[Epic], *, at: datetime) -> dict[int, EpicFacts]:
    """Facts by the epic's primary key. `epics` have `scope` and `team` loaded; ten queries for any number of them."""
    facts = {epic.pk: EpicFacts(epic) for epic in epics}
    if facts:
        _read_stories(facts)
        _read_seats(facts)
        _read_nfrs(facts)
        _read_dependencies(facts)
        for waiver in granted_waivers(facts, at=at):
            facts[waiver.epic_id].waivers.append(waiver)
    return facts


def granted_waivers(epic_ids: Iterable[int], *, at: datetime) -> "list[Waiver]":
    """Waivers of these epics that are granted and not expired at `at`."""
    return list(
        Waiver.objects.filter(
            epic_id__in=list(epic_ids), state=Waiver.State.GRANTED, until_on__gte=at.date()
        ).select_related("owner")
    )


def _read_stories(facts: dict[int, EpicFacts]) -> None:
    signed = ~Q(signed_digest="") & Q(signed_digest=F("digest"))
    current = Q(evidence_digest=F("digest"), scenario_count__gt=0)
    rows = (
        Story.objects.active()
        .filter(epic_id__in=facts)
        .values("epic_id")
        .annotate(
            total=Count("pk"),
            signed=Count("pk", filter=signed),
            green=Count("pk", filter=current & Q(evidence_verdict=Story.Verdict.PASSED)),
            proven=Count("pk", filter=current & ~Q(evidence_verdict="")),
            red=Count("pk", filter=current & Q(evidence_verdict=Story.Verdict.FAILED)),
            first_unsigned=Min("pk", filter=~signed),
            last_signed_at=Max("signed_at", filter=signed),
            last_proven_at=Max("evidence_at", filter=current),
        )
        .order_by()
    )
    unsigned = {}
    for row in rows:
        epic = facts[row["epic_id"]]
        epic.stories = StoryTally(
            total=row["total"],
            signed=row["signed"],
            green=row["green"],
            proven=row["proven"],
            red=row["red"],
            last_signed_at=row["last_signed_at"],
            last_proven_at=row["last_proven_at"],
        )
        if row["first_unsigned"]:
            unsigned[row["first_unsigned"]] = epic
    for story in Story.objects.filter(pk__in=unsigned).select_related("version__author"):
        unsigned[story.pk].first_unsigned = story


def _read_seats(facts: dict[int, EpicFacts]) -> None:
    teams: dict[int, list[Scope]] = defaultdict(list)
    pairs = (
        Story.objects.active()
        .filter(epic_id__in=facts)
        .exclude(team=None)
        .order_by()
        .values_list("epic_id", "team__scope_id")
        .distinct()
    )
    scopes = Scope.objects.in_bulk({scope_id for _, scope_id in pairs})
    for epic_id, scope_id in pairs:
        teams[epic_id].append(scopes[scope_id])
    for epic in (item.epic for item in facts.values()):
        if epic.team is not None:
            teams[epic.pk].append(epic.team.scope)
    reach = {pk: [item.epic.scope, *teams[pk]] for pk, item in facts.items()}
    seats: dict[int, list[Seat]] = defaultdict(list)
    for seat in organization.seats_to_judge([scope for scopes in reach.values() for scope in scopes]):
        seats[seat.scope_id].append(seat)
    for pk, item in facts.items():
        above = dict.fromkeys(scope_id for scope in reach[pk] for scope_id in scope.path_ids())
        item.seats = [seat for scope_id in above for seat in seats[scope_id]]


def _read_nfrs(facts: dict[int, EpicFacts]) -> None:
    nfrs = list(NFR.objects.filter(epic_id__in=facts, archived_at=None))
    for nfr in nfrs:
        facts[nfr.epic_id].nfrs.append(nfr)
    owners = {nfr.pk: facts[nfr.epic_id] for nfr in nfrs}
    # In order of time, so that the latest of each stays.
    for attestation in NFRAttestation.objects.filter(nfr_id__in=owners).order_by("pk").select_related("attested_by"):
        owners[attestation.nfr_id].attestations[attestation.nfr_id] = attestation


def _read_dependencies(facts: dict[int, EpicFacts]) -> None:
    threads = EpicDependency.objects.filter(epic_id__in=facts, kind=EpicDependency.Kind.HARD)
    for thread in threads.select_related("needs__initiative__scope"):
        facts[thread.epic_id].hard_dependencies.append(thread.needs)
