"""Writing evidence: one function an act."""

from apps.specs.actions.by_hand import record_by_hand
from apps.specs.actions.executing import execute
from apps.specs.actions.executions import (
    ask_by_schedule,
    ask_for_changes,
    cancel_execution,
    due_executions,
    request_execution,
)
from apps.specs.actions.imports import Imported, import_results
from apps.specs.actions.sandboxes import try_sandbox

__all__ = [
    "Imported",
    "ask_by_schedule",
    "ask_for_changes",
    "cancel_execution",
    "due_executions",
    "execute",
    "import_results",
    "record_by_hand",
    "request_execution",
    "try_sandbox",
]
