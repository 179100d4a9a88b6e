"""Refusals of this room that no walk meets: each with its words, and nothing written."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.common.refused import BadInput, Refused
from apps.reliability import actions
from apps.reliability.actions import importing
from apps.reliability.api import files
from apps.reliability.models import SLI, SLO, ErrorClassJudgment
from tests.cast import signed_in
from tests.reliability.deciding import broken
from tests.reliability.test_policy import write
from tests.reliability.test_slo_files import SLOTH
from tests.reliability.world import World, make_sli, make_slo

IMPORT = "/api/v1/slos/import/"


@pytest.fixture
def priya(world: World) -> Client:
    return signed_in(world.priya)


def judge(world: World, name: str, effort: str = "CHEAP") -> ErrorClassJudgment:
    return actions.judge_error_class(sli_key="SLI-1", name=name, effort=effort, why="Seen.", by=world.cast.jonas)


def test_nothing_is_measured_of_what_is_archived(world: World) -> None:
    world.scope.archived_at = world.slo.created_at
    world.scope.save()
    with pytest.raises(Refused, match="There is no service, epic or team E-1 that you may read"):
        make_sli(world.scope, world.priya)
    assert SLI.objects.count() == 1


def test_classes_of_errors(world: World) -> None:
    with pytest.raises(BadInput, match="“DEAR” is no judgment: "):
        judge(world, "timeout", "DEAR")
    with pytest.raises(Refused, match="The counts of SLI-1 name no errors “timeout”"):
        judge(world, "timeout")
    actions.archive_slo(slo_key="SLO-1", reason="Replaced.", by=world.priya)
    actions.archive_sli(sli_key="SLI-1", by=world.priya)
    with pytest.raises(Refused, match="SLI-1 is archived; nothing of it is judged any more"):
        judge(world, "timeout")
    assert not ErrorClassJudgment.objects.exists()


def test_a_change_that_is_said_to_come_of_no_decision(world: World) -> None:
    with pytest.raises(Refused, match="There is no decision D-99 that you may read"):
        actions.change_slo(
            slo_key="SLO-1",
            title="In time",
            target=Decimal("0.98"),
            window="28d",
            rationale="We decided so.",
            by=world.priya,
            decision_key="D-99",
        )
    assert SLO.objects.get().version == 1


def test_a_change_that_is_said_to_come_of_the_decision_on_another(world: World) -> None:
    broken(world)
    other = make_slo(make_sli(world.scope, world.priya), world.priya)
    with pytest.raises(Refused, match=f"D-1 is about SLO-1, not about {other.key}"):
        actions.change_slo(
            slo_key=other.key,
            title="In time",
            target=Decimal("0.98"),
            window="28d",
            rationale="We decided so.",
            by=world.priya,
            decision_key="D-1",
        )


def test_what_was_archived_while_a_file_was_read(world: World, priya: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking for the scope and locking it: no test is that quick, so the lock finds nothing."""
    monkeypatch.setattr(importing, "lock_scopes", lambda keys, by: {})
    file = SimpleUploadedFile("a.yaml", SLOTH.encode())
    answer = priya.post(f"{IMPORT}?scope=E-1", {"file": file})
    assert answer.status_code == 409
    assert answer.json()["detail"] == "E-1 was archived meanwhile; nothing of it is measured any more."


def test_terms_of_a_policy(world: World) -> None:
    with pytest.raises(BadInput, match="The rationale is empty. Say why these terms, so that who agrees knows."):
        write(world, rationale="  ")
    with pytest.raises(BadInput, match="has at most 2 digits behind the point of its percentage"):
        write(world, episode_share=Decimal("0.1234567891"))


def test_files_of_slos(priya: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = priya.post(IMPORT, {"file": "no file"})
    assert answer.status_code == 400
    assert answer.json()["detail"] == "There is no “file” in the form. Send each file as “file”."
    monkeypatch.setattr(files, "_MOST", 1)
    answer = priya.post(IMPORT, {"file": SimpleUploadedFile("a.yaml", b"a: 1")})
    assert answer.status_code == 413
    assert "Send the files one by one." in answer.json()["detail"]
    assert SLO.objects.count() == 1
