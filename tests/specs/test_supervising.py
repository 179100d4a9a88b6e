"""Supervising a command: its lines, its output, and its end, without a sandbox."""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from apps.specs.running import supervising
from apps.specs.running.suites import Limits
from apps.specs.running.supervising import Ended, plain, supervise
from tests.specs.kits import alive

LIMITS = Limits(seconds=20, memory_mb=512, processes=32, files=64, disk_mb=16)


def go(
    folder: Path,
    script: str,
    *,
    hear: Callable[[str], None] = lambda line: None,
    look: Callable[[], str] = lambda: "",
    limits: Limits = LIMITS,
) -> Ended:
    command = [sys.executable, "-c", script, f"mark-{folder.name}"]
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    return supervise(command, environment=environment, folder=folder, limits=limits, hear=hear, look=look)


def test_each_line_is_heard_as_it_comes(tmp_path: Path) -> None:
    heard: list[str] = []
    ended = go(tmp_path, "print('one'); print('two'); print('no end', end='')", hear=heard.append)
    assert heard == ["one", "two", "no end"]
    assert (ended.exit_code, ended.stopped, ended.output) == (0, "", "one\ntwo\nno end")
    assert ended.output_bytes == 14 and 0 < ended.seconds < 20


@pytest.mark.parametrize(("script", "code"), [("raise SystemExit(3)", 3), ("import os; os.abort()", -6)])
def test_how_it_ended(tmp_path: Path, script: str, code: int) -> None:
    assert go(tmp_path, script).exit_code == code


def test_whoever_looks_may_stop_it(tmp_path: Path) -> None:
    ended = go(tmp_path, "import time; time.sleep(60)", look=lambda: "Enough.")
    assert (ended.exit_code, ended.stopped) == (None, "Enough.")
    assert alive(f"mark-{tmp_path.name}") == []


def test_what_raises_while_it_looks_ends_it_too(tmp_path: Path) -> None:
    def look() -> str:
        raise RuntimeError("the database is gone")

    with pytest.raises(RuntimeError, match="the database is gone"):
        go(tmp_path, "import time; time.sleep(60)", look=look)
    assert alive(f"mark-{tmp_path.name}") == []


def test_what_it_started_ends_with_it(tmp_path: Path) -> None:
    script = "import subprocess, sys\nfor _ in range(3): subprocess.Popen([*sys.orig_argv[:1], '-c', 'import time;"
    script += " time.sleep(60)', sys.argv[1]], start_new_session=True)\nimport time; time.sleep(60)"
    ended = go(tmp_path, script, limits=Limits(seconds=1, memory_mb=512))
    assert ended.stopped == "It ran longer than the 1 seconds that it may."
    assert alive(f"mark-{tmp_path.name}") == []


def test_what_it_was_given_does_not_count_as_written(tmp_path: Path) -> None:
    (tmp_path / "steps").write_bytes(b"x" * (20 * 2**20))
    script = "import time; open('mine', 'wb').write(b'x' * ({} * 2**20)); time.sleep(1)"
    assert go(tmp_path, script.format(2)).stopped == ""
    assert go(
        tmp_path, script.format(12) + "\nopen('more', 'wb').write(b'x' * (12 * 2**20)); time.sleep(30)"
    ).stopped == ("It wrote more than the 16 MiB that it may.")


def test_a_command_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        supervise(["no-such"], environment={"PATH": "/bin"}, folder=tmp_path, limits=LIMITS, hear=print, look=str)


def test_nobody_waits_for_lines_without_an_end(tmp_path: Path) -> None:
    """However many lines there are, it is looked at in time."""
    looked: list[float] = []

    def look() -> str:
        looked.append(time.monotonic())
        return "Enough." if len(looked) > 5 else ""

    script = "import sys\nwhile True: sys.stdout.write(chr(10) * 100_000)"
    assert go(tmp_path, script, look=look).stopped == "Enough."
    assert max(after - before for before, after in zip(looked, looked[1:], strict=False)) < 1.5


def test_of_an_endless_line_only_its_beginning_is_held() -> None:
    heard: list[str] = []
    output = supervising._Output(heard.append)
    for _ in range(1_000):
        output._pass_on(b"x" * 65_536)
        assert len(output._line) <= 4 * supervising.MAX_LINE
    output._pass_on(b"\nnext\n")
    assert heard == ["x" * supervising.MAX_LINE, "next"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (b"a\r\nb\rc", "a\nb\nc"),
        ("ä→\u2028\u202e".encode(), "ä→"),
        (b"\x1b]0;never ended", ""),
        (b"\x1b[31", "31"),
        (b"\xed\xa0\x80", "\ufffd\ufffd\ufffd"),
    ],
)
def test_plain_text(written: bytes, shown: str) -> None:
    assert plain(written) == shown
