"""What a run's results make of the stories: parts of other acts, without an entry of their own."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from apps.delivery import actions as delivery
from apps.delivery.models import Story
from apps.specs import queries
from apps.specs.actions.rows import write_latest
from apps.specs.models import Run
from apps.specs.queries import Ended, Meaning, Needed
from apps.specs.report import FAILING, Status, worst


class Proof(NamedTuple):
    """What one result says of a story's meaning, and when it ran."""

    story: int
    meaning: Meaning
    status: Status
    position: int
    at: datetime


def prove(*, run: Run, proofs: Iterable[Proof], stories: Sequence[Story]) -> list[Story]:
    """Makes `proofs` the latest results, unless what ran later was there before, and judges the locked `stories` anew.

    Reports of one run may lie hours apart, so each result counts from when it ran and not from when the run began.
    Returns the stories that regressed by it, or recovered.
    """
    before = [story.is_regressed for story in stories]
    ids = [story.pk for story in stories]
    latest = queries.latest_by(ids)
    _keep_latest(run, list(proofs), latest)
    needed = queries.needed_by(ids)
    judged = [_evidence(story, needed[story.pk], latest[story.pk]) for story in stories]
    delivery.record_evidences(evidences=[evidence for evidence in judged if evidence])
    return [story for story, was in zip(stories, before, strict=True) if story.is_regressed != was]


def _keep_latest(run: Run, proofs: list[Proof], latest: dict[int, dict[Meaning, Ended]]) -> None:
    together: dict[tuple[int, Meaning], list[Proof]] = {}
    for proof in proofs:
        together.setdefault((proof.story, proof.meaning), []).append(proof)
    rows = []
    for (story, meaning), said in together.items():
        at = max(proof.at for proof in said)
        before = latest[story].get(meaning)
        if before and before[1] > at:
            continue  # late: what ran after it was here first
        status = said[0].status if len(said) == 1 else worst(proof.status for proof in said)
        chosen = next(proof for proof in said if proof.status is status)
        latest[story][meaning] = (chosen.status, at)
        rows.append((story, *meaning, run.pk, chosen.position, chosen.status.value, at))
    write_latest(rows)


def _evidence(story: Story, needed: Needed, latest: dict[Meaning, Ended]) -> delivery.Evidence | None:
    """The verdict over the latest result of each scenario and row; None where an edited story waits for the rest."""
    found, needs = queries.counting(needed, latest)
    if not found:
        return None
    verdict = verdict_of([status for status, _ in found], needs)
    if verdict == Story.Verdict.INCOMPLETE and story.evidence_digest not in ("", story.digest):
        # Its text is newer than its evidence: it stays broken until the new text has passed, or failed.
        return None
    return delivery.Evidence(story, story.digest, verdict, max(at for _, at in found))


def verdict_of(statuses: Sequence[str], needed: int) -> str:
    """One of Story.Verdict from the latest results of a story's scenarios and rows, of which there are `needed`."""
    if any(status in FAILING for status in statuses):
        return Story.Verdict.FAILED
    if statuses and len(statuses) == needed and all(status == Status.PASSED for status in statuses):
        return Story.Verdict.PASSED
    return Story.Verdict.INCOMPLETE
