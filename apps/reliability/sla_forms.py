"""Shape of what is typed of an SLA; whether it may be is for the rules."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms

from apps.reliability.actions import Agreed
from apps.reliability.actions.slas import MAX_PENALTY
from apps.reliability.models import SLA


class SLAForm(forms.Form):
    """What was promised, to whom, and what follows when it is broken."""

    counterparty = forms.CharField(max_length=200, label="Promised to", help_text="Who holds the other copy.")
    target = forms.DecimalField(
        min_value=Decimal("0.0000001"),
        max_value=Decimal(100),
        max_digits=10,
        decimal_places=7,
        label="Target in percent",
        help_text="As the contract says. It is safe where the SLO asks more.",
    )
    window = forms.CharField(
        max_length=80,
        initial="month:UTC",
        help_text="Of the calendar, with its zone: week:UTC, month:Europe/Berlin, quarter:UTC. Or the last days: any "
        "from 1d to 365d.",
    )
    penalty = forms.CharField(
        max_length=MAX_PENALTY,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="What follows when it is broken",
        help_text="What is paid or given back, and to whom it has to be told.",
    )
    from_on = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}),
        label="From",
        help_text="What happened before this day (UTC) does not count.",
    )

    def clean_target(self) -> Decimal:
        """As a share of 1."""
        percentage: Decimal = self.cleaned_data["target"]
        return percentage / 100


def agreed_of(data: Mapping[str, Any]) -> Agreed:
    """What the action takes, from a form's cleaned data."""
    return Agreed(**{name: data[name] for name in SLAForm.base_fields})


def sla_initial(sla: SLA) -> dict[str, Any]:
    """What the form of an SLA begins with."""
    kept = {name: getattr(sla, name) for name in SLAForm.base_fields}
    return {**kept, "target": f"{(sla.target * 100).normalize():f}"}
