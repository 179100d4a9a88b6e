"""What pages, API and commands tell of one SLO: figures with their words. No database but what a query handed over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Self, TypedDict

from apps.reliability import standing, windows
from apps.reliability.budget import Budget, BudgetState
from apps.reliability.burn import INFINITE, AlertState, Burn
from apps.reliability.counts import HOUR
from apps.reliability.models import SLO, SLOStatus
from apps.reliability.percent import percent, percent_up
from apps.reliability.standing import Standing
from apps.reliability.windows import Window

STALE_AFTER = timedelta(minutes=15)
TONES = {
    BudgetState.AMPLE: "good",
    BudgetState.FAIR: "good",
    BudgetState.HALF: "attention",
    BudgetState.LOW: "attention",
    BudgetState.EXHAUSTED: "bad",
    BudgetState.NO_BUDGET: "good",
    BudgetState.NO_DATA: "neutral",
}


@dataclass(frozen=True, kw_only=True)
class Figures:
    """Where an SLO stands, as a list shows it; `stands` is None where it was never computed.

    `share` and `window_text` are those of the agreement; `age` says how old it is in words, "" for as of now.
    """

    share: Fraction
    window_text: str
    stands: Standing | None
    is_stale: bool
    age: str = ""

    @property
    def state(self) -> str:
        """One of `BudgetState`."""
        return str(self.stands.state if self.stands else BudgetState.NO_DATA)

    @property
    def target(self) -> Fraction:
        """That of the version that was in force."""
        return self.stands.budget.target if self.stands else self.share

    @property
    def window(self) -> Window:
        """That of the version that was in force."""
        return self.stands.window if self.stands else windows.parse(self.window_text)

    @property
    def target_words(self) -> str:
        return percent(self.target, 7)

    @property
    def window_words(self) -> str:
        return self.window.words

    @property
    def sli_words(self) -> str:
        """Such as "99.93 %"; "no data" where there is none."""
        found = self.stands.budget.sli if self.stands else None
        return "no data" if found is None else percent(found)

    @property
    def left_words(self) -> str:
        """What is left of the budget, such as "31 %", or "-24.01 %" where more failed than may."""
        left = self.stands.budget.remaining if self.stands else None
        return "" if left is None else signed_percent(left)

    @property
    def left_percent(self) -> float:
        """For the bar: 0 where nothing is left."""
        left = self.stands.budget.remaining if self.stands else None
        return max(0.0, float(left) * 100) if left is not None else 0.0

    @property
    def shown_state(self) -> str:
        """Grey once it is stale: what was so may be so no longer."""
        return "STALE" if self.is_stale else self.state

    @property
    def tone(self) -> str:
        return "neutral" if self.is_stale else TONES[BudgetState(self.state)]

    @property
    def as_of(self) -> datetime | None:
        return self.stands.as_of if self.stands else None


@dataclass(frozen=True, kw_only=True)
class Shown(Figures):
    """One SLO as a page or the API shows it."""

    slo: SLO

    @classmethod
    def of(cls, slo: SLO, stands: Standing | None, *, is_stale: bool = False) -> Self:
        """An SLO that stands so, or was never computed."""
        return cls(slo=slo, share=slo.share, window_text=slo.window, stands=stands, is_stale=is_stale)


def shown(slo: SLO, *, at: datetime) -> Shown:
    """From the stored status; stale once it has not been computed for a while, or no counts came."""
    status: SLOStatus | None = getattr(slo, "status", None)
    if status is None:
        return Shown.of(slo, None)
    stands = standing.stand(
        (status.good, status.total),
        standing.read(status.sums),
        target=slo.share,
        window=windows.parse(slo.window),
        as_of=status.as_of,
    )
    return Shown.of(slo, stands, is_stale=is_stale(status.as_of, at=at))


def is_stale(as_of: datetime, *, at: datetime) -> bool:
    """Whether what was computed then is too old to be believed."""
    return at - as_of > STALE_AFTER


class StatusRow(TypedDict):
    """The figures of an SLO for machines; exact shares of 1 as text, None without data."""

    target: str
    window: str
    state: str
    good: int
    total: int
    sli: str | None
    budget: str | None
    consumed: str | None
    remaining: str | None
    burn: dict[str, str | None]
    alerts: list[str]
    as_of: datetime | None


def status_row(told: Shown) -> StatusRow:
    """What `slo_status` and the API print."""
    stands = told.stands
    budget = stands.budget if stands else Budget(0, 0, told.target)
    return {
        "target": decimal_text(told.target),
        "window": windows.to_text(told.window),
        "state": told.state,
        "good": budget.good,
        "total": budget.total,
        "sli": _text(budget.sli),
        "budget": _text(budget.allowed if budget.total else None),
        "consumed": _text(budget.consumed),
        "remaining": _text(budget.remaining),
        "burn": {length_name(length): _burn(rate) for length, rate in (stands.burns if stands else {}).items()},
        "alerts": [alert_words(alert) for alert in stands.firing] if stands else [],
        "as_of": told.as_of,
    }


def signed_percent(share: Fraction) -> str:
    """Such as "31 %", "−24.01 %", rounded to what is worse."""
    return f"−{percent_up(-share, 2)}" if share < 0 else percent(share, 2)


def alert_words(alert: AlertState) -> str:
    """Such as "page: burn 15.2 over 1 h and 21 over 5 min, above 13.44"."""
    long, short = (length_words(int(one.total_seconds())) for one in (alert.alert.long, alert.alert.short))
    return (
        f"{alert.alert.severity.value.lower()}: burn {burn_words(alert.long_burn)} over {long} and "
        f"{burn_words(alert.short_burn)} over {short}, above {float(alert.threshold):.4g}"
    )


def burn_words(rate: Burn | None) -> str:
    """A burn rate to read; it is compared unrounded elsewhere."""
    if rate is None:
        return "no data"
    return "∞" if rate == INFINITE else f"{float(rate):.3g}"


def length_name(seconds: int) -> str:
    """Such as "5m", "6h"."""
    return f"{seconds // 60}m" if seconds < HOUR else f"{seconds // HOUR}h"


def length_words(seconds: int) -> str:
    """Such as "5 min", "6 h"."""
    return f"{seconds // 60} min" if seconds < HOUR else f"{seconds // HOUR} h"


def decimal_text(share: Fraction) -> str:
    """Exact where it has at most 12 decimals, else rounded half to even there."""
    with localcontext(prec=60):
        exact = Decimal(share.numerator) / Decimal(share.denominator)
    text = format(exact.quantize(Decimal("1e-12")), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def plain_percent(share: Fraction) -> str:
    """A share of 1 in percent as a number field takes it, such as "99.95"."""
    text = f"{Decimal(share.numerator) * 100 / Decimal(share.denominator):.7f}"
    return text.rstrip("0").rstrip(".")


def _text(share: Fraction | None) -> str | None:
    return None if share is None else decimal_text(share)


def _burn(rate: Burn | None) -> str | None:
    if rate is None or isinstance(rate, float):
        return None if rate is None else "infinite"
    return decimal_text(rate)


def budget_words(budget: Budget) -> str:
    """Such as "124.01 % of the budget is used: 50 bad of 40.32 allowed"."""
    if budget.consumed is None:
        return "No data" if not budget.total else f"Nothing may fail; {budget.bad} events did"
    allowed = f"{float(budget.allowed):,.2f}".rstrip("0").rstrip(".")
    return f"{percent_up(budget.consumed, 2)} of the budget is used: {budget.bad:,} bad of {allowed} allowed"


def csv_row(told: Shown) -> list[object]:
    """The line of an SLO in a list's CSV."""
    row = status_row(told)
    as_of = row["as_of"].isoformat() if row["as_of"] else ""
    return [
        told.slo.key,
        told.slo.title,
        told.slo.scope.key,
        row["target"],
        row["window"],
        row["sli"],
        row["good"],
        row["total"],
        row["remaining"],
        row["state"],
        as_of,
    ]
