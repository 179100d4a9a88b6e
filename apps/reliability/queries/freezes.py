"""Which scopes are frozen."""

from collections.abc import Collection
from datetime import date

from apps.organization.models import Scope
from apps.reliability.models import Freeze


def active_freezes(scope_ids: Collection[int], *, on: date) -> list[Freeze]:
    """Freezes that hold on that day for any of the scopes: laid on it, or on a scope above it. The last to end first.

    Two queries, however many scopes. Decision, its SLO and the scope are loaded.
    """
    if not scope_ids:
        return []
    paths = Scope.objects.filter(pk__in=scope_ids).order_by().values_list("path", flat=True)
    above = {int(part) for path in paths for part in path.strip("/").split("/") if part}
    return list(
        Freeze.objects.filter(scope_id__in=above, lifted_at=None, from_at__date__lte=on, until_on__gte=on)
        .select_related("scope", "decision__slo")
        .order_by("-until_on", "pk")
    )
