"""The sides of a sign-off: seats that meet in one and that nobody may hold together. Data, no code that decides.

Holding both is shown as a conflict and not refused, since it may be so for a while; signing on both sides is refused
by the rules of whatever is signed.
"""

from dataclasses import dataclass

from apps.organization.roles import Role


@dataclass(frozen=True)
class Sides:
    """Two roles that sign for each other's work; `words` finish “so …”."""

    one: Role
    other: Role
    words: str


SIDES = (
    Sides(
        Role.BUSINESS_ANALYST,
        Role.PRODUCT_OWNER,
        "nobody else would check the stories before the epic is signed",
    ),
    Sides(
        Role.PRODUCT_OWNER,
        Role.SRE_LEAD,
        "an exception, which takes two people, would be granted by one",
    ),
    Sides(
        Role.PRODUCT_OWNER,
        Role.SOLUTION_ARCHITECT,
        "what is promised and how it is built would be agreed by one person",
    ),
    Sides(
        Role.SOLUTION_ARCHITECT,
        Role.SRE_LEAD,
        "how it is built and whether it is dependable would be judged by one person",
    ),
)
