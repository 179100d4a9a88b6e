"""Features out for a team's CI, and its results back in by the manifest."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from apps.delivery.models import Pickle, Story
from apps.specs import exports, manifest
from apps.specs.exports import Text
from apps.specs.models import Result, Run
from apps.specs.report import Case, NotAReport, Status
from tests.cast import Cast, organization
from tests.specs.evidence import CART, EDITED, PAY, behave_feature, edit, make_epic, make_story, reread

pytestmark = pytest.mark.django_db


def export(folder: Path, **options: str) -> list[str]:
    call_command("export_features", str(folder), **options)
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def results_of(folder: Path) -> Path:
    """What behave would write after running the exported folder."""
    features = [
        behave_feature(path.read_text(), f"features/{path.relative_to(folder).as_posix()}", {})
        for path in sorted(folder.rglob("*.feature"))
    ]
    report = folder.parent / "report.json"
    report.write_text(json.dumps(features))
    return report


def bring_back(folder: Path) -> Run:
    listing = folder / "manifest.json"
    call_command("import_results", str(results_of(folder)), format="behave-json", manifest=str(listing))
    return Run.objects.latest("pk")


@pytest.fixture
def twins(cast: Cast) -> tuple[Story, Story]:
    """Two stories of one text, one from a file, one made by hand."""
    epic = make_epic(cast)
    return make_story(cast, epic=epic, path="shop/cart.feature"), make_story(cast, epic=epic)


def test_results_come_back_to_the_very_story_that_went_out(twins, tmp_path: Path):
    folder = tmp_path / "out"
    epic = twins[0].epic.key

    assert export(folder) == [f"{epic}/{twins[1].key}.feature", "manifest.json", "shop/cart.feature"]
    run = bring_back(folder)

    assert (run.counts["cases"], run.counts["passed"], run.counts["unknown"]) == (6, 6, 0)
    assert set(Result.objects.values_list("matched_by", flat=True)) == {"MANIFEST"}
    assert [reread(story).state for story in twins] == ["PASSING", "PASSING"]


def test_what_went_out_before_an_edit_comes_back_stale(cast, twins, tmp_path: Path):
    folder = tmp_path / "out"
    export(folder)
    edit(cast, twins[0], EDITED)

    run = bring_back(folder)

    assert run.counts["stale"] == 1
    assert [str(reread(story).state) for story in twins] == ["READY", "PASSING"]


def test_files_are_the_texts_and_the_manifest_names_every_row(twins, tmp_path: Path):
    export(tmp_path / "out")

    assert (tmp_path / "out/shop/cart.feature").read_text() == CART
    listed = json.loads((tmp_path / "out/manifest.json").read_text())["scenarios"]
    rows = [one for one in listed if one["path"] == "shop/cart.feature"]
    assert [(one["line"], one["row"], one["place"]) for one in rows] == [
        (9, 0, None),
        (20, 1, [1, 1]),
        (21, 2, [1, 2]),
    ]
    assert {one["story"] for one in rows} == {twins[0].key}


def test_one_epic_or_initiative_alone(cast, twins, tmp_path: Path):
    other = make_story(cast, PAY, epic=make_epic(cast, cast.elsewhere))

    assert export(tmp_path / "a", epic=other.epic.key) == [f"{other.epic.key}/{other.key}.feature", "manifest.json"]
    assert len(export(tmp_path / "b", initiative="Checkout that nobody abandons")) == 3
    assert len(export(tmp_path / "k", initiative="I-1")) == 3
    assert f"I-2/{other.epic.key}/{other.key}.feature" in export(tmp_path / "c")


def test_a_person_exports_what_they_may_read(cast, twins, tmp_path: Path):
    cast.initiative.restricted = True
    cast.initiative.save()

    with pytest.raises(CommandError, match="There is no story to export"):
        export(tmp_path / "a", by="nobody")
    assert len(export(tmp_path / "b", by="ruth")) == 3


def test_an_earlier_export_is_replaced_and_nothing_else(cast, twins, tmp_path: Path):
    folder = tmp_path / "out"
    export(folder)
    (folder / "steps.py").write_text("mine")
    Story.objects.filter(pk=twins[0].pk).update(path="shop/basket.feature")

    assert "shop/cart.feature" not in export(folder)
    assert (folder / "steps.py").read_text() == "mine"


def test_a_folder_with_other_things_is_refused(twins, tmp_path: Path):
    (tmp_path / "precious.txt").write_text("mine")

    with pytest.raises(CommandError, match="is not empty and no earlier export"):
        export(tmp_path)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"by": "ghost"}, "Nobody active has the username"),
        ({"initiative": "Nothing"}, "There is no initiative “Nothing”."),
        ({"epic": "E-99"}, "There is no story to export"),
    ],
)
def test_what_is_not_there_is_said(twins, tmp_path: Path, options, words):
    with pytest.raises(CommandError, match=words):
        export(tmp_path / "out", **options)


@pytest.mark.parametrize(
    "path",
    ["", "../x.feature", "/etc/x.feature", "a/./x.feature", "x.py", "a\\x.feature", "a\n.feature", "nul:.feature"],
)
def test_unsafe_paths_are_not_written(path):
    files, _ = exports.exported([Text("S-1", "E-1", "I-1", path, PAY)])

    assert [file.path for file in files] == ["E-1/S-1.feature"]


def test_paths_that_differ_by_case_alone_do_not_overwrite_each_other():
    texts = [Text(f"S-{number}", "E-1", "I-1", path, PAY) for number, path in enumerate(("a.feature", "A.feature"), 1)]

    files, _ = exports.exported(texts)

    assert [file.path for file in files] == ["a.feature", "E-1/S-2.feature"]


def test_no_path_takes_the_place_of_another_story():
    """Else the one's text would run in the other's name."""
    texts = [Text("S-1", "E-1", "I-1", "E-1/S-2.feature", PAY), Text("S-2", "E-1", "I-1", "", PAY)]

    files, manifest = exports.exported(texts)

    assert [file.path for file in files] == ["E-1/S-2.feature", "E-1/S-2-2.feature"]
    assert {entry.path: entry.story for entry in manifest.entries} == {
        "E-1/S-2.feature": "S-1",
        "E-1/S-2-2.feature": "S-2",
    }


def test_the_manifest_is_read_as_it_was_written():
    _, listed = exports.exported([Text("S-1", "E-1", "I-1", "a.feature", CART)])

    assert manifest.read(manifest.written(listed)).entries == listed.entries


@pytest.mark.parametrize(
    "uri", ["classpath:triad/shop/cart.feature", "features/triad/shop/cart.feature", "shop/cart.feature"]
)
def test_the_manifest_finds_what_each_runner_calls_the_file(uri):
    _, listed = exports.exported([Text("S-1", "E-1", "I-1", "shop/cart.feature", CART)])
    case = Case("Another name", "Nothing of that name", uri, 20, None, None, Status.PASSED)

    assert (found := listed.find(case)) is not None
    assert (found.story, found.row) == ("S-1", 1)
    assert listed.find(replace(case, uri=uri.replace("cart", "cat"))) is None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[]", "expected an object"),
        (b'{"v": "other"}', "this is no manifest"),
        (b'{"v": "triad/manifest/1", "scenarios": [{"path": "a"}]}', "scenarios"),
        (b'{"v": "triad/manifest/1", "scenarios": [{"path": "a", "line": -1}]}', "expected a whole number"),
    ],
)
def test_what_is_no_manifest_is_refused_with_its_place(data, words):
    with pytest.raises(NotAReport, match=words):
        manifest.read(data)


def test_a_real_product_goes_out_whole(real_data: Path, tmp_path: Path):
    organization()
    call_command("import_features", str(real_data / "behave"), initiative="behave", skip_refused=True)
    stories = Story.objects.filter(scenario_count__gt=0).select_related("version")

    names = export(tmp_path / "out")

    assert len(names) == len(stories) + 1
    for story in stories:
        assert story.version
        assert (tmp_path / "out" / story.path).read_text(encoding="utf-8") == story.version.text
    listed = manifest.read((tmp_path / "out/manifest.json").read_bytes()).entries
    current = Pickle.objects.filter(scenario__version_id=F("story__version_id"))
    kept = set(current.values_list("story__key", "line", "row", "run_digest", "scenario__digest"))
    assert {(one.story, one.line, one.row, one.run_digest, one.scenario_digest) for one in listed} == kept
    assert len(listed) == len(kept) == current.count() > 750
