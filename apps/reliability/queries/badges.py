"""Reading badges: by their address, and for the page of an SLO."""

from django.db.models import Q
from django.urls import reverse

from apps.reliability.badge import is_token, token_of
from apps.reliability.models import SLO, BadgeShare


def slo_of_badge(key: str, token: str) -> SLO | None:
    """The SLO whose badge has this address; None where there is none, or it stands on what has become restricted."""
    shares = BadgeShare.objects.filter(slo__key=key, withdrawn_at=None)
    open_ones = shares.exclude(Q(slo__scope__restricted=True) | Q(slo__scope__parent__restricted=True))
    share = open_ones.select_related("slo__sli", "slo__status").first()
    return share.slo if share and is_token(token, key, share.nonce) else None


def badge_path(slo: SLO) -> str:
    """The address of its badge without the host; "" where it has none."""
    share = BadgeShare.objects.filter(slo=slo, withdrawn_at=None).first()
    if share is None:
        return ""
    return f"{reverse('reliability:slo_badge', args=[slo.key])}?token={token_of(slo.key, share.nonce)}"
