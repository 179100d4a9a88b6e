"""Reading agreement: gates, promises, what changed, who signed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from apps.audit.canonical import canonical_digest
from apps.common.instants import instant_text
from apps.delivery import queries as delivery
from apps.delivery.models import NFR, Epic, Pickle, Story, StoryVersion
from apps.delivery.models.stories import story_condition
from apps.delivery.states import StoryState
from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.organization.roles import Role
from apps.reliability import windows
from apps.reliability.models import SLO
from apps.reliability.percent import percent
from apps.signoff.criteria import CRITERIA, title_of
from apps.signoff.dossier import Shown, ShownNFR, ShownRun, ShownSLO, dossier_body, read_dossier
from apps.signoff.facts import EpicFacts, granted_waivers, read_facts
from apps.signoff.models import EpicSignOff, StorySignOff, Waiver
from apps.signoff.promise import Leaf, PromiseDifference, promise_difference, promise_root
from apps.signoff.reading import nfr_rows
from apps.signoff.states import VerdictState
from apps.signoff.verdicts import Gate, Judged, Verdict
from apps.specs.models import LatestResult, Run
from apps.specs.report import Status


def judge(epic: EpicFacts, *, at: datetime) -> Gate:
    """The gate of one epic: every criterion judged, and what a granted waiver covers marked as waived."""
    return Gate([Judged(item.name, item.title, _waived(epic, item.name, item.judge(epic, at))) for item in CRITERIA])


def _waived(epic: EpicFacts, name: str, verdict: Verdict) -> Verdict:
    if verdict.state in {VerdictState.MET, VerdictState.WAIVED}:
        return verdict
    waiver = next((waiver for waiver in epic.waivers if waiver.criterion == name and not waiver.subject), None)
    if waiver is None:
        return verdict
    return Verdict(
        VerdictState.WAIVED,
        f"{verdict.words}; waived by {waiver.key} until {waiver.until_on:%d %b %Y}",
        owner=waiver.owner.name,
        url=verdict.url,
        detail=waiver.reason,
    )


def gates(epics: Sequence[Epic], *, at: datetime | None = None) -> dict[int, Gate]:
    """Gates by the epic's primary key, in a number of queries that does not grow with the epics."""
    now = at or timezone.now()
    return {pk: judge(item, at=now) for pk, item in read_facts(epics, at=now).items()}


def promise_leaves(epic: Epic, *, at: datetime) -> list[Leaf]:
    """What the epic promises at `at`: its stories, its NFR definitions, the waivers granted, its SLOs. Four queries."""
    return leaves_of(
        Story.objects.active().filter(epic=epic).order_by("pk").only("key", "digest", "title"),
        delivery.active_nfrs(epic),
        granted_waivers([epic.pk], at=at),
        [thread.slo for thread in delivery.slos_of(epic)],
    )


def leaves_of(
    stories: Iterable[Story], nfrs: Iterable[NFR], waivers: Iterable[Waiver], slos: Iterable[SLO]
) -> list[Leaf]:
    """The promise that these rows make."""
    return [
        *(Leaf("story", story.key, story.digest, story.title) for story in stories),
        *(Leaf("nfr", nfr.key, nfr_digest(nfr), nfr.title) for nfr in nfrs),
        *(_waiver_leaf(waiver) for waiver in waivers),
        *(Leaf("slo", slo.key, slo_digest(slo), slo_title(slo)) for slo in slos),
    ]


def _waiver_leaf(waiver: Waiver) -> Leaf:
    return Leaf("waiver", waiver.key, waiver_digest(waiver), f"{waiver.criterion} until {waiver.until_on.isoformat()}")


def waiver_digest(waiver: Waiver) -> str:
    """SHA-256 of what the waiver allows: which criterion, for what, until when, and whose it is."""
    return canonical_digest(
        {
            "key": waiver.key,
            "criterion": waiver.criterion,
            "subject": waiver.subject,
            "until_on": waiver.until_on.isoformat(),
            "owner": waiver.owner.key,
        }
    )


def nfr_digest(nfr: NFR) -> str:
    """SHA-256 of what the requirement promises: its definition, and where an SLI measures it, what a good event is."""
    if nfr.sli is None:
        return nfr.digest
    return canonical_digest({"definition": nfr.digest, "good_means": nfr.sli.good_means})


