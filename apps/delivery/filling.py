"""Filling the placeholders of an outline with a row's values, within a budget.

A few lines of examples can ask for gigabytes: one value may hold a thousand placeholders of the next column.
So everything that is filled, read or repeated is paid for before it is done.
"""

from collections.abc import Sequence

# Units that one file may cost. Real files need less than 2 % of it; at the limit a file takes about a second.
MOST = 10_000_000
SMALL = 20


class TooMuch(ValueError):
    """The budget is spent."""


class Budget:
    """What one file may still cost, about a unit a character."""

    def __init__(self, left: int = MOST) -> None:
        self.left = left

    def spend(self, amount: int) -> None:
        """Raises TooMuch if less is left."""
        self.left -= amount
        if self.left < 0:
            raise TooMuch


class Filling:
    """One row's values in place of ``<header>``, column after column as runners do.

    The official compiler takes a header for a regular expression; here, as in behave, it is the text it is.
    """

    def __init__(self, header: Sequence[str], row: Sequence[str], budget: Budget) -> None:
        self.values = [(f"<{name}>", value) for name, value in zip(header, row, strict=True)]
        self.budget = budget

    def text(self, text: str) -> str:
        """The text filled; raises TooMuch."""
        if "<" not in text:
            return text
        for placeholder, value in self.values:
            self.budget.spend(len(text) + SMALL)
            if found := text.count(placeholder):
                self.budget.spend(max(0, found * (len(value) - len(placeholder))))
                text = text.replace(placeholder, value)
        return text
