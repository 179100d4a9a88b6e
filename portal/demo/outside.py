"""What the shop promised somebody outside: less than it asks of itself."""

from datetime import timedelta
from decimal import Decimal

from apps.organization.models import Person
from apps.organization.queries import today
from apps.reliability import actions
from apps.reliability.actions import Agreed
from apps.reliability.models import SLO

PROMISE = "Checkout is there when the shopper is"


def load() -> None:
    """Adds an SLA beside the promise of the checkout. A part of the demo."""
    agreed = Agreed(
        counterparty="Alder Gifts, who sell through this checkout",
        target=Decimal("0.985"),
        window="28d",
        penalty="A tenth of the month's commission is given back. Alder Gifts are told within two working days.",
        from_on=today() - timedelta(days=200),
    )
    slo = SLO.objects.get(title=PROMISE)
    actions.agree_sla(slo_key=slo.key, agreed=agreed, by=Person.objects.get(username="maria"))
