"""System checks: what the settings say of suites can be read."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from apps.specs.running import suites


def every_suite_can_be_read(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An error with the suite's name and what is wrong with it."""
    try:
        suites.registered(settings.SUITES, trusted=settings.TRUSTED_SUITES)
    except suites.NotASuite as error:
        return [Error(str(error), hint="apps/specs/running/suites.py says what stands in a suite.", id="specs.E001")]
    return []
