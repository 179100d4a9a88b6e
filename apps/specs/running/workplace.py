"""The fresh folder of one execution: the stories' current texts, a copy of the suite's steps, and its reports.

Feature files are named by digest and never by title, so that no title can name a place. In a sandbox the suite works on
a copy of it, which is gone with the sandbox. What it leaves is read with suspicion: only regular files, and no link is
followed.
"""

import contextlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from subprocess import DEVNULL
from subprocess import run as run_process

from apps.specs.exports import Text, exported
from apps.specs.intake import MAX_ALL, MAX_STREAM, Incoming
from apps.specs.manifest import Manifest
from apps.specs.running import sandbox
from apps.specs.running.door import WORK, Door, door
from apps.specs.running.suites import Suite

MAX_STEPS_BYTES = 64 * 1024 * 1024
MAX_REPORTS = 200
_LEFT_OUT = shutil.ignore_patterns("*.feature", "__pycache__", ".git", ".venv", "node_modules")


class NoWorkplace(Exception):
    """The folder cannot be made, or what the suite left cannot be read; the words say why."""


@dataclass(frozen=True)
class Workplace:
    """The folder `path`, the manifest of the features in it, and the door of its sandbox; None: it runs without."""

    path: Path
    manifest: Manifest
    door: Door | None

    def command(self, suite: Suite) -> list[str]:
        """The suite's command with its limits, inside the sandbox or not. Raises OSError."""
        seen = WORK if self.door else self.path
        places = {"features": seen / "features", "report": seen / "reports" / "report", "reports": seen / "reports"}
        inner = [_filled(word, places) for word in suite.command]
        if not self.door:
            return sandbox.limited(inner, suite.limits, in_sandbox=False)
        return sandbox.wrapped(
            inner,
            given=self.path,
            rules=self.door.rules,
            environment=sandbox.environment_of(suite, seen),
            readable=suite.readable,
            limits=suite.limits,
        )

    def environment(self, suite: Suite) -> dict[str, str]:
        """The environment to start the command in; the sandbox clears it and sets its own."""
        return {"PATH": sandbox.PATH} if self.door else sandbox.environment_of(suite, self.path)

    def reports(self) -> list[Incoming]:
        """The reports that were left, by name. Raises NoWorkplace."""
        where = self.door.folder if self.door else None
        if self.door and where is None:
            return []
        try:
            place = "reports" if self.door else self.path / "reports"
            folder = os.open(place, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=where)
        except OSError as error:
            raise NoWorkplace("It removed the folder for its reports.") from error
        try:
            names = sorted(os.listdir(folder))
            if len(names) > MAX_REPORTS:
                raise NoWorkplace(f"It left {len(names):,} reports; at most {MAX_REPORTS} are read.")
            return _all(names, folder)
        finally:
            os.close(folder)


@contextlib.contextmanager
def workplace(path: Path, suite: Suite, texts: Sequence[Text], *, is_sandboxed: bool) -> Iterator[Workplace]:
    """Makes the folder `path`, with `texts` as features, and removes it at the end. Raises NoWorkplace."""
    remove(path)
    try:
        try:
            manifest = _made(path, suite, texts)
        except (OSError, shutil.Error) as error:
            raise NoWorkplace(f"The folder to run in cannot be made: {error}.") from error
        with door() if is_sandboxed else contextlib.nullcontext() as its_door:
            yield Workplace(path, manifest, its_door)
    finally:
        remove(path)


def remove(path: Path) -> None:
    """The folder and all in it: however deep it goes, and though what is in it may have been closed to its owner."""
    if path.exists():
        for command in (["chmod", "-R", "u+rwx", "--", str(path)], ["rm", "-rf", "--", str(path)]):
            run_process(command, env={"PATH": sandbox.PATH}, stdout=DEVNULL, stderr=DEVNULL, check=False)  # noqa: S603


def _made(path: Path, suite: Suite, texts: Sequence[Text]) -> Manifest:
    path.mkdir(mode=0o700, parents=True)
    _check_size(suite.folder)
    shutil.copytree(suite.folder, path / "features", ignore=_LEFT_OUT)
    for folder in ("reports", "home"):
        (path / folder).mkdir()
    files, manifest = exported(texts)
    for file in files:
        (path / "features" / file.path).write_text(file.text, encoding="utf-8")
    return manifest


def named_by_digest(texts: Sequence[tuple[Text, str]]) -> list[Text]:
    """Texts with the digests of their meaning, as files named so; two of one meaning are told apart by a number."""
    counted: dict[str, int] = {}
    found = []
    for text, digest in texts:
        number = counted[digest] = counted.get(digest, 0) + 1
        found.append(text._replace(initiative="", path=f"{digest}{f'-{number}' if number > 1 else ''}.feature"))
    return found


def _filled(word: str, places: Mapping[str, Path]) -> str:
    for name, place in places.items():
        word = word.replace(f"{{{name}}}", str(place))
    return word


def _check_size(folder: Path) -> None:
    if not folder.is_dir():
        raise NoWorkplace(f"The suite's folder {folder} is not there.")
    total = 0
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in (".git", ".venv", "node_modules", "__pycache__")]
        total += sum(os.path.getsize(os.path.join(root, name)) for name in names)
        if total > MAX_STEPS_BYTES:
            raise NoWorkplace("The suite's folder holds more than 64 MiB: register the folder of its steps alone.")


def _all(names: Sequence[str], folder: int) -> list[Incoming]:
    found, total = [], 0
    for name in names:
        stream = _read(name, folder)
        total += stream.getbuffer().nbytes
        if total > MAX_ALL:
            raise NoWorkplace(f"Its reports have more than {MAX_ALL // 2**20} MiB together.")
        found.append(Incoming(name.encode("utf-8", "replace").decode(), stream))
    return found


def _read(name: str, folder: int) -> BytesIO:
    try:
        handle = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        raise NoWorkplace(f"Its report {name[:100]!r} cannot be read: {error.strerror}.") from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NoWorkplace(f"Its report {name[:100]!r} is no regular file.")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return BytesIO(file.read(MAX_STREAM + 1))
    finally:
        os.close(handle)
