"""The sandbox's self-test: it says that it holds where it does, and names each protection that is missing."""

import platform
import socket
import struct
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from apps.audit.models import Entry
from apps.specs import actions, queries
from apps.specs.actions import sandboxes
from apps.specs.models import Execution, Run, SandboxTest
from apps.specs.running import sandbox, seccomp, self_test
from tests.cast import Cast
from tests.specs.evidence import make_story
from tests.specs.kits import Kit, bubblewrap, executed  # noqa: F401, a fixture

Change = Callable[[list[str]], list[str]]


def without(*words: str) -> Change:
    """The command without these words, which follow one another in it."""

    def change(command: list[str]) -> list[str]:
        at = next(n for n in range(len(command)) if tuple(command[n : n + len(words)]) == words)
        return command[:at] + command[at + len(words) :]

    return change


def options(*words: str) -> Change:
    """The command with more options of bubblewrap's, before the last ones."""

    def change(command: list[str]) -> list[str]:
        at = command.index("--remount-ro")
        return [*command[:at], *words, *command[at:]]

    return change


def sharing(kind: str) -> Change:
    """All namespaces of its own but one."""

    def change(command: list[str]) -> list[str]:
        at = command.index("--unshare-all")
        own = [f"--unshare-{name}" for name in ("ipc", "pid", "net", "uts") if name != kind]
        hostname = command.index("--hostname")
        rest = command[at + 1 :] if kind != "uts" else command[at + 1 : hostname] + command[hostname + 2 :]
        return [*command[:at], *own, *rest]

    return change


def without_rules(command: list[str]) -> list[str]:
    """The command without the filter for calls of the kernel."""
    at = command.index("--seccomp")
    return command[:at] + command[at + 2 :]


def unlimited(option: str) -> Change:
    """The command without one limit of the kernel's."""

    def change(command: list[str]) -> list[str]:
        assert any(word.startswith(option) for word in command)
        return [word for word in command if not word.startswith(option)]

    return change


@pytest.fixture
def weakened(monkeypatch: pytest.MonkeyPatch) -> Callable[[Change], str]:
    """What the self-test says of a sandbox that was changed so."""
    whole = sandbox.wrapped

    def tried(change: Change) -> str:
        def wrapped(*args: Any, **kwargs: Any) -> list[str]:
            return change(whole(*args, **kwargs))

        monkeypatch.setattr(sandbox, "wrapped", wrapped)
        return self_test.problem()

    return tried


@pytest.mark.usefixtures("bubblewrap")
def test_here_it_holds() -> None:
    assert self_test.problem() == ""


@pytest.mark.usefixtures("bubblewrap")
@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(sharing("net"), "it reaches the network of the host", id="network"),
        pytest.param(sharing("pid"), "it sees processes of the host", id="processes"),
        pytest.param(sharing("ipc"), "it shares memory with programs of the host", id="ipc"),
        pytest.param(sharing("uts"), "it shares the name of the host", id="host name"),
        pytest.param(without("--disable-userns"), "it makes namespaces of its own", id="userns"),
        pytest.param(without_rules, "it keeps memory that nobody counts", id="calls"),
        pytest.param(without("--clearenv"), "it finds the environment of the portal", id="environment"),
        pytest.param(without("--new-session"), "it shares the terminal of the portal", id="session"),
        pytest.param(without("--remount-ro", "/"), "it fills the memory with files in /", id="root"),
        pytest.param(without("--remount-ro", "/dev"), "it fills the memory with files in /dev", id="dev"),
        pytest.param(without("--remount-ro", "/proc"), "it writes into /proc", id="proc"),
        pytest.param(options("--bind", "/usr", "/usr"), "it writes into /usr", id="usr"),
        pytest.param(options("--ro-bind", "/etc", "/etc"), "it reads /etc of the host", id="etc"),
        pytest.param(options("--ro-bind", "/etc/ssl", "/etc/ssl"), "it reads /etc/ssl of the host", id="ssl"),
        pytest.param(options("--tmpfs", "/execution"), "it fills the memory with files in /execution", id="room"),
        pytest.param(options("--ro-bind", "/var", "/var"), "it reads /var of the host", id="var"),
        pytest.param(options("--tmpfs", "/dev/shm"), "it fills the memory with files in /dev/shm", id="shm"),  # noqa: S108
        pytest.param(options("--tmpfs", "/tmp"), "it fills the memory with files in /tmp", id="tmp"),  # noqa: S108
        pytest.param(unlimited("--nofile"), "it has no limit of open files", id="nofile"),
        pytest.param(unlimited("--nproc"), "it has no limit of processes", id="nproc"),
        pytest.param(unlimited("--fsize"), "it has no limit of file size", id="fsize"),
        pytest.param(unlimited("--cpu"), "it has no limit of cpu time", id="cpu"),
    ],
)
def test_each_missing_protection_is_named(weakened, change, words) -> None:
    assert weakened(change).startswith(f"The sandbox does not hold: {words}")


