"""Comments on epics and stories."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from apps.delivery.models.epics import Epic
from apps.delivery.models.stories import Story
from apps.organization.models import Person


class Comment(models.Model):
    """Words of a person on an epic or a story, in Markdown; a rejected sign-off's reason becomes one."""

    epic = models.ForeignKey(Epic, null=True, blank=True, on_delete=models.PROTECT, related_name="comments")
    story = models.ForeignKey(Story, null=True, blank=True, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    # Such as "rejection of SIG-9"; empty for what somebody simply wrote.
    origin = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(epic=None, story__isnull=False) | Q(story=None, epic__isnull=False),
                name="comment_on_epic_or_story",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.author} at {self.at:%Y-%m-%d %H:%M}"
