from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reliability", "0007_nine_cases")]

    operations = [
        migrations.AddField("slostatus", "is_behind", models.BooleanField(default=True)),
    ]
