"""The API's rows as REST framework's ModelSerializer writes them."""

from typing import Any

from rest_framework import serializers

from apps.delivery.models import Epic, Story


class EpicSerializer(serializers.ModelSerializer[Epic]):
    initiative = serializers.CharField(source="initiative.scope.key")
    team = serializers.CharField(source="team.scope.key", allow_null=True, default=None)
    state = serializers.CharField()

    class Meta:
        model = Epic
        fields = (
            "key", "title", "initiative", "state", "team", "promised_for", "story_count", "signed_story_count",
            "passing_story_count", "broken_story_count", "failing_story_count", "created_at", "signed_at",
        )  # fmt: skip


class StorySerializer(serializers.ModelSerializer[Story]):
    epic = serializers.CharField(source="epic.key")
    state = serializers.CharField()
    is_regressed = serializers.BooleanField()
    team = serializers.SerializerMethodField()
    version = serializers.IntegerField(source="version.number")

    class Meta:
        model = Story
        fields = (
            "key", "title", "epic", "state", "is_regressed", "team", "points", "scenario_count", "version", "digest",
            "path", "signed_at",
        )  # fmt: skip

    def get_team(self, story: Story) -> Any:
        team = story.team or story.epic.team
        return team.scope.key if team else None
