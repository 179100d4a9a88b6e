"""Evidence: runs that come in, results and what they prove, what people tried by hand."""

from behave import given
from behave.runner import Context
from stage.acts import run_stories, stories_of, story_called, try_by_hand


@given("every story of {epic:Words} has passed")
def every_story_has_passed(context: Context, epic: str) -> None:
    """In one run, at their current texts."""
    run_stories(stories_of(epic))


@given("the latest run of {story:Words} {ended:Ended}")
def latest_run_ended(context: Context, story: str, ended: str) -> None:
    """Every scenario of it, at its current text."""
    run_stories([story_called(story)], status=ended)


@given("{who:Person} has tried {story:Words} by hand")
def has_tried(context: Context, who: str, story: str) -> None:
    """And saw it pass."""
    try_by_hand(story_called(story), by=who)
