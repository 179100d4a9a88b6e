"""Imports asked for on a page: kept, done by a worker once, followed, found again when a worker dies."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from apps.common.refused import BadInput, NotAllowed
from apps.delivery import actions, tasks
from apps.delivery.actions import feature_imports
from apps.delivery.models import Epic, FeatureImport, Story
from apps.organization.actions import service_account
from apps.organization.models import Scope
from apps.organization.roles import Role
from tests.cast import Cast, signed_in
from tests.delivery.test_feature_files import zipped
from tests.delivery.work import CART, PAY, entries

FILES: dict[str, str | bytes] = {"cart/fill.feature": CART, "pay/card.feature": PAY}
WRONG = "Feature: A\n  Scenario: B\n    Given a\n    Gven b\n"


def ask(cast: Cast, files: dict[str, str | bytes] = FILES, **more: object) -> FeatureImport:
    asked = {"initiative_title": "The shop", "source": "shop.zip", "archive": zipped(files), "by": cast.adam, **more}
    return actions.ask_feature_import(**asked)  # type: ignore[arg-type]


def test_asked_and_done(cast: Cast) -> None:
    asked = ask(cast)
    assert (asked.key, asked.state, asked.files_total) == ("IMP-1", "WAITING", 2)
    assert entries() == [("feature_import.asked", "IMP-1")]
    tasks.import_features(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.files_read, asked.result["new"], asked.archive) == ("DONE", 2, 2, None)
    assert asked.initiative is not None
    assert entries()[-1] == ("initiative.features_imported", asked.initiative.key)


def test_done_once(cast: Cast) -> None:
    asked = ask(cast)
    tasks.import_features(asked.pk)
    count = len(entries())
    tasks.import_features(asked.pk)
    tasks.import_features(999)
    assert len(entries()) == count


def test_two_workers(cast: Cast) -> None:
    asked = ask(cast)
    mine = feature_imports._claim(asked.pk)
    assert mine is not None
    assert feature_imports._claim(asked.pk) is None
    reading = feature_imports._read(mine)
    FeatureImport.objects.update(seen_at=timezone.now() - timedelta(minutes=4))
    other = feature_imports._claim(asked.pk)
    assert other is not None
    feature_imports._finish(pk=asked.pk, attempt=mine.attempts, reading=reading)
    assert not Story.objects.exists()
    feature_imports._finish(pk=asked.pk, attempt=other.attempts, reading=reading)
    assert Story.objects.count() == 2


def test_a_dead_worker_is_noticed(cast: Cast) -> None:
    asked = ask(cast)
    assert list(actions.due_feature_imports()) == []
    FeatureImport.objects.update(asked_at=timezone.now() - timedelta(seconds=11))
    assert list(actions.due_feature_imports()) == [asked]
    feature_imports._claim(asked.pk)
    assert list(actions.due_feature_imports()) == []
    FeatureImport.objects.update(seen_at=timezone.now() - timedelta(minutes=4))
    assert list(actions.due_feature_imports()) == [asked]
    tasks.sweep_imports()


def test_what_kills_every_worker_is_given_up(cast: Cast) -> None:
    asked = ask(cast)
    for _ in range(3):
        assert feature_imports._claim(asked.pk) is not None
        FeatureImport.objects.update(seen_at=timezone.now() - timedelta(minutes=4))
    assert feature_imports._claim(asked.pk) is None
    asked.refresh_from_db()
    assert (asked.state, "The worker stopped 3 times" in asked.problem) == ("REFUSED", True)
    assert entries()[-1] == ("feature_import.refused", "IMP-1")


def test_refused_files_refuse_it(cast: Cast) -> None:
    asked = ask(cast, {**FILES, "wrong.feature": WRONG})
    tasks.import_features(asked.pk)
    asked.refresh_from_db()
    assert asked.state == "REFUSED"
    assert [(one["file"], one["line"]) for one in asked.result["refused"]] == [("wrong.feature", 4)]
    assert not Epic.objects.exists()


def test_a_right_lost_meanwhile_refuses_it(cast: Cast) -> None:
    asked = ask(cast)
    cast.seat_of("adam").__class__.objects.filter(person=cast.adam).update(until_on=timezone.now() - timedelta(days=2))
    tasks.import_features(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, "takes a seat" in asked.problem) == ("REFUSED", True)


def test_asking_is_refused(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="Importing features into a new initiative takes a seat"):
        ask(cast, by=cast.sam)
    with pytest.raises(BadInput, match="not a ZIP archive"):
        ask(cast, archive=b"no")
    with pytest.raises(BadInput, match=r"There is no \*\.feature file in shop\.zip"):
        ask(cast, {"readme.md": "x"})
    with pytest.raises(BadInput, match="The initiative's title is empty"):
        ask(cast, initiative_title="")
    assert entries() == []


def test_a_hidden_initiative_is_not_told(cast: Cast) -> None:
    actions.create_initiative(title="Secret", restricted=True, by=cast.adam)
    cast.seat(cast.nobody, Role.BUSINESS_ANALYST, cast.elsewhere)
    words = set()
    for title in ("Secret", "Nothing"):
        with pytest.raises(NotAllowed) as refused:
            ask(cast, initiative_title=title, by=cast.nobody)
        words.add(refused.value.sentence)
    assert len(words) == 1
    asked = ask(cast, initiative_title="Secret")
    assert signed_in(cast.nobody).get(f"/imports/{asked.key}/").status_code == 404
    assert signed_in(cast.emil).get(f"/imports/{asked.key}/").status_code == 200


def test_a_token_imports_into_nothing_that_is_hidden_from_it(cast: Cast) -> None:
    """Neither when it asks, nor where the initiative became restricted before the worker came to it."""
    program = service_account(username="ci", name="CI")
    initiative = actions.create_initiative(title="The shop", restricted=False, by=cast.adam)
    asked = ask(cast, by=program)
    Scope.objects.filter(key=initiative.key).update(restricted=True)
    before = entries()
    with pytest.raises(NotAllowed, match="A token imports into no initiative of this title"):
        ask(cast, by=program)
    assert entries() == before
    tasks.import_features(asked.pk)
    asked.refresh_from_db()
    assert (asked.state, asked.initiative, Epic.objects.count()) == ("REFUSED", initiative, 0)


def upload(name: str, data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def test_pages(cast: Cast) -> None:
    client = signed_in(cast.adam)
    assert "No import yet" in client.get("/imports/").content.decode()
    assert client.get("/imports/new/?initiative=The+shop").status_code == 200
    sent = {"initiative": "The shop", "upload": upload("shop.zip", zipped({**FILES, "wrong.feature": WRONG}))}
    answer = client.post("/imports/new/", {**sent, "skip_refused": "on", "text_at": "2026-01-01T10:00"})
    assert (answer.status_code, answer["Location"]) == (302, "/imports/IMP-1/")
    waiting = client.get("/imports/IMP-1/").content.decode()
    assert "Waiting for a worker" in waiting
    assert 'hx-trigger="every 1s"' in waiting
    tasks.import_features(FeatureImport.objects.get().pk)
    partial = client.get("/imports/IMP-1/", headers={"HX-Request": "true"}).content.decode()
    assert partial.lstrip().startswith('<div id="feature-import-progress"')
    assert "hx-trigger" not in partial
    assert "wrong.feature" in partial
    assert "2 stories of 3 files" in partial
    assert "2 new, 0 changed" in client.get("/imports/").content.decode()
    assert client.get("/imports/IMP-9/").status_code == 404


def test_single_files(cast: Cast) -> None:
    client = signed_in(cast.adam)
    files = [upload("a.feature", CART.encode()), upload("b.feature", PAY.encode())]
    assert client.post("/imports/new/", {"initiative": "The shop", "upload": files}).status_code == 302
    asked = FeatureImport.objects.get()
    assert (asked.source, asked.is_whole, asked.files_total) == ("2 files", False, 2)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ([], "This field is required."),
        ([("a.txt", b"x")], "“a.txt” is neither a ZIP nor a .feature file."),
        ([("a.zip", b"x"), ("b.feature", b"x")], "Send one ZIP, or feature files, not both."),
        ([("a.zip", b"x")], "The file is not a ZIP archive that can be read."),
        ([("a.zip", zipped({"a.txt": "x"}))], "There is no *.feature file in a.zip."),
    ],
)
def test_page_refuses(cast: Cast, files: list[tuple[str, bytes]], words: str) -> None:
    sent = {"initiative": "The shop", "upload": [upload(*file) for file in files]}
    answer = signed_in(cast.adam).post("/imports/new/", sent)
    assert answer.status_code == 400
    assert words in answer.content.decode()
    assert "The shop" in answer.content.decode()


def test_page_is_shut_for_who_may_not(cast: Cast) -> None:
    assert signed_in(cast.sam).get("/imports/new/").status_code == 403
