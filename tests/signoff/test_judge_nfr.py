"""Whether a requirement is met: measured exactly, over whole days; proven at the current text; unknown where nothing
says.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from apps.delivery import actions as delivery
from apps.delivery.models import NFR, Story
from apps.organization.roles import Role
from apps.reliability import actions as reliability
from apps.reliability.counts import DAY
from apps.reliability.models import SLI
from apps.reliability.queries.sums import Sums
from apps.reliability.queries.sums_of_days import sums_of_days
from apps.signoff.facts import read_facts
from apps.signoff.requirements import Known, Requirement, judge_nfr
from apps.signoff.states import VerdictState
from tests.reliability.world import NOW, ago, send
from tests.signoff.promises import Promise
from tests.signoff.requirements import count, measured, proven, run
from tests.specs.evidence import CART, behave_json, import_bytes, reread

pytestmark = pytest.mark.django_db
MET, UNMET, UNKNOWN = VerdictState.MET, VerdictState.UNMET, VerdictState.UNKNOWN


def judged(promise: Promise, nfr: NFR, *, at: datetime | None = None) -> Requirement:
    now = at or datetime.now(UTC)
    (one,) = (
        one
        for one in read_facts([promise.reread()], at=now)[promise.epic.pk].requirements(at=now)
        if one.nfr.pk == nfr.pk
    )
    return one


def told(promise: Promise, nfr: NFR) -> tuple[VerdictState, str]:
    one = judged(promise, nfr)
    return one.state, one.words


# --- measured


def of_sli(target: Decimal, days: int = 28) -> NFR:
    """A definition that no database knows."""
    sli = SLI(key="SLI-1", title="Checkout answers", counts_until=NOW)
    return NFR(key="NFR-1", kind="MEASURED", sli=sli, target=target, days=days)


@pytest.mark.parametrize(
    ("good", "total", "target", "state"),
    [
        (999, 1_000, "0.999", MET),
        (998, 1_000, "0.999", UNMET),
        (3_982, 4_032, "0.99", UNMET),  # 98.7599 %
        (3_982, 4_032, "0.987599206", MET),
        (3_982, 4_032, "0.987599207", UNMET),
        # One event short of the target, which no float can tell.
        (8_062_983_869_440_375, 8_071_054_924_364_740, "0.999", UNMET),
        (8_062_983_869_440_376, 8_071_054_924_364_740, "0.999", MET),
        (9_000_000_000_000_000, 9_000_000_000_000_000, "1", MET),
        (8_999_999_999_999_999, 9_000_000_000_000_000, "1", UNMET),
        (0, 1, "0.000000001", UNMET),
        (0, 0, "0.99", UNKNOWN),
    ],
)
def test_exactly_at_least_the_target(good: int, total: int, target: str, state: VerdictState) -> None:
    assert judge_nfr(of_sli(Decimal(target)), Known(counted=Sums(good, total)), at=NOW).state == state


@given(st.integers(0, 2**53), st.integers(1, 2**53), st.integers(1, 10**9))
def test_any_counts_are_judged_as_fractions_are(one: int, other: int, billionths: int) -> None:
    good, total = sorted((one, other)) if one else (0, other)
    nfr = of_sli(Decimal(billionths) / 10**9)
    said = judge_nfr(nfr, Known(counted=Sums(good, total)), at=NOW)
    assert (said.state == MET) == (Fraction(good, total) >= Fraction(billionths, 10**9))


def test_in_words_with_whose_it_is(promise: Promise) -> None:
    nfr = measured(promise)
    assert told(promise, nfr) == (UNKNOWN, "no data of SLI-2 in 28 days")
    count(promise, nfr, 9_899, 10_000)
    assert told(promise, nfr) == (UNMET, "98.99 % of SLI-2 over 28 days, 99 % is needed")
    one = judged(promise, nfr)
    assert (one.sentence, one.role, one.url) == (f"{nfr.key}: {one.words}", Role.SRE_LEAD, "/slis/SLI-2/")
    count(promise, nfr, 9_900, 10_000)
    assert told(promise, nfr) == (MET, "99 % of SLI-2 over 28 days, 99 % is needed")


def test_what_falls_short_by_little_never_reads_as_the_target() -> None:
    said = judge_nfr(of_sli(Decimal("0.99")), Known(counted=Sums(989_999_999, 1_000_000_000)), at=NOW)
    assert (said.state, said.words) == (UNMET, "98.9999 % of SLI-1 over 28 days, 99 % is needed")


def test_the_window_is_whole_days_back_from_now(promise: Promise) -> None:
    with time_machine.travel(NOW, tick=False):
        nfr = measured(promise, days=7)
        count(promise, nfr, 0, 500, at=ago(days=7, hours=1))  # before it
        count(promise, nfr, 90, 100, at=ago(days=7))  # its first hour
        assert nfr.sli
        send(nfr.sli, (ago(days=3, hours=12), 900, 900), by=promise.cast.adam, grain=DAY)
        count(promise, nfr, 0, 0, at=ago(hours=1))
        assert told(promise, nfr) == (MET, "99 % of SLI-2 over 7 days, 99 % is needed")
        count(promise, nfr, 89, 100, at=ago(days=7))  # corrected late
        assert told(promise, nfr)[0] == UNMET
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        assert told(promise, nfr) == (MET, "100 % of SLI-2 over 7 days, 99 % is needed")


def test_unknown_where_nothing_came_lately(promise: Promise) -> None:
    with time_machine.travel(NOW, tick=False):
        nfr = measured(promise)
        count(promise, nfr, 100, 100, at=ago(hours=1))
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        assert told(promise, nfr)[0] == MET
    with time_machine.travel(NOW + timedelta(days=2, seconds=1), tick=False):
        assert told(promise, nfr) == (UNKNOWN, "no counts of SLI-2 since 28 Nov 2026 12:00 UTC")
    with time_machine.travel(NOW + timedelta(days=29), tick=False):
        assert told(promise, nfr) == (UNKNOWN, "no data of SLI-2 in 28 days")


def test_unknown_where_nobody_measures_any_more(promise: Promise) -> None:
    nfr = measured(promise)
    count(promise, nfr, 100, 100)
    assert nfr.sli
    reliability.archive_sli(sli_key=nfr.sli.key, by=promise.cast.maria)
    assert told(promise, nfr) == (UNKNOWN, "SLI-2 is archived, nobody measures it any more")


def test_an_average_of_ratios_is_called_so() -> None:
    nfr = of_sli(Decimal("0.99"), days=1)
    assert nfr.sli
    nfr.sli.is_mean_of_ratios = True
    said = judge_nfr(nfr, Known(counted=Sums(99, 100)), at=NOW)
    assert said.words == "99 % of SLI-1 over 1 day, an average of ratios, 99 % is needed"


def test_many_lengths_and_indicators_at_once(promise: Promise) -> None:
    """As one by one, and more lengths than fit one statement."""
    with time_machine.travel(NOW, tick=False):
        nfrs = [measured(promise, title=f"Fast {number}") for number in range(2)]
        for hours in range(1, 24 * 9, 7):
            for number, nfr in enumerate(nfrs):
                count(promise, nfr, hours, hours + number, at=ago(hours=hours))
        slis = [nfr.sli_id for nfr in nfrs if nfr.sli_id]
        every = sums_of_days(dict.fromkeys(range(1, 366), slis), at=NOW)
        for days in (1, 2, 7, 9, 28, 365):
            hours_of = [hours for hours in range(1, 24 * 9, 7) if hours <= days * 24]
            for number, sli in enumerate(slis):
                expected = Sums(sum(hours_of), sum(hours_of) + number * len(hours_of))
                assert every[sli, days] == expected
                assert sums_of_days({days: [sli]}, at=NOW) == {(sli, days): expected}


# --- proven by a scenario


def test_proven_at_its_current_text(promise: Promise) -> None:
    story = promise.stories[0]
    nfr = proven(promise, story, "Pay in way 1 0")
    name = f"“Pay in way 1 0” of {story.key}"
    assert told(promise, nfr) == (UNKNOWN, f"{name} has not run at its current text")
    run(promise, story)
    state, words = told(promise, nfr)
    assert (state, words.startswith(f"{name} passed ")) == (MET, True)
    run(promise, story, **{"Pay in way": "failed"})
    assert told(promise, nfr) == (UNMET, f"{name} fails")
    one = judged(promise, nfr)
    assert (one.role, one.url) == (Role.ENGINEERING_TEAM_LEAD, f"/stories/{story.key}/")
    run(promise, story)
    assert told(promise, nfr)[0] == MET
    promise.edit(story, outcome="the order is placed twice")
    assert told(promise, nfr) == (UNKNOWN, f"{name} has not run at its current text")


def test_another_scenario_of_the_story_does_not_count(promise: Promise) -> None:
    story = delivery.create_story(epic_key=promise.epic.key, text=CART, by=promise.cast.ruth)
    nfr = proven(promise, story, "Add one thing")
    run(promise, story, **{"Add lamps": "failed", "Add sofas": "failed"})
    assert told(promise, nfr)[0] == MET


def test_one_without_a_step_beside_one_of_the_same_name_counts_as_for_the_story(promise: Promise) -> None:
    text = CART + "\n  Scenario: Add one thing\n"
    story = delivery.create_story(epic_key=promise.epic.key, text=text, by=promise.cast.ruth)
    nfr = proven(promise, story, "Add one thing")
    import_bytes(behave_json(CART), by=promise.cast.tomas)
    assert (reread(story).state, told(promise, nfr)[0]) == ("READY", UNKNOWN)


def test_a_scenario_without_a_step_proves_nothing(promise: Promise) -> None:
    text = CART + "\n  Scenario: Take one out\n"
    story = delivery.create_story(epic_key=promise.epic.key, text=text, by=promise.cast.ruth)
    nfr = proven(promise, story, "Take one out")
    run(promise, story)
    assert told(promise, nfr) == (UNMET, f"“Take one out” of {story.key} has no step, so nothing can prove it")


def test_every_row_of_an_outline_counts(promise: Promise) -> None:
    story = delivery.create_story(epic_key=promise.epic.key, text=CART, by=promise.cast.ruth)
    nfr = proven(promise, story, "Add <thing> twice")
    name = f"“Add <thing> twice” of {story.key}"
    run(promise, story, **{"Add sofas": "skipped"})
    assert told(promise, nfr) == (UNKNOWN, f"2 of 2 rows of {name} ran, not all of them passed")
    run(promise, story)
    assert told(promise, nfr)[0] == MET
    run(promise, story, **{"Add sofas": "failed"})
    assert told(promise, nfr) == (UNMET, f"{name} fails")


def test_layout_and_tags_change_nothing(promise: Promise) -> None:
    story = promise.stories[0]
    nfr = proven(promise, story, "Pay in way 1 0")
    run(promise, story)
    current = Story.objects.select_related("version").get(pk=story.pk)
    assert current.version
    text = current.version.text.replace("  Scenario: Pay in way 1 0", "  @slow\n    Scenario:   Pay in way 1 0  ")
    delivery.edit_story(story_key=story.key, text=text, base_version=1, reason="tidy", by=promise.cast.ruth)
    assert told(promise, nfr)[0] == MET


def test_a_scenario_that_is_gone_is_not_met_and_waits_for_whoever_defines_it(promise: Promise) -> None:
    story = promise.stories[0]
    nfr = proven(promise, story, "Pay in way 1 0")
    run(promise, story)
    current = Story.objects.select_related("version").get(pk=story.pk)
    assert current.version
    text = current.version.text.replace("Scenario: Pay in way 1 0", "Scenario: Pay at once")
    delivery.edit_story(story_key=story.key, text=text, base_version=1, reason="words", by=promise.cast.ruth)
    gone = f"“Pay in way 1 0” of {story.key} is gone: no current text of the epic has it"
    assert told(promise, nfr) == (UNMET, gone)
    one = judged(promise, nfr)
    assert (one.role, one.url) == (Role.PRODUCT_OWNER, f"/nfrs/{nfr.key}/edit/")


def test_nor_does_an_archived_story_prove_anything(promise: Promise) -> None:
    story = promise.stories[0]
    nfr = proven(promise, story, "Pay in way 1 0")
    run(promise, story)
    delivery.archive_story(story_key=story.key, reason="Not now.", by=promise.cast.ruth)
    assert told(promise, nfr)[0] == UNMET


def test_what_is_attested_is_judged_as_before(promise: Promise) -> None:
    nfr = delivery.create_nfr(epic_key=promise.epic.key, title="Cold", statement="In 2 s.", by=promise.cast.maria)
    one = judged(promise, nfr)
    assert (one.state, one.sentence, one.role) == (UNKNOWN, f"{nfr.key} is not attested", Role.SRE_LEAD)
    assert one.url == f"/nfrs/{nfr.key}/attest/"
