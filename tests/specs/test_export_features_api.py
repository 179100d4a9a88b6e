"""`GET /api/v1/features/`: a pipeline pulls the features, runs them, and its results come back to the very stories."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Entry
from apps.delivery.models import Story
from apps.organization import actions as organization
from apps.organization import queries as seats
from apps.specs import intake
from apps.specs.api import features
from apps.specs.models import Result
from tests.cast import Cast, in_days, signed_in
from tests.specs.evidence import CART, EDITED, PAY, edit, make_epic, make_story, reread
from tests.specs.kits import STEPS

pytestmark = pytest.mark.django_db
FEATURES = "/api/v1/features/"


@pytest.fixture
def pipeline(cast: Cast) -> Client:
    """A team's pipeline with the token of a service account."""
    account = organization.add_service_account(username="ci", name="CI", by=cast.adam)
    _, secret = organization.create_token(person=account, name="pull", expires_on=in_days(30), by=cast.adam)
    return Client(headers={"Authorization": f"Bearer {secret}"})


@pytest.fixture
def stories(cast: Cast) -> tuple[Story, Story]:
    """Two of one text in one epic: one from a file, one made by hand."""
    epic = make_epic(cast)
    return make_story(cast, epic=epic, path="shop/cart.feature"), make_story(cast, epic=epic)


@pytest.fixture
def other(cast: Cast, stories: tuple[Story, Story]) -> Story:
    """One in another initiative."""
    return make_story(cast, PAY, epic=make_epic(cast, cast.elsewhere))


def pulled(client: Client, query: str = "", **headers: str) -> ZipFile:
    answer = client.get(FEATURES + query, headers=headers)
    assert answer.status_code == 200, answer.content
    body = b"".join(answer)
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="features.zip"'
    assert int(answer.headers["Content-Length"]) == len(body)
    return ZipFile(io.BytesIO(body))


def etag(client: Client, query: str = "") -> str:
    return str(client.get(FEATURES + query).headers["ETag"])


# --- what is in it


def test_it_is_what_the_command_writes(pipeline: Client, other: Story, tmp_path: Path) -> None:
    for query, options in (("", {}), ("?initiative=I-1", {"initiative": "I-1"}), ("?epic=E-2", {"epic": "E-2"})):
        folder = tmp_path / (query.strip("?") or "all")
        call_command("export_features", str(folder), **options)
        written = {
            path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()
        }

        archive = pulled(pipeline, query)

        assert {name: archive.read(name) for name in archive.namelist()} == written
        assert "manifest.json" in written
        assert len(written) > 1


def test_one_epic_one_initiative_and_all(pipeline: Client, stories: tuple[Story, Story], other: Story) -> None:
    first = f"{stories[0].epic.key}/{stories[1].key}.feature"
    assert pulled(pipeline, "?initiative=I-1").namelist() == ["shop/cart.feature", first, "manifest.json"]
    assert pulled(pipeline, f"?initiative=I-2&epic={other.epic.key}").namelist() == [
        f"{other.epic.key}/{other.key}.feature",
        "manifest.json",
    ]
    assert len(pulled(pipeline).namelist()) == 4


def test_files_can_be_read_by_whoever_unpacks_them(pipeline: Client, stories: tuple[Story, Story]) -> None:
    for entry in pulled(pipeline).infolist():
        assert entry.external_attr >> 16 == 0o644
        assert entry.date_time == (1980, 1, 1, 0, 0, 0)


# --- the whole way: pull, run, push


