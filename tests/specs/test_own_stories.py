"""The portal's own stories, run as the portal runs them: a copy, every story at its top, the run-time set alone."""

import ast
import os
import re
import shutil
import subprocess
import sys
from hashlib import sha256
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from apps.delivery import actions, gherkin
from apps.delivery.models import Epic, Story
from apps.delivery.states import StoryState
from apps.specs.formats import behave_json
from apps.specs.report import Report, Status
from tests.cast import Cast
from tests.delivery.work import read_files
from tests.specs.evidence import import_bytes

ROOT = Path(__file__).resolve().parents[2]
FEATURES = ROOT / "tests" / "features"
STORIES = sorted(FEATURES.rglob("*.feature"))
OWN = {"apps", "portal", "stage"}


def behave(work: Path, *arguments: str) -> str:
    """What behave prints when it runs in the folder, as far from a developer's shell as can be."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",  # as if the source could not be written to
        "TMPDIR": str(work / "tmp"),
        "LANG": "C.UTF-8",
    }
    command = [sys.executable, "-m", "behave", "--no-color", *arguments, str(work / "features")]
    done = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True, timeout=600, check=False)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the stories need, and each story flat beside it, named by the digest of its text."""
    folder = tmp_path_factory.mktemp("work")
    (folder / "tmp").mkdir()
    (folder / "reports").mkdir()
    shutil.copytree(FEATURES, folder / "features", ignore=shutil.ignore_patterns("*.feature", "__pycache__"))
    for story in STORIES:
        text = story.read_bytes()
        (folder / "features" / f"{sha256(text).hexdigest()}.feature").write_bytes(text)
    return folder


@pytest.fixture(scope="module")
def written(work: Path) -> bytes:
    """The report of one run of all of them, as behave wrote it."""
    path = work / "reports" / "report.json"
    said = behave(work, "--format=json", f"--outfile={path}", "--format=plain")
    assert path.exists(), said[-3000:]
    return path.read_bytes()


@pytest.fixture(scope="module")
def report(written: bytes) -> Report:
    """The same, read as an import would."""
    return behave_json.read(written)


def parsed(story: Path) -> gherkin.Feature:
    feature = gherkin.parse(story.read_text())
    assert feature is not None
    return feature


def promised() -> dict[str, str]:
    """Every scenario and row that the stories promise, by what identifies it in a report."""
    return {
        pickle.run_digest: f"{story.name}: {pickle.name}"
        for story in STORIES
        for scenario in parsed(story).scenarios
        for pickle in scenario.pickles
    }


def test_every_scenario_of_every_story_passes(report: Report) -> None:
    not_passed = {case.name: (case.status, case.message) for case in report.cases if case.status != Status.PASSED}
    assert not_passed == {}


def test_what_ran_is_what_is_written(report: Report) -> None:
    ran = [case.run_digest for case in report.cases]
    assert len(ran) == len(set(ran)), "two scenarios say the same"
    assert set(ran) == promised().keys()


@pytest.mark.django_db
def test_the_portal_can_import_them_and_prove_them_with_one_run(cast: Cast, written: bytes) -> None:
    sources = [(story.relative_to(FEATURES).as_posix(), story.read_text()) for story in STORIES]
    actions.import_features(initiative_title="Triad itself", files=read_files(dict(sources)), by=cast.adam)

    import_bytes(written, by=cast.adam)

    titles = {epic.title for epic in Epic.objects.all()}
    assert titles == {"Sign off", "Living text", "Evidence", "Trail"}
    unproven = [story.path for story in Story.objects.all() if story.state != StoryState.PASSING]
    assert unproven == []


def test_a_run_leaves_nothing_behind(report: Report, work: Path) -> None:
    assert list((work / "tmp").iterdir()) == []
    assert {path.name for path in work.iterdir()} == {"features", "reports", "tmp"}


def test_every_step_definition_is_used(work: Path) -> None:
    said = behave(work, "--dry-run", "--format=steps.usage")
    assert "0 steps passed" in said, said[-3000:]
    assert "UNUSED STEP DEFINITIONS" not in said, said[said.index("UNUSED") :][:3000]
    assert "UNDEFINED STEPS" not in said, said[said.index("UNDEFINED") :][:3000]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.stem)
def test_a_story_says_for_whom_it_is_and_keeps_its_scenarios_short(story: Path) -> None:
    feature = parsed(story)
    assert len(feature.narrative.split()) >= 10
    assert story.parent.parent == FEATURES, "a story stands in the folder of its epic"
    for scenario in feature.scenarios:
        assert 2 <= len(scenario.steps) <= 6, scenario.name


def test_no_two_stories_have_one_title() -> None:
    titles = [parsed(story).name for story in STORIES]
    assert len(set(titles)) == len(titles) >= 16


def run_time_packages() -> set[str]:
    """Names to import of what `requirements.txt` installs."""
    pinned = {normal(name) for name in re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(), re.M)}
    return {
        package
        for package, distributions in packages_distributions().items()
        if any(normal(distribution) in pinned for distribution in distributions)
    }


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def imported(source: Path) -> set[str]:
    """The first part of every name that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found


@pytest.mark.parametrize("source", sorted(FEATURES.rglob("*.py")), ids=lambda path: path.stem)
def test_steps_import_run_time_packages_only(source: Path) -> None:
    allowed = run_time_packages() | sys.stdlib_module_names | OWN
    assert imported(source) - allowed == set()
    assert "pytest" not in allowed
    assert "__file__" not in source.read_text(), "a copy does not stand where this file stands"
