"""What the page of an SLO tells of the SLAs beside it. No database but what a query handed over."""

from dataclasses import dataclass

from apps.reliability import windows
from apps.reliability.models import SLA
from apps.reliability.percent import percent
from apps.reliability.safety_gap import DIGITS, GapVerdict, SafetyGap, points_words
from apps.reliability.showing import signed_percent

VERDICTS = {
    GapVerdict.SAFE: ("good", "Safe"),
    GapVerdict.NO_GAP: ("attention", "No gap"),
    GapVerdict.UPSIDE_DOWN: ("attention", "Upside down"),
    GapVerdict.BREACHED: ("bad", "Broken"),
}


@dataclass(frozen=True)
class SLALine:
    """One SLA; `gap` is None once it has ended."""

    sla: SLA
    gap: SafetyGap | None

    @property
    def target_words(self) -> str:
        return percent(self.sla.share, DIGITS)

    @property
    def window_words(self) -> str:
        return windows.parse(self.sla.window).words

    @property
    def tone(self) -> str:
        return VERDICTS[self.gap.verdict][0] if self.gap else "neutral"

    @property
    def word(self) -> str:
        return VERDICTS[self.gap.verdict][1] if self.gap else "Ended"

    @property
    def words(self) -> str:
        """What the gap means; "" once it has ended."""
        return self.gap.words if self.gap else ""

    @property
    def points_words(self) -> str:
        return points_words(self.gap.points) if self.gap else ""

    @property
    def left_words(self) -> str:
        """Such as "31 % left"; "no data" where there is none."""
        if self.gap is None or not self.gap.budget.total:
            return "no data"
        left = self.gap.left
        return "no budget" if left is None else f"{signed_percent(left)} left"
