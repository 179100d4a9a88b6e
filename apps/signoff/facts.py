"""What the criteria judge: facts of many epics, read in a number of queries that does not grow with them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, F, Max, Min, Q

from apps.delivery.models import NFR, Epic, EpicDependency, EpicService, EpicSLO, Story
from apps.delivery.models.stories import story_condition
from apps.delivery.resting import slos_of_ground
from apps.delivery.states import StoryState
from apps.organization import queries as organization
from apps.organization.models import Person, Scope, Seat
from apps.organization.roles import GRID, Layer, Role
from apps.reliability import queries as reliability
from apps.reliability.models import Decision, Freeze
from apps.reliability.queries.budgets import Stood, kept_going, stood
from apps.reliability.queries.sums import Sums
from apps.reliability.queries.sums_of_days import sums_of_days
from apps.signoff.models import NFRAttestation, Waiver
from apps.signoff.requirements import Known, Requirement, judge_nfrs
from apps.specs import queries as specs


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
    # By NFR: what judges it.
    nfrs_known: dict[int, Known] = field(default_factory=dict)
    hard_dependencies: list[Epic] = field(default_factory=list)
    waivers: list[Waiver] = field(default_factory=list)
    slos: list[Stood] = field(default_factory=list)
    # Of the services it runs on and the epics it cannot ship without.
    slos_below: list[Stood] = field(default_factory=list)
    # By SLO: the decision to keep shipping although its budget is used up.
    kept_going: dict[int, Decision] = field(default_factory=dict)
    service_scopes: list[Scope] = field(default_factory=list)
    freezes: list[Freeze] = field(default_factory=list)

    @property
    def key(self) -> str:
        return self.epic.key

    def requirements(self, *, at: datetime) -> list[Requirement]:
        """Its NFRs as they are judged, waivers not asked."""
        return judge_nfrs(self.nfrs, self.nfrs_known, at=at)

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
    """Facts by the epic's primary key. `epics` have `scope` and `team` loaded.

    Some fifteen queries for any number of them; more only where SLOs were not refreshed lately.
    """
    facts = {epic.pk: EpicFacts(epic) for epic in epics}
    if facts:
        _read_stories(facts)
        _read_seats(facts)
        _read_nfrs(facts, at=at)
        _read_dependencies(facts)
        _read_slos(facts, at=at)
        _read_freezes(facts, at=at)
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
    signed = story_condition(StoryState.SIGNED)
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


def _read_nfrs(facts: dict[int, EpicFacts], *, at: datetime) -> None:
    nfrs = list(NFR.objects.filter(epic_id__in=facts, archived_at=None).select_related("sli", "story"))
    attested = {nfr.pk for nfr in nfrs if nfr.kind == NFR.Kind.ATTESTED}
    attestations = NFRAttestation.objects.filter(nfr_id__in=attested).order_by("pk").select_related("attested_by")
    # In order of time, so that the latest of each stays.
    latest = {one.nfr_id: one for one in attestations} if attested else {}
    measured: dict[int, set[int]] = defaultdict(set)
    for nfr in nfrs:
        if nfr.sli_id is not None and nfr.days is not None:
            measured[nfr.days].add(nfr.sli_id)
    counted = sums_of_days(measured, at=at)
    proven = specs.proven_by_name(sorted({nfr.story_id for nfr in nfrs if nfr.story_id is not None}))
    for nfr in nfrs:
        facts[nfr.epic_id].nfrs.append(nfr)
        facts[nfr.epic_id].nfrs_known[nfr.pk] = Known(
            latest.get(nfr.pk),
            counted.get((nfr.sli_id or 0, nfr.days or 0), Sums(0, 0)),
            proven.get(nfr.story_id or 0, {}).get(nfr.scenario),
        )


def _read_dependencies(facts: dict[int, EpicFacts]) -> None:
    threads = EpicDependency.objects.filter(epic_id__in=facts, kind=EpicDependency.Kind.HARD)
    for thread in threads.select_related("needs__initiative__scope"):
        facts[thread.epic_id].hard_dependencies.append(thread.needs)


def _read_slos(facts: dict[int, EpicFacts], *, at: datetime) -> None:
    for service in EpicService.objects.filter(epic_id__in=facts).order_by("pk").select_related("service__scope"):
        facts[service.epic_id].service_scopes.append(service.service.scope)
    below = slos_of_ground(
        ((pk, scope.pk) for pk, item in facts.items() for scope in item.service_scopes),
        ((pk, needed.pk) for pk, item in facts.items() for needed in item.hard_dependencies),
    )
    threads = EpicSLO.objects.filter(epic_id__in=facts, slo__archived_at=None).order_by("slo_id")
    own = [(one.epic_id, one.slo) for one in threads.select_related("slo__scope", "slo__sli", "slo__status")]
    every = {slo.pk: slo for slos in below.values() for slo in slos} | {slo.pk: slo for _, slo in own}
    budgets = stood(every.values(), at=at)
    kept = kept_going([pk for pk, one in budgets.items() if one.is_exhausted], on=at.date())
    for pk, slo in own:
        facts[pk].slos.append(budgets[slo.pk])
    for pk, item in facts.items():
        item.slos_below = [budgets[slo.pk] for slo in below.get(pk, ())]
        item.kept_going = kept


def _read_freezes(facts: dict[int, EpicFacts], *, at: datetime) -> None:
    scopes = {pk: [item.epic.scope, *item.service_scopes] for pk, item in facts.items()}
    freezes = reliability.active_freezes([scope.pk for some in scopes.values() for scope in some], on=at.date())
    for pk, item in facts.items() if freezes else ():
        above = {scope_id for scope in scopes[pk] for scope_id in scope.path_ids()}
        item.freezes = [freeze for freeze in freezes if freeze.scope_id in above]
