"""Rows of evidence."""

from apps.specs.models.executions import Execution, SandboxTest, SuiteText
from apps.specs.models.runs import LatestResult, Result, Run

__all__ = ["Execution", "LatestResult", "Result", "Run", "SandboxTest", "SuiteText"]
