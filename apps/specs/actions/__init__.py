"""Writing evidence: one function an act."""

from apps.specs.actions.by_hand import record_by_hand
from apps.specs.actions.imports import Imported, import_results

__all__ = ["Imported", "import_results", "record_by_hand"]
