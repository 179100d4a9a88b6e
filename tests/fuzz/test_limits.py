"""The worst that parsers may be given: refused within two seconds, and whatever it is, within 256 MiB."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.fuzz.measured import LONG, WORST

SECONDS = 2.0
# Of the most that is taken in at once, which is good and has to be read.
SECONDS_READ = 8.0
MEBIBYTES = 256


def measured(*arguments: str) -> dict[str, tuple[float, int, str]]:
    """Seconds, MiB and refusal by name."""
    command = [sys.executable, "-m", "tests.fuzz.measured", *arguments]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {name: (seconds, grown, refused) for name, seconds, grown, refused in found}


def check(found: dict[str, tuple[float, int, str]]) -> None:
    slow = {
        name: seconds
        for name, (seconds, _, refused) in found.items()
        if seconds > (SECONDS if refused else SECONDS_READ)
    }
    large = {name: grown for name, (_, grown, _) in found.items() if grown > MEBIBYTES}
    assert (slow, large) == ({}, {})


def test_the_worst_is_refused_soon_and_within_bounds() -> None:
    found = measured()
    assert found.keys() == WORST.keys()
    check(found)


@pytest.mark.long
def test_the_most_that_is_taken_in_at_once_stays_within_bounds() -> None:
    found = measured("long")
    assert found.keys() == LONG.keys()
    check(found)
