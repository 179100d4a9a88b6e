"""SLAs: what was promised outside beside an SLO."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("reliability", "0010_portal_counts_itself"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SLA",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=20, unique=True)),
                ("counterparty", models.CharField(max_length=200)),
                ("target", models.DecimalField(decimal_places=9, max_digits=10)),
                ("window", models.CharField(max_length=80)),
                ("penalty", models.TextField()),
                ("from_on", models.DateField()),
                ("ended_on", models.DateField(blank=True, null=True)),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "slo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slas", to="reliability.slo"
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("target__gt", 0), ("target__lte", 1)), name="sla_target_is_a_share"
                    )
                ],
            },
        ),
    ]
