"""The price of a nine: targets replayed on stored days, and errors by class."""

from typing import TypedDict

from django.utils import timezone
from rest_framework.request import Request

from apps.common.endpoints import Day, Instant, Key, body_of, day, filters_of, instant, reads, writes
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.reliability import actions, queries
from apps.reliability.api.slis import readable_sli
from apps.reliability.api.slos import readable_slo
from apps.reliability.forms import JudgeForm, TargetForm
from apps.reliability.models import ErrorClassJudgment
from apps.reliability.nines import USUAL_TARGETS, Chance
from apps.reliability.showing import decimal_text, plain_percent


class TargetChance(TypedDict):
    """A target, a share of 1: in how many windows it would have been met, with the 95 % interval of that share."""

    target: str
    met: int
    windows: int
    share: str | None
    low: float | None
    high: float | None


class ErrorClassRow(TypedDict):
    """Bad events of one cause on those days, and what engineering says it takes to be rid of them."""

    name: str
    bad: int
    effort: ErrorClassJudgment.Effort | None


class NinesRow(TypedDict):
    """What the replay rests on, how often each target would have been met, and what could be promised.

    `achievable` is what nine of ten windows met. Intervals are null where `too_short` says why there are none.
    """

    slo: Key
    first: Day | None
    last: Day | None
    days_with_data: int
    good: int
    total: int
    window_days: int
    windows: int
    too_short: str
    achievable: str | None
    achievable_low: float | None
    achievable_high: float | None
    targets: list[TargetChance]
    errors: list[ErrorClassRow]


def _chance(one: Chance) -> TargetChance:
    return {
        "target": decimal_text(one.target),
        "met": one.met,
        "windows": one.n,
        "share": None if one.share is None else decimal_text(one.share),
        "low": one.interval.low if one.interval else None,
        "high": one.interval.high if one.interval else None,
    }


@reads(NinesRow, filters=TargetForm)
def nines_read(request: Request, key: str) -> NinesRow:
    """How often other targets would have been met on the stored days of up to a year."""
    slo = readable_slo(request, key)
    asked = filters_of(request, TargetForm, usual=plain_percent(slo.share))["target"]
    targets = {*USUAL_TARGETS, slo.share, asked}
    found = queries.replayed(slo, targets, at=timezone.now())
    history, could = found.replay.history, found.replay.achievable
    errors = queries.errors_by_class(slo.sli, found.first, found.last) if found.first and found.last else {}
    judged = queries.judgments_of(slo.sli)
    return {
        "slo": slo.key,
        "first": day(found.first),
        "last": day(found.last),
        "days_with_data": history.measured,
        "good": found.total - found.bad,
        "total": found.total,
        "window_days": found.length,
        "windows": len(history.windows),
        "too_short": found.replay.too_short,
        "achievable": None if could.target is None else decimal_text(could.target),
        "achievable_low": could.interval.low if could.interval else None,
        "achievable_high": could.interval.high if could.interval else None,
        "targets": [_chance(one) for one in found.replay.chances],
        "errors": [
            {
                "name": name,
                "bad": bad,
                "effort": ErrorClassJudgment.Effort(judged[name].effort) if name in judged else None,
            }
            for name, bad in sorted(errors.items(), key=lambda item: (-item[1], item[0]))
        ],
    }


class JudgmentRow(TypedDict):
    """What engineering says of a class of errors."""

    sli: Key
    name: str
    effort: ErrorClassJudgment.Effort
    why: str
    judged_by: PersonMention
    judged_at: Instant


@writes(JudgmentRow, body=JudgeForm)
def error_class_judge(request: Request, key: str) -> JudgmentRow:
    """Say whether a class of errors is cheap to be rid of or takes a redesign, in place of what was said before."""
    sli = readable_sli(request, key)
    judged = actions.judge_error_class(sli_key=key, **body_of(request, JudgeForm), by=person_of(request))
    return {
        "sli": sli.key,
        "name": judged.name,
        "effort": ErrorClassJudgment.Effort(judged.effort),
        "why": judged.why,
        "judged_by": mention(judged.judged_by),
        "judged_at": instant(judged.judged_at),
    }
