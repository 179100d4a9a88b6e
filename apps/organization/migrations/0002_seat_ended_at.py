"""A seat may be taken back at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("organization", "0001_people_scopes_seats")]

    operations = [
        migrations.AddField(
            model_name="seat",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
