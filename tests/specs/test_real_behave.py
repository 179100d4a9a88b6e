"""The real run of a real product's features, imported as an operator would."""

import json
import shutil
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from apps.delivery.models import Story
from apps.specs.models import Result, Run
from tests.cast import organization

pytestmark = pytest.mark.django_db
BEFORE = "2026-11-23T21:00:00Z"
# Of the 47 files that ran, 2 are refused, 3 hold skipped scenarios, and of 2 more the run left scenarios out by their
# tags, which no report of it mentions: what never ran is not proven.


def run(command: str, *args: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(command, *args, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.fixture
def behave(real_data: Path) -> Path:
    organization()
    return real_data / "behave"


def junit_files(behave: Path) -> list[str]:
    return sorted(map(str, (behave / "generated-run" / "junit").glob("*.xml")))


def import_features(folder: Path, name: str = "behave", at: str | None = BEFORE) -> dict[str, Any]:
    return run("import_features", str(folder), initiative=name, at=at, skip_refused=True)


def import_json(behave: Path, **options: Any) -> dict[str, Any]:
    return run("import_results", str(behave / "generated-run/behave-report.json"), format="behave-json", **options)


def states() -> Counter[str]:
    return Counter(str(story.state) for story in Story.objects.all())


def test_behave_json_is_matched_but_for_the_cases_of_refused_files(behave):
    import_features(behave)

    counts = import_json(behave)

    assert (counts["cases"], counts["passed"], counts["skipped"]) == (311, 306, 5)
    assert (counts["unknown"], counts["stale"], counts["failed"]) == (14, 0, 0)
    assert states() == {"PASSING": 40, "READY": 163, "DRAFT": 2}
    unknown = Result.objects.exclude(unknown="").values_list("unknown", flat=True)
    assert all(words.startswith("No story has the name") for words in unknown)


def test_junit_is_matched_by_name_where_the_text_is_older(behave):
    import_features(behave)

    counts = run("import_results", *junit_files(behave), format="junit")

    assert (counts["cases"], counts["passed"], counts["unknown"]) == (306, 306, 16)
    unknown = list(Result.objects.exclude(unknown="").values_list("unknown", flat=True))
    # Of the two refused files; besides, two cases whose name two scenarios bear: JUnit does not say which of them ran.
    assert sum(words.startswith("No story has the name") for words in unknown) == 14
    assert sum(" bear this name" in words for words in unknown) == 2
    assert Run.objects.count() == 1
    # What was skipped is not in JUnit at all
    assert states() == {"PASSING": 40, "READY": 163, "DRAFT": 2}


def test_junit_greens_nothing_where_the_text_is_newer(behave):
    import_features(behave, at=None)

    counts = run("import_results", *junit_files(behave), format="junit")

    assert (counts["cases"], counts["passed"], counts["unknown"]) == (306, 306, 306)
    assert states() == {"READY": 203, "DRAFT": 2}


def test_behave_json_needs_no_instant(behave):
    import_features(behave, at=None)

    assert import_json(behave)["unknown"] == 14


@pytest.fixture
def accepted(behave: Path, tmp_path: Path) -> Path:
    """A folder with just the files whose every scenario passed in that run and that were accepted."""
    import_features(behave, name="whole")
    import_json(behave)
    folder = tmp_path / "accepted"
    for story in Story.objects.all():
        if story.state == "PASSING":
            place = folder / story.path
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(behave / story.path, place)
    return folder


def test_the_second_initiative_is_proven_whole_by_the_same_files(behave, accepted):
    import_features(accepted, name="second")

    counts = import_json(behave, initiative="second")

    assert counts["unknown"] == 311 - Result.objects.filter(run__key=counts["run"], story__isnull=False).count()
    second = Story.objects.filter(epic__initiative__scope__title="second")
    assert Counter(str(story.state) for story in second) == {"PASSING": 40}


def test_without_saying_which_initiative_equal_stories_are_not_guessed(behave, accepted):
    import_features(accepted, name="second")

    counts = import_json(behave, revision="again")

    again = Result.objects.filter(run__key=counts["run"], unknown__contains="all hold this scenario")
    assert again.exists()
    second = Story.objects.filter(epic__initiative__scope__title="second")
    assert Counter(str(story.state) for story in second) == {"READY": 40}


def test_the_compatibility_kit_is_matched(real_data):
    organization()
    samples = real_data / "cck" / "devkit" / "samples"
    run("import_features", str(samples), initiative="kit", skip_refused=True)

    counts = run("import_results", *sorted(map(str, samples.glob("*/*.ndjson"))), format="cucumber-messages")

    assert counts["cases"] == 120
    words = Counter(Result.objects.exclude(unknown="").values_list("uri", flat=True))
    assert counts["unknown"] == sum(words.values())
    assert all(uri.endswith(".md") for uri in words), words
