"""A hundred rows to whoever is signed in, by the two ways that the API is measured beside."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.urls import path
from rest_framework.decorators import api_view, permission_classes
from rest_framework.request import Request
from rest_framework.response import Response

from apps.common.access import Member, member
from apps.delivery.models import Epic, Story
from benchmarks.peers.serializers import EpicSerializer, StorySerializer

ROWS = 100
EPIC = (
    "key", "title", "initiative__scope__key", "team__scope__key", "promised_for", "story_count", "signed_story_count",
    "passing_story_count", "broken_story_count", "failing_story_count", "created_at", "signed_at",
)  # fmt: skip
STORY = (
    "key", "title", "epic__key", "team__scope__key", "epic__team__scope__key", "points", "scenario_count",
    "version__number", "digest", "path", "signed_at",
)  # fmt: skip


@member
def epic_values(request: HttpRequest) -> HttpResponse:
    rows = Epic.objects.filter(archived_at=None).order_by("pk").values(*EPIC)[:ROWS]
    return HttpResponse(orjson.dumps(list(rows)), content_type="application/json")


@member
def story_values(request: HttpRequest) -> HttpResponse:
    rows = Story.objects.filter(archived_at=None, epic__archived_at=None).order_by("pk").values(*STORY)[:ROWS]
    return HttpResponse(orjson.dumps(list(rows)), content_type="application/json")


@api_view(["GET"])
@permission_classes([Member])
def epic_serialized(request: Request) -> Response:
    rows = Epic.objects.filter(archived_at=None).select_related("initiative__scope", "team__scope").order_by("pk")
    return Response({"results": EpicSerializer(rows[:ROWS], many=True).data})


@api_view(["GET"])
@permission_classes([Member])
def story_serialized(request: Request) -> Response:
    rows = Story.objects.filter(archived_at=None, epic__archived_at=None).order_by("pk")
    rows = rows.select_related("epic__team__scope", "team__scope", "version").defer("version__text")
    return Response({"results": StorySerializer(rows[:ROWS], many=True).data})


urlpatterns = [
    path("values/epics/", epic_values),
    path("values/stories/", story_values),
    path("serializer/epics/", epic_serialized),
    path("serializer/stories/", story_serialized),
]