def slo_digest(slo: SLO) -> str:
    """SHA-256 of what the SLO promises: the share of good events, what a good one is, and over which window.

    Its title, rationale and next review are no part of it: a version that changes those alone moves no promise.
    """
    return canonical_digest(
        {
            "key": slo.key,
            "sli": slo.sli.key,
            "good_means": slo.sli.good_means,
            "target": f"{slo.target.normalize():f}",
            "window": slo.window,
        }
    )


def slo_title(slo: SLO) -> str:
    """Such as "Checkout answers in time: 99.9 % over 28 days"."""
    return f"{slo.title}: {percent(slo.share, 7)} over {windows.parse(slo.window).words}"


def current_promise(epic: Epic, *, at: datetime | None = None) -> str:
    """The promise root as things stand."""
    return promise_root(promise_leaves(epic, at=at or timezone.now()))


def rejected_since(epic: Epic) -> list[Story]:
    """Stories that were rejected after the epic was accepted and not signed again: it rested on them. One query."""
    if not epic.signed_promise:
        return []
    acceptances = EpicSignOff.objects.filter(epic=OuterRef(OuterRef("epic"))).exclude(
        meaning=EpicSignOff.Meaning.REJECT
    )
    rejections = StorySignOff.objects.filter(
        story=OuterRef("pk"),
        meaning=StorySignOff.Meaning.REJECT,
        signature__gt=Subquery(acceptances.order_by("-number").values("signature")[:1]),
    )
    return list(Story.objects.active().filter(Exists(rejections), epic=epic, signed_digest="").order_by("pk"))


def current_dossier(
    epic: Epic, *, at: datetime, leaves: list[Leaf] | None = None, evidence: Iterable[ShownRun] = ()
) -> tuple[Shown, Gate, EpicFacts]:
    """The dossier as of `at`, with the gate and the facts it was made from. `leaves` where they were read already."""
    epic_facts = read_facts([epic], at=at)[epic.pk]
    gate = judge(epic_facts, at=at)
    body = dossier_body(
        epic_key=epic.key,
        epic_title=epic.title,
        leaves=promise_leaves(epic, at=at) if leaves is None else leaves,
        gate=gate,
        evidence=evidence,
        slos=_shown_slos(epic_facts),
        nfrs=_shown_nfrs(epic_facts, at=at),
        at=instant_text(at),
    )
    return read_dossier(body), gate, epic_facts


def _shown_slos(facts: EpicFacts) -> list[ShownSLO]:
    """The epic's own, and those of services and teams below; other epics' are told by the verdict, which names none
    that not all readers may know.
    """
    below = [one for one in facts.slos_below if one.slo.scope.kind != Scope.Kind.EPIC]
    return [
        ShownSLO(
            key=one.slo.key,
            of=one.slo.scope.key,
            title=slo_title(one.slo),
            good=one.budget.good,
            total=one.budget.total,
            state=str(one.budget.state),
            left=one.left_words,
        )
        for one in {one.slo.pk: one for one in [*facts.slos, *below]}.values()
    ]


def _shown_nfrs(facts: EpicFacts, *, at: datetime) -> list[ShownNFR]:
    return [
        ShownNFR(row.nfr.key, row.nfr.title, row.nfr.judged_by, str(row.state), row.words)
        for row in nfr_rows(facts, at=at)
    ]


def latest_acceptance(epic: Epic) -> EpicSignOff | None:
    """The last sign-off that accepted the epic, if it was not rejected since; dossier and signer loaded."""
    latest = (
        EpicSignOff.objects.filter(epic=epic)
        .select_related("dossier", "signature__person", "signature__delegated_by")
        .order_by("-number")
        .first()
    )
    return None if latest is None or latest.meaning == EpicSignOff.Meaning.REJECT else latest


def changed_since(acceptance: EpicSignOff | None, leaves: Iterable[Leaf]) -> PromiseDifference | None:
    """How the promise differs from the accepted one; None where there is none to compare with."""
    if acceptance is None:
        return None
    return promise_difference(read_dossier(bytes(acceptance.dossier.body)).leaves, leaves)


def epic_sign_offs(epic: Epic) -> list[EpicSignOff]:
    """Every sign-off of the epic, the latest first, with signers."""
    return list(EpicSignOff.objects.filter(epic=epic).select_related("signature__person").order_by("-number"))


def story_sign_offs(story: Story) -> list[StorySignOff]:
    """Every sign-off of the story, the latest first, with signers."""
    return list(
        StorySignOff.objects.filter(story=story).select_related("signature__person", "version").order_by("-number")
    )


def story_acceptance(story: Story) -> StorySignOff | None:
    """The latest sign-off that accepted the story; of a signed story, the one by which it is signed."""
    sign_offs = StorySignOff.objects.filter(story=story, meaning=StorySignOff.Meaning.ACCEPT)
    return sign_offs.select_related("signature").order_by("-number").first()


