"""Housekeeping: what goes, what stays, and that a dry run only counts."""

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db.models import Model
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.common.actions import tidying
from apps.common.tasks import housekeeping
from apps.common.tidying import tidy_all
from apps.organization.models import KeptAnswer
from apps.specs.models import Execution
from tests.cast import Cast, signed_in
from tests.signoff.promises import make_promise

DAYS = 86_400
# The only rows that may become fewer, or other.
MAY_GO = {Session, KeptAnswer, Execution}


@pytest.fixture
def var(tmp_path: Path, settings: Settings) -> Path:
    settings.VAR, settings.BACKUPS = tmp_path, tmp_path / "backups"
    for folder in ("log", "executions", "backups"):
        (tmp_path / folder).mkdir()
    return tmp_path


def said(*words: str) -> dict[str, int]:
    """What the command prints: the count beside each thing."""
    out = StringIO()
    call_command("housekeeping", *words, stdout=out)
    rows = [line.strip().split("  ") for line in out.getvalue().splitlines()[1:]]
    return {row[1].strip(): int(row[0]) for row in rows}


def counts(*words: str) -> dict[str, int]:
    return {what: count for what, count in said(*words).items() if count}


def rows_of(model: type[Model]) -> list[dict[str, Any]]:
    return list(model._default_manager.order_by("pk").values())


def aged(path: Path, days: float, *, folder: bool = False) -> Path:
    if folder:
        path.mkdir()
        (path / "part").touch()
    else:
        path.write_text("words")
    os.utime(path, (time.time() - days * DAYS,) * 2)
    return path


def both_ways(what: str, count: int) -> None:
    """A dry run counts it and leaves it; then it goes; then there is nothing left."""
    assert counts("--dry-run") == {what: count}
    assert counts("--dry-run") == {what: count}
    assert counts() == {what: count}
    assert counts() == {}


def test_expired_sessions_go_and_living_ones_stay(cast: Cast, var: Path) -> None:
    living, gone = signed_in(cast.maria), signed_in(cast.ruth)
    Session.objects.filter(pk=gone.session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))
    both_ways("sessions", 1)
    assert living.get("/").status_code == 200
    assert gone.get("/").status_code == 302


def test_answers_of_the_api_go_after_a_day(cast: Cast, var: Path) -> None:
    for key, hours in (("old", 25), ("young", 23)):
        at = timezone.now() - timedelta(hours=hours)
        KeptAnswer.objects.create(person=cast.maria, key=key, request="x", status=201, at=at)
    both_ways("answers kept for the API (idempotency keys)", 1)
    assert KeptAnswer.objects.get().key == "young"


def test_outputs_of_old_executions_go_and_the_page_says_so(cast: Cast, var: Path) -> None:
    ages: Any = {"X-1": 91, "X-2": 89, "X-3": None}
    for key, days in ages.items():
        finished = timezone.now() - timedelta(days=days) if days else None
        state = "STOPPED" if days else "RUNNING"
        Execution.objects.create(
            key=key, suite="portal", cause="REQUEST", state=state, finished_at=finished, output="words", output_bytes=5
        )
    both_ways("outputs of executions", 1)
    assert dict(Execution.objects.values_list("key", "output")) == {"X-1": "", "X-2": "words", "X-3": "words"}
    page = signed_in(cast.emil).get("/executions/X-1/")
    assert page.status_code == 200
    assert "is no longer kept" in page.content.decode()


def test_folders_of_executions_go_unless_somebody_works_in_them(db: None, var: Path) -> None:
    Execution.objects.create(key="X-1", suite="shop", cause="REQUEST", state="RUNNING")
    Execution.objects.create(key="X-2", suite="shop", cause="REQUEST", state="STOPPED")
    for name in ("X-1-2", "X-2-1", "X-9-1"):
        aged(var / "executions" / name, 0, folder=True)
    both_ways("folders of executions (executions/*)", 2)
    assert [path.name for path in (var / "executions").iterdir()] == ["X-1-2"]


def test_old_logs_go_and_large_ones_begin_anew(db: None, var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    aged(var / "log" / "web.old", 91)
    aged(var / "log" / "worker.old", 89)
    aged(var / "log" / "web.log", 200)
    both_ways("logs of earlier runs (log/*.old)", 1)
    monkeypatch.setattr(tidying, "LOG_BYTES", 4)
    with (var / "log" / "web.log").open("ab") as writer:  # as `up` opens it for what it starts
        both_ways("logs that grew large (set aside as .old)", 1)
        writer.write(b"on")
    assert (var / "log" / "web.log").read_bytes() == b"on"
    assert (var / "log" / "web.old").read_bytes() == b"words"


def test_backups_that_were_broken_off_go_and_whole_ones_stay(db: None, var: Path) -> None:
    aged(var / "backups" / ".triad-1.part-ab", 2, folder=True)
    aged(var / "backups" / ".triad-2.part-ab", 0, folder=True)
    aged(var / "backups" / "triad-3", 900, folder=True)
    aged(var / "portal.sqlite3.restoring", 2)
    aged(var / "portal.sqlite3.before-1", 900)
    both_ways("backups and restores that were broken off", 2)
    left = {path.name for path in (var / "backups").iterdir()}
    assert left == {".triad-2.part-ab", "triad-3"}
    assert (var / "portal.sqlite3.before-1").exists()


def test_nothing_that_proves_anything_ever_goes(cast: Cast, var: Path, settings: Settings) -> None:
    made = make_promise(cast)
    made.prove()
    made.sign_stories()
    made.sign()
    settings.KEEP_DAYS = -1  # everything is old
    rows = {model: rows_of(model) for model in apps.get_models() if model not in MAY_GO}
    assert sum(map(len, rows.values())) > 100
    housekeeping()
    assert {model: rows_of(model) for model in rows} == rows


def test_each_thing_says_when_it_goes(db: None, var: Path) -> None:
    for one in tidy_all(dry_run=True):
        assert one.when and one.what
