"""Importing feature files: what becomes of them, twice, moved, gone, refused; real input; the command."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.audit.models import Entry
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions, feature_files, queries
from apps.delivery.models import Epic, Initiative, Story, StoryVersion
from apps.delivery.states import StoryState
from apps.organization.models import Person
from tests.cast import Cast
from tests.delivery.work import CART, CART_CHANGED, CART_FORMATTED, PAY, accept, entries, prove, read_files, sign
from tests.tampering import rewrite

FILES = {"cart/fill.feature": CART, "pay/card.feature": PAY}
ROWS = "Feature: R\n  Scenario Outline: <a>\n    Given <a>\n    Examples:\n      | a |\n      | 1 |\n      | 2 |\n"
WRONG = "Feature: A\n  Scenario: B\n    Given a\n    Gven b\n"


def bring(cast: Cast, files: dict[str, str], **more: Any) -> actions.ImportResult:
    asked = {"initiative_title": "The shop", "by": cast.adam, **more}
    return actions.import_features(files=read_files(files), **asked)


def counts(result: actions.ImportResult) -> tuple[int, int, int, int]:
    return result.new, result.changed, result.unchanged, result.archived


def story(path: str) -> Story:
    return Story.objects.get(path=path)


def signed(cast: Cast) -> None:
    for one in Story.objects.all():
        prove(one)
        sign(one, cast)
    for epic in Epic.objects.all():
        accept(epic)


def states() -> dict[str, str]:
    return {
        **{one.path: one.state.value for one in Story.objects.active()},
        **{epic.path: epic.state for epic in Epic.objects.all()},
    }


def test_directories_become_epics_and_files_stories(cast: Cast) -> None:
    result = bring(cast, {**FILES, "top.feature": PAY, "cart/empty.feature": "# nothing yet\n"})
    assert result.as_json() == {
        "files": 4,
        "epics": 3,
        "stories": 3,
        "scenarios": 3,
        "outlines": 1,
        "steps": 8,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "archived": 0,
        "refused": [],
    }
    assert sorted(Epic.objects.values_list("path", "title", "story_count")) == [
        (".", "Shop", 1),
        ("cart", "Cart", 1),
        ("pay", "Pay", 1),
    ]
    assert story("cart/fill.feature").title == "Fill the cart"
    epic = story("cart/fill.feature").epic
    assert epic.scope.parent == epic.initiative.scope
    said = [event for event, _ in entries()]
    assert said == [
        "initiative.created",
        *["epic.created"] * 3,
        *["story.created"] * 3,
        "initiative.features_imported",
    ]


def test_twice_changes_nothing(cast: Cast) -> None:
    bring(cast, FILES)
    before = Entry.objects.count(), StoryVersion.objects.count()
    assert counts(bring(cast, FILES)) == (0, 0, 2, 0)
    assert (Entry.objects.count(), StoryVersion.objects.count()) == before


def test_reformatting_keeps_every_signature(cast: Cast) -> None:
    bring(cast, FILES)
    signed(cast)
    before = states()
    files = {"cart/fill.feature": CART_FORMATTED, "pay/card.feature": PAY.replace("\n", "\n\n")}
    assert counts(bring(cast, files)) == (0, 2, 0, 0)
    assert states() == before
    assert set(before.values()) == {"SIGNED"}


def test_one_step_breaks_one_story_and_drifts_one_epic(cast: Cast) -> None:
    bring(cast, FILES)
    signed(cast)
    bring(cast, {**FILES, "cart/fill.feature": CART_CHANGED})
    assert states() == {
        "cart/fill.feature": "BROKEN",
        "pay/card.feature": "SIGNED",
        "cart": "DRIFTED",
        "pay": "SIGNED",
    }
    assert Epic.objects.get(path="cart").broken_story_count == 1


def test_a_moved_file_is_a_new_story_and_said_so(cast: Cast) -> None:
    bring(cast, FILES)
    old = story("pay/card.feature")
    result = bring(cast, {"cart/fill.feature": CART, "pay/by_card.feature": PAY})
    old.refresh_from_db()
    new = story("pay/by_card.feature")
    assert counts(result) == (1, 0, 1, 1)
    assert old.archived_at is not None
    assert result.notes == [
        f"{old.key} is archived: its file was moved to pay/by_card.feature, which is {new.key} (pay/card.feature)."
    ]
    assert ("story.archived", old.key) in entries()


def test_a_file_that_is_gone_is_archived_and_comes_back_as_it_was(cast: Cast) -> None:
    bring(cast, FILES)
    signed(cast)
    result = bring(cast, {"cart/fill.feature": CART})
    assert counts(result) == (0, 0, 1, 1)
    assert "holds no story any more" in result.notes[-1]
    assert Epic.objects.get(path="pay").state == "DRIFTED"
    assert counts(bring(cast, FILES)) == (1, 0, 1, 0)
    assert story("pay/card.feature").state == StoryState.SIGNED
    assert story("pay/card.feature").archived_at is None


def test_single_files_archive_nothing(cast: Cast) -> None:
    bring(cast, FILES)
    assert counts(bring(cast, {"cart/other.feature": PAY}, whole=False)) == (1, 0, 0, 0)
    assert Story.objects.active().count() == 3


def test_one_refused_file_refuses_all(cast: Cast) -> None:
    with pytest.raises(actions.ImportRefused) as refused:
        bring(cast, {**FILES, "cart/wrong.feature": WRONG})
    assert refused.value.sentence.startswith(
        "One file cannot be a story, so nothing was imported. cart/wrong.feature, line 4: "
    )
    assert not Initiative.objects.exists()
    assert entries() == []


def test_skipping_takes_the_others_and_leaves_the_story_of_a_refused_file(cast: Cast) -> None:
    bring(cast, FILES)
    result = bring(cast, {"cart/fill.feature": WRONG, "pay/card.feature": PAY}, skip_refused=True)
    assert counts(result) == (0, 0, 1, 0)
    assert [(one.file, one.line) for one in result.refused] == [("cart/fill.feature", 4)]
    assert story("cart/fill.feature").archived_at is None


def test_stories_by_hand_stay(cast: Cast) -> None:
    bring(cast, FILES)
    epic = Epic.objects.get(path="cart")
    cast.seat(cast.ruth, "BUSINESS_ANALYST", cast.organization)  # type: ignore[arg-type]
    by_hand = actions.create_story(epic_key=epic.key, text=PAY, by=cast.ruth)
    assert counts(bring(cast, FILES)) == (0, 0, 2, 0)
    by_hand.refresh_from_db()
    assert by_hand.archived_at is None


def test_an_archived_epic_comes_back_with_its_folder(cast: Cast) -> None:
    bring(cast, FILES)
    epic = Epic.objects.get(path="pay")
    cast.seat(cast.maria, "PRODUCT_OWNER", cast.organization)  # type: ignore[arg-type]
    actions.archive_epic(epic_key=epic.key, reason="no", by=cast.maria)
    result = bring(cast, FILES)
    epic.refresh_from_db()
    assert epic.archived_at is None
    assert result.notes == [f"{epic.key} “Pay” is back: its folder was imported again."]
    assert Epic.objects.count() == 2


def test_text_known_to_be_older(cast: Cast) -> None:
    at = timezone.now() - timedelta(days=30)
    bring(cast, FILES, at=at)
    version = story("pay/card.feature").version
    assert version is not None
    assert version.at == at
    assert version.written_at > at
    with pytest.raises(Refused, match="so its next text cannot be older"):
        bring(cast, {**FILES, "cart/fill.feature": CART_CHANGED}, at=at - timedelta(days=1))


def test_never_in_the_future(cast: Cast) -> None:
    with pytest.raises(Refused, match="is in the future; a text can only be as old as now or older"):
        bring(cast, FILES, at=timezone.now() + timedelta(minutes=5))


def test_nothing_to_import(cast: Cast) -> None:
    with pytest.raises(BadInput, match=r"There is no \*\.feature file in shop\."):
        bring(cast, {})


def test_who_may(cast: Cast) -> None:
    with pytest.raises(NotAllowed, match="Importing features into a new initiative takes a seat as Technical Product"):
        bring(cast, FILES, by=cast.maria)
    bring(cast, FILES)
    key = Initiative.objects.get().key
    with pytest.raises(NotAllowed, match=f"Importing features into {key} takes a seat"):
        bring(cast, FILES, by=cast.sam)


# --- texts that are known already


def known_texts() -> feature_files.KnownTexts:
    return queries.known_texts(queries.initiative_titled("The shop"))


def test_what_is_known_is_not_parsed_again_and_counted_nevertheless(cast: Cast) -> None:
    files = {**FILES, "rows.feature": ROWS, "cart/empty.feature": "# nothing\n"}
    first = bring(cast, files)
    reading = read_files({**files, "pay/card.feature": PAY.replace("\n", "\r\n")}, known=known_texts())

    assert {file.path: file.is_known for file in reading.files} == {
        path: path != "cart/empty.feature" for path in files
    }
    assert [file.feature for file in reading.files] == [None] * 4
    again = actions.import_features(initiative_title="The shop", files=reading, by=cast.adam)
    assert counts(again) == (0, 0, 3, 0)
    assert {**again.as_json(), "new": 3, "unchanged": 0} == first.as_json()
    assert first.outlines == 2


def test_a_known_text_that_changed_since_it_was_read_is_parsed_after_all(cast: Cast) -> None:
    bring(cast, FILES)
    reading = read_files(FILES, known=known_texts())
    bring(cast, {**FILES, "cart/fill.feature": CART_CHANGED})

    result = actions.import_features(initiative_title="The shop", files=reading, by=cast.adam)

    assert counts(result) == (0, 1, 1, 0)
    version = story("cart/fill.feature").version
    assert version and version.number == 3 and version.text == CART


def test_what_is_known_of_one_initiative_says_nothing_of_another(cast: Cast) -> None:
    bring(cast, FILES)
    bring(cast, {**FILES, "cart/fill.feature": CART_CHANGED}, initiative_title="Another")
    reading = read_files(FILES, known=known_texts())

    result = actions.import_features(initiative_title="Another", files=reading, by=cast.adam)

    assert counts(result) == (0, 1, 1, 0)


def test_the_same_again_looks_at_no_text_a_second_time_unless_the_log_grew(cast: Cast) -> None:
    bring(cast, FILES)
    reading = read_files(FILES, known=known_texts())
    with CaptureQueriesContext(connection) as quiet:
        actions.import_features(initiative_title="The shop", files=reading, by=cast.adam)
    bring(cast, FILES, initiative_title="Another")
    with CaptureQueriesContext(connection) as busy:
        actions.import_features(initiative_title="The shop", files=reading, by=cast.adam)
    looks = [sum("text_sha256" in query["sql"] for query in one.captured_queries) for one in (quiet, busy)]
    assert looks == [0, 1]


def test_a_known_text_whose_story_is_archived_comes_back(cast: Cast) -> None:
    bring(cast, FILES)
    bring(cast, {"pay/card.feature": PAY})
    reading = read_files(FILES, known=known_texts())
    assert [file.is_known for file in reading.files] == [False, True]  # the first, which is archived, is parsed
    result = actions.import_features(initiative_title="The shop", files=reading, by=cast.adam)
    assert counts(result) == (1, 0, 1, 0)


def test_a_text_from_before_the_counts_were_kept_is_parsed(cast: Cast) -> None:
    bring(cast, FILES)
    rewrite(StoryVersion.objects.all(), steps=None)
    assert known_texts().texts == {}
    assert counts(bring(cast, FILES)) == (0, 0, 2, 0)


def test_the_same_again_takes_few_queries(cast: Cast, django_assert_max_num_queries: Any) -> None:
    files = {f"cart/{number}.feature": CART.replace("Feature: ", f"Feature: {number} ") for number in range(30)}
    bring(cast, files)
    reading = read_files(files, known=known_texts())
    with django_assert_max_num_queries(8):
        actions.import_features(initiative_title="The shop", files=reading, by=cast.adam)


@pytest.mark.sqlite
def test_a_new_import_takes_as_many_statements_for_twenty_files_as_for_two(cast: Cast) -> None:
    bring(cast, FILES)
    taken = []
    for title, count in (("Two", 2), ("Twenty", 20)):
        files = {f"cart/{number}.feature": CART.replace("Feature: ", f"Feature: {number} ") for number in range(count)}
        with CaptureQueriesContext(connection) as captured:
            bring(cast, files, initiative_title=title)
        taken.append(len(captured))
    assert taken[0] == taken[1]


# --- real input


def test_a_shop_of_820_files(cast: Cast, real_data: Path) -> None:
    folder = real_data / "features-sylius" / "features"
    sources, refused = feature_files.folder_sources(folder)
    reading = feature_files.read(sources, title="features", refused=refused)
    result = actions.import_features(initiative_title="A shop", files=reading, by=cast.adam)
    found = {name: result.as_json()[name] for name in ("files", "stories", "scenarios", "outlines", "steps", "refused")}
    assert found == {
        "files": 820,
        "stories": 820,
        "scenarios": 2297,
        "outlines": 0,
        "steps": 12802,
        "refused": [],
    }
    count = Entry.objects.count()
    again = actions.import_features(initiative_title="A shop", files=reading, by=cast.adam)
    assert counts(again) == (0, 0, 820, 0)
    assert Entry.objects.count() == count


def command(folder: Path, *options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("import_features", str(folder), "--initiative", "Real", "--json", *options, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def test_good_conformance_files_are_accepted(cast: Cast, real_data: Path) -> None:
    answer = command(real_data / "gherkin-testdata" / "testdata" / "good")
    assert (answer["files"], answer["stories"], answer["refused"]) == (50, 48, [])
    assert (answer["scenarios"], answer["outlines"], answer["steps"]) == (172, 23, 661)


def test_bad_conformance_files_are_refused_with_their_line(cast: Cast, real_data: Path) -> None:
    answer = command(real_data / "gherkin-testdata" / "testdata" / "bad", "--skip-refused")
    assert (answer["files"], answer["stories"], len(answer["refused"])) == (12, 0, 12)
    assert all(one["line"] >= 1 and one["reason"] for one in answer["refused"])


def test_a_real_product(cast: Cast, real_data: Path) -> None:
    answer = command(real_data / "behave", "--skip-refused")
    assert (answer["files"], answer["epics"], answer["stories"], len(answer["refused"])) == (216, 4, 205, 10)
    assert (answer["scenarios"], answer["outlines"], answer["steps"]) == (752, 45, 3487)


# --- the command


def folder_of(tmp_path: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        file = tmp_path / "shop" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "shop"


def test_command_acts_as_the_importer(cast: Cast, tmp_path: Path) -> None:
    answer = command(folder_of(tmp_path, FILES))
    assert (answer["new"], answer["epics"]) == (2, 2)
    author = StoryVersion.objects.earliest("pk").author
    assert (author.username, author.is_service) == ("importer", True)
    assert list(answer) == "files epics stories scenarios outlines steps new changed unchanged archived refused".split()


def test_command_acts_as_a_person(cast: Cast, tmp_path: Path) -> None:
    command(folder_of(tmp_path, FILES), "--by", "adam")
    assert StoryVersion.objects.earliest("pk").author == cast.adam
    with pytest.raises(CommandError, match="Nobody active has the username “noone”."):
        command(tmp_path / "shop", "--by", "noone")
    with pytest.raises(CommandError, match="takes a seat as"):
        command(tmp_path / "shop", "--by", "sam")


def test_command_says_what_is_wrong(cast: Cast, tmp_path: Path) -> None:
    folder = folder_of(tmp_path, {**FILES, "wrong.feature": WRONG})
    out = StringIO()
    with pytest.raises(CommandError, match="One file cannot be a story, so nothing was imported."):
        call_command("import_features", str(folder), "--initiative", "Real", "--json", stdout=out)
    assert [(one["file"], one["line"]) for one in json.loads(out.getvalue())["refused"]] == [("wrong.feature", 4)]
    with pytest.raises(CommandError, match="There is no folder"):
        command(tmp_path / "nowhere")
    with pytest.raises(CommandError, match="“yesterday” is not an instant with a zone, such as"):
        command(folder, "--at", "yesterday")
    with pytest.raises(CommandError, match="“2026-13-01T00:00:00Z” is not an instant: month must be in"):
        command(folder, "--at", "2026-13-01T00:00:00Z")
    with pytest.raises(CommandError, match="is in the future"):
        command(folder, "--skip-refused", "--at", "2999-01-01T00:00:00Z")


def test_command_speaks(cast: Cast, tmp_path: Path) -> None:
    out = StringIO()
    folder = folder_of(tmp_path, {**FILES, "wrong.feature": WRONG})
    call_command("import_features", str(folder), "--initiative", "Real", "--skip-refused", stdout=out)
    assert "wrong.feature, line 4: " in out.getvalue()
    assert "3 files, 1 refused; 2 epics, 2 stories: 2 new, 0 changed, 0 unchanged, 0 archived." in out.getvalue()
    assert Person.objects.filter(username="importer").count() == 1


@pytest.mark.django_db
def test_command_on_an_empty_installation(tmp_path: Path) -> None:
    assert command(folder_of(tmp_path, FILES))["new"] == 2
    assert [event for event, _ in entries()][:2] == ["organization.installed", "service_account.added"]
