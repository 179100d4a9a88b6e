"""Indexes for what the lists of epics and stories are sorted by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("delivery", "0004_story_version_delegated_by"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="epic",
            index=models.Index(fields=["title", "id"], name="epic_by_title"),
        ),
        migrations.AddIndex(
            model_name="epic",
            index=models.Index(fields=["story_count", "id"], name="epic_by_stories"),
        ),
        migrations.AddIndex(
            model_name="epic",
            index=models.Index(fields=["signed_story_count", "id"], name="epic_by_signed"),
        ),
        migrations.AddIndex(
            model_name="epic",
            index=models.Index(fields=["promised_for", "id"], name="epic_by_promised"),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(fields=["title", "id"], name="story_by_title"),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(fields=["epic", "id"], name="story_by_epic"),
        ),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(fields=["scenario_count", "id"], name="story_by_scenarios"),
        ),
    ]
