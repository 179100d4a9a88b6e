"""The shop's people, teams and services: data."""

from dataclasses import dataclass

from apps.organization.roles import Role

# Who the walk of `up --check` signs in as.
PRODUCT_OWNER = "maria"
ORGANIZATION = "Larch & Linden, a made-up shop"
INITIATIVE = "Checkout that people finish"
PURPOSE = "Seven of ten baskets are left at the till. By the end of the year it shall be five."


@dataclass(frozen=True)
class Someone:
    """A person and their seats: role and the key of the scope, "" for the initiative."""

    username: str
    name: str
    seats: tuple[tuple[Role, str], ...]
    zone: str = "Europe/Paris"
    team: str = ""


PEOPLE = [
    Someone("adam", "Adam Brook", ((Role.ADMINISTRATOR, "ORG"),)),
    Someone("maria", "Maria Oliveira", ((Role.PRODUCT_OWNER, ""),), "Europe/Lisbon"),
    Someone("hanna", "Hanna Lind", ((Role.PRODUCT_OWNER, "E-6"),), "Europe/Stockholm"),
    Someone(
        "ruth", "Ruth Diaz", ((Role.BUSINESS_ANALYST, "checkout"), (Role.BUSINESS_ANALYST, "orders")), team="checkout"
    ),
    Someone(
        "lola", "Lola Okafor", ((Role.BUSINESS_ANALYST, "checkout"), (Role.BUSINESS_ANALYST, "orders")), team="orders"
    ),
    Someone("jonas", "Jonas Thoma", ((Role.SOLUTION_ARCHITECT, ""),), "Europe/Berlin"),
    Someone("priya", "Priya Nair", ((Role.SRE_LEAD, ""),), "Europe/London"),
    Someone("tomas", "Tomás Novák", ((Role.ENGINEERING_TEAM_LEAD, "checkout"),), "Europe/Prague", "checkout"),
    Someone("kofi", "Kofi Mensah", ((Role.ENGINEERING_TEAM_LEAD, "orders"),), "Africa/Accra", "orders"),
    Someone("noor", "Noor van Dijk", ((Role.ENGINEERING_TEAM_LEAD, "platform"),), "Europe/Amsterdam", "platform"),
    Someone("sam", "Sam Reyes", ((Role.SRE, "checkout"),), team="checkout"),
    Someone("yuki", "Yuki Tanaka", ((Role.SRE, "orders"),), "Asia/Tokyo", "orders"),
    Someone("leo", "Leo Fischer", ((Role.SRE, "platform"),), "Europe/Vienna", "platform"),
    Someone("vera", "Vera Castellani", ((Role.TECHNICAL_PRODUCT_MANAGER, ""),), "Europe/Rome"),
    Someone("otto", "Otto Berg", ((Role.ENTERPRISE_ARCHITECT, ""),), "Europe/Oslo"),
    Someone("ines", "Inês Rocha", ((Role.SRE_ORGANIZATION_LEAD, ""),), "Europe/Lisbon"),
    Someone("emil", "Emil Sand", ((Role.EXECUTIVE, "ORG"),), "Europe/Copenhagen"),
    Someone("ada", "Ada Whitlock", ((Role.AUDITOR, "ORG"),), "Europe/London"),
    Someone("mira", "Mira Sokol", (), team="checkout"),
    Someone("ben", "Ben Achterberg", (), team="orders"),
    Someone("ola", "Ola Nordahl", (), team="platform"),
]

# key, title, kind, purpose
TEAMS = [
    ("checkout", "Checkout", "STREAM", "From the basket to the receipt"),
    ("orders", "Orders", "STREAM", "From the receipt to the doorstep, and back"),
    ("platform", "Platform", "PLATFORM", "What the other teams build on"),
]

# key, title, team, users. The platform's service has no named users, and nobody there owns the product: both are found.
SERVICES = [
    ("basket", "Basket", "checkout", "Shoppers on web and phone"),
    ("payments", "Payments", "checkout", "Shoppers who pay"),
    ("order-book", "Order book", "orders", "Shoppers, support, the warehouse"),
    ("queue", "Message queue", "platform", ""),
]
# service, needs, kind
SERVICE_DEPENDENCIES = [
    ("payments", "basket", "HARD"),
    ("order-book", "payments", "HARD"),
    ("payments", "queue", "SOFT"),
]
