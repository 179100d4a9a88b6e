"""Signed stories that a run made fail, or pass again: entries of the run's own act."""

from collections.abc import Iterable

from apps.audit.acts import record
from apps.delivery.models import Story
from apps.specs import queries
from apps.specs.models import Run
from apps.specs.queries import Failure


def record_turns(*, run: Run, stories: Iterable[Story]) -> None:
    """A part of the act that took in `run`: one entry by the portal itself for each story that regressed or recovered.

    The entry of a regression names the first failing run, its revision, the scenario and the step.
    """
    turned = list(stories)
    failures = queries.failures_of([story.pk for story in turned if story.is_regressed])
    for story in turned:
        if story.is_regressed:
            _record_regressed(story, run, failures[story.pk])
        else:
            _record_recovered(story, run)


def _record_regressed(story: Story, run: Run, failure: Failure) -> None:
    record(
        "story.regressed",
        subject=story.key,
        digest=story.digest,
        by=None,
        title=story.title,
        sentence="found that signed {subject} “{title}” fails since {first_run}"
        + (" (revision {first_revision})" if failure.run.revision else "")
        + ": “{scenario}”"
        + (", at “{step}”" if failure.step else ""),
        about=[story.epic.key, run.key],
        facts={
            "run": run.key,
            "first_run": failure.run.key,
            "first_revision": failure.run.revision,
            "scenario": failure.scenario,
            "step": failure.step,
            "good_run": failure.good.run.key if failure.good else "",
            "good_revision": failure.good.run.revision if failure.good else "",
        },
    )


def _record_recovered(story: Story, run: Run) -> None:
    record(
        "story.recovered",
        subject=story.key,
        digest=story.digest,
        by=None,
        title=story.title,
        sentence="found that signed {subject} “{title}” fails no longer since {run}",
        about=[story.epic.key, run.key],
        facts={"run": run.key, "revision": run.revision, "verdict": str(story.evidence_verdict)},
    )
