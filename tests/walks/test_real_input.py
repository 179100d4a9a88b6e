"""The first full walk on real input, by commands and acts: 216 feature files of a product, and a real run of 47.

Imported whole, its epics are blocked and each says why. Imported again from the accepted files that ran without a skip,
an analyst and a product owner sign what the run proves, and the log verifies.
"""

import json
import shutil
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from apps.common.refused import NotAllowed
from apps.delivery.models import Epic, Story
from apps.organization import actions as organization
from apps.organization.roles import Role
from apps.signatures.reauthentication import Authentication
from apps.signoff import actions as signoff
from apps.signoff import queries as signoff_queries
from apps.signoff.states import GateState
from apps.specs import actions as specs
from apps.specs import queries as specs_queries
from tests.cast import Cast, PersonFactory, forget_seats
from tests.signoff.promises import confirmed, key, make_dependable

pytestmark = pytest.mark.django_db

# The texts are older than the run, which is of 2026-11-23.
SINCE = "2026-11-01T00:00:00Z"
# Of the 47 features that ran, those with a scenario that was skipped.
SKIPPED = {"runner.bad_steps", "runner.help", "runner.use_nested_step_modules"}


def command(name: str, *args: str) -> dict[str, Any]:
    """What the command prints with --json."""
    out = StringIO()
    call_command(name, *args, "--json", stdout=out)
    printed: dict[str, Any] = json.loads(out.getvalue())
    return printed


@pytest.fixture
def behave(real_data: Path) -> Path:
    return real_data / "behave"


@pytest.fixture
def proven_files(behave: Path, tmp_path: Path) -> Path:
    """The 42 accepted files that ran without a skip, in the folder they came from."""
    folder = tmp_path / "proven" / "features"
    folder.mkdir(parents=True)
    report = json.loads((behave / "generated-run" / "behave-report.json").read_bytes())
    for feature in report:
        path = behave / feature["location"].rpartition(":")[0]
        if path.stem not in SKIPPED and path.name not in REFUSED:
            shutil.copy(path, folder / path.name)
    return folder.parent


REFUSED = {"scenario_outline.parametrized.feature", "step.execute_steps.with_table.feature"}


def test_imported_whole_every_epic_is_blocked_and_says_why(cast: Cast, behave: Path) -> None:
    printed = command("import_features", str(behave), "--initiative", "Behave", "--skip-refused", "--at", SINCE)
    assert (printed["files"], printed["epics"], printed["stories"]) == (216, 4, 205)
    assert (printed["scenarios"], printed["outlines"], printed["steps"]) == (752, 45, 3487)
    assert len(printed["refused"]) == 10
    report = str(behave / "generated-run" / "behave-report.json")
    counts = command("import_results", report, "--format", "behave-json", "--revision", "43d0a932")
    assert (counts["cases"], counts["passed"], counts["skipped"]) == (311, 306, 5)
    assert counts["unknown"] == 14
    epics = list(Epic.objects.select_related("scope", "team", "initiative__scope").order_by("pk"))
    gates = signoff_queries.gates(epics)
    assert [gates[epic.pk].state for epic in epics] == [GateState.BLOCKED] * 4
    for epic in epics:
        blocker = gates[epic.pk].blocker
        assert blocker is not None
        assert blocker.verdict.words.startswith("0 of ")
        assert blocker.verdict.detail
    again = command("import_features", str(behave), "--initiative", "Behave", "--skip-refused", "--at", SINCE)
    assert (again["new"], again["changed"], again["unchanged"], again["archived"]) == (0, 0, 205, 0)


