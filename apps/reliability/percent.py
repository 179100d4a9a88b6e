"""Shares as percent in words. Pure."""

from fractions import Fraction
from math import ceil, floor


def percent(share: Fraction, places: int = 4) -> str:
    """`share` of 1 as percent, such as “99.95 %”, with at most `places` decimals and none that is not needed.

    Rounded down, so that what is less than 100 % never reads as 100 %, nor a missed target as met.
    """
    scale = 10**places
    return _words(floor(share * 100 * scale), scale, places)


def percent_up(share: Fraction, places: int = 4) -> str:
    """The same rounded up: what was used of a budget, or overdrawn, never reads as less."""
    scale = 10**places
    return _words(ceil(share * 100 * scale), scale, places)


def _words(parts: int, scale: int, places: int) -> str:
    whole, rest = divmod(parts, scale)
    decimals = f"{rest:0{places}d}".rstrip("0") if places else ""
    return f"{whole}.{decimals} %" if decimals else f"{whole} %"