@pytest.mark.usefixtures("bubblewrap")
def test_capabilities_that_are_kept_are_named(weakened) -> None:
    assert weakened(options("--cap-add", "CAP_NET_RAW")) == "The sandbox does not hold: it keeps capabilities"


@pytest.mark.usefixtures("bubblewrap")
@pytest.mark.parametrize("kind", ["--ro-bind", "--bind"])
def test_a_folder_of_the_host_is_named(weakened, kind: str) -> None:
    """Where a secret can be read, it says so before it says where it is mounted."""
    seen = []

    def change(command: list[str]) -> list[str]:
        secret = command[-1].split("cat '")[1].split("/secret'")[0]
        seen.append(secret)
        return options(kind, secret, secret)(command)

    assert weakened(change) == "The sandbox does not hold: it reads files of the host"
    assert not (Path(seen[0]) / "written").exists()


@pytest.mark.usefixtures("bubblewrap")
def test_a_disk_to_work_on_is_named(weakened, tmp_path: Path) -> None:
    words = "The sandbox does not hold: it fills a disk of the host in /execution"
    assert weakened(options("--bind", str(tmp_path), "/execution")) == words


@pytest.mark.usefixtures("bubblewrap")
def test_a_folder_that_cannot_be_written_is_named(weakened) -> None:
    assert weakened(options("--remount-ro", str(sandbox.WORK))).endswith("Read-only file system")


@pytest.mark.usefixtures("bubblewrap")
def test_rules_that_refuse_nothing_are_named(monkeypatch: pytest.MonkeyPatch, weakened) -> None:
    """Other rules may be there already, as in a container; so it is tried what a suite must not do."""
    everything = struct.pack("=HBBI", 0x06, 0, 0, 0x7FFF0000)  # return, allow
    monkeypatch.setattr(seccomp, "program", lambda: everything)
    assert weakened(list) == "The sandbox does not hold: it keeps memory that nobody counts"


@pytest.mark.usefixtures("bubblewrap")
def test_a_machine_that_the_rules_do_not_know_has_no_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "s390x")
    assert self_test.problem() == "The sandbox is not known to hold on machines of kind s390x."


@pytest.mark.usefixtures("bubblewrap")
def test_a_sandbox_that_does_not_start_says_why(weakened) -> None:
    assert "Unknown option --no-such-option" in weakened(options("--no-such-option"))


@pytest.mark.parametrize(("program", "package"), [("bwrap", "bubblewrap"), ("prlimit", "util-linux")])
def test_a_missing_program_is_named_with_its_package(monkeypatch, tmp_path: Path, program, package) -> None:
    for other in {"bwrap", "prlimit"} - {program}:
        (tmp_path / other).write_text("#!/bin/sh\n")
        (tmp_path / other).chmod(0o755)
    monkeypatch.setattr(sandbox, "PATH", str(tmp_path))
    assert self_test.problem() == f"The program {program} is not installed: install {package}."


