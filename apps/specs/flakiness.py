"""How often a scenario changed its mind. Pure.

Flips: of the n last results of one meaning, how many differ from the one before, of n - 1 that could. A scenario that
always ends alike has none; one that alternates has all. One flip is a change (it broke, or was mended), two are a
change and its repair; from three on the test itself is the likelier reason. So it is where one revision of the product
both passed and failed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from apps.common.marks import Mark

# So many of a scenario's last results are looked at.
LAST = 20
# Of fewer nothing is said.
LEAST = 5
# From so many flips on a scenario is called flaky.
FLIPS = 3


class Outcome(NamedTuple):
    """What a scenario did in one run; `revision` is of the product, "" where the run does not say."""

    passed: bool
    revision: str = ""
    run: str = ""


@dataclass(frozen=True)
class Flakiness:
    """Of `n` results `flips` differ from the one before; `torn` is a revision that both passed and failed, or "".

    `outcomes` are those results, the oldest first.
    """

    n: int
    flips: int
    torn: str
    outcomes: tuple[Outcome, ...] = ()

    @property
    def pairs(self) -> int:
        """How many could differ from the one before."""
        return max(self.n - 1, 0)

    @property
    def rate(self) -> float:
        """Flips as a share of what could have flipped, from 0 to 1; 0 where there is nothing to compare."""
        return self.flips / self.pairs if self.pairs else 0.0

    @property
    def chip_words(self) -> str:
        """Such as “flaky 3 of 19”."""
        return f"flaky {self.flips} of {self.pairs}"

    @property
    def is_told(self) -> bool:
        """Whether there are enough results to say anything."""
        return self.n >= LEAST

    @property
    def is_flaky(self) -> bool:
        """Whether it changes its mind more often than a change of the product explains."""
        return self.is_told and (self.flips >= FLIPS or bool(self.torn))

    @property
    def words(self) -> str:
        """How it is explained to a reader."""
        times = "once" if self.flips == 1 else f"{self.flips} times"
        said = f"In its last {self.n} results it changed between passing and failing {times} of {self.pairs}."
        return f"{said} Revision {self.torn} both passed and failed." if self.torn else said

    @property
    def marks(self) -> list[Mark]:
        """The results as marks, the oldest first."""
        return [
            Mark("dot" if one.passed else "cross", "good" if one.passed else "bad", said)
            for one, said in zip(self.outcomes, self._said, strict=True)
        ]

    @property
    def marks_words(self) -> str:
        """The same in words."""
        words = ", ".join(self._said)
        return words[:1].upper() + words[1:]

    @property
    def _said(self) -> list[str]:
        return [f"{'passed' if one.passed else 'failed'} in {one.run}" for one in self.outcomes]


def flakiness(outcomes: Sequence[Outcome]) -> Flakiness:
    """Of the last LAST of `outcomes`, the oldest first."""
    last = tuple(outcomes[-LAST:])
    flips = sum(one.passed != other.passed for one, other in zip(last, last[1:], strict=False))
    passed = {one.revision for one in last if one.passed and one.revision}
    torn = next((one.revision for one in reversed(last) if not one.passed and one.revision in passed), "")
    return Flakiness(len(last), flips, torn, last)