def run_behave(folder: Path) -> Path:
    """behave for real, as the page for CI says: its own steps beside a folder of pulled features."""
    (folder / "steps").mkdir()
    (folder / "steps" / "cart_steps.py").write_text(STEPS)
    report = folder.parent / "report.json"
    command = [sys.executable, "-m", "behave", "--format=json", f"--outfile={report}", f"{folder.name}/triad"]
    done = subprocess.run(command, cwd=folder.parent, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return report


def pushed(client: Client, folder: Path, report: Path) -> dict[str, Any]:
    files = {
        "file": SimpleUploadedFile("report.json", report.read_bytes()),
        "manifest": SimpleUploadedFile("manifest.json", (folder / "triad" / "manifest.json").read_bytes()),
    }
    answer = client.post("/api/v1/runs/?format=behave-json&revision=a1b2c3", files)
    assert answer.status_code == 201, answer.content
    counts: dict[str, Any] = answer.json()["counts"]
    return counts


def test_pulled_run_by_behave_and_pushed_every_case_finds_its_story(
    pipeline: Client, stories: tuple[Story, Story], tmp_path: Path
) -> None:
    folder = tmp_path / "features"
    pulled(pipeline, "?initiative=I-1").extractall(folder / "triad")

    counts = pushed(pipeline, folder, run_behave(folder))

    assert (counts["cases"], counts["passed"], counts["unknown"], counts["stale"]) == (6, 6, 0, 0)
    assert set(Result.objects.values_list("matched_by", flat=True)) == {"MANIFEST"}
    assert [str(reread(story).state) for story in stories] == ["PASSING", "PASSING"]


def test_what_was_pulled_before_an_edit_greens_nothing(
    pipeline: Client, stories: tuple[Story, Story], cast: Cast, tmp_path: Path
) -> None:
    folder = tmp_path / "features"
    pulled(pipeline, "?initiative=I-1").extractall(folder / "triad")
    report = run_behave(folder)
    edit(cast, stories[0], EDITED)

    counts = pushed(pipeline, folder, report)

    assert (counts["stale"], counts["unknown"]) == (1, 0)
    assert [str(reread(story).state) for story in stories] == ["READY", "PASSING"]


# --- ETag


def test_the_same_texts_are_304_and_an_edit_is_not(pipeline: Client, stories: tuple[Story, Story], cast: Cast) -> None:
    first = pipeline.get(FEATURES)
    known = first.headers["ETag"]
    assert known.startswith('"')
    assert first.headers["Cache-Control"] == "private, no-cache"

    again = pipeline.get(FEATURES, headers={"If-None-Match": known})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", known)
    edit(cast, stories[0], EDITED)
    moved = pipeline.get(FEATURES, headers={"If-None-Match": known})
    assert moved.status_code == 200
    assert moved.headers["ETag"] != known


def test_one_etag_is_one_archive_to_the_byte(pipeline: Client, stories: tuple[Story, Story]) -> None:
    one, two = pipeline.get(FEATURES), pipeline.get(FEATURES)
    assert one.headers["ETag"] == two.headers["ETag"]
    assert b"".join(one) == b"".join(two)


def test_the_etag_says_where_a_text_stands_too(pipeline: Client, stories: tuple[Story, Story], other: Story) -> None:
    known = etag(pipeline)
    assert len({known, etag(pipeline, "?initiative=I-1"), etag(pipeline, "?initiative=I-2")}) == 3
    Story.objects.filter(pk=stories[0].pk).update(path="shop/basket.feature")
    assert etag(pipeline) != known


def test_head_has_the_headers_and_no_body(pipeline: Client, stories: tuple[Story, Story]) -> None:
    head = pipeline.head(FEATURES)
    assert (head.status_code, b"".join(head)) == (200, b"")
    assert head.headers["ETag"] == etag(pipeline)
    assert int(head.headers["Content-Length"]) > 100


# --- refusals


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("?epic=E-99", 404, "There is no such initiative or epic that you may read."),
        ("?initiative=I-99", 404, "There is no such initiative or epic that you may read."),
        ("?epic=%00", 400, "“epic” holds a NUL character, and nothing here does. Ask without it."),
        ("?initiative=I-2&epic=E-1", 404, "There is no story with scenarios to export."),
        ("?initative=I-1", 400, "“initative” says nothing here. Ask by “epic”, “initiative”."),
    ],
)
def test_it_refuses_in_words(pipeline: Client, other: Story, query: str, status: int, words: str) -> None:
    for headers in ({}, {"Accept": "application/zip"}):
        answer = pipeline.get(FEATURES + query, headers=headers)
        assert answer.status_code == status
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert words in json.loads(answer.content)["detail"]


