"""Integrations as a Django app: it registers the check of its sources."""

from django.apps import AppConfig
from django.core.checks import register

from apps.integrations.checks import every_source_can_be_read


class IntegrationsConfig(AppConfig):
    """Registers what `manage.py check` looks at."""

    name = "apps.integrations"

    def ready(self) -> None:
        register(every_source_can_be_read)
