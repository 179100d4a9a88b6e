"""Epics that wait for a person: ready to sign, blocked, moved since they were signed."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Case, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value, When

from apps.common.refused import refusal
from apps.delivery.models import Epic, Story
from apps.delivery.models.stories import story_condition
from apps.desk.queries.places import Places
from apps.desk.queries.sections import Section
from apps.organization import queries as organization
from apps.organization.models import Person
from apps.organization.roles import GRID, Role
from apps.signatures import rules as signatures
from apps.signoff import queries as signoff
from apps.signoff import rejections, rules
from apps.signoff.models import Waiver
from apps.signoff.states import GateState, VerdictState
from apps.signoff.verdicts import Gate, Judged
from apps.specs.models import LatestResult, Result, Run
from apps.specs.report import Status

# Gates are judged for so many epics at once, what may be ready first; the desk says how many are left.
GATED = 200

# By criterion: where the blocker's link leads.
NEXT_STEPS = {
    "stories_signed": "Open the story",
    "run_green": "Open the runs",
    "slos_within_policy": "Open the SLO",
    "nfrs_attested": "Open what judges it",
    "dependencies_signed": "Open the epic",
    "dependencies_within_budget": "Open the SLO",
    "not_frozen": "Open the decision",
    "seats_filled": "Open the seats",
}

_SIGNED = ~Q(signed_promise="")
_MOVED = _SIGNED & (Q(drifted_at__isnull=False) | Q(regressed_at__isnull=False))
_STORY_SIGNED = story_condition("SIGNED")
# In which section an epic would be, as far as its columns tell; "ready" only that nothing there speaks against it.
_ORDER = ("ready", "moved", "blocked")


@dataclass(frozen=True)
class LastRun:
    """The latest run that touched an epic, counted over the epic's own results."""

    run: Run
    passed: int
    cases: int


@dataclass(frozen=True)
class EpicRow:
    """An epic with its gate; `since` is how long it waits, `may_not` why this person cannot sign it, or ""."""

    epic: Epic
    gate: Gate
    state: str
    words: str
    since: datetime | None
    changed: int
    may_not: str
    last_run: LastRun | None = None

    @property
    def blocker(self) -> Judged | None:
        """The one thing in the way."""
        return self.gate.blocker

    @property
    def blocker_words(self) -> str:
        """It in a few words: of stories, the first that is not signed."""
        return self._blocker_parts[0]

    @property
    def blocker_note(self) -> str:
        """What to do about it, as far as the gate says."""
        return self._blocker_parts[1]

    @property
    def _blocker_parts(self) -> tuple[str, str]:
        if self.blocker is None:
            return "", ""
        verdict = self.blocker.verdict
        match self.blocker.name:
            case "stories_signed" if verdict.detail:
                words, _, note = verdict.detail.partition(": ")
            case "nfrs_attested":
                words, note = verdict.words.partition("; ")[2], verdict.detail
            case "dependencies_signed":
                words, note = f"{verdict.words.rpartition('; ')[2]} signed", verdict.detail
            case "slos_within_policy" | "dependencies_within_budget":
                words, note = verdict.words.rpartition("; ")[2], verdict.detail
            case "seats_filled":
                words, _, note = verdict.words.partition(", so ")
            case _:
                words, note = verdict.words, verdict.detail
        return words, note

    @property
    def blocker_tone(self) -> str:
        """How the blocker looks: what is known to be missing asks for attention, what is unknown is neutral."""
        unknown = self.blocker is not None and self.blocker.verdict.state == VerdictState.UNKNOWN
        return "UNKNOWN" if unknown else "attention"

    @property
    def next_step(self) -> str:
        """What the link to the blocker's own rows says."""
        return NEXT_STEPS.get(self.blocker.name, "Open") if self.blocker else "Open"

    @property
    def nfrs(self) -> str:
        """What the gate says of the epic's NFRs; "" where it has none."""
        words = next((item.verdict.words for item in self.gate.judged if item.name == "nfrs_attested"), "")
        return "" if words.startswith("No NFRs") else words


