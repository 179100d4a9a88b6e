"""Resources for the tests: a disk of the world's epic, and usage of it by a rule."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from apps.organization.models import Person
from apps.reliability import actions
from apps.reliability.actions import Meant
from apps.reliability.models import Resource
from tests.reliability.world import NOW, World

TODAY = NOW.date()


def make_resource(world: World, by: Person | None = None, **said: Any) -> Resource:
    """A disk of 100 GB, unless something else is said."""
    meant = Meant(**{"title": "Disk of orders", "limit": 100.0, "unit": "GB", **said})
    return actions.create_resource(scope_key=world.scope.key, meant=meant, by=by or world.priya)


def days(count: int, value: Callable[[int], float]) -> dict[date, float]:
    """Usage of the last `count` days up to today; `value` of how many days ago it is."""
    return {TODAY - timedelta(days=ago): float(value(ago)) for ago in range(count)}


def growing(world: World, resource: Resource) -> None:
    """60 GB today, one more each day: the limit of 100 GB is reached in 40 days."""
    actions.record_usage(resource_key=resource.key, usage=days(60, lambda ago: 60 - ago), by=world.priya)
    resource.refresh_from_db()
