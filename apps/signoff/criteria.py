"""The criteria of an epic's gate: a list of functions, each `criterion(epic, at) -> Verdict`.

`epic` is `facts.EpicFacts`: the epic with what all criteria need, read for many epics in a few queries. To add a
criterion, write its function here; the gate, the pages, dossiers and waivers take it up from the list.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from apps.delivery.resting import ceiling_for
from apps.delivery.states import STORY_STATES, StoryState
from apps.organization.roles import Role
from apps.organization.sides import SIDES
from apps.reliability import budget
from apps.reliability.percent import percent
from apps.signoff.facts import EpicFacts
from apps.signoff.states import VerdictState
from apps.signoff.verdicts import Verdict

Judge = Callable[[EpicFacts, datetime], Verdict]


@dataclass(frozen=True)
class Criterion:
    """One line of the gate."""

    name: str
    title: str
    judge: Judge


CRITERIA: list[Criterion] = []


def criterion(name: str, title: str) -> Callable[[Judge], Judge]:
    """Adds the function to the gate under a name that dossiers and waivers keep."""

    def add(judge: Judge) -> Judge:
        CRITERIA.append(Criterion(name, title, judge))
        return judge

    return add


@criterion("stories_signed", "Stories signed")
def stories_signed(epic: EpicFacts, at: datetime) -> Verdict:
    """Every story is signed at its current meaning."""
    tally = epic.stories
    url = f"{reverse('delivery:story_list')}?epic={epic.key}"
    if not tally.total:
        return Verdict(
            VerdictState.UNMET,
            "No stories: there is nothing to accept",
            epic.holders(Role.PRODUCT_OWNER),
            url,
        )
    words = f"{tally.signed} of {tally.total} stories signed at their current text"
    if tally.signed == tally.total:
        return Verdict(VerdictState.MET, words, url=url, detail=_since("Last signed", tally.last_signed_at))
    story = epic.first_unsigned
    if story is None:
        return Verdict(VerdictState.UNKNOWN, words, epic.holders(Role.BUSINESS_ANALYST), url)
    _, step, role = STORY_STATES[StoryState(story.state)]
    return Verdict(
        VerdictState.UNMET,
        words,
        owner=epic.holders(_role_called(role)),
        url=story.get_absolute_url(),
        detail=f"{story.key} is {StoryState(story.state).label.lower()}: {step.lower()}",
        subject=story.key,
    )


@criterion("run_green", "Latest run green")
def run_green(epic: EpicFacts, at: datetime) -> Verdict:
    """Every scenario of every story has passed, at its current meaning, in its latest run."""
    tally = epic.stories
    url = f"{reverse('specs:run_list')}?epic={epic.key}"
    owner = epic.holders(Role.ENGINEERING_TEAM_LEAD)
    if not tally.total or not tally.proven:
        return Verdict(VerdictState.UNKNOWN, "No run of the current texts yet", owner, url)
    if tally.green == tally.total:
        words = f"Latest run of every scenario is green, {tally.total} of {tally.total} stories"
        return Verdict(VerdictState.MET, words, url=url, detail=_since("Last evidence", tally.last_proven_at))
    words = f"{tally.green} of {tally.total} stories have all scenarios green"
    detail = f"{tally.red} failing" if tally.red else f"{tally.total - tally.green} without complete evidence"
    return Verdict(VerdictState.UNMET, words, owner, url, detail=detail)


@criterion("slos_within_policy", "SLOs within their budgets")
def slos_within_policy(epic: EpicFacts, at: datetime) -> Verdict:
    """The epic promises SLOs, no tighter than its ground allows; each has recent counts, and budget is left of it.

    Where none is left, the three seats have decided to keep shipping.
    """
    owner, url = epic.holders(Role.SRE_LEAD), reverse("delivery:epic_slo_edit", args=[epic.key])
    if not epic.slos:
        words = "No SLO is linked: nothing says how dependable it must be"
        return Verdict(VerdictState.UNMET, words, owner, url, detail="Link an SLO of the epic's experience")
    exhausted = [one for one in epic.slos if one.is_exhausted and one.slo.pk not in epic.kept_going]
    unknown = [one for one in epic.slos if one.is_unknown]
    total = len(epic.slos)
    words = f"{total - len(exhausted) - len(unknown)} of {total} SLOs within their budgets"
    if in_the_way := [*exhausted, *unknown]:
        first = in_the_way[0]
        state = VerdictState.UNMET if exhausted else VerdictState.UNKNOWN
        said = f"{words}; {first.slo.key}: {first.left_words}"
        return Verdict(state, said, owner, first.slo.get_absolute_url(), first.slo.title, first.slo.key)
    below = [one.slo for one in epic.slos_below]
    for one in epic.slos:
        most = ceiling_for(one.slo, below)
        if most is not None and one.slo.share > most:
            said = f"{one.slo.key} promises {percent(one.slo.share, 7)}; hard dependencies allow {percent(most, 7)}"
            return Verdict(VerdictState.UNMET, said, owner, one.slo.get_absolute_url(), one.slo.title, one.slo.key)
    over = [one for one in epic.slos if one.is_exhausted]
    if over:
        decision = epic.kept_going[over[0].slo.pk]
        words += f"; {over[0].slo.key} is out of budget, and {decision.key} decided to keep shipping"
    least = min(epic.slos, key=lambda one: one.budget.remaining if one.budget.remaining is not None else budget.ONE)
    return Verdict(VerdictState.MET, words, url=url, detail=f"{least.slo.key}: {least.left_words}")


@criterion("nfrs_attested", "NFRs met")  # the name is older than requirements that are measured or proven
def nfrs_met(epic: EpicFacts, at: datetime) -> Verdict:
    """Every NFR is met, as it is defined and judged now, or waived by itself."""
    if not epic.nfrs:
        return Verdict(VerdictState.MET, "No NFRs defined")
    # Of several for one NFR, the one that lasts longest.
    lasting = sorted(epic.waivers, key=lambda waiver: waiver.until_on)
    waivers = {waiver.subject: waiver for waiver in lasting if waiver.criterion == "nfrs_attested"}
    judged = epic.requirements(at=at)
    unmet = [one for one in judged if one.state != VerdictState.MET]
    waived = [waivers[one.nfr.key] for one in unmet if one.nfr.key in waivers]
    left = [one for one in unmet if one.nfr.key not in waivers]
    total = len(judged)
    words = f"{total - len(unmet)} of {total} NFRs met"
    if left:
        # What is known to fail comes before what nothing says yet.
        first = min(left, key=lambda one: one.state != VerdictState.UNMET)
        said = f"{words}; {first.sentence}"
        return Verdict(first.state, said, epic.holders(first.role), first.url, first.nfr.title, first.nfr.key)
    if waived:
        first_ending = min(waived, key=lambda waiver: waiver.until_on)
        return Verdict(
            VerdictState.WAIVED,
            f"{words}, {len(waived)} waived",
            owner=first_ending.owner.name,
            url=reverse("signoff:waiver_detail", args=[first_ending.key]),
            detail=f"{first_ending.key} until {first_ending.until_on:%d %b %Y}",
        )
    attestations = [known.attestation for known in epic.nfrs_known.values() if known.attestation]
    until = min((one.until_on for one in attestations), default=None)
    return Verdict(VerdictState.MET, words, detail=f"Good until {until:%d %b %Y}" if until else "")


@criterion("dependencies_signed", "Hard dependencies signed")
def dependencies_signed(epic: EpicFacts, at: datetime) -> Verdict:
    """Every epic that this one cannot ship without is signed, and neither drifted nor regressed since."""
    if not epic.hard_dependencies:
        return Verdict(VerdictState.MET, "No hard dependencies")
    total = len(epic.hard_dependencies)
    waiting = [needed for needed in epic.hard_dependencies if needed.state != "SIGNED"]
    words = f"{total - len(waiting)} of {total} hard dependencies signed"
    if not waiting:
        return Verdict(VerdictState.MET, words)
    first = waiting[0]
    if first.initiative_id != epic.epic.initiative_id and first.initiative.scope.restricted:
        # A gate's words are the same for all readers, and not all of them may know of that epic.
        return Verdict(VerdictState.UNMET, f"{words}; one of a restricted initiative is not")
    return Verdict(
        VerdictState.UNMET,
        f"{words}; {first.key} is not",
        f"Product Owner of {first.key}",
        first.get_absolute_url(),
        subject=first.key,
    )


@criterion("dependencies_within_budget", "Dependencies within their budgets")
def dependencies_within_budget(epic: EpicFacts, at: datetime) -> Verdict:
    """Of no service that the epic runs on, and no epic that it cannot ship without, is an SLO's budget used up.

    What promises nothing has no budget to use up, and is not in the way.
    """
    if not epic.slos_below:
        rests = epic.service_scopes or epic.hard_dependencies
        words = "Nothing that it rests on promises an SLO" if rests else "It rests on no service and no other epic"
        return Verdict(VerdictState.MET, words)
    exhausted = [one for one in epic.slos_below if one.is_exhausted and one.slo.pk not in epic.kept_going]
    unknown = [one for one in epic.slos_below if one.is_unknown]
    total = len(epic.slos_below)
    words = f"{total - len(exhausted) - len(unknown)} of {total} SLOs that it rests on are within their budgets"
    if not exhausted and not unknown:
        return Verdict(VerdictState.MET, words)
    state = VerdictState.UNMET if exhausted else VerdictState.UNKNOWN
    first = [*exhausted, *unknown][0]
    scope = first.slo.scope
    if scope.parent is not None and scope.parent.restricted and scope.parent_id not in epic.epic.scope.path_ids():
        return Verdict(state, f"{words}; one of a restricted initiative is not")
    return Verdict(
        state,
        f"{words}; {first.slo.key} of {scope.key}: {first.left_words}",
        f"SRE Lead of {scope.key}",
        first.slo.get_absolute_url(),
        first.slo.title,
        first.slo.key,
    )


@criterion("not_frozen", "Not frozen")
def not_frozen(epic: EpicFacts, at: datetime) -> Verdict:
    """No decision stops releases of the epic, of a service that it runs on, or of what stands above them."""
    if not epic.freezes:
        return Verdict(VerdictState.MET, "No freeze holds")
    freeze = epic.freezes[0]
    decision, until = freeze.decision, f"{freeze.until_on:%d %b %Y}"
    words = f"Changes of {freeze.scope.key} are stopped until {until}, as {decision.key} decided"
    return Verdict(
        VerdictState.UNMET,
        words,
        epic.holders(Role.SRE_LEAD),
        decision.get_absolute_url(),
        f"Budget of {decision.slo.key}; urgent and security fixes are exempt",
        decision.key,
    )


@criterion("seats_filled", "Seats filled, no conflict")
def seats_filled(epic: EpicFacts, at: datetime) -> Verdict:
    """The three seats of the epic and an analyst's are held, and nobody holds both sides of one sign-off."""
    url = reverse("organization:triad_grid", args=[epic.key])
    needed = [Role.PRODUCT_OWNER, Role.SOLUTION_ARCHITECT, Role.SRE_LEAD, Role.BUSINESS_ANALYST]
    vacant = [role.label for role in needed if not epic.holding(role)]
    if vacant:
        return Verdict(VerdictState.UNMET, f"Vacant: {', '.join(vacant)}", "Whoever hands out seats", url)
    for conflict in epic.conflicts[:1]:
        sides = next(sides for sides in SIDES if (sides.one, sides.other) == conflict.roles)
        # A dossier keeps the words, and no name.
        words = f"One person is both {sides.one.label} and {sides.other.label}, so {sides.words}"
        who = conflict.person.name if conflict.person else ""
        return Verdict(VerdictState.UNMET, words, "Whoever hands out seats", url, detail=who)
    return Verdict(VerdictState.MET, "Product, engineering and SRE seats are filled, no conflict", url=url)


def _since(what: str, at: datetime | None) -> str:
    return f"{what} {at:%d %b %Y %H:%M} UTC" if at else ""


def title_of(name: str) -> str:
    """The criterion's title; the name itself where a waiver outlived its criterion."""
    return next((item.title for item in CRITERIA if item.name == name), name)


def _role_called(label: str) -> Role:
    return next((role for role in Role if role.label == label), Role.BUSINESS_ANALYST)
