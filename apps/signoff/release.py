"""The release gate: may an epic ship, and if not, what is in the way and who can move it. Reads only.

It ships while its acceptance holds: signed, neither drifted nor regressed since, not archived, the epics that it
cannot ship without are signed too, and no decision stops changes. All of it is the epic's own state and gate; nothing
is judged a second time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from apps.delivery.models import Epic, Story
from apps.delivery.states import EpicState
from apps.organization.roles import Role
from apps.signoff import queries, reading
from apps.signoff.facts import EpicFacts
from apps.signoff.models import EpicSignOff
from apps.signoff.promise import PromiseDifference
from apps.signoff.reading import NFRRow
from apps.signoff.states import GateState, VerdictState
from apps.signoff.verdicts import Gate, Judged

ACCEPTED = "accepted"
_NAMED = 5  # stories named in a sentence; the others are counted
_IN_THE_WAY = {VerdictState.UNMET, VerdictState.UNKNOWN}
# Criteria that hinder shipping by themselves. What is not accepted needs a signature, and so the whole gate.
_WHEN_ACCEPTED = {"dependencies_signed", "not_frozen"}
_WHEN_REGRESSED = _WHEN_ACCEPTED | {"run_green"}


@dataclass(frozen=True)
class Reason:
    """One thing in the way: `subject` is its key, `url` the page where it is moved."""

    criterion: str
    state: VerdictState
    words: str
    owner: str
    subject: str
    url: str
    detail: str = ""


@dataclass(frozen=True)
class Release:
    """Whether the epic may ship, as of one instant."""

    epic: Epic
    state: EpicState
    promise: str
    acceptance: EpicSignOff | None
    gate: Gate
    reasons: list[Reason]
    nfrs: list[NFRRow]

    @property
    def may_ship(self) -> bool:
        return self.state == EpicState.SIGNED and not self.reasons


def release_of(epic: Epic, *, at: datetime) -> Release:
    """Judges `epic` (scope, initiative and team loaded) in a number of queries that does not grow with its stories."""
    dossier, gate, facts = queries.current_dossier(epic, at=at)
    rejected = queries.rejected_since(epic)
    state = reading.epic_state(epic, promise=dossier.promise, rejected=rejected)
    acceptance = queries.latest_acceptance(epic) if epic.signed_promise else None
    reasons: list[Reason] = []
    if state == EpicState.ARCHIVED:
        reasons.append(_reason(facts, f"{epic.key} is archived: nothing of it ships", Role.PRODUCT_OWNER))
    else:
        if not epic.signed_promise:
            reasons.append(_unsigned(facts, gate, state))
        elif dossier.promise != epic.signed_promise or rejected:
            reasons.append(_drifted(facts, queries.changed_since(acceptance, dossier.leaves), rejected))
        if state == EpicState.REGRESSED:
            reasons.append(_regressed(facts))
        reasons += _criteria_in_the_way(gate, state)
    return Release(epic, state, dossier.promise, acceptance, gate, reasons, reading.nfr_rows(facts, at=at))


def _unsigned(facts: EpicFacts, gate: Gate, state: EpicState) -> Reason:
    url = reverse("signoff:epic_sign_off", args=[facts.key])
    words = f"{facts.key} is not signed"
    if state == EpicState.REJECTED:
        words = f"{facts.key} was rejected on {facts.epic.rejected_at:%d %b %Y} and not signed since"
    if gate.state != GateState.BLOCKED:
        words += ": its gate is open, so review and sign it"
    return _reason(facts, words, Role.PRODUCT_OWNER, url)


def _drifted(facts: EpicFacts, changed: PromiseDifference | None, rejected: Sequence[Story]) -> Reason:
    """What the signature no longer covers."""
    parts = [changed.words] if changed else []
    if rejected:
        parts.append(f"{_named([story.key for story in rejected])} rejected")
    words = f"{facts.key} is not what was signed any more: {', '.join(parts) or 'its promise moved'}"
    subject = rejected[0].key if rejected else facts.key
    url = reverse("signoff:epic_sign_off", args=[facts.key])
    return _reason(facts, words, Role.PRODUCT_OWNER, url, subject=subject)


def _regressed(facts: EpicFacts) -> Reason:
    stories = list(Story.objects.active().regressed().filter(epic=facts.epic).order_by("pk").only("key"))
    words = f"{facts.key} has regressed since it was accepted: {_named([story.key for story in stories])} failed"
    subject, url = (stories[0].key, stories[0].get_absolute_url()) if stories else (facts.key, "")
    return _reason(facts, words, Role.ENGINEERING_TEAM_LEAD, url, subject=subject)


def _criteria_in_the_way(gate: Gate, state: EpicState) -> Iterator[Reason]:
    asked = {EpicState.SIGNED: _WHEN_ACCEPTED, EpicState.REGRESSED: _WHEN_REGRESSED}.get(state)
    for item in gate.judged:
        if item.verdict.state in _IN_THE_WAY and (asked is None or item.name in asked):
            yield reason_of(item)


def reason_of(item: Judged) -> Reason:
    """A criterion's verdict as a reason."""
    said = item.verdict
    return Reason(item.name, said.state, said.words, said.owner, said.subject, said.url, said.detail)


def _reason(facts: EpicFacts, words: str, role: Role, url: str = "", *, subject: str = "") -> Reason:
    url = url or facts.epic.get_absolute_url()
    return Reason(ACCEPTED, VerdictState.UNMET, words, facts.holders(role), subject or facts.key, url)


def _named(keys: Sequence[str]) -> str:
    more = len(keys) - _NAMED
    return ", ".join(keys[:_NAMED]) + (f" and {more} more" if more > 0 else "")
