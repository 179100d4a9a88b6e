"""Who may define, measure and change what, and when: sentences for the reader.

Every check returns the seat in which the person acts, for the log; a service account holds none.
"""

from collections.abc import Sequence

from apps.common.refused import BadInput, NotAllowed, Refused
from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.organization.models.seats import HeldSeat
from apps.organization.roles import Column, Role
from apps.organization.rules import no_seat, seat_or_refuse
from apps.reliability import matrix, queries, statements
from apps.reliability.models import (
    SLA,
    SLI,
    SLO,
    Decision,
    DecisionProposal,
    Freeze,
    NineCase,
    NineCaseSignature,
    Policy,
    PolicyVersion,
    Resource,
)
from apps.signatures.models import Signature

NO_SEAT = "None of your seats lets you define what is measured."


def _seat(by: Person, right: str, words: str, scope: Scope) -> HeldSeat | None:
    """The seat that gives `right` on `scope` now, whatever the request read before. Raises NotAllowed."""
    return seat_or_refuse(by, right, words, scope, fresh=True)


def check_may_create_sli(scope: Scope, *, by: Person) -> HeldSeat | None:
    """A new indicator, or objective, of a service, an epic or whatever else is measured."""
    return _seat(by, "reliability.edit_slo", f"Defining SLIs and SLOs of {scope.key}", scope)


def check_may_import_slos(scopes: Sequence[Scope], *, by: Person) -> HeldSeat | None:
    """Files define SLIs and SLOs on each of `scopes`; documents of other kinds alone take the right on any."""
    if not by.has_perm("reliability.edit_slo"):
        raise NotAllowed(NO_SEAT)
    return next(iter([check_may_create_sli(scope, by=by) for scope in scopes]), None)


def check_may_edit_sli(sli: SLI, *, by: Person) -> HeldSeat | None:
    """What counts as good, and where it is measured."""
    seat = _seat(by, "reliability.edit_slo", f"Changing {sli.key}", sli.scope)
    if sli.archived_at:
        raise Refused(f"{sli.key} is archived; define a new SLI instead.")
    return seat


def check_may_archive_sli(sli: SLI, *, by: Person) -> HeldSeat | None:
    """Only where no objective rests on it."""
    seat = check_may_edit_sli(sli, by=by)
    if resting := sli.slos.filter(archived_at=None).order_by("pk").first():
        raise Refused(f"{resting.key} rests on {sli.key}. Archive that SLO first.")
    return seat


def check_may_create_slo(sli: SLI, *, by: Person) -> HeldSeat | None:
    """An objective on this indicator."""
    seat = _seat(by, "reliability.edit_slo", f"Setting an SLO on {sli.key}", sli.scope)
    if sli.archived_at:
        raise Refused(f"{sli.key} is archived; nothing can be promised of it.")
    return seat


def check_may_change_slo(slo: SLO, *, by: Person) -> HeldSeat | None:
    """Another target, window or title."""
    seat = _seat(by, "reliability.edit_slo", f"Changing {slo.key}", slo.scope)
    if slo.archived_at:
        raise Refused(f"{slo.key} is archived; what it said stays as it is.")
    return seat


def check_may_agree_sla(slo: SLO, *, by: Person) -> HeldSeat | None:
    """What is promised outside is for product to say."""
    seat = _seat(by, "reliability.edit_sla", f"Agreeing on an SLA beside {slo.key}", slo.scope)
    if slo.archived_at:
        raise Refused(f"{slo.key} is archived; nothing is promised outside beside it any more.")
    return seat


def check_may_change_sla(sla: SLA, *, by: Person) -> HeldSeat | None:
    """What it says, or that it ends; beside an archived SLO too."""
    seat = _seat(by, "reliability.edit_sla", f"Changing {sla.key}", sla.slo.scope)
    if sla.ended_on:
        raise Refused(f"{sla.key} ended on {sla.ended_on}; what it said stays as it is.")
    return seat


def check_may_share_badge(slo: SLO, *, by: Person) -> HeldSeat | None:
    """Where it stands may be seen by whoever has an address; nothing of a restricted initiative."""
    seat = _seat(by, "reliability.edit_slo", f"Sharing the badge of {slo.key}", slo.scope)
    if slo.archived_at:
        raise Refused(f"{slo.key} is archived; there is nothing to show any more.")
    if slo.scope.restricted or (slo.scope.parent and slo.scope.parent.restricted):
        raise Refused(f"{slo.key} stands on a restricted initiative; nothing of it is shown without signing in.")
    return seat


def check_may_withdraw_badge(slo: SLO, *, by: Person) -> HeldSeat | None:
    """Whoever may share it; of an archived or restricted one too."""
    return _seat(by, "reliability.edit_slo", f"Withdrawing the badge of {slo.key}", slo.scope)


