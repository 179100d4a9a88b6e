"""Cucumber's compatibility kit, imported: its features, then its 46 message streams, each step of each attempt kept."""

import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.specs.models import Result, Run
from tests.cast import PersonFactory, organization, signed_in

pytestmark = pytest.mark.django_db
# The run ended before any case began, and such a report is refused: it proves nothing.
NO_CASE = {"global-hooks-beforeall-error.ndjson", "test-run-exception.ndjson"}


def run(command: str, *args: str, **options: Any) -> dict[str, Any]:
    out = StringIO()
    call_command(command, *args, json=True, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.fixture
def samples(real_data: Path) -> Path:
    organization()
    folder = real_data / "cck/devkit/samples"
    run("import_features", str(folder), initiative="cck", skip_refused=True)
    return folder


def import_stream(path: Path) -> Run:
    made = run("import_results", str(path), format="cucumber-messages")
    return Run.objects.get(key=made["run"])


def test_every_stream_gives_what_it_says_of_itself(samples: Path, real_data: Path) -> None:
    expected = json.loads((real_data / "cck/EXPECTED.json").read_text())["per_sample"]
    files = sorted(samples.glob("*/*.ndjson"))
    assert len(files) == len(expected) == 46

    cases: list[Result] = []
    for file in files:
        if file.name in NO_CASE:
            with pytest.raises(CommandError, match="there is no test case in it"):
                import_stream(file)
            assert expected[file.name]["stepResults"] == {}, file.name
            continue
        results = list(import_stream(file).results.all())
        steps = Counter(status for one in results for _, _, status, _ in one.tried)
        assert steps == expected[file.name]["stepResults"], file.name
        cases += results
    assert len(cases) == 120
    assert sum(case.attempts for case in cases) == 125
    assert sum(len(case.tried) for case in cases) == 270


def test_a_case_takes_its_last_attempt_and_keeps_the_others(samples: Path) -> None:
    results = import_stream(samples / "retry/retry.ndjson").results.order_by("position")

    retried = [one for one in results if one.attempts > 1]
    assert {(one.attempts, one.status) for one in retried} >= {(2, "PASSED"), (3, "PASSED")}
    for one in retried:
        assert {number for number, *_ in one.tried} == set(range(1, one.attempts + 1))
        last = [status for number, _, status, _ in one.tried if number == one.attempts]
        assert one.status in last


def test_the_page_shows_each_attempt(samples: Path) -> None:
    run_of_retries = import_stream(samples / "retry/retry.ndjson")

    page = signed_in(PersonFactory.create()).get(run_of_retries.get_absolute_url()).content.decode()

    assert "of 3 attempts" in page and "Attempt 2" in page
