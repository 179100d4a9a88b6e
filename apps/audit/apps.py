"""The room's configuration."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from apps.audit.checks import check_triggers
from apps.audit.deploy_checks import check_deployment


class AuditConfig(AppConfig):
    name = "apps.audit"

    def ready(self) -> None:
        register(check_triggers, Tags.database)
        register(check_deployment, Tags.security, deploy=True)
