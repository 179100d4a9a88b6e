"""Resources with their limits, usage by day, planned demand and reviews, with the trigger that keeps reviews."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from apps.audit.protection import protect


def make_triggers(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    protect(schema_editor.connection)


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0006_letter"),
        ("reliability", "0008_slo_status_is_behind"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Resource",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=20, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("limit", models.FloatField()),
                (
                    "measure",
                    models.CharField(
                        choices=[("PEAK", "The highest of a day"), ("SIZE", "What it came to at the end of a day")],
                        default="PEAK",
                        max_length=4,
                    ),
                ),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("archived_at", models.DateTimeField(blank=True, null=True)),
                ("next_review_on", models.DateField(blank=True, null=True)),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.scope"
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="HeadroomReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=20, unique=True)),
                ("figures", models.TextField()),
                ("note", models.TextField()),
                ("next_review_on", models.DateField()),
                ("reviewed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="reliability.resource"
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DayUsage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("value", models.FloatField()),
                (
                    "resource",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reliability.resource",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlannedDemand",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cause_key", models.CharField(max_length=40, unique=True)),
                ("on", models.DateField()),
                ("amount", models.FloatField()),
                ("why", models.CharField(blank=True, max_length=500)),
                (
                    "resource",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="planned", to="reliability.resource"
                    ),
                ),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.scope"
                    ),
                ),
            ],
            options={
                "ordering": ["on", "pk"],
            },
        ),
        migrations.CreateModel(
            name="HeadroomStatus",
            fields=[
                (
                    "resource",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="status",
                        serialize=False,
                        to="reliability.resource",
                    ),
                ),
                ("as_of", models.DateTimeField()),
                ("state", models.CharField(max_length=11)),
                ("need", models.FloatField()),
                ("n", models.PositiveIntegerField()),
                ("used_until", models.DateField(blank=True, null=True)),
                ("level", models.FloatField(blank=True, null=True)),
                ("a_day", models.FloatField(blank=True, null=True)),
                ("a_day_low", models.FloatField(blank=True, null=True)),
                ("a_day_high", models.FloatField(blank=True, null=True)),
                ("days", models.FloatField(blank=True, null=True)),
                ("earliest", models.FloatField(blank=True, null=True)),
                ("latest", models.FloatField(blank=True, null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["need", "resource"], name="headroom_status_by_need")],
            },
        ),
        migrations.AddConstraint(
            model_name="resource",
            constraint=models.CheckConstraint(condition=models.Q(("limit__gt", 0)), name="resource_limit_above_0"),
        ),
        migrations.AddConstraint(
            model_name="dayusage",
            constraint=models.UniqueConstraint(fields=("resource", "on"), name="day_usage_once"),
        ),
        migrations.RunPython(make_triggers, migrations.RunPython.noop),
    ]
