"""The refusal to sign what is no longer what was shown."""

from dataclasses import dataclass

from apps.common.refused import Refused
from apps.signoff.promise import PromiseDifference
from apps.signoff.reading import ChangedStory


@dataclass(frozen=True)
class Otherwise:
    """A criterion, or who signs, that is no longer as the page showed it."""

    title: str
    shown: str
    now: str


class Moved(Refused):
    """Something in it moved since the page was shown. Nothing was recorded; the page shows the difference."""

    def __init__(
        self,
        sentence: str,
        *,
        promise: PromiseDifference | None = None,
        otherwise: tuple[Otherwise, ...] = (),
        stories: tuple[ChangedStory, ...] = (),
    ) -> None:
        super().__init__(sentence)
        self.promise = promise
        self.otherwise = otherwise
        self.stories = stories


def check_same_signer(shown: str | None, *, now: str) -> None:
    """Raises Moved where the page printed another signer than the sentence would name now; None: no page printed it."""
    if shown in {None, now}:
        return
    raise Moved(
        "Your name or your seat is not the one that the page showed. Nothing was recorded. Read the sentence as it is "
        "now, then sign again.",
        otherwise=(Otherwise("Who signs", shown=str(shown), now=now),),
    )
