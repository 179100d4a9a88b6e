"""A whole portal for Chromium: `manage.py up` on a free port with state of its own."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

SECONDS = 240  # a machine may have much else to do


@dataclass(frozen=True)
class Portal:
    """One that runs; `password` is that of the demo's people, "" without a demo."""

    url: str
    var: Path
    password: str


@contextlib.contextmanager
def running(var: Path, *arguments: str, **variables: str) -> Iterator[Portal]:
    """`up` with `arguments` and environment `variables`, until the block ends; fails with its words where it does not
    start.
    """
    words = var.with_suffix(".log")
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PORTAL_", "DJANGO_", "DATABASE_URL", "REDIS_URL"))
    }
    with words.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--port", "0", *arguments],
            cwd=settings.BASE_DIR,
            env={**kept, "PORTAL_VAR": str(var), **variables},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        url = _address(process, words)
        password = var / "demo_password"
        yield Portal(url, var, password.read_text().strip() if password.exists() else "")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(SECONDS)


def _address(process: "subprocess.Popen[bytes]", words: Path) -> str:
    deadline = time.monotonic() + SECONDS
    while "Ctrl-C" not in (said := words.read_text()):
        assert process.poll() is None and time.monotonic() < deadline, said
        time.sleep(0.1)
    found = re.search(r"http://[^ \n]+(?=/)", said)
    assert found, said
    return found.group()
