"""`python -m tests.fuzz.measured [long]`: the worst that parsers may be given, read one after the other and measured.

In a process of its own, which holds what a worker of the web holds and nothing of the tests.
"""

import gc
import io
import json
import random
import struct
import sys
import time
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import django

MEBIBYTE = 1024 * 1024


def _lines(*messages: Any) -> bytes:
    return b"".join(json.dumps(one).encode() + b"\n" for one in messages)


def _repeated(head: bytes, middle: bytes, tail: bytes, size: int) -> bytes:
    """`head`, as many of `middle` as fit into `size` bytes, `tail`."""
    return head + middle * ((size - len(head) - len(tail)) // len(middle)) + tail


def _corpus(name: str) -> bytes:
    return (Path(__file__).parents[1] / "corpus" / name).read_bytes()


def _archive(files: int, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(files):
            archive.writestr(f"shop/{number}.feature", data)
    return packed.getvalue()


def _lying(archive: bytes, size: int) -> bytes:
    """The archive, which says that its file of `size` bytes has a thousand."""
    return archive.replace(struct.pack("<L", size), struct.pack("<L", 1_000))


_ROWS = "Feature: f\nScenario: s\n" + "Given <a>\n" * 4 + "Examples:\n|a|\n" + "|1|\n" * 2_500
_FILLED = 'Feature: f\nScenario: s\nGiven b\n"""\n' + "x" * 80_000 + '\n"""\nExamples:\n|a|\n' + "|1|\n" * 2_900


def _sources(text: str = _ROWS) -> bytes:
    """Cases of many stories, each of which takes its time to read."""
    messages: list[Any] = []
    for number in range(300):
        steps = [{"id": f"s{number}", "text": "1", "astNodeIds": []}]
        messages += [
            {"source": {"uri": f"{number}", "data": text}},
            {"pickle": {"id": f"p{number}", "uri": f"{number}", "name": "s", "steps": steps, "astNodeIds": []}},
            {"testCase": {"id": f"t{number}", "pickleId": f"p{number}", "testSteps": []}},
        ]
    return _lines(*messages, {"testRunFinished": {}})


_BODY, _WHOLE = MEBIBYTE, 8 * MEBIBYTE
_FAILURE, _END = b'<testsuite><testcase name="a"><failure>', b"</failure></testcase></testsuite>"
_FAILING_STEP = b'<testcase name="a"><failure>Failing step: ' + b" " * 4_900 + b"x</failure></testcase>"
_SCENARIOS = b'[{"location":"a:1","elements":['
_STEPS = _SCENARIOS + b'{"type":"scenario","name":"a","location":"a:1","steps":['
_STEP = b'{"keyword":"Given","name":"a","location":"a:1"},'
_SCENARIO = b'{"type":"scenario","name":"a","location":"a:1","steps":[]},'
_MARKDOWN = ("[", "![", "*a_", "<", "<!--", "`", "> ", "- ", "\\", "&", "[a](", "[a]: x\n", "1. a\n", "~", "||\n")
Made = Callable[[], bytes]
# By name: the parser, and what it is given.
WORST: dict[str, tuple[str, Made]] = {
    "brackets": ("json-body", lambda: b"[" * _BODY),
    "empty lists": ("json-body", lambda: _repeated(b"[", b"[],", b"[]]", _BODY)),
    "empty objects": ("json-body", lambda: _repeated(b"[", b"{},", b"{}]", _BODY)),
    "numbers": ("json-body", lambda: _repeated(b"[", b"0.1,", b"1]", _BODY)),
    "an open string": ("json-body", lambda: b'"' + b"\\u0000" * (_BODY // 6 - 1)),
    "the same key": ("json-body", lambda: _repeated(b"{", b'"a":1,', b'"a":1}', _BODY)),
    "values": ("any-report", lambda: _repeated(b"[", b'{"location":"","elements":[]},', b"{}]", _WHOLE)),
    "one attribute": ("any-report", lambda: _repeated(b'<testsuite a="', b"x", b'"/>', _WHOLE)),
    "one failure": ("any-report", lambda: _repeated(_FAILURE, b"x", _END, _WHOLE)),
    "failing steps": ("any-report", lambda: _repeated(b"<testsuite>", _FAILING_STEP, b"</testsuite>", _WHOLE)),
    "noise": ("any-report", lambda: random.Random(7).randbytes(_WHOLE)),
    "entries": ("feature-archive", lambda: _archive(12_000, b"")),
    "a bomb": ("feature-archive", lambda: _lying(_archive(1, bytes(30 * MEBIBYTE)), 30 * MEBIBYTE)),
    "a bomb by bzip2": ("feature-archive", lambda: _corpus("feature-archive/bomb-bzip2.zip")),
    "commas": ("people-csv", lambda: b"," * _BODY),
    "cells": ("people-csv", lambda: _repeated(b"username,name\n", b"a,b,c\n", b"", _BODY)),
    "an open cell": ("people-csv", lambda: b'username,name\n"' + b"x" * (_BODY - 20)),
    "a manifest": ("manifest", lambda: _repeated(b'{"v":"triad/manifest/1","scenarios":[', b"{},", b"{}]}", _WHOLE)),
    "a table": ("markdown", lambda: b"|" + b"a|" * 1_600 + b"\n|" + b"-|" * 1_600 + b"\n" + b"|\n" * 6_800),
    **{f"markdown {sign!r}": ("markdown", partial(_repeated, b"", sign.encode(), b"", 20_000)) for sign in _MARKDOWN},
}
# These take seconds of computing, as much as is taken in at once does.
LONG: dict[str, tuple[str, Made]] = {
    "steps": ("any-report", lambda: _repeated(_STEPS, _STEP, _STEP[:-1] + b"]}]}]", _WHOLE)),
    "scenarios": ("any-report", lambda: _repeated(_SCENARIOS, _SCENARIO, _SCENARIO[:-1] + b"]}]", _WHOLE)),
    "cases": ("any-report", lambda: _repeated(b"<testsuite>", b'<testcase name=""/>', b"</testsuite>", _WHOLE)),
    "attributes": ("any-report", lambda: b"<testsuite " + b" ".join(b'a%d=""' % n for n in range(600_000)) + b"/>"),
    "sources": ("any-report", _sources),
    "sources that are refused": ("any-report", partial(_sources, _FILLED)),
}


def _kibibytes(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{name}:")[2].split()[0])


def main() -> None:
    """Prints name, seconds of computing, MiB that were added at most, and the refusal ("": it was read), as JSON."""
    django.setup()
    from tests.fuzz.parsers import PARSERS, answer  # noqa: PLC0415 - needs the set-up

    for name, (parser, made) in (LONG if sys.argv[1:] else WORST).items():
        data = made()
        gc.collect()
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
        held, began = _kibibytes("VmRSS"), time.process_time()
        found = answer(PARSERS[parser], data)
        seconds, grown = time.process_time() - began, (_kibibytes("VmHWM") - held) // 1024
        words = str(found)[:200] if isinstance(found, Exception) else ""
        print(json.dumps([name, round(seconds, 2), grown, words]), flush=True)
        del found


if __name__ == "__main__":
    main()
