"""Which calls of the kernel a suite may not make: a filter for seccomp(2), as bubblewrap's `--seccomp` takes it. Pure.

All is allowed but what keeps memory where nobody counts it, what the kernel keeps beyond the sandbox, and the calls of
another architecture, which have other numbers. A refused call says ENOSYS, as an older kernel would: programs that can
do without it then do.
"""

import errno
import platform
import struct

# By `uname -m`: AUDIT_ARCH_* of linux/audit.h, and the numbers of asm/unistd.h.
_ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_REFUSED = {
    # name: (x86_64, aarch64)
    "semget": (64, 190),
    "msgget": (68, 186),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "vmsplice": (278, 75),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
}
_SHMGET = (29, 194)
# PostgreSQL makes such a segment to find out whether another server is at its data. There may be 4,096 at most.
_SMALL = 4096  # bytes
_X32 = 0x40000000

# linux/bpf_common.h and linux/seccomp.h; where things stand in struct seccomp_data.
_LOAD, _EQUAL, _GREATER, _AT_LEAST, _RETURN = 0x20, 0x15, 0x25, 0x35, 0x06
_NUMBER, _ARCHITECTURE, _SIZE_LOW, _SIZE_HIGH = 0, 4, 24, 28
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.ENOSYS


def is_known(machine: str = "") -> bool:
    """Whether there is a filter for this kind of machine (`uname -m`), "" for where this runs."""
    return (machine or platform.machine()) in _ARCHITECTURES


def program(machine: str = "") -> bytes:
    """The filter for this kind of machine, "" for where this runs. Raises KeyError where none is known."""
    machine = machine or platform.machine()
    architecture = _ARCHITECTURES[machine]
    column = list(_ARCHITECTURES).index(machine)
    # Each: code, jump where true, jump where false, value.
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine == "x86_64":  # the same architecture, other numbers
        lines += [(_AT_LEAST, 0, 1, _X32), (_RETURN, 0, 0, _REFUSE)]
    for numbers in _REFUSED.values():
        lines += [(_EQUAL, 0, 1, numbers[column]), (_RETURN, 0, 0, _REFUSE)]
    lines += [
        (_EQUAL, 0, 5, _SHMGET[column]),
        (_LOAD, 0, 0, _SIZE_HIGH),
        (_EQUAL, 0, 2, 0),
        (_LOAD, 0, 0, _SIZE_LOW),
        (_GREATER, 0, 1, _SMALL),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *line) for line in lines)
