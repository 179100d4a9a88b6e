"""Whether the sandbox holds on this machine: tried by each worker until it does, kept for the pages."""

import socket
from functools import lru_cache

from django.utils import timezone

from apps.specs.models import SandboxTest
from apps.specs.running import self_test


@lru_cache(maxsize=1)
def _problem() -> str:
    return self_test.problem()


def try_sandbox() -> str:
    """Why suites cannot run in the sandbox here, "" where it holds. Kept with the name of the machine."""
    problem = _problem()
    if problem:  # what is missing may be installed, or a busy machine less busy, by the next time
        _problem.cache_clear()
    SandboxTest.objects.update_or_create(
        host=socket.gethostname()[:200], defaults={"at": timezone.now(), "problem": problem}
    )
    return problem
