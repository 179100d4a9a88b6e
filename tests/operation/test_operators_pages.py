"""What operators read is true: units that systemd takes, every variable, every figure, every command."""

import re
import shutil
import subprocess
import sys
from configparser import ConfigParser
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families as families

from apps.specs.models import Execution

ROOT = Path(settings.BASE_DIR)
UNITS = sorted((ROOT / "docs" / "systemd").glob("triad*"))
SERVICES = [path for path in UNITS if path.suffix == ".service"]
PAGES = [ROOT / "docs" / name for name in ("operators.md", "backup.md", "watching.md")]


def unit(path: Path) -> ConfigParser:
    parser = ConfigParser(interpolation=None, strict=True, delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(path.read_text())
    return parser


@pytest.mark.parametrize("path", SERVICES, ids=lambda path: path.stem)
def test_a_service_is_closed_and_has_a_ceiling(path: Path) -> None:
    said = dict(unit(path)["Service"])
    assert said["User"] == "triad"
    for name, value in {
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "CapabilityBoundingSet": "",
        "UMask": "0077",
    }.items():
        assert said[name] == value
    assert re.fullmatch(r"\d+[MG]", said["MemoryMax"])
    runs_suites = "manage.py up" in said["ExecStart"] or "-Q suites" in said["ExecStart"]
    assert ("RestrictNamespaces" in said) is not runs_suites, "the sandbox makes namespaces"
    assert "TasksMax" in said or said["Type"] == "oneshot"


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    for path in UNITS:
        here = (
            path.read_text().replace("/srv/triad/.venv/bin/python", sys.executable).replace("=/srv/triad", f"={ROOT}")
        )
        (tmp_path / path.name).write_text(here)
        assert unit(path).sections()
    if program is None:  # then they were parsed at least
        return
    units = [str(tmp_path / path.name) for path in UNITS]
    done = subprocess.run([program, "verify", "--man=no", *units], capture_output=True, text=True)
    ours = [line for line in done.stderr.splitlines() if "triad" in line]
    assert (done.returncode, ours) == (0, []), done.stderr


def test_every_queue_has_a_worker_and_every_command_is_there() -> None:
    started = " ".join(unit(path)["Service"]["ExecStart"] for path in SERVICES)
    queues = {"celery", *(route["queue"] for route in settings.CELERY_TASK_ROUTES.values())}
    assert set(re.findall(r"-Q (\w+)", started)) == queues
    written = started + " ".join(path.read_text() for path in PAGES)
    known = get_commands()
    for command, options in re.findall(r"manage\.py (\w+)((?: --[a-z-]+)*)", written):
        assert command in known, command
        app = known[command]
        parser = load_command_class(app if isinstance(app, str) else app.__module__, command).create_parser("", command)
        for option in options.split():
            assert option in parser.format_help(), f"{command} {option}"


def test_every_variable_stands_in_the_readme() -> None:
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', (ROOT / "portal" / "settings.py").read_text()))
    told = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert len(read) > 15
    assert read - told == set()
    example = (ROOT / "docs" / "systemd" / "environment.example").read_text()
    named = {name.removesuffix("_FILE") for name in re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)}
    assert named <= read


def test_every_figure_is_explained_and_every_explained_one_is_there(db: None, settings: object) -> None:
    Execution.objects.create(key="X-1", suite="shop", cause="REQUEST")
    client = Client()
    client.get("/healthz")
    found = {
        sample.name.removesuffix("_created")
        for family in families(client.get("/metrics").content.decode())
        for sample in family.samples
        if sample.name.startswith("triad_")
    }
    shapes = re.compile(r"_(bucket|count|sum|total)$")
    found = {shapes.sub("", name) for name in found}
    page = (ROOT / "docs" / "watching.md").read_text()
    explained = " ".join(re.findall(r"^\| (.*?) \|", page, re.MULTILINE))
    told = {shapes.sub("", name) for name in re.findall(r"`(triad_\w+)", explained)}
    assert found - told == set()
    # There are no broker, no verification and no act in this test.
    absent = {name for name in told - found if not re.search("ring|beat|verification|acts|unavailable", name)}
    assert absent == set()
