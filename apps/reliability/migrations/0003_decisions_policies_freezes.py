"""Policies, decisions and freezes; and the triggers that keep what was signed as it was (`apps.audit.protection`)."""

from decimal import Decimal

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
        ("audit", "0002_append_only"),
        ("organization", "0006_letter"),
        ("reliability", "0002_sli_mean_of_ratios"),
        ("signatures", "0002_never_changed"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=20, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("BROKEN", "Budget used up"),
                            ("EPISODE", "Burned in one episode"),
                            ("SURPLUS", "Budget left over"),
                        ],
                        max_length=7,
                    ),
                ),
                ("cause_key", models.CharField(max_length=120, unique=True)),
                (
                    "state",
                    models.CharField(
                        choices=[("OPEN", "Open"), ("DECIDED", "Decided"), ("EXPIRED", "Expired")],
                        default="OPEN",
                        max_length=7,
                    ),
                ),
                ("facts", models.TextField()),
                ("facts_digest", models.CharField(max_length=64)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_on", models.DateField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("expires_on", models.DateField(blank=True, null=True)),
                ("outcome", models.TextField(blank=True)),
                ("outcome_link", models.CharField(blank=True, max_length=500)),
                ("outcome_at", models.DateTimeField(blank=True, null=True)),
                (
                    "opened_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "outcome_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "slo",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="reliability.slo"
                    ),
                ),
                (
                    "slo_version",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reliability.sloversion",
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="DecisionProposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("option", models.CharField(max_length=6)),
                ("cause", models.CharField(blank=True, max_length=30)),
                ("reason", models.TextField(blank=True)),
                ("expires_on", models.DateField()),
                ("slo_met", models.BooleanField()),
                ("toil", models.CharField(blank=True, choices=[("LOW", "Low"), ("HIGH", "High")], max_length=4)),
                (
                    "satisfaction",
                    models.CharField(blank=True, choices=[("LOW", "Low"), ("HIGH", "High")], max_length=4),
                ),
                ("recommendation", models.CharField(blank=True, max_length=40)),
                ("digest", models.CharField(max_length=64)),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="proposals", to="reliability.decision"
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
            },
        ),
        migrations.AddField(
            model_name="decision",
            name="decided",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reliability.decisionproposal",
            ),
        ),
        migrations.CreateModel(
            name="DecisionSignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "column",
                    models.CharField(
                        choices=[
                            ("PRODUCT", "Product: what is success"),
                            ("ENGINEERING", "Engineering: how we build it"),
                            ("SRE", "SRE: how we measure and improve"),
                        ],
                        max_length=11,
                    ),
                ),
                ("agrees", models.BooleanField()),
                (
                    "proposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="reliability.decisionproposal",
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="signatures.signature"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="Freeze",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.TextField()),
                ("from_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("until_on", models.DateField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("lift_reason", models.TextField(blank=True)),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="freezes", to="reliability.decision"
                    ),
                ),
                (
                    "lifted_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=20, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "scope",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organization.scope"
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="PolicyVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("episode_share", models.DecimalField(decimal_places=4, default=Decimal("0.2"), max_digits=5)),
                ("surplus_share", models.DecimalField(decimal_places=4, default=Decimal("0.75"), max_digits=5)),
                ("deadline_days", models.PositiveIntegerField(default=7)),
                ("expiry_days", models.PositiveIntegerField(default=28)),
                ("broken_obliges", models.TextField(blank=True)),
                ("episode_obliges", models.TextField(blank=True)),
                ("surplus_obliges", models.TextField(blank=True)),
                ("rationale", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="reliability.policy"
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
                "ordering": ["-number"],
            },
        ),
        migrations.CreateModel(
            name="PolicySignature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "column",
                    models.CharField(
                        choices=[
                            ("PRODUCT", "Product: what is success"),
                            ("ENGINEERING", "Engineering: how we build it"),
                            ("SRE", "SRE: how we measure and improve"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="signatures.signature"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="reliability.policyversion",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="policy",
            name="in_force",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reliability.policyversion",
            ),
        ),
        migrations.AddField(
            model_name="decision",
            name="policy",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="reliability.policyversion",
            ),
        ),
        migrations.AddConstraint(
            model_name="decisionproposal",
            constraint=models.UniqueConstraint(fields=("decision", "number"), name="decision_proposal_once"),
        ),
        migrations.AddConstraint(
            model_name="decisionsignature",
            constraint=models.UniqueConstraint(fields=("proposal", "column"), name="decision_signed_once_a_column"),
        ),
        migrations.AddIndex(
            model_name="freeze",
            index=models.Index(fields=["scope", "until_on"], name="freeze_by_scope"),
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.CheckConstraint(
                condition=models.Q(("lifted_at", None), ("lifted_at__gte", models.F("from_at")), _connector="OR"),
                name="freeze_lifted_after_it_began",
            ),
        ),
        migrations.AddConstraint(
            model_name="freeze",
            constraint=models.UniqueConstraint(fields=("decision",), name="freeze_once_a_decision"),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.UniqueConstraint(fields=("policy", "number"), name="policy_version_once"),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("episode_share__gt", 0),
                    ("episode_share__lte", 1),
                    ("surplus_share__gt", 0),
                    ("surplus_share__lt", 1),
                ),
                name="policy_shares_are_shares",
            ),
        ),
        migrations.AddConstraint(
            model_name="policyversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("deadline_days__gte", 1), ("expiry_days__gte", 1)), name="policy_days_are_days"
            ),
        ),
        migrations.AddConstraint(
            model_name="policysignature",
            constraint=models.UniqueConstraint(fields=("version", "column"), name="policy_signed_once_a_column"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["state", "due_on"], name="decision_by_state"),
        ),
        migrations.AddIndex(
            model_name="decision",
            index=models.Index(fields=["slo", "kind", "state"], name="decision_by_slo"),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided", None), ("decided_at", None), ("expires_on", None), ("state", "OPEN")),
                    models.Q(
                        models.Q(("state", "OPEN"), _negated=True),
                        ("decided__isnull", False),
                        ("decided_at__isnull", False),
                        ("expires_on__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="decision_decided_by_a_proposal",
            ),
        ),
        migrations.RunPython(make_triggers, migrations.RunPython.noop),
    ]
