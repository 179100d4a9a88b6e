"""The demo's people, beside the sign-in form."""

from django.conf import settings
from django.template import Library

from apps.organization import queries
from apps.organization.models import Person

register = Library()


@register.simple_tag
def demo_people() -> list[Person]:
    """People of the demo with `current_seats`, those with a seat first; none outside demo mode."""
    if not settings.PORTAL_DEMO:
        return []
    people = list(queries.demo_people())
    return sorted(people, key=lambda one: not one.current_seats)  # type: ignore[attr-defined]


@register.simple_tag
def demo_password() -> str:
    """The password that `up` made for all of them; "" outside demo mode."""
    file = settings.VAR / "demo_password"
    return file.read_text().strip() if settings.PORTAL_DEMO and file.exists() else ""
