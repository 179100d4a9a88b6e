"""What is known of a requirement: attested, measured by an SLI, or proven by a scenario. Pure.

Unknown is what nothing says yet, or no longer: it is neither met nor failed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.urls import reverse

from apps.delivery.models import NFR, Story
from apps.organization.roles import Role
from apps.reliability.models import SLI
from apps.reliability.percent import percent
from apps.reliability.queries.budgets import SILENT_AFTER
from apps.reliability.queries.sums import Sums
from apps.signoff.models import NFRAttestation
from apps.signoff.states import VerdictState
from apps.specs.queries import Named


@dataclass(frozen=True)
class Known:
    """What was read of a requirement: its latest attestation; events of its SLI over its days; what the latest runs say
    of its scenario, None where no text has it any more.
    """

    attestation: NFRAttestation | None = None
    counted: Sums = Sums(0, 0)
    proven: Named | None = None


@dataclass(frozen=True)
class Requirement:
    """A requirement as it is judged; `words` name no person, `role` is who can move it, at `url`."""

    nfr: NFR
    state: VerdictState
    words: str
    role: Role
    url: str

    @property
    def sentence(self) -> str:
        """Such as "NFR-3 is not attested"."""
        verb = " is" if self.nfr.kind == NFR.Kind.ATTESTED else ":"
        return f"{self.nfr.key}{verb} {self.words}"


def judge_nfr(nfr: NFR, known: Known, *, at: datetime) -> Requirement:
    """The requirement, with what judges it loaded, as of `at`."""
    if nfr.sli is not None and nfr.share is not None and nfr.days is not None:
        state, words = _measured(nfr.sli, nfr.share, nfr.days, known.counted, at=at)
        return Requirement(nfr, state, words, Role.SRE_LEAD, nfr.sli.get_absolute_url())
    if nfr.story is not None:
        is_there = known.proven is not None and nfr.story.epic_id == nfr.epic_id and not nfr.story.archived_at
        state, words = _proven(nfr, nfr.story, known.proven if is_there else None)
        role = Role.ENGINEERING_TEAM_LEAD if is_there else Role.PRODUCT_OWNER
        url = nfr.story.get_absolute_url() if is_there else reverse("delivery:nfr_edit", args=[nfr.key])
        return Requirement(nfr, state, words, role, url)
    state, words = _attested(nfr, known.attestation, at=at)
    return Requirement(nfr, state, words, Role.SRE_LEAD, reverse("signoff:nfr_attest", args=[nfr.key]))


def judge_nfrs(nfrs: list[NFR], known: Mapping[int, Known], *, at: datetime) -> list[Requirement]:
    """Each of them, `known` by primary key."""
    return [judge_nfr(nfr, known.get(nfr.pk, Known()), at=at) for nfr in nfrs]


def _attested(nfr: NFR, said: NFRAttestation | None, *, at: datetime) -> tuple[VerdictState, str]:
    if said is None or said.nfr_digest != nfr.digest or said.until_on < at.date():
        return VerdictState.UNKNOWN, "not attested"
    if said.verdict != NFRAttestation.Verdict.MET:
        return VerdictState.UNMET, "not met"
    return VerdictState.MET, f"attested as met until {said.until_on:%d %b %Y}"


def _measured(sli: SLI, target: Fraction, days: int, counted: Sums, *, at: datetime) -> tuple[VerdictState, str]:
    last = "1 day" if days == 1 else f"{days} days"
    if sli.archived_at:
        return VerdictState.UNKNOWN, f"{sli.key} is archived, nobody measures it any more"
    if not counted.total:
        return VerdictState.UNKNOWN, f"no data of {sli.key} in {last}"
    if sli.counts_until is None or at - sli.counts_until > SILENT_AFTER:
        since = f" since {sli.counts_until:%d %b %Y %H:%M} UTC" if sli.counts_until else ""
        return VerdictState.UNKNOWN, f"no counts of {sli.key}{since}"
    share = Fraction(counted.good, counted.total)
    average = ", an average of ratios" if sli.is_mean_of_ratios else ""
    words = f"{percent(share)} of {sli.key} over {last}{average}, {percent(target, 7)} is needed"
    return VerdictState.MET if share >= target else VerdictState.UNMET, words


def _proven(nfr: NFR, story: Story, proven: Named | None) -> tuple[VerdictState, str]:
    name = f"“{nfr.scenario}” of {story.key}"
    if proven is None:
        return VerdictState.UNMET, f"{name} is gone: no current text of the epic has it"
    if proven.is_bare:
        return VerdictState.UNMET, f"{name} has no step, so nothing can prove it"
    match proven.verdict:
        case Story.Verdict.PASSED:
            return VerdictState.MET, f"{name} passed {proven.at:%d %b %Y %H:%M} UTC"
        case Story.Verdict.FAILED:
            return VerdictState.UNMET, f"{name} fails"
        case Story.Verdict.NONE:
            return VerdictState.UNKNOWN, f"{name} has not run at its current text"
    return VerdictState.UNKNOWN, f"{len(proven.statuses)} of {proven.needed} rows of {name} ran, not all of them passed"
