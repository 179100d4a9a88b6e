"""The head of the empty log, and the triggers that make it append-only (`apps.audit.protection`)."""

import secrets

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.audit.merkle import EMPTY_ROOT
from apps.audit.protection import protect


def make_head(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    head = apps.get_model("audit", "Head")
    head.objects.create(pk=1, origin=f"triad/{secrets.token_hex(8)}", size=0, root=EMPTY_ROOT, range=b"")


def make_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    protect(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_log")]

    operations = [
        migrations.RunPython(make_head, migrations.RunPython.noop),
        migrations.RunPython(make_triggers, migrations.RunPython.noop),
    ]
