"""What a refresh of thousands says in whole numbers is what one SLO's page says in fractions."""

from datetime import UTC, datetime
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from apps.reliability import standing
from apps.reliability.ranking import Ranking
from apps.reliability.windows import Rolling

AT = datetime(2026, 11, 28, 12, tzinfo=UTC)
totals = st.integers(0, 5_000)
counts = totals.flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))
targets = st.sampled_from(["0.5", "0.93", "0.99", "0.999", "0.99999", "1"]).map(Fraction)


@given(target=targets, days=st.sampled_from([1, 7, 28, 30, 365]), long=counts, short=st.lists(counts, min_size=7))
def test_ranking_agrees_with_standing(
    target: Fraction, days: int, long: tuple[int, int], short: list[tuple[int, int]]
) -> None:
    sums = dict(zip(standing.ALERT_LENGTHS, short, strict=False))
    stands = standing.stand(long, sums, target=target, window=Rolling(days), as_of=AT)
    state, need = Ranking(target, Rolling(days).length).rank(long, sums)
    assert (state, need) == (stands.state, stands.need)
