"""Stories none of whose scenarios has a step become drafts, as those that are written from now on.

What an analyst signed stays signed: nothing takes that back but an edit of what it means.
"""

from django.db import migrations
from django.db.models import Count, F, Q


def make_drafts(apps, schema_editor):  # type: ignore[no-untyped-def]
    Story, Epic = apps.get_model("delivery", "Story"), apps.get_model("delivery", "Epic")
    signed = ~Q(signed_digest="") & Q(signed_digest=F("digest"))
    drafts = Story.objects.filter(~signed, version__steps=0, scenario_count__gt=0)
    epics = set(drafts.values_list("epic_id", flat=True))
    drafts.update(scenario_count=0)
    written = Q(stories__archived_at=None, stories__scenario_count__gt=0)
    written &= Q(stories__signed_digest="") | ~Q(stories__signed_digest=F("stories__digest"))
    current = Q(stories__evidence_digest=F("stories__digest"))
    counted = Epic.objects.filter(pk__in=epics).annotate(
        passing=Count("stories", filter=written & current & Q(stories__evidence_verdict="PASSED")),
        failing=Count("stories", filter=written & current & Q(stories__evidence_verdict="FAILED")),
        broken=Count("stories", filter=written & ~current & ~Q(stories__evidence_digest="")),
    )
    for epic in counted:
        Epic.objects.filter(pk=epic.pk).update(
            passing_story_count=epic.passing, failing_story_count=epic.failing, broken_story_count=epic.broken
        )


class Migration(migrations.Migration):
    dependencies = [("delivery", "0009_never_changed")]
    operations = [migrations.RunPython(make_drafts, migrations.RunPython.noop)]
