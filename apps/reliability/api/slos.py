"""Objectives and where they stand."""

from typing import TypedDict

from django.utils import timezone
from rest_framework.request import Request

from apps.common.endpoints import (
    Address,
    Day,
    Instant,
    Key,
    Page,
    body_of,
    day,
    filters_of,
    found,
    instant,
    listed,
    reads,
    reads_list,
    writes,
)
from apps.organization import queries as organization
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.reliability import actions, queries, showing
from apps.reliability.api.slis import readable_sli
from apps.reliability.budget import BudgetState
from apps.reliability.forms import ReasonForm, SLOChangeForm, SLOFilterForm, SLOForm, slo_initial
from apps.reliability.models import SLO


class SLORow(TypedDict):
    """An objective; `target`, `sli` and `budget_left` are exact shares of 1 as text, null where there is no data.

    `unmeasured` says why the portal cannot ask for its counts, where a file says something that it does not know.
    """

    key: Key
    url: Address
    title: str
    of: Key
    indicator: Key
    target: str
    window: str
    unmeasured: str
    version: int
    state: BudgetState
    good: int
    total: int
    sli: str | None
    budget_left: str | None
    burn: dict[str, str | None]
    alerts: list[str]
    as_of: Instant | None
    next_review_on: Day | None
    archived_at: Instant | None


def _row(request: Request, slo: SLO) -> SLORow:
    told = showing.status_row(showing.shown(slo, at=timezone.now()))
    return {
        "key": slo.key,
        "url": request.build_absolute_uri(slo.get_absolute_url()),
        "title": slo.title,
        "of": slo.scope.key,
        "indicator": slo.sli.key,
        "target": told["target"],
        "window": slo.window,
        "unmeasured": slo.source.unmeasured if hasattr(slo, "source") else "",
        "version": slo.version,
        "state": BudgetState(told["state"]),
        "good": told["good"],
        "total": told["total"],
        "sli": told["sli"],
        "budget_left": told["remaining"],
        "burn": told["burn"],
        "alerts": told["alerts"],
        "as_of": instant(told["as_of"]),
        "next_review_on": day(slo.next_review_on),
        "archived_at": instant(slo.archived_at),
    }


def readable_slo(request: Request, key: str) -> SLO:
    """The SLO, or 404."""
    return found(queries.slos_for(person_of(request)), key=key)


@reads_list(SLORow, filters=SLOFilterForm)
def slo_list(request: Request) -> Page[SLORow]:
    """SLOs in force that one may read, what needs somebody's eye first."""
    hidden = organization.hidden_scope_ids(person_of(request))
    rows = queries.filtered_slos(hidden, **filters_of(request, SLOFilterForm))
    order = ("status__need", "pk")
    return listed(request, rows, lambda slo: _row(request, slo), order=order, among=queries.slos_outside(hidden))


@reads(SLORow)
def slo_read(request: Request, key: str) -> SLORow:
    """One SLO."""
    return _row(request, readable_slo(request, key))


@writes(SLORow, body=SLOForm, status=201)
def slo_create(request: Request, key: str) -> SLORow:
    """Promise something of an SLI. `target` is in percent."""
    readable_sli(request, key)
    slo = actions.create_slo(sli_key=key, **body_of(request, SLOForm), by=person_of(request))
    return _row(request, readable_slo(request, slo.key))


@writes(SLORow, body=SLOChangeForm, partial=True)
def slo_change(request: Request, key: str) -> SLORow:
    """A new version; what is left out stays, but why it changes is said each time."""
    slo = readable_slo(request, key)
    data = body_of(request, SLOChangeForm, start=slo_initial(slo))
    actions.change_slo(slo_key=key, **data, by=person_of(request))
    return _row(request, readable_slo(request, key))


@writes(SLORow, body=ReasonForm)
def slo_archive(request: Request, key: str) -> SLORow:
    """Promise it no longer; its versions stay."""
    readable_slo(request, key)
    data = body_of(request, ReasonForm)
    actions.archive_slo(slo_key=key, reason=data["reason"], by=person_of(request))
    return _row(request, readable_slo(request, key))


class SLOVersionRow(TypedDict):
    """One text of the agreement, in force from a day on."""

    number: int
    target: str
    window: str
    effective_on: Day
    rationale: str
    written_by: PersonMention
    written_at: Instant


@reads(list[SLOVersionRow])
def version_list(request: Request, key: str) -> list[SLOVersionRow]:
    """All that was ever agreed of an SLO, the newest first."""
    return [
        {
            "number": version.number,
            "target": f"{version.target.normalize():f}",
            "window": version.window,
            "effective_on": day(version.effective_on),
            "rationale": version.rationale,
            "written_by": mention(version.written_by),
            "written_at": instant(version.written_at),
        }
        for version in queries.versions_of(readable_slo(request, key))
    ]
