"""The terms of an error-budget policy: from when a decision is due, until when, for how long, and what it obliges to.

Pure. Google, The Site Reliability Workbook, appendix B, “Example Error Budget Policy”: the default ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from apps.reliability.episodes import COSTLY
from apps.reliability.matrix import DecisionKind

DEFAULT_NAME = "the default policy"
AMPLE = Fraction(3, 4)
LONGEST_DAYS = 365


@dataclass(frozen=True)
class Terms:
    """What holds for one scope; `name` is said where they are used, `obliges` in words by the kind of decision."""

    name: str
    episode: Fraction
    surplus: Fraction
    deadline_days: int
    expiry_days: int
    obliges: Mapping[DecisionKind, str]

    @property
    def is_default(self) -> bool:
        """Whether nobody agreed on them here."""
        return self.name == DEFAULT_NAME


DEFAULT = Terms(
    name=DEFAULT_NAME,
    episode=COSTLY,
    surplus=AMPLE,
    deadline_days=7,
    expiry_days=28,
    obliges={
        DecisionKind.BROKEN: "Three seats decide within a week whether changes stop, go on, or the SLO changes.",
        DecisionKind.EPISODE: "A postmortem with at least one action of top priority, whatever is decided.",
        DecisionKind.SURPLUS: "Three seats decide whether to break something on purpose, ship more, or move the SLO.",
    },
)
