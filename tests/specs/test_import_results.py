"""Importing results: what is refused, what it proves, the log, the page, the API."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from apps.audit import queries as audit
from apps.common.refused import BadInput, NotAllowed, Refused
from apps.delivery import actions as delivery
from apps.delivery.models import Initiative, Story, StoryVersion
from apps.organization import actions as organization
from apps.organization.models import Person, Token
from apps.organization.roles import Role
from apps.specs import intake, queries
from apps.specs.models import LatestResult, Result, Run
from tests.cast import Cast, signed_in
from tests.failing_log import fail_the_log
from tests.specs.evidence import (
    CART,
    EDITED,
    PAY,
    behave_json,
    edit,
    import_bytes,
    junit,
    make_epic,
    make_story,
    reread,
)
from tests.tampering import rewrite

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(cast: Cast) -> Story:
    return make_story(cast)


def state(story: Story) -> str:
    return str(reread(story).state)


# --- effect


def test_a_story_passes_once_every_scenario_and_row_has_passed(cast, story):
    assert state(story) == "READY"

    imported = import_bytes(behave_json(CART), by=cast.tomas, revision="a1b2c3")

    assert imported.created
    assert state(story) == "PASSING"
    assert imported.run.counts == {
        "cases": 3,
        "passed": 3,
        "failed": 0,
        "errors": 0,
        "skipped": 0,
        "pending": 0,
        "undefined": 0,
        "ambiguous": 0,
        "stale": 0,
        "unknown": 0,
        "refused": 0,
    }
    assert reread(story).epic.passing_story_count == 1
    assert {one.status for one in queries.story_evidence(reread(story))} == {"PASSED"}
    assert queries.latest_run(story.epic) == imported.run


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("failed", "FAILING"),
        ("error", "FAILING"),
        ("undefined", "FAILING"),
        ("skipped", "READY"),
        ("pending", "READY"),
        ("untested", "READY"),
    ],
)
def test_one_row_that_did_not_pass_keeps_the_story_from_passing(cast, story, status, expected):
    import_bytes(behave_json(CART, **{"Add sofas": status}), by=cast.tomas)

    assert state(story) == expected


def test_rows_that_never_ran_keep_the_story_from_passing(cast, story):
    import_bytes(behave_json(CART.replace("      | sofas |\n", "")), by=cast.tomas)

    assert state(story) == "READY"
    assert [one.status for one in queries.story_evidence(reread(story))] == ["PASSED", "PASSED", "NO_DATA"]


def test_what_two_runs_prove_together_counts(cast, story):
    import_bytes(behave_json(CART, **{"Add one": "skipped"}), by=cast.tomas)
    only_first = CART.split("  Scenario Outline")[0]

    import_bytes(behave_json(only_first), by=cast.tomas)

    assert state(story) == "PASSING"


def test_a_later_skip_takes_the_pass_away(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas)

    import_bytes(behave_json(CART, **{"Add one": "skipped"}), by=cast.tomas)

    assert state(story) == "READY"


def test_a_scenario_twice_in_one_run_counts_with_its_worst(cast, story):
    import_bytes(behave_json(CART, **{"Add one": "failed"}), behave_json(CART), by=cast.tomas)

    assert state(story) == "FAILING"


def test_an_edited_story_is_broken_until_the_new_text_has_passed(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas)
    edit(cast, story, EDITED)
    assert state(story) == "BROKEN"

    late = import_bytes(behave_json(CART), by=cast.tomas, revision="late").run
    assert (late.counts["stale"], late.counts["passed"]) == (1, 3)
    assert state(story) == "BROKEN"

    import_bytes(behave_json(EDITED), by=cast.tomas)
    assert state(story) == "PASSING"


def test_unchanged_scenarios_of_an_edited_story_keep_what_they_proved(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas)
    edit(cast, story, EDITED)
    only_changed = EDITED.split("  Scenario Outline")[0]

    import_bytes(behave_json(only_changed), by=cast.tomas)

    assert state(story) == "PASSING"


def test_a_failure_of_the_new_text_is_not_hidden_by_what_is_missing(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas)
    edit(cast, story, EDITED)
    only_changed = EDITED.split("  Scenario Outline")[0]

    import_bytes(behave_json(only_changed, **{"Add one": "failed"}), by=cast.tomas)

    assert state(story) == "FAILING"


def test_back_at_the_old_text_its_evidence_holds_again(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas)
    edit(cast, story, EDITED)

    edit(cast, story, CART)

    assert state(story) == "PASSING"


def test_a_removed_scenario_breaks_the_story_until_the_next_run(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas)
    shorter = CART.split("  Scenario Outline")[0]
    edit(cast, story, shorter)
    assert state(story) == "BROKEN"

    import_bytes(behave_json(shorter), by=cast.tomas)

    assert state(story) == "PASSING"


def test_reformatting_changes_nothing(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas)

    edit(cast, story, "# hello\n" + CART.replace("    ", "      "))

    assert state(story) == "PASSING"


def test_a_late_green_result_does_not_overwrite_a_newer_red_one(cast, story):
    rewrite(StoryVersion.objects.all(), at=timezone.now() - timedelta(days=9))
    import_bytes(behave_json(CART, **{"Add one": "failed"}), by=cast.tomas)

    import_bytes(junit(CART, at=timezone.now() - timedelta(days=1)), by=cast.tomas, format="junit")

    assert state(story) == "FAILING"
    assert Result.objects.filter(status="PASSED", matched_by="NAME").count() == 3


def test_a_failure_is_not_hidden_by_an_older_report_of_the_same_run(cast, story):
    rewrite(StoryVersion.objects.all(), at=timezone.now() - timedelta(days=9))
    pay = make_story(cast, PAY, epic=story.epic)
    rewrite(StoryVersion.objects.all(), at=timezone.now() - timedelta(days=9))
    hours = [timezone.now() - timedelta(hours=hour) for hour in (3, 2, 1)]
    import_bytes(junit(PAY, at=hours[1], stem="pay"), by=cast.tomas, format="junit")
    assert state(pay) == "PASSING"

    failed = junit(PAY, at=hours[2], stem="pay").replace(b"status='passed'/>", b"><failure/></testcase>")
    import_bytes(junit(CART, at=hours[0]), failed, by=cast.tomas, format="junit")

    assert state(pay) == "FAILING"


def test_junit_proves_a_text_that_is_older_than_the_run(cast, story):
    rewrite(StoryVersion.objects.all(), at=timezone.now() - timedelta(days=9))

    import_bytes(junit(CART, at=timezone.now() - timedelta(days=1)), by=cast.tomas, format="junit")

    assert state(story) == "PASSING"


def test_junit_proves_nothing_of_a_newer_text(cast, story):
    run = import_bytes(junit(CART, at=timezone.now() - timedelta(days=1)), by=cast.tomas, format="junit").run

    assert run.counts["unknown"] == 3
    assert state(story) == "READY"


def test_a_signed_story_whose_run_fails_is_regressed(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas)
    Story.objects.filter(pk=story.pk).update(signed_digest=story.digest)

    import_bytes(behave_json(CART, **{"Add one": "failed"}), by=cast.tomas)

    assert state(story) == "SIGNED"
    assert reread(story).is_regressed


def test_a_scenario_that_executes_nothing_is_not_proven(cast):
    text = CART + "\n  Scenario Outline: Later\n    When <x>\n    Examples:\n      | x |\n"
    story = make_story(cast, text)

    import_bytes(behave_json(text), by=cast.tomas)

    assert state(story) == "READY"


def test_archived_stories_do_not_count(cast, story):
    delivery.archive_story(story_key=story.key, reason="done", by=cast.maria)

    assert import_bytes(behave_json(CART), by=cast.tomas).run.counts["unknown"] == 3


def test_of_equal_stories_the_one_of_the_initiative_named_is_proven(cast, story):
    other = make_story(cast, epic=make_epic(cast, cast.elsewhere))

    guess = import_bytes(behave_json(CART), by=cast.maria)
    assert guess.run.counts["unknown"] == 3
    assert (state(story), state(other)) == ("READY", "READY")

    import_bytes(behave_json(CART), by=cast.maria, initiative=Initiative.objects.get(scope=cast.elsewhere))
    assert (state(story), state(other)) == ("READY", "PASSING")


def test_the_same_bytes_again_change_nothing(cast, story):
    first = import_bytes(behave_json(CART), by=cast.tomas)
    size = audit.head().size

    again = import_bytes(behave_json(CART), by=cast.sam)

    assert not again.created
    assert again.run == first.run
    assert (Run.objects.count(), Result.objects.count(), audit.head().size) == (1, 3, size)


def test_another_revision_is_another_run(cast, story):
    import_bytes(behave_json(CART), by=cast.tomas, revision="a")

    assert import_bytes(behave_json(CART), by=cast.tomas, revision="b").created


# --- refusals


def test_whoever_holds_no_seat_imports_nothing(cast, story):
    with pytest.raises(NotAllowed, match="Importing results takes a seat that builds, runs or owns the stories"):
        import_bytes(behave_json(CART), by=cast.nobody)
    with pytest.raises(NotAllowed, match="and you hold none"):
        import_bytes(behave_json(CART), by=cast.emil)
    assert not Run.objects.exists()


def test_seats_elsewhere_do_not_prove_these_stories(cast, story):
    cast.seat(cast.nobody, Role.SRE, cast.elsewhere)

    with pytest.raises(NotAllowed, match=f"holds results of {story.key}, for which none of your seats"):
        import_bytes(behave_json(CART), by=cast.nobody)
    assert not Run.objects.exists()


def test_stories_of_a_restricted_initiative_do_not_exist_for_others(cast):
    epic = make_epic(cast, cast.elsewhere)
    hidden = make_story(cast, PAY, epic=epic)
    cast.elsewhere.restricted = True
    cast.elsewhere.save()

    run = import_bytes(behave_json(PAY), by=cast.tomas).run

    assert Result.objects.get(run=run).unknown == "No story has the name “Pay” that the report gives."
    assert state(hidden) == "READY"


def test_an_outsiders_import_of_the_same_bytes_neither_takes_their_place_nor_finds_them(cast):
    hidden = make_story(cast, PAY, epic=make_epic(cast, cast.elsewhere))
    cast.elsewhere.restricted = True
    cast.elsewhere.save()

    outside = import_bytes(behave_json(PAY), by=cast.tomas).run
    inside = import_bytes(behave_json(PAY), by=cast.maria)
    again = import_bytes(behave_json(PAY), by=cast.sam)

    assert inside.created
    assert state(hidden) == "PASSING"
    assert (again.run, again.created) == (outside, False)
    assert not import_bytes(behave_json(PAY), by=cast.maria).created


def test_a_run_of_tomorrow_is_refused(cast, story):
    with pytest.raises(BadInput, match="which is in the future. If its times have no zone"):
        import_bytes(junit(CART, at=timezone.now() + timedelta(hours=9)), by=cast.tomas, format="junit")


@pytest.mark.parametrize(
    ("data", "format", "words"),
    [
        (b"{", "behave-json", "report0.json: Line 1: "),
        (b"[]", "behave-json", "report0.json: there is no test case in it."),
        (b"<testsuite>", "junit", "report0.json: Line 1: is not XML"),
        (b"hello", "", "report0.json: this does not look like any report known here"),
        (b"[]", "csv", "“csv” is not a format of reports. Known are behave-json"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(cast, story, data, format, words):
    with pytest.raises(BadInput, match=words):
        import_bytes(data, by=cast.tomas, format=format)
    assert not Run.objects.exists()


def test_too_large_a_file_is_refused_before_it_is_read(cast):
    with pytest.raises(intake.TooLarge, match="report0.json has more than the 8 MiB that are read of such a file"):
        import_bytes(b" " * (8 * 1024 * 1024 + 1), by=cast.tomas)


def test_one_bad_file_refuses_all_of_them(cast, story):
    with pytest.raises(BadInput, match="report1.json: Line 1"):
        import_bytes(behave_json(CART), b"[", by=cast.tomas)
    assert state(story) == "READY"


# --- the log


def test_one_entry_tells_of_the_run_and_all_it_is_about(cast, story):
    run = import_bytes(behave_json(CART), by=cast.tomas, revision="a1b2c3").run

    (entry,) = audit.entries_about(run.key)
    assert (entry.event, entry.person) == ("run.imported", cast.tomas.key)
    (reading,) = audit.readings([entry])
    assert reading.statement
    predicate = reading.statement.predicate
    assert predicate["about"] == sorted([story.epic.key, story.key])
    assert predicate["facts"]["passed"] == 3
    assert predicate["facts"]["revision"] == "a1b2c3"
    assert predicate["seat"]["role"] == "ENGINEERING_TEAM_LEAD"
    assert reading.statement.digest == run.digest


def test_without_its_entry_there_is_no_run(cast, story):
    data = behave_json(CART)
    fail_the_log()

    with pytest.raises(DatabaseError, match="the disk is full"):
        import_bytes(data, by=cast.tomas)

    assert not Run.objects.exists()
    assert not LatestResult.objects.exists()
    assert state(story) == "READY"


# --- the page


def upload(client: Client, *files: bytes, **fields: Any) -> Any:
    given = [SimpleUploadedFile(f"report{number}.json", data) for number, data in enumerate(files)]
    return client.post("/runs/import/", {"reports": given, "zone": "UTC", **fields})


def test_a_report_is_imported_by_the_page(cast, story):
    response = upload(signed_in(cast.tomas), behave_json(CART), revision="a1b2c3")

    run = Run.objects.get()
    assert response.status_code == 302
    assert response["Location"] == f"/runs/{run.key}/"
    assert (run.channel, run.format, run.source) == ("PAGE", "behave-json", "report0.json")
    assert state(story) == "PASSING"


def test_the_same_again_leads_to_the_first_run(cast, story):
    client = signed_in(cast.tomas)
    upload(client, behave_json(CART))

    response = client.get(upload(client, behave_json(CART))["Location"])

    assert "The same files came before, as" in response.content.decode()
    assert Run.objects.count() == 1


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(cast):
    response = upload(signed_in(cast.tomas), b"hello", revision="a1b2c3")

    assert response.status_code == 400
    words = response.content.decode()
    assert "this does not look like any report known here" in words
    assert 'value="a1b2c3"' in words


def test_the_page_refuses_a_form_without_files(cast):
    assert signed_in(cast.tomas).post("/runs/import/", {}).status_code == 400


def test_the_page_is_shut_for_those_without_the_right(cast):
    client = signed_in(cast.nobody)

    assert client.get("/runs/import/").status_code == 403
    assert upload(client, behave_json(CART)).status_code == 403


# --- the API


@pytest.fixture
def machine(cast: Cast) -> Client:
    """A program with a token."""
    account = organization.service_account(username="ci", name="CI")
    secret = Token.hash_of("s3cret")
    Token.objects.create(person=account, name="ci", prefix="x", secret_hash=secret, created_by=cast.adam)
    return Client(headers={"Authorization": "Bearer s3cret"})


def test_a_program_pushes_a_report_as_the_body(machine, story):
    data = behave_json(CART)
    address = "/api/v1/runs/?format=behave-json&revision=a1b2c3&name=nightly.json"

    first = machine.post(address, data, content_type="application/json")
    again = machine.post(address, data, content_type="application/octet-stream")

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["counts"]["passed"] == 3
    assert (first.json()["created"], again.json()["created"]) == (True, False)
    assert first.json()["run"] == again.json()["run"]
    assert first["Location"].endswith(f"/runs/{first.json()['run']}/")
    run = Run.objects.get()
    assert (run.channel, run.revision, run.source) == ("API", "a1b2c3", "nightly.json")
    assert state(story) == "PASSING"


def test_a_program_pushes_several_files_as_a_form(machine, story):
    rewrite(StoryVersion.objects.all(), at=timezone.now() - timedelta(days=9))
    files = [SimpleUploadedFile("a.xml", junit(CART, at=timezone.now()))]

    response = machine.post("/api/v1/runs/", {"file": files, "format": "junit", "revision": "a1b2c3"})

    assert response.status_code == 201
    assert Run.objects.get().revision == "a1b2c3"
    assert state(story) == "PASSING"


@pytest.mark.parametrize(
    ("address", "body", "status", "words"),
    [
        ("?format=behave-json", b"{", 400, "report: Line 1"),
        ("?format=nonsense", b"[]", 400, "is not a format of reports"),
        ("?format=junit&zone=Mars", b"<testsuite/>", 400, "is not a time zone"),
        ("?initiative=I-99", b"[]", 400, "There is no initiative I-99 that you may read."),
        ("", b"", 400, "The body is empty. Send the report as the body"),
        (f"?revision={'x' * 101}", b"[]", 400, "The revision has more than 100 characters."),
        ("?format=behave-json", b" " * (8 * 1024 * 1024 + 1), 413, "more than the 8 MiB"),
    ],
)
def test_the_api_refuses_in_words(machine, address, body, status, words):
    response = machine.post(f"/api/v1/runs/{address}", body, content_type="application/json")

    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert words in response.json()["detail"]
    assert not Run.objects.exists()


def test_a_form_without_a_file_is_refused(machine):
    response = machine.post("/api/v1/runs/", {"format": "junit"})

    assert response.status_code == 400
    assert response.json()["detail"] == "There is no “file” in the form. Send each report as “file”."


def test_a_manifest_too_large_is_refused_by_its_name(machine, story):
    manifest = SimpleUploadedFile("manifest.json", b" " * (8 * 1024 * 1024 + 1))
    files = {
        "file": SimpleUploadedFile("report.json", behave_json(CART)),
        "manifest": manifest,
        "format": "behave-json",
    }

    response = machine.post("/api/v1/runs/", files)

    assert response.status_code == 413
    assert response.json()["detail"] == "manifest.json has more than the 8 MiB that are read of a manifest."


def test_the_api_refuses_what_says_it_is_too_large_unread(machine):
    response = machine.generic("POST", "/api/v1/runs/", b"[]", CONTENT_LENGTH=str(100 * 1024 * 1024))

    assert response.status_code == 413


def test_the_api_takes_no_stranger(story, cast):
    assert Client().post("/api/v1/runs/", b"[]", content_type="application/json").status_code == 401
    bad = Client(headers={"Authorization": "Bearer wrong"})
    assert bad.post("/api/v1/runs/", b"[]", content_type="application/json").status_code == 401


def test_a_text_that_is_edited_while_its_results_come_in_refuses_them(cast, story):
    """Between looking the texts up and locking them, somebody saves another."""
    others = iter([lambda: edit(cast, story, EDITED)])

    def meanwhile(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if ' FROM "delivery_epic" ' in sql:
            next(others, lambda: None)()
        return execute(sql, params, many, context)

    words = f"{story.key} was edited while its results came in. Nothing was stored: send them again."
    with connection.execute_wrapper(meanwhile), pytest.raises(Refused, match=words):
        import_bytes(behave_json(CART), by=cast.tomas)
    assert not Run.objects.exists()


def test_no_file_at_all_is_no_import():
    with pytest.raises(BadInput, match="Choose at least one file with results"):
        intake.take([])


# --- the command


def test_the_command_prints_counts_and_says_when_the_same_came_before(cast, story, tmp_path: Path, capsys):
    report = tmp_path / "report.json"
    report.write_bytes(behave_json(CART))

    call_command("import_results", str(report), format="behave-json")
    assert capsys.readouterr().out == "R-1: 3 cases, 3 passed.\n"
    call_command("import_results", str(report), format="behave-json")
    assert "This was imported before; nothing changed." in capsys.readouterr().out
    assert Run.objects.get().received_by == Person.objects.get(username="importer")


def test_the_command_refuses_in_words(cast, tmp_path: Path, capsys):
    report = tmp_path / "report.json"
    report.write_bytes(b"[")

    with pytest.raises(CommandError, match="report.json: Line 1"):
        call_command("import_results", str(report), format="behave-json", json=True)
    assert '"refused": 1' in capsys.readouterr().out
    with pytest.raises(CommandError, match="Nobody active has the username"):
        report.write_bytes(behave_json(CART))
        call_command("import_results", str(report), format="behave-json", by="ghost")
    with pytest.raises(CommandError, match="There is no initiative “Nothing”"):
        call_command("import_results", str(report), format="behave-json", initiative="Nothing")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_results", str(tmp_path / "absent.json"), format="junit")
