"""Judging what it takes to be rid of a class of errors."""

from django.utils import timezone

from apps.audit.acts import act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.organization.actions.words import one_line
from apps.organization.models import Person
from apps.reliability import queries, rules
from apps.reliability.actions.locks import lock_sli
from apps.reliability.models import ErrorClassJudgment


@act
def judge_error_class(*, sli_key: str, name: str, effort: str, why: str, by: Person) -> ErrorClassJudgment:
    """Engineering says whether this class of errors is cheap to be rid of or takes a redesign, in place of before."""
    sli = lock_sli(sli_key, by=by)
    seat = rules.check_may_judge_error_class(sli, by=by)
    if effort not in ErrorClassJudgment.Effort.values:
        raise BadInput(f"“{effort[:40]}” is no judgment: {', '.join(ErrorClassJudgment.Effort.values)}.")
    why = one_line(why, what="The reason", limit=500, needed=True)
    if not queries.counts_error_class(sli, name):
        raise Refused(f"The counts of {sli.key} name no errors “{name[:80]}”.")
    found = ErrorClassJudgment.objects.filter(sli=sli, name=name).first()
    previous = canonical_digest(found.canonical_row()) if found else ""
    judged = found or ErrorClassJudgment(sli=sli, name=name)
    judged.effort, judged.why = effort, why
    digest = canonical_digest(judged.canonical_row())
    if digest == previous:
        nothing_changed()
        return judged
    judged.judged_by, judged.judged_at = by, timezone.now()
    judged.save()
    record(
        "sli.error_class_judged",
        subject=sli.key,
        digest=digest,
        previous=previous,
        by=by,
        seat=seat,
        title=sli.title,
        sentence="judged the errors “{name}” of {subject}: {effort}",
        about=[sli.scope.key],
        facts={"name": name, "effort": effort},
        reason=why,
    )
    return judged
