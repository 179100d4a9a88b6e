"""A plugin: `-p tests.no_skips` makes a skipped test a failure, where everything that a test needs is there."""

import pytest


class NoSkips:
    """Collects what was skipped, here or by a worker, and turns the result."""

    def __init__(self) -> None:
        self.skipped: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            self.skipped.append(report.nodeid)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.skipped:
            self.skipped.append(report.nodeid)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.skipped and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.skipped:
            terminalreporter.section("skipped, which is a failure here", red=True)
            for name in self.skipped:
                terminalreporter.line(name)


def pytest_configure(config: pytest.Config) -> None:
    """Watch where results come together: a worker of xdist sends its own on."""
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(NoSkips(), "no-skips")
