"""What the frame of every page needs. Numbers in it are loaded after the page."""

from collections.abc import Callable
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.common.navigation import navigation, url_or_none


def frame(request: HttpRequest) -> dict[str, Any]:
    """Navigation, version, whether this is the demo, and the addresses in the top bar ("" where not built yet)."""
    return {
        # Called only where a whole page is rendered: what one may open takes the seats, which most pages read anyway.
        "navigation": cache(lambda: tuple(navigation(request.path, _rights_of(request)))),
        "version": getattr(settings, "PORTAL_VERSION", ""),
        "demo_mode": getattr(settings, "PORTAL_DEMO", False),
        "home_url": url_or_none("desk:desk_detail") or "/",
        "search_url": url_or_none("desk:search"),
        "inbox_url": url_or_none("desk:notification_list"),
        "inbox_count_url": url_or_none("desk:notification_count"),
        "profile_url": url_or_none("organization:profile"),
        "logout_url": url_or_none("account_logout"),
        "password_url": url_or_none("account_change_password"),
        "second_factor_url": url_or_none("mfa_index"),
    }


def _rights_of(request: HttpRequest) -> Callable[[str], bool]:
    user = getattr(request, "user", None)
    return lambda right: user is not None and user.has_perm(right)
