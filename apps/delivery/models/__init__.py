"""Rows of delivery."""

from apps.delivery.models.comments import Comment
from apps.delivery.models.demands import EpicDemand
from apps.delivery.models.epics import Epic, EpicDependency, EpicService, EpicSLO, Initiative
from apps.delivery.models.imports import FeatureImport
from apps.delivery.models.nfrs import NFR
from apps.delivery.models.stories import Pickle, Scenario, Story, StoryVersion

__all__ = [
    "NFR",
    "Comment",
    "Epic",
    "EpicDemand",
    "EpicDependency",
    "EpicSLO",
    "EpicService",
    "FeatureImport",
    "Initiative",
    "Pickle",
    "Scenario",
    "Story",
    "StoryVersion",
]
