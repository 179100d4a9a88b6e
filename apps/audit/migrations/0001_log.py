"""The tables of the log."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Head",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("origin", models.CharField(max_length=100)),
                ("size", models.BigIntegerField(default=0)),
                ("root", models.BinaryField(max_length=32)),
                ("range", models.BinaryField(blank=True, default=b"")),
                ("last_at", models.CharField(blank=True, max_length=27)),
            ],
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("size", models.BigIntegerField()),
                ("root", models.CharField(max_length=64)),
                ("ok", models.BooleanField()),
                ("first_bad", models.BigIntegerField(blank=True, null=True)),
                ("rule", models.CharField(blank=True, max_length=40)),
                ("words", models.CharField(blank=True, max_length=500)),
                ("guarded", models.BooleanField(default=True)),
                ("milliseconds", models.PositiveBigIntegerField()),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("index", models.IntegerField(primary_key=True, serialize=False)),
                ("body", models.BinaryField()),
                ("leaf", models.BinaryField(max_length=32)),
                ("nodes", models.BinaryField(blank=True, default=b"")),
                ("root", models.BinaryField(max_length=32)),
                ("event", models.CharField(max_length=80)),
                ("subject", models.CharField(max_length=100)),
                ("reference", models.CharField(blank=True, max_length=100)),
                ("person", models.CharField(blank=True, max_length=40)),
                ("at", models.CharField(max_length=27)),
            ],
            options={
                "verbose_name_plural": "entries",
                "ordering": ["index"],
                "indexes": [
                    models.Index(fields=["event", "index"], name="entry_event"),
                    models.Index(fields=["person", "index"], name="entry_person"),
                    models.Index(fields=["at"], name="entry_at"),
                    models.Index(
                        condition=models.Q(("reference", ""), _negated=True),
                        fields=["reference"],
                        name="entry_reference",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EntryAbout",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entry_id", "key", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("key", models.CharField(max_length=100)),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="abouts",
                        to="audit.entry",
                    ),
                ),
            ],
            options={
                "db_table": "audit_entry_about",
                "indexes": [models.Index(fields=["key", "entry"], name="entry_about_key")],
            },
        ),
        migrations.CreateModel(
            name="EntryValue",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "entry_id", "name", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("person", models.CharField(blank=True, max_length=40)),
                ("salt", models.BinaryField(max_length=32, null=True)),
                ("value", models.BinaryField(null=True)),
                ("erased_in", models.BigIntegerField(blank=True, null=True)),
                (
                    "entry",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="personal",
                        to="audit.entry",
                    ),
                ),
            ],
            options={
                "db_table": "audit_entry_value",
            },
        ),
    ]
