"""Suites that mean harm, each really run in the sandbox: stopped in time, said in words, with nothing left of it."""

import os
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.utils import timezone

from apps.delivery.models import Story
from apps.specs.models import Result, Run
from apps.specs.running.supervising import KEPT
from portal.up import places
from tests.cast import Cast
from tests.specs.evidence import CART, EDITED, PAY, behave_json, junit, make_epic, make_story, reread
from tests.specs.harm import LIMITS, Hostile, done, hostile_fixture, stopped, story_fixture  # noqa: F401, fixtures
from tests.specs.kits import READABLE, Kit, bubblewrap, kit  # noqa: F401, fixtures

pytestmark = pytest.mark.django_db


def test_the_kit_itself_is_no_harm(hostile: Hostile, story: Story) -> None:
    assert done(hostile("leave()")) == ""
    assert reread(story).state == "PASSING"


# --- files, environment and network of the host


def test_it_writes_elsewhere(hostile: Hostile, tmp_path: Path) -> None:
    script = f"""
for place in ("/", "/usr", "/usr/bin", "/etc", "/dev", "/proc", "/proc/sys/kernel", "/execution/..", "/home", "/root",
              {str(tmp_path)!r}, {str(portal.BASE_DIR)!r}, {str(portal.VAR)!r}, {READABLE[0]!r}):
    try:
        open(os.path.join(place, "written"), "w").close()
        print("wrote into", place)
    except OSError: pass
for setting in ("kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "vm/drop_caches"):
    try:
        open("/proc/sys/" + setting, "a").close()
        print("opened", setting)
    except OSError: pass
for act in (lambda: os.mknod("disk", 0o600 | 0o060000, os.makedev(254, 0)), lambda: os.chroot("."),
            lambda: socket.sethostname("x"), lambda: os.setuid(12), lambda: os.setpriority(os.PRIO_PROCESS, 0, -5)):
    try:
        act()
        print("could", act)
    except OSError: pass
leave()
"""
    # A checkout below /tmp stands in the sandbox's own /tmp, which is gone with it.
    inside = f"wrote into {portal.BASE_DIR}" if portal.BASE_DIR.is_relative_to("/tmp") else None  # noqa: S108
    assert [line for line in done(hostile(script)).splitlines() if line != inside] == []
    assert not (portal.BASE_DIR / "written").exists()
    assert not (tmp_path / "written").exists()


