"""The texts of its stories: few, so that reading them costs nothing, and read by the portal's own reader."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from apps.delivery import gherkin

_WHO = ("Customer", "Guest", "Courier", "Clerk", "Manager", "Partner", "Buyer", "Seller")
_DOES = ("collects", "orders", "returns", "finds", "compares", "cancels", "reserves", "gives away")
_WHAT = ("books", "gift cards", "tickets", "parts", "parcels", "vouchers", "seats")


@dataclass(frozen=True)
class Told:
    """A text with what it says."""

    text: str
    sha256: str
    feature: gherkin.Feature
    counts: gherkin.Counts


@cache
def whole_texts() -> list[Told]:
    """Texts of two scenarios, every one with another meaning."""
    return [_told(_head(name) + _scenarios(name)) for name in _names()]


@cache
def drafts() -> list[Told]:
    """Texts that have no scenario yet."""
    return [_told(_head(name)) for name in _names()]


def _names() -> list[str]:
    return [f"{who} {does} {what}" for who in _WHO for does in _DOES for what in _WHAT]


def _head(name: str) -> str:
    return f"Feature: {name}\n  As somebody in a hurry\n  I want it done in one place\n"


def _scenarios(name: str) -> str:
    return (
        f"\n  Scenario: {name} at once\n    Given the shop is open\n    When the {name} in the shop\n"
        "    Then it is done\n    And a receipt is shown\n"
        f"\n  Scenario: {name} too late\n    Given the shop is closed\n    When the {name} in the shop\n"
        "    Then the next opening hour is shown\n"
    )


def _told(text: str) -> Told:
    feature = gherkin.parse(text)
    if feature is None:
        raise RuntimeError("a text of ours has no feature")
    return Told(text, sha256(text.encode()).hexdigest(), feature, gherkin.counts(feature))