def test_nothing_to_export(pipeline: Client, cast: Cast) -> None:
    make_story(cast, "Feature: A thought\n")
    assert pipeline.get(FEATURES).status_code == 404


def test_who_asks_for_a_zip_gets_it(pipeline: Client, stories: tuple[Story, Story]) -> None:
    assert "manifest.json" in pulled(pipeline, Accept="application/zip").namelist()


def test_too_much_is_refused(pipeline: Client, stories: tuple[Story, Story], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "MAX_TEXTS", 2 * len(CART) - 1)
    answer = pipeline.get(FEATURES)
    assert (answer.status_code, "more than 16 MiB" in answer.json()["detail"]) == (413, True)
    monkeypatch.setattr(features, "MAX_TEXTS", 2 * len(CART))
    assert pipeline.get(FEATURES).status_code == 200
    monkeypatch.setattr(intake, "MAX_WHOLE", 500)
    answer = pipeline.get(FEATURES)
    assert (answer.status_code, "could not be sent back" in answer.json()["detail"]) == (413, True)


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_nothing_else_is_taken(pipeline: Client, method: str) -> None:
    assert getattr(pipeline, method)(FEATURES).status_code == 405


# --- who may


def test_what_is_restricted_is_left_out_as_if_it_were_not_there(
    pipeline: Client, stories: tuple[Story, Story], other: Story, cast: Cast
) -> None:
    cast.elsewhere.restricted = True
    cast.elsewhere.save()

    assert not [name for name in pulled(pipeline).namelist() if other.key in name]
    assert other.key not in pulled(pipeline).read("manifest.json").decode()
    for query in ("?initiative=I-2", f"?epic={other.epic.key}"):
        hidden, unknown = pipeline.get(FEATURES + query), pipeline.get(f"{FEATURES}?epic=E-99")
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.json() == unknown.json()
        assert set(hidden.headers) == set(unknown.headers)
    assert f"{other.epic.key}/{other.key}.feature" in pulled(signed_in(cast.ada), "?initiative=I-2").namelist()


def test_by_session_too(stories: tuple[Story, Story], cast: Cast) -> None:
    assert "shop/cart.feature" in pulled(signed_in(cast.nobody)).namelist()


def test_strangers_are_refused(client: Client, stories: tuple[Story, Story]) -> None:
    bad = Client(headers={"Authorization": "Bearer triad_wrong"})
    for answer in (client.get(FEATURES), bad.get(FEATURES)):
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


def test_a_token_that_tokens_are_not_given_the_right(
    pipeline: Client, stories: tuple[Story, Story], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seats.seats, "TOKEN_RIGHTS", frozenset({"specs.import_results"}))
    answer = pipeline.get(FEATURES)
    assert answer.status_code == 403
    assert "does not give the right “specs.export_features”" in answer.json()["detail"]


# --- what it costs


def test_pulling_writes_nothing(stories: tuple[Story, Story], cast: Cast) -> None:
    client, entries = signed_in(cast.maria), Entry.objects.count()
    with CaptureQueriesContext(connection) as captured:
        pulled(client)
    assert [one["sql"] for one in captured if one["sql"].startswith(("INSERT", "UPDATE", "DELETE"))] == []
    assert Entry.objects.count() == entries


def test_twenty_stories_take_the_queries_of_two(pipeline: Client, stories: tuple[Story, Story], cast: Cast) -> None:
    pulled(pipeline)  # notes when the token was used, once a minute
    with CaptureQueriesContext(connection) as few:
        pulled(pipeline, "?initiative=I-1")
    for _ in range(18):
        make_story(cast, epic=stories[0].epic)
    with CaptureQueriesContext(connection) as many:
        assert len(pulled(pipeline, "?initiative=I-1").namelist()) == 21
    assert len(many) == len(few) <= 8
