"""The room's configuration."""

from django.apps import AppConfig

from apps.audit.beside import verify_beside


class DeliveryConfig(AppConfig):
    name = "apps.delivery"

    def ready(self) -> None:
        verify_beside("apps.delivery.comparing.check_nfrs", since=("delivery", "0007_nfr_predicates"))
