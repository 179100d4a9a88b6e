"""The price of a nine: what gained availability is worth, what it costs, and what stands in its way. Pure and exact.

Google, Site Reliability Engineering, ch. 3 (from 99.9 to 99.99 % of $1M is worth $900; users' own networks err 0.01 to
1 %); The Site Reliability Workbook, ch. 2. Money is of one currency and a year, never a float.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from apps.reliability.budget import ceiling, check_target
from apps.reliability.percent import percent

Amount = Fraction | Decimal | int

# How often users' own networks fail, from the best to the worst.
BEST_NETWORK = Fraction("0.0001")
WORST_NETWORK = Fraction("0.01")


class Worth(StrEnum):
    """What a case comes to."""

    WORTH_IT = "WORTH_IT"
    NOT_WORTH_IT = "NOT_WORTH_IT"
    NO_GAIN = "NO_GAIN"  # the target does not rise


class Effort(StrEnum):
    """What it takes to be rid of a class of errors, as engineering judges it."""

    CHEAP = "CHEAP"
    REDESIGN = "REDESIGN"


class Seen(StrEnum):
    """Whether users can see a target through their own networks."""

    SEEN = "SEEN"
    SEEN_BY_SOME = "SEEN_BY_SOME"
    UNSEEN = "UNSEEN"


EFFORT_WORDS = {Effort.CHEAP: "cheap", Effort.REDESIGN: "a redesign"}
NOT_JUDGED = "not judged yet"


def value_a_year(target_from: Fraction, target_to: Fraction, revenue: Amount) -> Fraction:
    """What the gained availability is worth a year: (target_to - target_from) x revenue at risk a year.

    Below 0 where the target falls. Raises ValueError for a target that is no share.
    """
    return (check_target(target_to) - check_target(target_from)) * Fraction(revenue)


@dataclass(frozen=True)
class Case:
    """Whether moving a target pays: its value a year against what it costs once, over its lifetime, and to run.

    `revenue` is what is at risk a year, `running` a cost a year, `one_off` a cost once. Raises ValueError for amounts
    below 0, a lifetime that is not above 0 years, and targets that are no shares.
    """

    target_from: Fraction
    target_to: Fraction
    revenue: Amount
    one_off: Amount
    lifetime_years: Amount
    running: Amount
    currency: str = "$"

    def __post_init__(self) -> None:
        check_target(self.target_from)
        check_target(self.target_to)
        if min(self.revenue, self.one_off, self.running) < 0:
            raise ValueError("Revenue and costs are not below 0.")
        if self.lifetime_years <= 0:
            raise ValueError("Say over how many years the one-off cost is spread: more than 0.")

    @property
    def value(self) -> Fraction:
        """A year."""
        return value_a_year(self.target_from, self.target_to, self.revenue)

    @property
    def cost(self) -> Fraction:
        """A year: one-off cost / lifetime + running cost."""
        return Fraction(self.one_off) / Fraction(self.lifetime_years) + Fraction(self.running)

    @property
    def net(self) -> Fraction:
        """Value less cost, a year."""
        return self.value - self.cost

    @property
    def pays_from(self) -> Fraction | None:
        """Revenue at risk a year above which the case pays; None where nothing is gained."""
        gained = self.target_to - self.target_from
        return self.cost / gained if gained > 0 else None

    @property
    def verdict(self) -> Worth:
        """A value that only just equals the cost is not worth it."""
        if self.target_to <= self.target_from:
            return Worth.NO_GAIN
        return Worth.WORTH_IT if self.net > 0 else Worth.NOT_WORTH_IT

    @property
    def words(self) -> str:
        """The sum and its outcome, for a reader."""
        step = f"from {percent(self.target_from)} to {percent(self.target_to)}"
        if self.pays_from is None:
            return f"Going {step} gains no availability, so there is nothing to weigh against the cost."
        outcome = "worth it" if self.verdict is Worth.WORTH_IT else "not worth it"
        return (
            f"Going {step} is worth {self._money(self.value)} a year on {self._money(self.revenue)} at risk, and costs "
            f"{self._money(self.cost)} a year: {outcome}. It pays above {self._money(self.pays_from)} at risk a year."
        )

    def _money(self, amount: Amount) -> str:
        return money(amount, self.currency)


@dataclass(frozen=True)
class Vanishing:
    """One class of errors that must vanish: `bad` events of it, and how many are `left` when it is gone as well."""

    name: str
    bad: int
    left: int
    effort: Effort | None = None

    @property
    def effort_words(self) -> str:
        return EFFORT_WORDS[self.effort] if self.effort else NOT_JUDGED


@dataclass(frozen=True)
class WayThere:
    """What must vanish, the largest class first, so that at most `allowed` of `total` events are bad.

    `left` are then bad: those of the classes that may stay, and `unclassified`. `left_by_cheap` are bad if only every
    class judged cheap vanished, those that may stay included.
    """

    target: Fraction
    total: int
    bad: int
    vanishing: tuple[Vanishing, ...]
    left: int
    left_by_cheap: int
    unclassified: int

    @property
    def allowed(self) -> Fraction:
        """Events that may be bad: (1 - target) x total."""
        return (1 - self.target) * self.total

    @property
    def is_met(self) -> bool:
        """Whether the target is met once they vanished. Errors without a class cannot be pointed at, so it may not."""
        return self.left <= self.allowed

    @property
    def cheap_suffices(self) -> bool:
        """Whether the classes judged cheap would do by themselves."""
        return self.left_by_cheap <= self.allowed

    @property
    def effort(self) -> Effort | None:
        """A redesign if one class needs it, cheap if all are; None while one is not judged, or where none need go."""
        judged = {one.effort for one in self.vanishing}
        if Effort.REDESIGN in judged:
            return Effort.REDESIGN
        return Effort.CHEAP if judged == {Effort.CHEAP} else None

    @property
    def words(self) -> str:
        """What must vanish, and whether that is enough."""
        had = f"{percent(self.target)} allows {_events(self.allowed)} bad of {self.total:,}; there were {self.bad:,}"
        if not self.total:
            return f"No data to look for the way to {percent(self.target)} in."
        if self.bad <= self.allowed:
            return f"{had}: nothing must vanish."
        classes = ", ".join(f"“{one.name}” ({one.bad:,}, {one.effort_words})" for one in self.vanishing)
        if not self.is_met:
            rest = f"{self.unclassified:,} have no class, so nothing shows a way there"
            return f"{had}. Even without {classes} {rest}." if classes else f"{had}. {rest[0].upper()}{rest[1:]}."
        cheap = " The cheap ones alone would do." if self.cheap_suffices and self.effort is not Effort.CHEAP else ""
        return f"{had}. Without {classes}, {self.left:,} are left.{cheap}"


def classes_to_vanish(
    by_class: Mapping[str, int],
    total: int,
    target: Fraction,
    *,
    efforts: Mapping[str, Effort] | None = None,
    unclassified: int = 0,
) -> WayThere:
    """Which classes of errors must vanish, the largest first, for `target` to be met by the same `total` events.

    Largest first is the fewest classes. A vanished error is a good event, so the total stays. `by_class` counts bad
    events, each in one class, and `unclassified` those in none. Raises ValueError for counts that cannot be.
    """
    check_target(target)
    efforts = efforts or {}
    bad = sum(by_class.values()) + unclassified
    if min(unclassified, *by_class.values(), 0) < 0 or bad > total:
        raise ValueError(f"{bad} bad of {total} events by class cannot be.")
    allowed, left = (1 - target) * total, bad
    vanishing = []
    for name, count in sorted(by_class.items(), key=lambda item: (-item[1], item[0])):
        if left <= allowed or not count:
            break
        left -= count
        vanishing.append(Vanishing(name, count, left, efforts.get(name)))
    cheap = sum(count for name, count in by_class.items() if efforts.get(name) is Effort.CHEAP)
    return WayThere(target, total, bad, tuple(vanishing), left, bad - cheap, unclassified)


def ceiling_words(target: Fraction, dependencies: Iterable[Fraction]) -> str:
    """What hard dependencies allow at most, which is the product of their targets; "" where there are none."""
    targets = list(dependencies)
    if not targets:
        return ""
    most = ceiling(targets)
    of = (
        "Its hard dependency promises"
        if len(targets) == 1
        else f"Its {len(targets)} hard dependencies together promise"
    )
    if check_target(target) <= most:
        return f"{of} {percent(most)}, enough for {percent(target)}."
    return f"{of} {percent(most)}, so {percent(target)} cannot be kept: promise no more, or make one of them soft."


def seen_through(target: Fraction, best: Fraction = BEST_NETWORK, worst: Fraction = WORST_NETWORK) -> Seen:
    """Whether users see a miss of `target` among the failures of their own networks, from `best` to `worst` of them."""
    allowed = 1 - check_target(target)
    if allowed < best:
        return Seen.UNSEEN
    return Seen.SEEN if allowed >= worst else Seen.SEEN_BY_SOME


def seen_words(target: Fraction, best: Fraction = BEST_NETWORK, worst: Fraction = WORST_NETWORK) -> str:
    """The same for a reader."""
    errs = f"{percent(target)} lets {percent(1 - target)} fail"
    seen = seen_through(target, best, worst)
    if seen is Seen.UNSEEN:
        return f"{errs}, finer than any user can see: even the best of their own networks fail {percent(best)}."
    if seen is Seen.SEEN:
        return f"{errs}, which users can see: the worst of their own networks fail {percent(worst)}."
    return f"{errs}: users whose own network fails more, up to {percent(worst)}, cannot see the difference."


def money(amount: Amount, currency: str = "$") -> str:
    """Such as “$9,000” or “$0.90”: rounded to cents where there are any."""
    exact = Fraction(amount)
    sign, cents = "−" if exact < 0 else "", round(abs(exact) * 100)
    whole, rest = divmod(cents, 100)
    return f"{sign}{currency}{whole:,}.{rest:02d}" if rest else f"{sign}{currency}{whole:,}"


def _events(count: Fraction) -> str:
    """A number of events that need not be whole, to one decimal, rounded down: “1,000”, “43.2”."""
    whole, tenths = divmod(count * 10 // 1, 10)
    return f"{whole:,}.{tenths}" if tenths else f"{whole:,}"