def check_may_save_nine_case(slo: SLO, *, by: Person) -> HeldSeat | None:
    """Whoever may change the SLO may keep a case for it."""
    seat = _seat(by, "reliability.edit_slo", f"Saving a case for {slo.key}", slo.scope)
    if slo.archived_at:
        raise Refused(f"{slo.key} is archived; nothing is weighed for it any more.")
    return seat


def check_may_sign_nine_case(case: NineCase, *, by: Person) -> HeldSeat:
    """What a nine is worth is for the product owner to say, once."""
    seat = organization.seat_for(by, "reliability.sign_nine_case", case.slo.scope, fresh=True)
    if by.is_service or seat is None:
        raise no_seat("reliability.sign_nine_case", f"Signing {case.key}", case.slo.scope)
    if case.slo.archived_at:
        raise Refused(f"{case.slo.key} is archived; nobody stands for a case of it any more.")
    if signed := NineCaseSignature.objects.filter(case=case).select_related("signature").first():
        raise Refused(f"{case.key} is signed already, as {signed.signature.key}.")
    return seat


def check_may_record_counts(slis: Sequence[SLI], *, by: Person | None) -> HeldSeat | None:
    """Counts of all these indicators; the portal itself needs no seat."""
    seat = None
    for sli in slis:
        if by is not None:
            seat = _seat(by, "reliability.record_counts", f"Sending counts of {sli.key}", sli.scope)
        if sli.archived_at:
            raise Refused(f"{sli.key} is archived; counts of it are taken no more.")
    return seat


def check_may_judge_error_class(sli: SLI, *, by: Person) -> HeldSeat | None:
    """What it takes to be rid of a class of errors is for engineering to say."""
    seat = _seat(by, "reliability.judge_error_class", f"Judging errors of {sli.key}", sli.scope)
    if sli.archived_at:
        raise Refused(f"{sli.key} is archived; nothing of it is judged any more.")
    return seat


def check_may_create_resource(scope: Scope, *, by: Person) -> HeldSeat | None:
    """Something of a service, an epic or a team that runs out."""
    return _seat(by, "reliability.edit_resource", f"Saying what {scope.key} has a limit of", scope)


def check_may_edit_resource(resource: Resource, *, by: Person) -> HeldSeat | None:
    """Another limit, other words, or that it is watched no longer."""
    seat = _seat(by, "reliability.edit_resource", f"Changing {resource.key}", resource.scope)
    _check_watched(resource)
    return seat


def check_may_record_usage(resource: Resource, *, by: Person) -> HeldSeat | None:
    """What was in use."""
    seat = _seat(by, "reliability.record_counts", f"Sending usage of {resource.key}", resource.scope)
    _check_watched(resource)
    return seat


def check_may_review_headroom(resource: Resource, *, by: Person) -> HeldSeat | None:
    """Who answers for it says what follows from the figures."""
    seat = _seat(by, "reliability.review_headroom", f"Reviewing {resource.key}", resource.scope)
    _check_watched(resource)
    return seat


def _check_watched(resource: Resource) -> None:
    if resource.archived_at:
        raise Refused(f"{resource.key} is archived; nobody watches it any more.")


def check_may_open_decision(slo: SLO, *, by: Person | None) -> HeldSeat | None:
    """A question for three seats; the portal itself (None) asks what the counts say."""
    seat = _seat(by, "reliability.edit_slo", f"Opening a decision on {slo.key}", slo.scope) if by else None
    if slo.archived_at:
        raise Refused(f"{slo.key} is archived; nothing of it is decided any more.")
    return seat


def check_may_propose_decision(decision: Decision, *, by: Person) -> HeldSeat:
    """Whoever speaks for one of the three columns proposes what to decide."""
    seats = _deciding_seats(by, "reliability.sign_decision", f"Proposing in {decision.key}", decision.slo.scope)
    _check_open(decision)
    return next(iter(seats.values()))


def check_may_sign_decision(
    decision: Decision, proposal: DecisionProposal | None, column: str, *, by: Person
) -> HeldSeat:
    """One of the three columns signs the latest proposal; nobody signs for two, not even as a delegate."""
    scope = decision.slo.scope
    seats = _deciding_seats(by, "reliability.sign_decision", f"Signing {decision.key}", scope)
    _check_open(decision)
    if proposal is None:
        raise Refused(f"Nothing is proposed in {decision.key} yet. Propose what to decide first.")
    if proposal.expires_on < organization.today():
        raise Refused(f"What is proposed would have ended on {proposal.expires_on}. Propose it anew.")
    seat = _seat_of_column(seats, column, scope, "reliability.sign_decision", decision.key)
    given = proposal.signatures.select_related("signature__person")
    _check_signs_once([(one.column, one.signature) for one in given], column, seat, by=by)
    return seat