def test_the_accepted_files_that_passed_are_signed_and_verified(cast: Cast, behave: Path, proven_files: Path) -> None:
    printed = command("import_features", str(proven_files), "--initiative", "Behave, proven", "--at", SINCE)
    assert (printed["files"], printed["stories"], printed["refused"]) == (42, 42, [])
    report = str(behave / "generated-run" / "behave-report.json")
    command("import_results", report, "--format", "behave-json", "--initiative", "Behave, proven")
    # Two of the 42 hold scenarios that no report of the run mentions: nothing proves them, so they are not green.
    waiting = list(Story.objects.exclude(pk__in=Story.objects.in_state("PASSING")).order_by("title"))
    assert Story.objects.in_state("PASSING").count() == 40
    assert [story.path.rpartition("/")[2] for story in waiting] == [
        "step.execute_steps.feature",
        "scenario_outline.improved.feature",
    ]
    epic = Epic.objects.select_related("scope", "team", "initiative__scope").get()
    give_seats(cast, epic)
    for story in waiting:
        try_by_hand(story, by=cast.sam)
    assert Story.objects.in_state("PASSING").count() == 42

    stories = list(Story.objects.order_by("pk"))
    signoff.sign_off_stories(
        shown=[signoff.StoryShown(story.key, story.digest) for story in stories],
        meaning="ACCEPT",
        by=cast.lena,
        authentication=confirmed(),
        comment="",
        key=key(),
    )
    _, gate, _ = signoff_queries.current_dossier(epic, at=timezone.now())
    assert gate.blocker is not None
    assert gate.blocker.verdict.words.startswith("No SLO is linked")
    make_dependable(epic, cast=cast)
    shown, gate, _ = signoff_queries.current_dossier(epic, at=timezone.now())
    assert gate.state == GateState.READY
    signoff.sign_off_epic(
        epic_key=epic.key,
        shown=shown,
        meaning="ACCEPT",
        by=cast.maria,
        authentication=Authentication("password", timezone.now()),
        comment="",
        key=key(),
    )
    assert Epic.objects.get().state == "SIGNED"
    assert command("audit_verify")["ok"] is True

    reformat(proven_files)
    again = command("import_features", str(proven_files), "--initiative", "Behave, proven")
    assert again["unchanged"] + again["changed"] == 42
    assert Story.objects.in_state("SIGNED").count() == 42
    assert Epic.objects.get().state == "SIGNED"

    edited = stories[7]
    path = proven_files / edited.path
    text = path.read_text()
    assert "\n      When " in text
    path.write_text(text.replace("\n      When ", "\n      When for once ", 1))
    command("import_features", str(proven_files), "--initiative", "Behave, proven")
    assert list(Story.objects.in_state("BROKEN")) == [edited]
    assert Story.objects.in_state("SIGNED").count() == 41
    assert Epic.objects.get().state == "DRIFTED"
    assert command("audit_verify")["ok"] is True


def give_seats(cast: Cast, epic: Epic) -> None:
    """The cast takes its seats on the imported initiative."""
    roles = {
        "maria": Role.PRODUCT_OWNER,
        "jonas": Role.SOLUTION_ARCHITECT,
        "priya": Role.SRE_LEAD,
        "lena": Role.BUSINESS_ANALYST,
        "sam": Role.SRE,
    }
    for name, role in roles.items():
        person = cast.people[name]
        organization.grant_seat(person=person, role=role, scope=epic.initiative.scope, by=cast.adam)
        forget_seats(person)


def try_by_hand(story: Story, *, by: Any) -> None:
    """Somebody tries what the run left out, and says so."""
    positions = [number for number, one in enumerate(specs_queries.story_evidence(story), start=1) if one.run is None]
    specs.record_by_hand(
        story_key=story.key,
        positions=positions,
        status="PASSED",
        words="Left out of the run by its tags; tried at the terminal.",
        digest=story.digest,
        key=key(),
        by=by,
    )


def reformat(folder: Path) -> None:
    """Every file with another indent, comments and blank lines: the same meaning."""
    for path in folder.rglob("*.feature"):
        lines, inside = [], False
        for line in path.read_text().splitlines():
            if '"""' in line:
                inside = not inside
            lines.append(line if inside or '"""' in line else f"  {line}")
            if line.strip().startswith("Scenario:") and not inside:
                lines.append("")
        path.write_text("# reformatted\n" + "\n".join(lines) + "\n\n")


def test_nobody_else_may_sign_it(cast: Cast, behave: Path, proven_files: Path) -> None:
    """The imported initiative has no seats yet: the gate says so, and who could hand them out."""
    command("import_features", str(proven_files), "--initiative", "Behave, proven", "--at", SINCE)
    epic = Epic.objects.select_related("scope", "team", "initiative__scope").get()
    seats = next(item for item in signoff_queries.gates([epic])[epic.pk].judged if item.name == "seats_filled")
    assert seats.verdict.words.startswith("Vacant: Product Owner, Solution Architect, SRE Lead, Business Analyst")
    stranger = PersonFactory.create()
    shown, _, _ = signoff_queries.current_dossier(epic, at=timezone.now())
    with pytest.raises(NotAllowed, match="Only a Product Owner"):
        signoff.sign_off_epic(
            epic_key=epic.key,
            shown=shown,
            meaning="ACCEPT",
            by=stranger,
            authentication=confirmed(),
            comment="",
            key=key(),
        )
