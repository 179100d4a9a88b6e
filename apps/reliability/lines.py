"""SLOs as lines of a list: values, read as columns, that are drawn once (`{% drawn %}`)."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast

from apps.common.instants import ago_words
from apps.reliability import showing, standing, windows
from apps.reliability.models import SLO


class SLOLine(NamedTuple):
    """One SLO with its status as it is stored, so that figures are computed once, when the line is drawn.

    `stands_on` is the title of its scope; `age` says in words how long ago `as_of` was.
    """

    key: str
    title: str
    stands_on: str
    target: Decimal
    window: str
    good: int
    total: int
    sums: str
    as_of: datetime
    is_stale: bool
    age: str

    @property
    def figures(self) -> showing.Figures:
        share, window = Fraction(self.target), windows.parse(self.window)
        counts, sums = (self.good, self.total), standing.read_text(self.sums)
        stands = standing.stand(counts, sums, target=share, window=window, as_of=self.as_of)
        return showing.Figures(
            share=share, window_text=self.window, stands=stands, is_stale=self.is_stale, age=self.age
        )


COLUMNS = (
    "key", "title", "scope__title", "target", "window", "status__good", "status__total", "sums_text", "status__as_of",
)  # fmt: skip


def slo_lines(slos: QuerySet[SLO], *, at: datetime) -> list[SLOLine]:
    """`slos`, which have a status, in their order; one query."""
    rows = slos.annotate(sums_text=Cast("status__sums", TextField())).values_list(*COLUMNS)
    return [
        SLOLine._make((*told, as_of, showing.is_stale(as_of, at=at), ago_words(as_of, at))) for *told, as_of in rows
    ]