def check_may_note_outcome(decision: Decision, *, by: Person) -> HeldSeat:
    """What came of a decision."""
    seats = _deciding_seats(by, "reliability.sign_decision", f"Noting what came of {decision.key}", decision.slo.scope)
    if decision.state == Decision.State.OPEN:
        raise Refused(f"{decision.key} is not decided yet; nothing can have come of it.")
    return next(iter(seats.values()))


def check_may_lift_freeze(decision: Decision, freeze: Freeze | None, *, by: Person) -> HeldSeat | None:
    """Who answers for the measurement says that the budget is kept again."""
    seat = _seat(by, "reliability.lift_freeze", f"Lifting the freeze of {decision.key}", decision.slo.scope)
    if freeze is None:
        raise Refused(f"{decision.key} froze nothing.")
    if freeze.lifted_at:
        raise Refused(f"The freeze of {decision.key} is lifted already.")
    if freeze.until_on < organization.today():
        raise Refused(f"The freeze of {decision.key} ended on {freeze.until_on}.")
    return seat


def check_may_follow_decision(decision: Decision, slo: SLO) -> None:
    """A changed SLO that is said to come of a decision."""
    if decision.slo_id != slo.pk:
        raise Refused(f"{decision.key} is about {decision.slo.key}, not about {slo.key}.")
    choice = decision.decided and matrix.choice_of(decision.decided.option)
    if decision.state != Decision.State.DECIDED or not choice or not choice.moves_target:
        raise Refused(f"{decision.key} has not decided that {slo.key} changes.")
    if decision.slo_version_id:
        raise Refused(f"{decision.key} led to a new version already.")


def check_may_write_policy(scope: Scope, *, by: Person) -> HeldSeat:
    """A version of the scope's error-budget policy; it holds once three seats agree."""
    seats = _deciding_seats(by, "reliability.edit_policy", f"Writing the policy of {scope.key}", scope)
    if scope.archived_at:
        raise Refused(f"{scope.key} is archived; no policy is needed there.")
    return next(iter(seats.values()))


def check_may_agree_policy(policy: Policy, version: PolicyVersion, column: str, *, by: Person) -> HeldSeat:
    """One of the three columns agrees to the latest version; nobody agrees for two, not even as a delegate."""
    scope = policy.scope
    seats = _deciding_seats(by, "reliability.edit_policy", f"Agreeing to {policy.key}", scope)
    if policy.in_force_id == version.pk:
        raise Refused(f"Version {version.number} of {policy.key} is in force already.")
    seat = _seat_of_column(seats, column, scope, "reliability.edit_policy", policy.key)
    given = version.signatures.select_related("signature__person")
    _check_signs_once([(one.column, one.signature) for one in given], column, seat, by=by)
    return seat


def _check_open(decision: Decision) -> None:
    if decision.state != Decision.State.OPEN:
        raise Refused(f"{decision.key} is decided already; another cause opens another decision.")


def _deciding_seats(by: Person, right: str, words: str, scope: Scope) -> dict[Column, HeldSeat]:
    """The seats by column in which `by` speaks there. Raises NotAllowed naming the seats that would."""
    seats = {} if by.is_service else queries.deciding_seats(by, right, scope, fresh=True)
    if not seats:
        raise no_seat(right, words, scope)
    return seats


def _seat_of_column(seats: dict[Column, HeldSeat], column: str, scope: Scope, right: str, key: str) -> HeldSeat:
    """The seat that speaks for `column`: one of it, or the SRE Organization Lead's where nobody holds one."""
    if column not in Column.values:
        raise BadInput("Choose for which of the three columns you sign.")
    wanted = Column(column)
    if wanted in seats:
        return seats[wanted]
    lead = seats.get(Column.SRE)
    if lead is not None and lead.role == Role.SRE_ORGANIZATION_LEAD:
        if wanted in queries.vacant_columns(scope, right):
            return lead
        raise NotAllowed(f"{wanted.short} has somebody who signs {key}; you sign for it only where nobody does.")
    raise NotAllowed(f"You hold no seat that signs {key} for {statements.column_words(wanted)}.")


def _check_signs_once(given: Sequence[tuple[str, Signature]], column: str, seat: HeldSeat, *, by: Person) -> None:
    side = {by.pk} | ({seat.delegated_by_id} if seat.delegated_by_id else set())
    for signed, signature in given:
        if signed == column:
            raise Refused(f"{Column(column).short} has signed already: {signature.printed_name}, {signature.key}.")
        if side & signature.side:
            raise NotAllowed(
                f"{Column(signed).short} was signed by you or in your seat ({signature.key}). Nobody signs for two "
                "of the three."
            )
