"""Non-functional requirements, as their definitions."""

from rest_framework.request import Request

from apps.common.endpoints import Page, body_of, found, listed, reads, reads_list, writes
from apps.delivery import actions, queries
from apps.delivery.api.epics import readable_epic
from apps.delivery.api.rows import NFRRow, nfr_row
from apps.delivery.forms import NFRBody, ReasonForm, nfr_initial
from apps.delivery.models import NFR
from apps.organization.requests import person_of


def _nfr(request: Request, key: str) -> NFR:
    return found(queries.nfrs_for(person_of(request)), key=key)


@reads_list(NFRRow)
def epic_nfr_list(request: Request, key: str) -> Page[NFRRow]:
    """The requirements of one epic that are not archived."""
    epic, readable = readable_epic(request, key), queries.nfrs_for(person_of(request))
    return listed(request, readable.filter(epic=epic, archived_at=None), nfr_row, among=readable.filter(epic=epic))


@reads(NFRRow)
def nfr_read(request: Request, key: str) -> NFRRow:
    """One requirement. Whether it is met is said at /api/v1/epics/{key}/gate/, and who attested it at
    /api/v1/nfrs/{key}/attestations/.
    """
    return nfr_row(_nfr(request, key))


@writes(NFRRow, body=NFRBody, status=201)
def nfr_create(request: Request, key: str) -> NFRRow:
    """One more thing that the epic promises; a signed epic drifts."""
    epic, person = readable_epic(request, key), person_of(request)
    nfr = actions.create_nfr(epic_key=key, **body_of(request, NFRBody, epic=epic, by=person), by=person)
    return nfr_row(_nfr(request, nfr.key))


@writes(NFRRow, body=NFRBody, partial=True)
def nfr_edit(request: Request, key: str) -> NFRRow:
    """Another definition; what was attested of the old one is void, and a signed epic drifts."""
    nfr, person = _nfr(request, key), person_of(request)
    data = body_of(request, NFRBody, start=nfr_initial(nfr), epic=nfr.epic, by=person)
    actions.edit_nfr(nfr_key=key, **data, by=person)
    return nfr_row(_nfr(request, key))


@writes(NFRRow, body=ReasonForm)
def nfr_archive(request: Request, key: str) -> NFRRow:
    """The epic promises it no longer; a signed epic drifts."""
    _nfr(request, key)
    actions.archive_nfr(nfr_key=key, reason=body_of(request, ReasonForm)["reason"], by=person_of(request))
    return nfr_row(_nfr(request, key))
