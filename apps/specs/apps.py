"""Specs as a Django app: it registers the check of the suites."""

from django.apps import AppConfig
from django.core.checks import register

from apps.specs.checks import every_suite_can_be_read


class SpecsConfig(AppConfig):
    """Registers what `manage.py check` looks at."""

    name = "apps.specs"

    def ready(self) -> None:
        register(every_suite_can_be_read)
