"""A refusal in words for the reader.

One rule serves the guard of an act, the shut button and its tooltip: the act calls the rule and lets it
raise; the page asks `refusal(rule, …)` for the sentence.
"""

from collections.abc import Callable
from typing import Any


class Refused(Exception):
    """The thing does not allow it now; the sentence says why and what to do.

    `status` is the HTTP status a view answers with.
    """

    status = 409

    def __init__(self, sentence: str) -> None:
        # It may quote what was sent, half characters too, and no answer can hold those.
        self.sentence = sentence.encode("utf-8", "replace").decode("utf-8")
        super().__init__(self.sentence)


class NotAllowed(Refused):
    """This person may not do it, whatever the thing's state."""

    status = 403


class BadInput(Refused):
    """What was sent cannot be read; the sentence says where and how to mend it."""

    status = 400


class Damaged(Refused):
    """What is stored cannot be read, since it was changed past the portal; the sentence says what, and who names it."""

    is_damage = True


def refusal(check: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The sentence with which `check` refuses, or "" where it does not."""
    try:
        check(*args, **kwargs)
    except Refused as refused:
        return refused.sentence
    return ""
