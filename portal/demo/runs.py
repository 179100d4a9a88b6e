"""Runs of the shop's stories: made up, and marked so by their source, for there is no shop behind the demo."""

import secrets
from collections.abc import Iterable
from hashlib import sha256

from django.utils import timezone

from apps.delivery import gherkin
from apps.delivery.models import Story
from apps.organization.models import Person
from apps.specs import actions as specs
from apps.specs.models import Run
from apps.specs.report import Case, CaseStep, Report, Status


def import_run(stories: Iterable[Story], *, revision: str, failing: str, by: Person) -> None:
    """Imports a run in which every scenario of `stories` passed, but for the last step of the one named `failing`."""
    texts = [story.versions.latest("number").text for story in stories]
    features = [feature for text in texts if (feature := gherkin.parse(text))]
    cases = tuple(_case(feature, pickle, failing) for feature in features for pickle in _pickles(feature))
    specs.import_results(
        reports=[Report(format="behave-json", cases=cases, started_at=timezone.now(), tool="demo")],
        format="behave-json",
        source="Made up for the demo",
        revision=revision,
        channel=Run.Channel.COMMAND,
        by=by,
        digest=sha256(secrets.token_bytes(32)).hexdigest(),
    )


def _pickles(feature: gherkin.Feature) -> Iterable[gherkin.Pickle]:
    return (pickle for scenario in feature.scenarios for pickle in scenario.pickles)


def _case(feature: gherkin.Feature, pickle: gherkin.Pickle, failing: str) -> Case:
    fails = pickle.name == failing
    last = len(pickle.steps) - 1
    statuses = [Status.FAILED if fails and number == last else Status.PASSED for number in range(last + 1)]
    return Case(
        feature_name=feature.name,
        name=pickle.name,
        uri="",
        line=pickle.line,
        row=None,
        steps=tuple(
            CaseStep(step, status, duration_ns=4_200_000) for step, status in zip(pickle.steps, statuses, strict=True)
        ),
        status=Status.FAILED if fails else Status.PASSED,
        message="Expected 3 kettles, found none." if fails else "",
        duration_ns=4_200_000 * (last + 1),
        run_digest=pickle.run_digest,
    )
