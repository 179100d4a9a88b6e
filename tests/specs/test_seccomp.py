"""The filter for calls of the kernel, worked through for each machine: what it lets pass and what it refuses."""

import errno
import struct

import pytest

from apps.specs.running import seccomp

ALLOWED, REFUSED = 0x7FFF0000, 0x00050000 | errno.ENOSYS
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
I386 = 0x40000003
SHMGET = {"x86_64": 29, "aarch64": 194}
REFUSED_CALLS = {
    "x86_64": [64, 68, 248, 249, 250, 278, 298, 319, 321, 323, 425, 426, 427, 447],
    "aarch64": [75, 186, 190, 217, 218, 219, 241, 279, 280, 282, 425, 426, 427, 447],
}


def answer(program: bytes, number: int, architecture: int, size: int = 0) -> int:
    """What the filter says of a call, computed as bpf(4) has it; `size` is the second argument."""
    data = struct.pack("<IIQ6Q", number, architecture, 0, 0, size, 0, 0, 0, 0)
    lines = list(struct.iter_unpack("=HBBI", program))
    at = held = 0
    while True:
        code, where_true, where_false, value = lines[at]
        at += 1
        if code == 0x20:
            (held,) = struct.unpack_from("<I", data, value)
        elif code == 0x06:
            return int(value)
        else:
            holds = {0x15: held == value, 0x25: held > value, 0x35: held >= value}[code]
            at += where_true if holds else where_false


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_of_all_calls_these_are_refused(machine: str) -> None:
    program = seccomp.program(machine)
    refused = [number for number in range(600) if answer(program, number, ARCHITECTURES[machine]) == REFUSED]
    assert refused == REFUSED_CALLS[machine]
    assert {answer(program, number, ARCHITECTURES[machine]) for number in range(600)} == {ALLOWED, REFUSED}


@pytest.mark.parametrize("machine", ARCHITECTURES)
@pytest.mark.parametrize(
    ("size", "said"),
    [(0, ALLOWED), (56, ALLOWED), (4096, ALLOWED), (4097, REFUSED), (2**32, REFUSED), (2**64 - 1, REFUSED)],
)
def test_a_segment_of_shared_memory_is_small(machine: str, size: int, said: int) -> None:
    assert answer(seccomp.program(machine), SHMGET[machine], ARCHITECTURES[machine], size) == said


@pytest.mark.parametrize("machine", ARCHITECTURES)
def test_calls_of_other_architectures_are_refused(machine: str) -> None:
    program = seccomp.program(machine)
    for other in {I386, *ARCHITECTURES.values()} - {ARCHITECTURES[machine]}:
        assert {answer(program, number, other) for number in range(600)} == {REFUSED}


def test_the_second_table_of_x86_64_is_refused() -> None:
    program = seccomp.program("x86_64")
    assert {answer(program, 0x40000000 + number, ARCHITECTURES["x86_64"]) for number in range(600)} == {REFUSED}


def test_other_machines_have_none() -> None:
    assert not seccomp.is_known("s390x")
    with pytest.raises(KeyError):
        seccomp.program("s390x")
