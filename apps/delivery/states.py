"""States of stories and epics: data, no code."""

from django.db.models import TextChoices


class StoryState(TextChoices):
    """Computed from a story's columns, never stored."""

    DRAFT = "DRAFT", "Draft"
    READY = "READY", "Ready"
    BROKEN = "BROKEN", "Broken by edit"
    FAILING = "FAILING", "Failing"
    PASSING = "PASSING", "Passing"
    SIGNED = "SIGNED", "Signed"


class EpicState(TextChoices):
    """Computed from an epic's columns, never stored."""

    OPEN = "OPEN", "Open"
    REJECTED = "REJECTED", "Rejected"
    SIGNED = "SIGNED", "Signed"
    DRIFTED = "DRIFTED", "Signed, drifted"
    REGRESSED = "REGRESSED", "Accepted, regressed"
    ARCHIVED = "ARCHIVED", "Archived"


# What each story state means and who moves it on: (meaning, next step, whose).
STORY_STATES: dict[StoryState, tuple[str, str, str]] = {
    StoryState.DRAFT: ("No scenario of it has a step, so it cannot be proven.", "Write scenarios", "Business Analyst"),
    StoryState.READY: ("It has scenarios and no complete evidence yet.", "Run it", "Engineering Team Lead"),
    StoryState.BROKEN: ("Its meaning is newer than its evidence.", "Run the new text", "Engineering Team Lead"),
    StoryState.FAILING: ("A scenario failed in its latest run.", "Mend it", "Engineering Team Lead"),
    StoryState.PASSING: ("Every scenario passed in its latest run.", "Sign it", "Business Analyst"),
    StoryState.SIGNED: ("An analyst signed it at this meaning.", "", ""),
}
