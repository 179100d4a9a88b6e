"""The room's configuration."""

from django.apps import AppConfig

from apps.audit.beside import verify_beside
from apps.audit.protection import never_changed


class DeliveryConfig(AppConfig):
    name = "apps.delivery"

    def ready(self) -> None:
        never_changed("delivery_storyversion", ("story_id", "number"), since=("delivery", "0009_never_changed"))
        verify_beside("apps.delivery.comparing.check_nfrs", since=("delivery", "0007_nfr_predicates"))
