from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("organization", "0003_scope_worked_by"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="credentials_changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
