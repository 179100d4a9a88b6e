"""Housekeeping: what nobody needs any more is removed once a day, and the operator can see what and how many.

Each room says in its `actions/tidying.py` what of its own may go; never evidence, a text, a signature or the log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils.module_loading import autodiscover_modules

Tidy = Callable[[bool], int]


@dataclass(frozen=True)
class Tidied:
    """`count` things were removed, or would be; `when` says from when on they are."""

    what: str
    when: str
    count: int


_known: dict[str, tuple[str, Tidy]] = {}


def tidies(what: str, *, when: str) -> Callable[[Tidy], Tidy]:
    """Registers a function that removes `what`, or with True only counts, and returns how many."""

    def register(function: Tidy) -> Tidy:
        _known[what] = (when, function)
        return function

    return register


def tidy_all(*, dry_run: bool) -> list[Tidied]:
    """Removes everything that may go, of all rooms; with `dry_run` only counts it."""
    autodiscover_modules("actions.tidying")
    return [Tidied(what, when, tidy(dry_run)) for what, (when, tidy) in sorted(_known.items())]


def keep_for() -> timedelta:
    """How long things are kept that are of use for a while (PORTAL_KEEP_DAYS)."""
    return timedelta(days=settings.KEEP_DAYS)