def test_it_reads_elsewhere(hostile: Hostile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    var = Path(portal.VAR)
    var.mkdir(exist_ok=True)
    for name in ("secret_key", "portal.sqlite3"):
        (var / name).write_text("hush")
    (tmp_path / "other").write_text("hush")
    monkeypatch.setenv("PORTAL_SECRET_KEY", "hush")
    script = f"""
for path in ("/etc/passwd", "/etc/shadow", "/etc/hostname", {str(var / "secret_key")!r},
             {str(var / "portal.sqlite3")!r}, {str(tmp_path / "other")!r}, {str(portal.BASE_DIR / "manage.py")!r},
             "/var/log/dpkg.log", "/run/utmp", "/sys/class/dmi/id/product_name",
             "/proc/{os.getpid()}/environ", os.path.join("/proc/1/root", "etc/passwd"), "/proc/kcore",
             os.path.join("/proc/self/root", "etc/passwd"), "/proc/keys"):
    try:
        if open(path, "rb").read(): print("read", path)
    except OSError: pass
for folder in ("/home", "/root", "/srv", "/var", "/opt", "/sys", "/boot", "/run", "/mnt"):
    try:
        # Folders on the way to what it may read are there, and empty but for it.
        for name in os.listdir(folder):
            if not any(path.startswith(os.path.join(folder, name)) for path in {READABLE!r}): print(folder, name)
    except OSError: pass
for folder in ("/etc/ssl/private", "/etc/letsencrypt", "/etc/ssh"):
    if os.path.exists(folder): print("sees", folder)
print("hu" "sh" in open("/proc/1/environ").read())
leave()
"""
    words = done(hostile(script))
    # A host's key rings are its user's own; what is there is the listing of an empty one.
    assert [line for line in words.splitlines() if line not in ("read /proc/keys", "False")] == []


def test_it_finds_nothing_in_its_environment(hostile: Hostile, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORTAL_SECRET_KEY", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PORTAL_EMAIL_URL"):
        monkeypatch.setenv(name, "hush")
    script = "print(sorted(os.environ)); print(open('/proc/1/environ').read().split(chr(0)))\nleave()"
    own, first = done(hostile(script)).splitlines()
    names = ["HOME", "LANG", "PATH", "PWD", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "TMPDIR"]
    assert own == str(names)
    assert first == "['PATH=/usr/local/bin:/usr/bin:/bin', '']"


@contextmanager
def listening(family: int, address: Any) -> Iterator[socket.socket]:
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.bind(address)
        door.listen()
        door.setblocking(False)
        yield door


def test_it_opens_the_network(hostile: Hostile) -> None:
    var = Path(portal.VAR)
    path = places.socket_path(var)
    path.parent.mkdir(parents=True, exist_ok=True)
    hidden = f"\0triad-{uuid.uuid4().hex}"
    with (
        listening(socket.AF_INET, ("127.0.0.1", 0)) as near,
        listening(socket.AF_UNIX, str(path)) as broker,
        listening(socket.AF_UNIX, hidden) as abstract,
    ):
        script = f"""
for family, kind, address in (
    (socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", {near.getsockname()[1]})),
    (socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53)),
    (socket.AF_INET6, socket.SOCK_STREAM, ("2001:db8::1", 80)),
    (socket.AF_UNIX, socket.SOCK_STREAM, {str(path)!r}),
    (socket.AF_UNIX, socket.SOCK_STREAM, {hidden!r}),
):
    try:
        with socket.socket(family, kind) as line:
            line.connect(address); line.send(b"hello"); print("reached", address)
    except OSError: pass
leave()
"""
        assert done(hostile(script)) == ""
        for door in (near, broker, abstract):
            with pytest.raises(BlockingIOError):
                door.accept()


def test_inside_it_may_talk_to_itself(hostile: Hostile) -> None:
    script = """
door = socket.create_server(("127.0.0.1", 0))
socket.create_connection(door.getsockname()).close()
print("talked")
leave()
"""
    assert done(hostile(script)) == "talked\n"


# --- what it leaves as its report


@pytest.mark.parametrize(
    ("script", "words"),
    [
        pytest.param("", "It left no report and ended with exit code 0. Its output may say why.", id="none"),
        pytest.param(
            "sys.exit(7)", "It left no report and ended with exit code 7. Its output may say why.", id="exit code"
        ),
        pytest.param(
            "os.abort()", "It left no report and ended with exit code 134. Its output may say why.", id="signal"
        ),
        pytest.param("leave('')", "It left no report and ended with exit code 0. Its output may say why.", id="empty"),
        pytest.param("os.symlink('/etc/passwd', report)", "'report' cannot be read: Too many levels of", id="symlink"),
        pytest.param("os.symlink('/proc/self/environ', report)", "'report' cannot be read: Too many", id="proc"),
        pytest.param("os.mkfifo(report)", "Its report 'report' is no regular file.", id="fifo"),
        pytest.param("os.mkdir(report)", "Its report 'report' is no regular file.", id="folder"),
        pytest.param(
            "socket.socket(socket.AF_UNIX).bind(report)", "'report' cannot be read: No such device", id="socket"
        ),
        pytest.param(
            "for n in range(1000): leave(to=f'{report}{n}')", "It left 1,000 reports; at most 200 are read.", id="1,000"
        ),
        pytest.param("leave(good[:-9])", "report: Line 1: expecting ',' delimiter", id="broken JSON"),
        pytest.param("leave('['*100_000)", "report: ", id="deep JSON"),
        pytest.param("leave('hello')", "report: this does not look like any report known here.", id="text"),
        pytest.param(
            "os.rmdir(reports); os.symlink('/etc', reports)", "It removed the folder for its reports.", id="etc"
        ),
        pytest.param("os.rmdir(reports)", "It removed the folder for its reports.", id="no folder"),
        pytest.param(
            "os.rmdir(reports); open(reports, 'w').close()", "It removed the folder for its reports.", id="file"
        ),
        pytest.param(
            'leave(\'<!DOCTYPE t [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><testsuite>&b;</testsuite>\')',
            "report: ",
            id="entities",
        ),
    ],
)
def test_what_it_leaves_is_no_report(hostile: Hostile, script: str, words: str) -> None:
    assert words in stopped(hostile(script))


def test_a_report_of_100_megabytes(hostile: Hostile) -> None:
    script = "leave('[' + ' ' * 100_000_000)"
    assert stopped(hostile(script, disk_mb=256, memory_mb=512)) == "Its reports have more than 64 MiB together."


def test_a_report_of_20_megabytes(hostile: Hostile) -> None:
    script = "leave(good + ' ' * 20_000_000)"
    assert "report has more than the 8 MiB that are read of such a file." in stopped(hostile(script, disk_mb=64))


def test_many_reports_with_nothing_but_holes(hostile: Hostile) -> None:
    script = "for n in range(150):\n    with open(f'{report}{n}', 'wb') as file: file.truncate(200 * 2**20)"
    assert stopped(hostile(script, disk_mb=256)) == "Its reports have more than 64 MiB together."


def test_a_name_that_is_no_text(hostile: Hostile) -> None:
    done(hostile("leave(to=os.fsencode(reports) + b'/\\xff\\n<b>.json')"))
    assert Run.objects.get().source.startswith("Shop, run by the portal as EX-")


# --- what it writes


def test_100_megabytes_of_output_are_kept_with_a_cap(hostile: Hostile) -> None:
    script = "line = 'x' * 999 + chr(10)\nfor _ in range(100_000): sys.stdout.write(line)\nprint('the end')\nleave()"
    execution = hostile(script, seconds=30)
    words = done(execution)
    assert execution.output_bytes == 100_000_008
    assert 2 * KEPT < len(words) < 2 * KEPT + 100
    assert words.startswith("xxx") and words.endswith("the end\n")
    assert f"… {100_000_008 - 2 * KEPT:,} bytes left out …" in words


def test_an_endless_line_does_not_fill_the_worker(hostile: Hostile) -> None:
    script = "piece = 'x' * 2**20\nfor _ in range(100): sys.stdout.write(piece)\nleave()"
    execution = hostile(script, seconds=30)
    assert len(done(execution)) < 2 * KEPT + 100
    assert execution.output_bytes == 100 * 2**20


def test_output_is_text_and_nothing_else(hostile: Hostile) -> None:
    script = r"""
sys.stdout.buffer.write(
    b"\x1b[31mred\x1b[0m \x1b]0;title\x07\x1b]8;;http://example.org\x1b\\link\x1b[2J\x1b[1;1H\x1bc\x1b(0"
    b"\x00nul \x08\x7f\x9b31m \xff\xfe \xe2\x80\xaeturned\xe2\x80\xac \xe2\x81\xa6\xd8\x9c\xef\xbb\xbf "
    b"\xf3\xa0\x81\x81 one\rtwo\r\nthree\ttab <script>alert(1)</script>\n"
)
leave()
"""
    words = done(hostile(script))
    assert words == ("red linknul \ufffd31m \ufffd\ufffd turned   one\ntwo\nthree\ttab <script>alert(1)</script>\n")


# --- what it claims


def test_it_claims_results_of_a_story_that_it_was_not_given(hostile: Hostile, cast: Cast, story: Story) -> None:
    other = make_story(cast, PAY, epic=story.epic)
    both = behave_json(CART)[:-1] + b"," + behave_json(PAY, path="features/pay.feature")[1:]

    execution = hostile("leave()", good=both, of={"story_key": story.key})

    done(execution)
    assert reread(story).state == "PASSING"
    assert reread(other).state == "READY"
    assert execution.run and execution.run.counts["unknown"] == 1
    assert not Result.objects.filter(story=other).exists()


def test_it_claims_results_of_what_it_does_not_cover(hostile: Hostile, cast: Cast) -> None:
    from_elsewhere = make_story(cast, PAY, epic=None)
    other = make_story(cast, PAY.replace("Pay", "Return"), epic=make_epic(cast, cast.elsewhere, title="Returns"))

    hostile("leave()", good=behave_json(PAY.replace("Pay", "Return"), path="features/return.feature"))

    assert reread(other).state == "READY"
    assert reread(from_elsewhere).state == "READY"


def test_it_claims_to_have_run_tomorrow(hostile: Hostile, story: Story) -> None:
    tomorrow = junit(CART, at=timezone.now() + timedelta(days=1), stem=story.digest)
    execution = hostile("leave()", good=tomorrow)
    done(execution)
    # It counts from when it ran, which the portal knows.
    assert execution.run and execution.run.ran_at and execution.run.ran_at <= timezone.now()
    at = reread(story).evidence_at
    assert at and at <= timezone.now()


def test_it_edits_the_features_and_runs_what_it_likes(hostile: Hostile, story: Story) -> None:
    script = f"""
features = os.path.dirname(__file__)
for name in os.listdir(features):
    if name.endswith(".feature"):
        with open(os.path.join(features, name), "w") as file: file.write({EDITED!r})
leave()
"""
    done(hostile(script, good=behave_json(EDITED)))
    assert reread(story).state == "READY"


def test_it_edits_its_own_steps_in_vain(hostile: Hostile, kit: Kit) -> None:  # noqa: F811
    before = (kit.folder / "steps" / "cart_steps.py").read_text()
    done(hostile("import shutil\nshutil.rmtree(os.path.dirname(__file__) + '/steps')\nleave()"))
    assert (kit.folder / "steps" / "cart_steps.py").read_text() == before
