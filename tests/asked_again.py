"""A plugin: `-p tests.asked_again` asks tests that failed once more, alone, when all others have ended.

Tests start real processes and wait for them with deadlines, two at a time on two cores. Where few fail and each then
passes without a neighbor, the run has passed, and says which those were: they are to be mended. What fails twice has
failed.
"""

import subprocess
import sys
import tempfile

import pytest

# More than that is no matter of neighbors.
MOST = 5
SECONDS = 600


class AskedAgain:
    """Collects what failed, here or by a worker; at the end asks again, and turns the result."""

    def __init__(self) -> None:
        self.failed: list[str] = []
        self.is_turnable = True
        self.words = ""
        self.passed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.nodeid not in self.failed:
            self.failed.append(report.nodeid)
        self.is_turnable &= not report.skipped

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: object, error: object) -> None:
        """A worker that died took tests along, of which nobody knows."""
        self.is_turnable &= error is None

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.is_turnable &= report.passed

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        ended = not session.shouldstop and not session.shouldfail  # else some were not run at all
        few = 0 < len(self.failed) <= MOST and self.is_turnable and ended
        if few and session.exitstatus == pytest.ExitCode.TESTS_FAILED:
            self.passed = self._pass_alone(session.config)
            if self.passed:
                session.exitstatus = pytest.ExitCode.OK

    def _pass_alone(self, config: pytest.Config) -> bool:
        plugins = [name for name in config.getoption("plugins") if name.startswith("tests.") and name != __name__]
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as named:
            named.write("".join(f"{name}\n" for name in self.failed))
            named.flush()
            command = [sys.executable, "-m", "pytest", "-m", config.getoption("markexpr"), f"@{named.name}"]
            command += [word for name in ("no:cacheprovider", *plugins) for word in ("-p", name)]
            try:
                asked = subprocess.run(
                    command, cwd=config.rootpath, capture_output=True, text=True, timeout=SECONDS, check=False
                )
            except subprocess.TimeoutExpired:
                self.words = f"not done after {SECONDS} s"
                return False
        self.words = asked.stdout + asked.stderr
        return asked.returncode == pytest.ExitCode.OK

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.words:
            became = "PASSED ALONE" if self.passed else "ASKED AGAIN"
            terminalreporter.section("asked again, alone")
            terminalreporter.write_line(self.words)
            for name in self.failed:
                terminalreporter.write_line(f"{became} {name}")


def pytest_configure(config: pytest.Config) -> None:
    """Watch where results come together: a worker of xdist sends its own on."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(AskedAgain(), "asked-again")
