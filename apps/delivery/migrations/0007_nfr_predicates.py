"""What judges a requirement: the SRE lead as before, an SLI over some days, or a scenario."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0006_epic_slo"),
        ("reliability", "0001_slis_slos_counts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="nfr",
            name="days",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="nfr",
            name="scenario",
            field=models.TextField(blank=True),
        ),
        migrations.AddField(
            model_name="nfr",
            name="sli",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reliability.sli",
            ),
        ),
        migrations.AddField(
            model_name="nfr",
            name="story",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="delivery.story",
            ),
        ),
        migrations.AddField(
            model_name="nfr",
            name="target",
            field=models.DecimalField(blank=True, decimal_places=9, max_digits=10, null=True),
        ),
        migrations.AlterField(
            model_name="nfr",
            name="kind",
            field=models.CharField(
                choices=[
                    ("ATTESTED", "Attested by the SRE lead, with an expiry"),
                    ("MEASURED", "Measured by an SLI"),
                    ("SCENARIO", "Proven by a scenario"),
                ],
                default="ATTESTED",
                max_length=10,
            ),
        ),
        migrations.AddConstraint(
            model_name="nfr",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "ATTESTED"),
                        ("days", None),
                        ("sli", None),
                        ("target", None),
                        ("scenario", ""),
                        ("story", None),
                    ),
                    models.Q(
                        ("days__isnull", False),
                        ("kind", "MEASURED"),
                        ("sli__isnull", False),
                        ("target__isnull", False),
                        ("scenario", ""),
                        ("story", None),
                    ),
                    models.Q(
                        ("kind", "SCENARIO"),
                        ("story__isnull", False),
                        models.Q(("scenario", ""), _negated=True),
                        ("days", None),
                        ("sli", None),
                        ("target", None),
                    ),
                    _connector="OR",
                ),
                name="nfr_has_what_its_kind_needs",
            ),
        ),
        migrations.AddConstraint(
            model_name="nfr",
            constraint=models.CheckConstraint(
                condition=models.Q(("target", None), models.Q(("target__gt", 0), ("target__lte", 1)), _connector="OR"),
                name="nfr_target_is_a_share",
            ),
        ),
        migrations.AddConstraint(
            model_name="nfr",
            constraint=models.CheckConstraint(
                condition=models.Q(("days", None), models.Q(("days__gte", 1), ("days__lte", 365)), _connector="OR"),
                name="nfr_days_at_most_a_year",
            ),
        ),
    ]
