"""What the web of this machine has answered since it started, from the counters behind `/metrics`. No database."""

import struct
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.multiprocess import MultiProcessCollector

from apps.common import web_counts

COUNTER = "triad_http_requests_total"
SERVER_ERROR = "5xx"


@dataclass(frozen=True)
class Answered:
    """Requests since the start named `life`: all, and those that were answered without a server error."""

    life: str
    good: int
    total: int

    def since(self, before: "Answered") -> tuple[int, int] | None:
        """(good, total) since then; None where counters began anew meanwhile, so that some are missing."""
        good, total = self.good - before.good, self.total - before.total
        return (good, total) if self.life == before.life and 0 <= good <= total else None


def read(folder: Path) -> Answered | None:
    """The counters as they are now; None where nobody counts there, or the web starts at this moment."""
    life = web_counts.life(folder)
    try:
        found = MultiProcessCollector.merge([str(file) for file in folder.glob("counter_*.db")])
    except (OSError, ValueError, RuntimeError, struct.error):  # removed, or made, while it is read
        return None
    samples = [sample for metric in found for sample in metric.samples if sample.name == COUNTER]
    total = sum(int(sample.value) for sample in samples)
    bad = sum(int(sample.value) for sample in samples if sample.labels.get("status") == SERVER_ERROR)
    if not life or web_counts.life(folder) != life:
        return None
    return Answered(life, total - bad, total)
