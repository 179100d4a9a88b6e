"""SLAs for the tests: what the epic's product owner promised a shop of books."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from apps.organization.models import Person
from apps.reliability import actions
from apps.reliability.actions import Agreed
from apps.reliability.models import SLA
from tests.reliability.world import NOW, World

TODAY = NOW.date()
LONG_AGO = TODAY - timedelta(days=300)
FORM = {
    "counterparty": "Papyrus Books",
    "target": "98.5",
    "window": "28d",
    "penalty": "10 % of the month's fee back.",
    "from_on": LONG_AGO.isoformat(),
}


def agreed(target: str = "0.985", window: str = "28d", from_on: date = LONG_AGO, **said: Any) -> Agreed:
    """98.5 % over 28 days since long ago, unless something else is said."""
    words = {"counterparty": FORM["counterparty"], "penalty": FORM["penalty"], **said}
    return Agreed(target=Decimal(target), window=window, from_on=from_on, **words)


def make_sla(world: World, by: Person | None = None, **said: Any) -> SLA:
    """Beside the world's SLO, by Maria, its product owner."""
    return actions.agree_sla(slo_key=world.slo.key, agreed=agreed(**said), by=by or world.cast.maria)
