"""The triggers that keep attestations and the yeses to waivers as they were given (`apps.audit.protection`)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.audit.protection import protect


def make_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    protect(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("signoff", "0004_never_changed"), ("audit", "0002_append_only")]

    operations = [migrations.RunPython(make_triggers, migrations.RunPython.noop)]
