"""The SLOs that an epic promises to keep."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0005_list_sorts"),
        ("reliability", "0001_slis_slos_counts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="EpicSLO",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("linked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "epic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="slo_threads", to="delivery.epic"
                    ),
                ),
                (
                    "linked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "slo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reliability.slo"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="epic",
            name="slos",
            field=models.ManyToManyField(related_name="+", through="delivery.EpicSLO", to="reliability.slo"),
        ),
        migrations.AddConstraint(
            model_name="epicslo",
            constraint=models.UniqueConstraint(fields=("epic", "slo"), name="epic_slo_once"),
        ),
    ]
