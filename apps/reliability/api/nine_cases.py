"""Cases for another target."""

from typing import Any, TypedDict

from rest_framework.request import Request

from apps.common.endpoints import Address, Digest, Instant, Key, body_of, found, instant, on_its_page, reads, writes
from apps.common.refused import BadInput
from apps.organization.mentions import PersonMention, mention
from apps.organization.requests import person_of
from apps.reliability import actions, queries
from apps.reliability.api.slos import readable_slo
from apps.reliability.forms import NinesForm, weighed_of
from apps.reliability.models import NineCase
from apps.reliability.showing import plain_percent


class NineCaseRow(TypedDict):
    """A case as it was saved; `says` is all that was put in and came out, and `digest` is of just that.

    `signed_as` is the product owner's signature, "" until there is one.
    """

    key: Key
    url: Address
    slo: Key
    digest: Digest
    says: dict[str, Any]
    saved_by: PersonMention
    saved_at: Instant
    signed_as: str


def _row(request: Request, case: NineCase) -> NineCaseRow:
    signed = getattr(case, "signed", None)
    return {
        "key": case.key,
        "url": request.build_absolute_uri(case.get_absolute_url()),
        "slo": case.slo.key,
        "digest": case.digest,
        "says": case.told,
        "saved_by": mention(case.saved_by),
        "saved_at": instant(case.saved_at),
        "signed_as": signed.signature.key if signed else "",
    }


def readable_nine_case(request: Request, key: str) -> NineCase:
    """The case, or 404."""
    return found(queries.nine_cases_for(person_of(request)), key=key)


@reads(list[NineCaseRow])
def nine_case_list(request: Request, key: str) -> list[NineCaseRow]:
    """Cases of an SLO, the newest first."""
    return [_row(request, case) for case in queries.nine_cases_of(readable_slo(request, key))]


@reads(NineCaseRow)
def nine_case_read(request: Request, key: str) -> NineCaseRow:
    """One case."""
    return _row(request, readable_nine_case(request, key))


@writes(NineCaseRow, body=NinesForm, status=201)
def nine_case_save(request: Request, key: str) -> NineCaseRow:
    """Keep what another target would be worth, with all that it rests on now. `target` is in percent."""
    slo = readable_slo(request, key)
    weighed = weighed_of(body_of(request, NinesForm, usual=plain_percent(slo.share)))
    if weighed is None:
        raise BadInput("A case says what revenue is at risk a year.")
    case = actions.save_nine_case(slo_key=key, weighed=weighed, by=person_of(request))
    return _row(request, readable_nine_case(request, case.key))


nine_case_sign = on_its_page(readable_nine_case, "A case is signed on its page, /nine-cases/…/sign/, in person.")
