"""Behave's hooks: each scenario gets a portal of its own, on an empty database.

Nothing here depends on where this folder lies: the portal is found by import, its state stands in a temporary folder.
"""

from behave.model import Scenario, Step
from behave.runner import Context

import stage.phrases  # noqa: F401, what may stand in the gaps of steps
from stage.instance import Instance
from stage.world import World, world_of


def before_all(context: Context) -> None:
    """One migrated database with the people of the stories, to be copied."""
    context.instance = Instance()


def before_scenario(context: Context, scenario: Scenario) -> None:
    """Nothing of one scenario is left in the next."""
    context.instance.begin()
    context.world = World(context.instance)


def after_step(context: Context, step: Step) -> None:
    """The world is no longer as it began."""
    world_of(context).is_untouched = False


def after_scenario(context: Context, scenario: Scenario) -> None:
    """The clock runs as usual again."""
    context.instance.end()


def after_all(context: Context) -> None:
    """Nothing stays on the disk."""
    context.instance.close()
