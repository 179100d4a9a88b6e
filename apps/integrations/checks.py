"""System checks: what the settings say of sources can be read."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from apps.integrations import sources


def every_source_can_be_read(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An error with the source's name and what is wrong with it."""
    try:
        sources.registered(settings.PROMETHEUS, settings.PROMETHEUS_TOKENS)
    except sources.NotASource as error:
        hint = "PORTAL_PROMETHEUS and PORTAL_PROMETHEUS_TOKENS hold name=address and name=token, with commas between."
        return [Error(str(error), hint=hint, id="integrations.E001")]
    return []
