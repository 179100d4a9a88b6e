"""What processes and folders take, as far as Linux tells whoever looks from outside. No database."""

import contextlib
import mmap
import os
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import psutil

# What an empty file takes, and how long a path may be: what lies deeper would not be found.
_BLOCK = 4096
_LONGEST_PATH = 3_500
_PAGE = 4096


class Hidden(Exception):
    """A living process does not let itself be counted; the sentence says which."""


class _Held(NamedTuple):
    """What one process holds: its threads; bytes of its own, without what it shares as memory; and of page tables."""

    threads: int
    own: int
    tables: int


def family(pid: int) -> list[psutil.Process]:
    """The process `pid` and what came of it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        first = psutil.Process(pid)
        return [first, *first.children(recursive=True)]
    return []


def is_over(one: psutil.Process) -> bool:
    """Whether it has ended; who has to take note of that may come late."""
    try:
        return bool(one.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def threads(processes: Iterable[psutil.Process]) -> int:
    """How many threads these processes have together, at least one each."""
    return sum(_held(one.pid).threads for one in processes)


def memory(processes: Iterable[psutil.Process], enough: int) -> int:
    """The bytes of memory that these processes hold, swapped out or not. Raises Hidden.

    Memory that is shared counts with its whole size, also where nobody has touched it: nothing but the kernel knows how
    much of it is there. What they have in common besides is told apart only where the sum is above `enough`: it takes
    a hundred times as long.
    """
    processes = list(processes)
    held = [_held(one.pid) for one in processes]
    shared = _shared(processes)
    total = shared + sum(one.own + one.tables for one in held)
    if total <= enough:
        return total
    return shared + sum(_proportional(one.pid) for one in processes) + sum(one.tables for one in held)


def disk(folder: Path, enough: int) -> int:
    """The bytes that the files below `folder` take; it counts no further than just above `enough`."""
    total = 0
    waiting = [str(folder)]
    while waiting and total <= enough:
        if len(waiting[-1]) > _LONGEST_PATH:
            return enough + 1
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    total += max(entry.stat(follow_symlinks=False).st_blocks * 512, _BLOCK)
    return total


def _held(pid: int) -> _Held:
    found = _sizes(Path(f"/proc/{pid}/status"))
    # Memory that is shared is counted by mappings.
    own = found.get("VmRSS", 0) - found.get("RssShmem", 0) + found.get("VmSwap", 0) + found.get("HugetlbPages", 0)
    return _Held(max(1, found.get("Threads", 0)), own * 1024, found.get("VmPTE", 0) * 1024)


def _proportional(pid: int) -> int:
    """Its bytes, each page divided by those who have it; 0 where it has ended."""
    found = _sizes(Path(f"/proc/{pid}/smaps_rollup"))
    # A kernel before 5.3 has one sum, with what is shared.
    resident = ("Pss_Anon", "Pss_File") if "Pss_Anon" in found else ("Pss",)
    return sum(found.get(name, 0) for name in (*resident, "SwapPss", "Shared_Hugetlb", "Private_Hugetlb")) * 1024


def _sizes(path: Path) -> dict[str, int]:
    """The lines “name: number” of a file of /proc, empty where the process is gone."""
    with contextlib.suppress(OSError):
        parts = [line.split() for line in path.read_text(errors="replace").splitlines()]
        return {words[0][:-1]: int(words[1]) for words in parts if len(words) > 1 and words[1].isdecimal()}
    return {}


def _shared(processes: Iterable[psutil.Process]) -> int:
    """The bytes of memory without a file that processes share, each counted once. Raises Hidden."""
    device = _shared_device()
    found: dict[str, int] = {}
    for one in processes:
        try:
            lines = Path(f"/proc/{one.pid}/maps").read_text(errors="replace").splitlines()
        except OSError as error:
            if isinstance(error, PermissionError) and not is_over(one):
                raise Hidden(f"It hides a process (number {one.pid}), so that nobody can count its memory.") from error
            continue
        for line in lines:
            span, rights, offset, where, inode, *_ = line.split(maxsplit=5)
            if rights.endswith("s") and where == device:
                begins, ends = (int(number, 16) for number in span.split("-"))
                found[inode] = max(found.get(inode, 0), int(offset, 16) + ends - begins)
    return sum(found.values())


@lru_cache(maxsize=1)
def _shared_device() -> str:
    """The device that /proc names for shared memory without a file."""
    with mmap.mmap(-1, _PAGE):
        for line in Path("/proc/self/maps").read_text().splitlines():
            _, rights, _, where, _, *name = line.split(maxsplit=5)
            if rights.endswith("s") and name == ["/dev/zero (deleted)"]:
                return where
    return ""
