import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("reliability", "0005_badge_shares"),
    ]

    operations = [
        migrations.CreateModel(
            name="SLOImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("documents", models.TextField()),
                ("period_days", models.PositiveSmallIntegerField()),
                ("slos", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("imported_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "imported_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SLOSource",
            fields=[
                (
                    "slo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="source",
                        serialize=False,
                        to="reliability.slo",
                    ),
                ),
                ("service", models.TextField()),
                ("name", models.CharField(max_length=300)),
                ("document", models.PositiveIntegerField()),
                ("objective", models.PositiveIntegerField()),
                ("unmeasured", models.TextField(blank=True)),
                (
                    "imported",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sources",
                        to="reliability.sloimport",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["name"], name="slo_source_by_name")],
            },
        ),
    ]
