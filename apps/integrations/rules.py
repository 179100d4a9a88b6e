"""Who may say what measures an SLI: whoever may say what it counts."""

from apps.common.refused import BadInput, Refused
from apps.integrations import queries
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat
from apps.reliability import rules as reliability
from apps.reliability.models import SLI


def check_may_measure_sli(sli: SLI, *, by: Person) -> HeldSeat | None:
    """Fetch its counts from a source, another one, or none any more."""
    seat = reliability.check_may_edit_sli(sli, by=by)
    if sli.source != SLI.Source.PROMETHEUS:
        counts = "is counted by the portal itself" if sli.source == SLI.Source.PORTAL else "counts what is sent"
        raise Refused(f"{sli.key} {counts}. Edit it first: measured by Prometheus, with both queries.")
    return seat


def check_source_is_registered(name: str) -> None:
    """Only what the operator named is ever asked."""
    if name not in queries.registered_sources():
        raise BadInput(f"There is no source “{name[:50]}”. The operator names sources in the settings.")


def check_queries_say_their_window(sli: SLI, error_query: str) -> None:
    """Else nobody knows of what span an answer tells."""
    named = {"good events": sli.good_query, "all events": sli.total_query, "bad events by cause": error_query}
    if name := queries.windowless(named):
        raise BadInput(f"The query of {name} does not say its window: {{{{.window}}}} belongs where the range stands.")
