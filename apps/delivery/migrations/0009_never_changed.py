"""The triggers that keep texts of stories as they were written (`apps.audit.protection`)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.audit.protection import protect


def make_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    protect(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("delivery", "0008_epic_demands"), ("audit", "0002_append_only")]

    operations = [migrations.RunPython(make_triggers, migrations.RunPython.noop)]