@dataclass(frozen=True)
class EpicSections:
    """What waits of the epics that a person's seats reach."""

    ready: Section[EpicRow]
    blocked: Section[EpicRow]
    moved: Section[EpicRow]


@dataclass(frozen=True)
class _Tally:
    """What the stories of one epic add to its row."""

    last_signed: datetime | None = None
    changed: int = 0


def epic_sections(person: Person, places: Places, *, at: datetime, limit: int) -> EpicSections:
    """A number of queries that does not grow with the epics."""
    owned = places.reach(Role.PRODUCT_OWNER)
    candidates = _candidates(places, at=at)
    epics = list(candidates[:GATED])
    unread = _unread(candidates, epics)
    gates = signoff.gates(epics, at=at)
    tallies = _tallies(epics)
    signed = signoff.signed_stories(epics, side={person.pk, *places.delegators}) if owned else {}
    shut = refusal(signatures.check_signing_is_open, by=person, now=at) if owned else ""
    rejected = [epic for epic in epics if epic.rejected_at and gates[epic.pk].state != GateState.BLOCKED]
    mended = rejections.mended(rejected, gates=gates, at=at) if rejected else set()
    ready, blocked, moved = [], [], []
    for epic in epics:
        mine = owned.holds(epic)
        may_not = shut or _may_not(person, epic, signed) if mine else "The product owner signs it."
        row = _row(epic, gates[epic.pk], tallies.get(epic.pk, _Tally()), may_not)
        if mine and _is_ready(row, tallies.get(epic.pk, _Tally()), is_mended=epic.pk in mended):
            ready.append(row)
        elif epic.signed_promise:
            moved.append(row)
        else:
            blocked.append(row)
    return _with_runs(
        # Of those unread some may be blocked, or only moved.
        _section(sorted(ready, key=_since), limit, unread["ready"], is_counted=not unread["ready"]),
        _section(sorted(blocked, key=lambda row: row.epic.pk), limit, unread["blocked"]),
        _section(sorted(moved, key=_since), limit, unread["moved"]),
    )


def _section(rows: list[EpicRow], limit: int, unread: int, *, is_counted: bool = True) -> Section[EpicRow]:
    total = len(rows) + unread if is_counted else None
    return Section(rows[:limit], more=len(rows) > limit or unread > 0, total=total, unread=unread)


def _candidates(places: Places, *, at: datetime) -> QuerySet[Epic]:
    """What a product owner has not signed as it stands, and for everybody what moved; what may be ready comes first.

    Each with its `place` in `_ORDER`.
    """
    owned = places.reach(Role.PRODUCT_OWNER).epics() & (~_SIGNED | _MOVED)
    seated = places.reach(*GRID).epics_of_teams() & _MOVED
    waived = Waiver.objects.filter(
        epic=OuterRef("pk"),
        criterion="stories_signed",
        state=Waiver.State.GRANTED,
        until_on__gte=at.date(),
    )
    all_signed = Q(story_count__gt=0) & (Q(signed_story_count=F("story_count")) | Exists(waived))
    place = Case(
        When(all_signed, then=Value(_ORDER.index("ready"))),
        When(_MOVED, then=Value(_ORDER.index("moved"))),
        default=Value(_ORDER.index("blocked")),
        output_field=IntegerField(),
    )
    found = Epic.objects.active().outside(places.hidden).filter(owned | seated).annotate(place=place)
    return found.select_related("scope", "initiative__scope", "team__scope").order_by("place", "created_at", "pk")


def _unread(candidates: QuerySet[Epic], read: Sequence[Epic]) -> Counter[str]:
    """How many epics beyond those read there are, by section. A query where there may be some."""
    if len(read) < GATED:
        return Counter()
    found = candidates.order_by("place").values_list("place").annotate(count=Count("pk"))  # type: ignore[misc]  # annotated
    counts = Counter({_ORDER[place]: count for place, count in found})
    counts.subtract(_ORDER[epic.__dict__["place"]] for epic in read)
    return counts


