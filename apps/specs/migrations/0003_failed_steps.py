"""Results know which step failed and from when they count; what a story did lately is found by that."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def fill(apps, schema_editor):
    """Of results that are here already only their run says when they ran; its clock never counts as later than ours."""
    runs = apps.get_model("specs", "Run")
    results = apps.get_model("specs", "Result")
    for run in runs.objects.only("ran_at", "received_at").iterator():
        at = min(run.ran_at, run.received_at) if run.ran_at else run.received_at
        results.objects.filter(run=run).update(at=at)


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0002_feature_import_progress"),
        ("specs", "0002_executions"),
    ]

    operations = [
        migrations.AddField(
            model_name="result",
            name="failed_step",
            field=models.CharField(blank=True, max_length=500, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="result",
            name="at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.AlterField(
            model_name="result",
            name="story",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="delivery.story",
            ),
        ),
        migrations.AddIndex(
            model_name="result",
            index=models.Index(fields=["story", "at"], name="result_of_story"),
        ),
    ]
