"""The demo's people, beside the sign-in form."""

from django.conf import settings
from django.template import Library

from apps.organization import queries
from apps.organization.models import Person
from apps.organization.roles import Role

register = Library()

# Those of the first walk: who signs, and whose word the signature rests on.
FIRST = (Role.PRODUCT_OWNER, Role.BUSINESS_ANALYST, Role.SRE_LEAD)


@register.simple_tag
def demo_people() -> list[Person]:
    """People of the demo with `current_seats`, in the order in which a visitor meets them; none outside demo mode."""
    return sorted(queries.demo_people(), key=_order) if settings.PORTAL_DEMO else []


def _order(person: Person) -> tuple[int, str]:
    roles = [Role(seat.role) for seat in person.current_seats]  # type: ignore[attr-defined]
    order = [*FIRST, *(role for role in Role if role not in FIRST)]
    return min((order.index(role) for role in roles), default=len(order)), person.name


@register.simple_tag
def demo_password() -> str:
    """The password that `up` made for all of them; "" outside demo mode."""
    file = settings.VAR / "demo_password"
    return file.read_text().strip() if settings.PORTAL_DEMO and file.exists() else ""