def _tallies(epics: Sequence[Epic]) -> dict[int, _Tally]:
    """When the last story of each epic was signed, and how many are new or changed since the epic was."""
    later = Q(signed_at__gt=F("epic__signed_at"))
    rows = (
        Story.objects.active()
        .filter(epic__in=[epic.pk for epic in epics])
        .values("epic_id")
        .annotate(last=Max("signed_at"), changed=Count("pk", filter=~_STORY_SIGNED | later))
        .order_by()
    )
    return {row["epic_id"]: _Tally(row["last"], row["changed"]) for row in rows}


def _may_not(person: Person, epic: Epic, signed: dict[int, list[signoff.Part]]) -> str:
    """Why this product owner cannot sign the epic, or "": by the rules of signing, but for what is read at once."""
    seat = organization.seat_for(person, "signoff.sign_epic", epic.scope)
    if seat is None:
        return "You hold no product owner's seat on it today."
    return refusal(rules.check_signed_no_story, epic=epic, seat=seat, by=person, signed=signed)


def _row(epic: Epic, gate: Gate, tally: _Tally, may_not: str) -> EpicRow:
    state = epic.state if epic.state != "OPEN" else str(gate.state)
    words = ""
    if state == "DRIFTED" and tally.changed:
        words = f"Drifted, {tally.changed} {'story' if tally.changed == 1 else 'stories'} changed"
    moved_at = epic.regressed_at or epic.drifted_at if epic.signed_promise else None
    since = moved_at or epic.rejected_at
    if gate.state != GateState.BLOCKED:
        # It became ready with the last story's signature, or moved afterwards.
        since = max((instant for instant in (tally.last_signed, moved_at) if instant), default=since)
    return EpicRow(epic, gate, state, words, since, tally.changed, may_not)


def _is_ready(row: EpicRow, tally: _Tally, *, is_mended: bool) -> bool:
    """Whether the gate is open and something is there to sign: after a rejection, only once a story was signed anew,
    or what it promises or what is known of it changed for the better.
    """
    if row.gate.state == GateState.BLOCKED or not row.epic.story_count:
        return False
    rejected_at = row.epic.rejected_at
    return rejected_at is None or is_mended or bool(tally.last_signed and tally.last_signed > rejected_at)


def _since(row: EpicRow) -> datetime:
    return row.since or row.epic.created_at


def _with_runs(*sections: Section[EpicRow]) -> EpicSections:
    runs = last_runs({row.epic.pk for section in sections for row in section.rows})
    ready, blocked, moved = (
        replace(section, rows=[replace(row, last_run=runs.get(row.epic.pk)) for row in section.rows])
        for section in sections
    )
    return EpicSections(ready, blocked, moved)


def last_runs(epic_ids: Iterable[int]) -> dict[int, LastRun]:
    """The latest run of each epic. Three queries."""
    latest = LatestResult.objects.filter(story__epic=OuterRef("pk"), story__archived_at=None)
    newest = Subquery(latest.order_by("-ordered_at", "-run_id").values("run_id")[:1])
    by_epic = dict(Epic.objects.filter(pk__in=epic_ids).annotate(newest=newest).values_list("pk", "newest"))
    wanted = {run for run in by_epic.values() if run}
    runs = {run.pk: run for run in Run.objects.filter(pk__in=wanted).defer("notes", "source")}
    counts = (
        Result.objects.filter(run__in=wanted, story__epic__in=by_epic, is_stale=False)
        .values("run_id", "story__epic_id")
        .annotate(cases=Count("pk"), passed=Count("pk", filter=Q(status=Status.PASSED)))
        .order_by()
    )
    counted = {(row["run_id"], row["story__epic_id"]): (row["passed"], row["cases"]) for row in counts}
    return {epic: LastRun(runs[run], *counted.get((run, epic), (0, 0))) for epic, run in by_epic.items() if run}
