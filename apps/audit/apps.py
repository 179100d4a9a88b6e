"""The room's configuration."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from apps.audit.checks import check_triggers


class AuditConfig(AppConfig):
    name = "apps.audit"

    def ready(self) -> None:
        register(check_triggers, Tags.database)