# --- without a sandbox that holds


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without bubblewrap."""
    monkeypatch.setattr(self_test.shutil, "which", lambda program, path=None: None)
    sandboxes._problem.cache_clear()
    yield
    sandboxes._problem.cache_clear()


@pytest.fixture
def bare_kit(settings: Any, tmp_path: Path) -> Kit:
    """A kit that does not need bubblewrap."""
    return Kit(settings, tmp_path / "shop")


LEAVES_A_MARK = (
    "import pathlib, sys\npathlib.Path({mark!r}).write_text('ran')\npathlib.Path(sys.argv[1]).write_text('[]')"
)


@pytest.mark.django_db
@pytest.mark.usefixtures("broken")
def test_a_suite_that_is_not_trusted_does_not_run(cast: Cast, bare_kit: Kit, tmp_path: Path) -> None:
    make_story(cast)
    mark = tmp_path / "mark"
    bare_kit.register(bare_kit.script(LEAVES_A_MARK.format(mark=str(mark))))

    execution = executed(cast)

    assert execution.state == Execution.State.STOPPED
    assert execution.problem == (
        "The program bwrap is not installed: install bubblewrap. Suites run only in a sandbox that holds, so nothing"
        " was run here. Results of your CI are taken as ever."
    )
    assert not mark.exists() and not Run.objects.exists()
    assert execution.output_bytes == 0 and execution.exit_code is None
    assert Entry.objects.latest("index").event == "execution.stopped"
    test = SandboxTest.objects.get()
    assert (test.host, test.problem) == (
        socket.gethostname(),
        "The program bwrap is not installed: install bubblewrap.",
    )


@pytest.mark.django_db
@pytest.mark.usefixtures("bubblewrap", "broken")
def test_a_change_that_found_no_sandbox_is_run_once_there_is_one(
    cast: Cast, bare_kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    story = make_story(cast)
    bare_kit.register(on_change=True)
    suites = list(queries.registered_suites().values())
    (first,) = actions.ask_for_changes(suites)
    actions.execute(first.pk)
    first.refresh_from_db()
    assert (first.state, first.stories_total) == ("STOPPED", 0)
    assert actions.ask_for_changes(suites) == [], "it would be asked for every ten seconds"

    monkeypatch.undo()  # bubblewrap is installed
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=True):
        (second,) = actions.ask_for_changes(suites)
        actions.execute(second.pk)
    second.refresh_from_db()
    assert (second.state, second.problem) == ("DONE", "")
    story.refresh_from_db()
    assert story.state == "PASSING"


@pytest.mark.django_db
@pytest.mark.usefixtures("broken")
def test_the_portals_own_runs_with_plain_limits(cast: Cast, bare_kit: Kit) -> None:
    make_story(cast)
    bare_kit.register(trusted=True)

    execution = executed(cast)

    assert (execution.state, execution.problem, execution.is_sandboxed) == ("DONE", "", False)
    assert execution.run and execution.run.counts["passed"] == 3


@pytest.mark.django_db
@pytest.mark.usefixtures("broken")
def test_plain_limits_hold_too(cast: Cast, bare_kit: Kit) -> None:
    make_story(cast)
    command = bare_kit.script("import time\ntime.sleep(60)")
    bare_kit.register(command, trusted=True, limits={"seconds": 1})

    assert executed(cast).problem == "It ran longer than the 1 seconds that it may."


@pytest.mark.django_db
@pytest.mark.usefixtures("bubblewrap")
def test_a_worker_keeps_what_it_found() -> None:
    sandboxes._problem.cache_clear()
    assert sandboxes.try_sandbox() == ""
    assert sandboxes.try_sandbox() == ""
    assert SandboxTest.objects.get().problem == ""


@pytest.mark.django_db
@pytest.mark.usefixtures("bubblewrap", "broken")
def test_what_was_missing_may_be_installed_while_the_worker_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sandboxes.try_sandbox() == "The program bwrap is not installed: install bubblewrap."
    monkeypatch.undo()
    assert sandboxes.try_sandbox() == ""
    assert SandboxTest.objects.get().problem == ""
