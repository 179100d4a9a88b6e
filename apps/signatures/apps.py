"""The room's configuration."""

from django.apps import AppConfig

from apps.audit.beside import verify_beside
from apps.audit.protection import never_changed


class SignaturesConfig(AppConfig):
    name = "apps.signatures"

    def ready(self) -> None:
        never_changed("signatures_signature", ("key",), ("person_id", "idempotency_key"))
        verify_beside("apps.signatures.comparing.check_signatures")
