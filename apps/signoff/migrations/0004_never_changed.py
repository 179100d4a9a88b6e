"""The triggers that keep sign-offs and dossiers as they were made (`apps.audit.protection`)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.audit.protection import protect


def make_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    protect(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("signoff", "0003_waiver_delegated_by"), ("audit", "0002_append_only")]

    operations = [migrations.RunPython(make_triggers, migrations.RunPython.noop)]