def meaning_authors(stories: Iterable[Story]) -> dict[int, set[int]]:
    """By story: primary keys of who wrote its current meaning, or in whose seat, reformatting included. One query."""
    found: dict[int, set[int]] = {}
    current = StoryVersion.objects.filter(story__in=[story.pk for story in stories], digest=F("story__digest"))
    for story, *side in current.order_by().values_list("story_id", "author_id", "delegated_by_id"):
        found.setdefault(story, set()).update(person for person in side if person)
    return found


def passes_by_hand() -> QuerySet[LatestResult]:
    """Results that a story's verdict stands on and that somebody recorded by hand: what takes it nearer to passing.

    That are passes of its current text, and, kept as skipped, looks at its scenarios without a step, which stand in the
    way until then. Who saw it fail signs nothing with that, and may reject it.
    """
    current = Pickle.objects.filter(
        story=OuterRef("story"),
        scenario__version=OuterRef("story__version"),
        scenario__digest=OuterRef("scenario_digest"),
        run_digest=OuterRef("run_digest"),
    )
    found = LatestResult.objects.filter(Exists(current), run__channel=Run.Channel.HAND)
    return found.filter(status__in=[Status.PASSED, Status.SKIPPED]).order_by()


@dataclass(frozen=True)
class Part:
    """What somebody did that bars them from a signature: by whom, and in whose seat where it was a delegate's.

    `key` is of the run recorded by hand, or of the story signed.
    """

    key: str
    by: int
    delegated_by: int | None


def tried_by_hand(stories: Iterable[Story]) -> dict[int, list[Part]]:
    """By story: the runs by hand that its verdict stands on. One query."""
    found: dict[int, list[Part]] = {}
    rows = passes_by_hand().filter(story__in=[story.pk for story in stories]).order_by("run_id")
    columns = ("story_id", "run_id", "run__key", "run__received_by_id", "run__delegated_by_id")
    for story, _, run, by, delegated_by in rows.values_list(*columns).distinct():
        found.setdefault(story, []).append(Part(run, by, delegated_by))
    return found


def signed_stories(epics: Iterable[Epic], *, side: Iterable[int]) -> dict[int, list[Part]]:
    """By epic: stories whose current signature one of `side` gave, or a delegate in their seat. One query."""
    ids = list(side)
    latest = StorySignOff.objects.filter(story=OuterRef("pk")).order_by("-number")
    stories = Story.objects.active().filter(story_condition(StoryState.SIGNED), epic__in=[epic.pk for epic in epics])
    stories = stories.annotate(signed_for=Subquery(latest.values("signature__delegated_by")[:1]))
    from_them = stories.filter(Q(signed_by__in=ids) | Q(signed_for__in=ids)).order_by("pk")
    found: dict[int, list[Part]] = {}
    for epic, key, by, signed_for in from_them.values_list("epic_id", "key", "signed_by_id", "signed_for"):
        found.setdefault(epic, []).append(Part(key, by, signed_for))
    return found


def waivers_of(epic: Epic) -> list[Waiver]:
    """All waivers of the epic, the latest first, with owner, asker and grants; each knows its criterion's `title`."""
    waivers = list(
        Waiver.objects.filter(epic=epic).select_related("owner", "asked_by").prefetch_related("grants__granted_by")
    )
    for waiver in waivers:
        waiver.title = title_of(waiver.criterion)
    return waivers


def accepted_epic_ids() -> list[int]:
    """Primary keys of accepted epics, whose promise may have moved by itself."""
    return list(Epic.objects.active().exclude(signed_promise="").order_by("pk").values_list("pk", flat=True))


def told_of(thing: Epic | Story) -> list[Person]:
    """Whom a signature on this concerns: product owners, architects, SRE leads, team leads, who signed its stories."""
    epic = thing if isinstance(thing, Epic) else thing.epic
    scopes = [epic.scope, *([epic.team.scope] if epic.team else [])]
    roles = [Role.PRODUCT_OWNER, Role.SOLUTION_ARCHITECT, Role.SRE_LEAD, Role.ENGINEERING_TEAM_LEAD]
    people = {seat.person for seat in organization.seats_on(scopes, roles=roles)}
    signed = Story.objects.active().filter(epic=epic).select_related("signed_by")
    people |= {story.signed_by for story in signed if story.signed_by}
    return sorted(people, key=lambda person: person.name)
