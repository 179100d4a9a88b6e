"""The nine seats of the triad, and three more: three layers by three columns.

Data, no code that decides: `rights.py` says what each role may do.
"""

from dataclasses import dataclass

from django.db.models import TextChoices


class Role(TextChoices):
    """A seat's role, on whatever scope it is held."""

    TECHNICAL_PRODUCT_MANAGER = "TECHNICAL_PRODUCT_MANAGER", "Technical Product Manager"
    ENTERPRISE_ARCHITECT = "ENTERPRISE_ARCHITECT", "Enterprise Architect"
    SRE_ORGANIZATION_LEAD = "SRE_ORGANIZATION_LEAD", "SRE Organization Lead"
    PRODUCT_OWNER = "PRODUCT_OWNER", "Product Owner"
    SOLUTION_ARCHITECT = "SOLUTION_ARCHITECT", "Solution Architect"
    SRE_LEAD = "SRE_LEAD", "SRE Lead"
    BUSINESS_ANALYST = "BUSINESS_ANALYST", "Business Analyst"
    ENGINEERING_TEAM_LEAD = "ENGINEERING_TEAM_LEAD", "Engineering Team Lead"
    SRE = "SRE", "SRE"
    EXECUTIVE = "EXECUTIVE", "Executive"
    AUDITOR = "AUDITOR", "Auditor"
    ADMINISTRATOR = "ADMINISTRATOR", "Administrator"


class _Explained(TextChoices):
    """Choices whose label is a name and, after a colon, what it means."""

    @property
    def short(self) -> str:
        """The name alone."""
        return str(self.label).partition(": ")[0]

    @property
    def meaning(self) -> str:
        """What it means."""
        return str(self.label).partition(": ")[2]


class Column(_Explained):
    """What a seat looks after."""

    PRODUCT = "PRODUCT", "Product: what is success"
    ENGINEERING = "ENGINEERING", "Engineering: how we build it"
    SRE = "SRE", "SRE: how we measure and improve"


class Layer(_Explained):
    """How far from the code a seat stands."""

    OUTWARD = "OUTWARD", "Outward: the initiative"
    INWARD = "INWARD", "Inward: the epic"
    DELIVERY = "DELIVERY", "Delivery: the team and its stories"


@dataclass(frozen=True)
class Place:
    """Where a role stands in the grid."""

    layer: Layer
    column: Column


GRID: dict[Role, Place] = {
    Role.TECHNICAL_PRODUCT_MANAGER: Place(Layer.OUTWARD, Column.PRODUCT),
    Role.ENTERPRISE_ARCHITECT: Place(Layer.OUTWARD, Column.ENGINEERING),
    Role.SRE_ORGANIZATION_LEAD: Place(Layer.OUTWARD, Column.SRE),
    Role.PRODUCT_OWNER: Place(Layer.INWARD, Column.PRODUCT),
    Role.SOLUTION_ARCHITECT: Place(Layer.INWARD, Column.ENGINEERING),
    Role.SRE_LEAD: Place(Layer.INWARD, Column.SRE),
    Role.BUSINESS_ANALYST: Place(Layer.DELIVERY, Column.PRODUCT),
    Role.ENGINEERING_TEAM_LEAD: Place(Layer.DELIVERY, Column.ENGINEERING),
    Role.SRE: Place(Layer.DELIVERY, Column.SRE),
}

# Held on the organization alone.
ORGANIZATION_ONLY = frozenset({Role.EXECUTIVE, Role.AUDITOR, Role.ADMINISTRATOR})
# Read whatever is restricted.
READS_EVERYTHING = frozenset({Role.EXECUTIVE, Role.AUDITOR})
