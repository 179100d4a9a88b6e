"""A case for another target: everything that was put in and came out, as one row that is signed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from apps.reliability import price
from apps.reliability.nines import Chance, Interval, Replay
from apps.reliability.percent import percent
from apps.reliability.showing import decimal_text

FORMAT = "triad-nine-case-1"
DIGITS = 6  # of an interval's ends, which are statistics


@dataclass(frozen=True)
class Weighed:
    """What was put in: amounts of one currency, as they were typed; None where nothing was."""

    target: Fraction
    currency: str
    revenue: Decimal
    one_off: Decimal | None
    lifetime_years: Decimal | None
    running: Decimal | None

    def case(self, promised: Fraction) -> price.Case:
        """Against what is promised today; one year where no lifetime was said."""
        return price.Case(
            target_from=promised,
            target_to=self.target,
            revenue=self.revenue,
            one_off=self.one_off or 0,
            lifetime_years=self.lifetime_years or 1,
            running=self.running or 0,
            currency=self.currency,
        )


@dataclass(frozen=True)
class Judged:
    """Who judged a class of errors, by key, and when."""

    by: str
    at: datetime


def case_row(
    *,
    slo: Mapping[str, Any],
    promised: Fraction,
    weighed: Weighed,
    replay: Replay,
    rests_on: Mapping[str, Any],
    way: price.WayThere | None,
    judged: Mapping[str, Judged],
    needs: Sequence[tuple[str, str, Fraction]],
) -> dict[str, Any]:
    """The whole case in the types of canonical JSON: exact shares and amounts as text, statistics to six decimals.

    `slo` and `rests_on` are taken as they are. `needs` are (service, SLO, target) of hard dependencies.
    """
    case, target = weighed.case(promised), weighed.target
    chances = {one.target: one for one in replay.chances}
    ceiling_words = price.ceiling_words(target, [share for _, _, share in needs])
    sentences = [
        chances[target].words,
        replay.achievable.words,
        replay.too_short,
        case.words,
        way.words if way else "",
        ceiling_words,
        price.seen_words(target),
    ]
    return {
        "format": FORMAT,
        "slo": dict(slo),
        "promised": decimal_text(promised),
        "target": decimal_text(target),
        "put_in": {
            "currency": weighed.currency.strip(),
            "revenue": _amount(weighed.revenue),
            "one_off": _amount(weighed.one_off),
            "lifetime_years": _amount(weighed.lifetime_years),
            "running": _amount(weighed.running),
        },
        "rests_on": dict(rests_on),
        "chance": _chance(chances[target]),
        "chance_of_promised": _chance(chances[promised]),
        "achievable": {
            "target": None if replay.achievable.target is None else decimal_text(replay.achievable.target),
            **_ends(replay.achievable.interval),
        },
        "value_a_year": decimal_text(case.value),
        "cost_a_year": decimal_text(case.cost),
        "verdict": str(case.verdict),
        "errors": [_vanishing(one, judged) for one in way.vanishing] if way else [],
        "left": way.left if way else None,
        "unclassified": way.unclassified if way else None,
        "needs": [{"service": service, "slo": key, "target": decimal_text(share)} for service, key, share in needs],
        "seen": str(price.seen_through(target)),
        "words": [sentence for sentence in sentences if sentence],
    }


def title_of(row: Mapping[str, Any]) -> str:
    """Such as "From 99.9 % to 99.95 %"."""
    return f"From {percent(Fraction(row['promised']), 7)} to {percent(Fraction(row['target']), 7)}"


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount.normalize():f}"


def _chance(one: Chance) -> dict[str, Any]:
    return {"met": one.met, "windows": one.n, **_ends(one.interval)}


def _ends(interval: Interval | None) -> dict[str, str | None]:
    ends = (interval.low, interval.high) if interval else (None, None)
    low, high = (None if end is None else f"{end:.{DIGITS}f}" for end in ends)
    return {"low": low, "high": high}


def _vanishing(one: price.Vanishing, judged: Mapping[str, Judged]) -> dict[str, Any]:
    who = judged.get(one.name)
    return {
        "name": one.name,
        "bad": one.bad,
        "effort": str(one.effort) if one.effort else None,
        "judged_by": who.by if who else None,
        "judged_at": who.at if who else None,
    }
