"""The refusal to sign what is no longer what was shown."""

from dataclasses import dataclass

from apps.common.refused import Refused
from apps.delivery.difference import StoryDifference
from apps.signoff.promise import PromiseDifference


@dataclass(frozen=True)
class Otherwise:
    """A criterion that is no longer as the page showed it."""

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
        story: StoryDifference | None = None,
    ) -> None:
        super().__init__(sentence)
        self.promise = promise
        self.otherwise = otherwise
        self.story = story
