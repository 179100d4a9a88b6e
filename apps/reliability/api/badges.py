"""The badge of an SLO: its address."""

from typing import TypedDict

from rest_framework.request import Request

from apps.common.endpoints import Key, writes
from apps.organization.requests import person_of
from apps.reliability import actions, queries
from apps.reliability.api.slos import readable_slo


class BadgeRow(TypedDict):
    """Where the badge is; "" once it is withdrawn."""

    slo: Key
    address: str


@writes(BadgeRow)
def badge_share(request: Request, key: str) -> BadgeRow:
    """Give the badge a new address; the one before shows nothing more."""
    slo = readable_slo(request, key)
    actions.share_badge(slo_key=key, by=person_of(request))
    return {"slo": key, "address": request.build_absolute_uri(queries.badge_path(slo))}


@writes(BadgeRow)
def badge_withdraw(request: Request, key: str) -> BadgeRow:
    """Take the address away."""
    readable_slo(request, key)
    actions.withdraw_badge(slo_key=key, by=person_of(request))
    return {"slo": key, "address": ""}
