"""Which worker of a parallel run has which tests: a file's go together, and so do those that share the running demo."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

# `demo` of tests/browser/conftest.py takes a minute to start, for each worker that asks for it.
WITH_DEMO = frozenset(
    f"tests/browser/test_{name}.py" for name in ("by_keyboard", "charts", "every_page", "own_suite", "without_scripts")
)


class SharedDemoScheduling(LoadFileScheduling):
    """As `--dist loadfile`, with all files of WITH_DEMO taken for one."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return "demo" if file in WITH_DEMO else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SharedDemoScheduling:
    """Asked by the process that hands out tests, in place of what `--dist` names."""
    return SharedDemoScheduling(config, log)
