"""What the page prints above the button and the act compares: an epic's texts, its dossier and the gate, read once."""

from dataclasses import dataclass
from datetime import datetime

from apps.common.instants import instant_text
from apps.common.refused import refusal
from apps.delivery import queries as delivery
from apps.delivery.models import NFR, Epic, Story
from apps.reliability.models import SLO
from apps.signoff import queries, reading
from apps.signoff.criteria import title_of
from apps.signoff.dossier import Shown, ShownRun
from apps.signoff.facts import granted_waivers
from apps.signoff.models import Waiver
from apps.signoff.stored import check_as_written
from apps.signoff.verdicts import Gate
from apps.specs import queries as specs
from apps.specs.queries import RunBehind


@dataclass(frozen=True)
class Signing:
    """An epic as it would be signed: each leaf of the dossier's promise is made from just the row that is printed."""

    shown: Shown
    gate: Gate
    stories: list[Story]
    nfrs: list[NFR]
    waivers: list[Waiver]
    slos: list[SLO]

    def check_as_written(self) -> None:
        """Raises Refused where a stored text is not the one that its digest names."""
        check_as_written(stories=self.stories, nfrs=self.nfrs)

    @property
    def altered(self) -> str:
        """The same as a sentence, "" where all is as written."""
        return refusal(self.check_as_written)


def read_signing(epic: Epic, *, at: datetime) -> Signing:
    """What signing the epic (scope, initiative and team loaded) would cover as of `at`.

    A story comes with its text in one row of one query, so that no edit in between can print another text than the
    one whose digest is signed.
    """
    stories = reading.story_texts(epic)
    nfrs = list(delivery.active_nfrs(epic))
    waivers = granted_waivers([epic.pk], at=at)
    for waiver in waivers:
        waiver.title = title_of(waiver.criterion)
    slos = [thread.slo for thread in delivery.slos_of(epic)]
    leaves = queries.leaves_of(stories, nfrs, waivers, slos)
    evidence = [_shown_run(one) for one in specs.runs_behind(epic)]
    shown, gate, _ = queries.current_dossier(epic, at=at, leaves=leaves, evidence=evidence)
    return Signing(shown, gate, stories, nfrs, waivers, slos)


def _shown_run(one: RunBehind) -> ShownRun:
    run = one.run
    return ShownRun(run.key, run.revision, run.digest, instant_text(run.ordered_at), one.results, one.passed)
