"""What rooms above keep beside the log and the walk over it compares with its entries; they say so in their `ready`."""

from typing import NamedTuple

from django.db import connection
from django.db.migrations.recorder import MigrationRecorder


class Check(NamedTuple):
    """The dotted name of a function: when rooms are made ready, no model can be imported yet.

    `since` is the room's migration from which on there is something to compare.
    """

    name: str
    since: tuple[str, str] | None


CHECKS: list[Check] = []


class BadEntry(Exception):
    """The entry at `index` breaks `rule`; None: a row outside the log's entries does."""

    def __init__(self, index: int | None, rule: str, words: str) -> None:
        super().__init__(words)
        self.index = index
        self.rule = rule
        self.words = words


def place_words(index: int | None, rule: str) -> str:
    """“Entry 12”, “The log’s head”, or “Beside the log” for a row that no entry tells of."""
    if index is not None:
        return f"Entry {index}"
    return "The log’s head" if rule == "head" else "Beside the log"


def verify_beside(check: str, *, since: tuple[str, str] | None = None) -> None:
    """`check` takes nothing, and raises BadEntry for the first row that is not what its entry says.

    An upgrade verifies before it migrates: what came with a later version is compared once its migration `since`, such
    as ("reliability", "0007_nine_cases"), is applied.
    """
    CHECKS.append(Check(check, since))


def due_checks() -> list[str]:
    """Dotted names of the checks whose rows this database can hold."""
    applied = MigrationRecorder(connection).migration_qs.values_list("app", "name")
    known = set(applied.filter(app__in={one.since[0] for one in CHECKS if one.since}))
    return [one.name for one in CHECKS if one.since is None or one.since in known]
