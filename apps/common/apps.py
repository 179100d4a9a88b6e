"""The cellar as a Django app: it registers the system checks."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from apps.common.checks import every_view_states_its_right


class CommonConfig(AppConfig):
    """Registers what `manage.py check` looks at."""

    name = "apps.common"

    def ready(self) -> None:
        register(every_view_states_its_right, Tags.urls)
