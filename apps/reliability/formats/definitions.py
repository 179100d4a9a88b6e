"""SLOs as files define them, whichever format they are in: what a reader gives, and why it refuses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

OCCURRENCES = "Occurrences"


@dataclass(frozen=True)
class Refusal:
    """Why a document (counted from 1) cannot be taken; `path` is the field, such as `spec.objectives[0].target`."""

    document: int
    path: str
    reason: str

    def __str__(self) -> str:
        return (
            f"Document {self.document}, {self.path}: {self.reason}"
            if self.path
            else (f"Document {self.document}: {self.reason}")
        )


@dataclass(frozen=True)
class Alert:
    """One of the two severities; labels and annotations are added to those of both."""

    disabled: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Alerting:
    """How alerts are named and labeled, as Sloth says it; OpenSLO's alert policies are kept, not read."""

    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    page: Alert = Alert()
    ticket: Alert = Alert()


@dataclass(frozen=True)
class Slo:
    """One objective of a document: a target for one indicator over one window.

    `target` is a share of 1. `window` is `28d`, or `week:`, `month:` or `quarter:` and a zone, as `windows.parse` reads
    it; anything else is as it was written, with `unmeasured` set; "" is none. Queries are Prometheus's: `total_query`
    with either `good_query` or `bad_query`, or `ratio_query` alone, which gives bad / total; in Sloth's,
    `{{.window}}` stands where the range does. `threshold_query` gives values that are good where `op` and `value` say
    so. `counter` says whether queries give ever growing counters, None where the document does not.

    `unmeasured` says in words why the portal cannot measure it; "" where it can. `raw` is the document.
    """

    document: int
    name: str
    service: str
    target: Fraction
    window: str = ""
    display_name: str = ""
    description: str = ""
    indicator: str = ""
    objective: int = 0
    objectives: int = 1
    objective_name: str = ""
    good_query: str = ""
    bad_query: str = ""
    total_query: str = ""
    ratio_query: str = ""
    threshold_query: str = ""
    op: str = ""
    value: Fraction | None = None
    counter: bool | None = None
    budgeting: str = OCCURRENCES
    labels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    alerting: Alerting = Alerting()
    unmeasured: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)

    @property
    def full_name(self) -> str:
        """Its name among all of its service; several objectives are numbered from 0, as Sloth does."""
        return f"{self.name}-{self.objective}" if self.objectives > 1 else self.name


@dataclass(frozen=True)
class Kept:
    """A document that is right and is no SLO: `kind` is Service, SLI, AlertPolicy and so on."""

    document: int
    kind: str
    name: str
    raw: Mapping[str, Any]


@dataclass(frozen=True)
class Read:
    """What a file holds. With any refusal nothing of it is to be taken."""

    slos: tuple[Slo, ...] = ()
    kept: tuple[Kept, ...] = ()
    refused: tuple[Refusal, ...] = ()


def twice(slos: Sequence[Slo]) -> list[Refusal]:
    """A refusal for every SLO whose service has one of that name before it; of several files, give all at once."""
    first: dict[tuple[str, str], Slo] = {}
    found = []
    for slo in slos:
        other = first.setdefault((slo.service, slo.full_name), slo)
        if other is not slo:
            reason = f"the SLO “{slo.full_name}” of {slo.service} stands in document {other.document} already."
            found.append(Refusal(slo.document, "", reason))
    return found
