"""Shape of what is typed on the pages of reliability; whether it may be is for the rules."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms

from apps.common.choosing import ManyOptions
from apps.organization import queries as organization
from apps.organization.models import Person
from apps.reliability import queries
from apps.reliability.budget import BudgetState
from apps.reliability.models import SLI, SLO, ErrorClassJudgment
from apps.reliability.nine_case import Weighed
from apps.signatures.rules import MAX_COMMENT

OFFERED_WINDOWS = "7d, 28d, 30d, 90d"


def offer_scopes(field: forms.Field, *, by: Person, right: str) -> bool:
    """Lets `field` choose of what `by` may read, and shows of it where they hold `right`; whether that is anything.

    What is chosen past the form is for the rule to refuse, with the seats that it would take.
    """
    scopes = list(queries.scopes_to_measure(by))
    named = {scope.key: f"{scope.get_kind_display()} · {scope.title}" for scope in scopes}
    offered = [(scope.key, named[scope.key]) for scope in scopes if organization.has_right(by, right, scope)]
    field.choices = list(named.items())  # type: ignore[attr-defined]
    field.widget.choices = offered
    return bool(offered)


class SLIForm(forms.Form):
    """What is measured, and what of it is good."""

    title = forms.CharField(max_length=200)
    kind = forms.ChoiceField(choices=SLI.Kind.choices)
    good_means = forms.CharField(
        max_length=500,
        label="A good event is",
        help_text="In words: “a checkout request that is answered with 2xx within 300 ms”.",
    )
    source = forms.ChoiceField(choices=SLI.Source.choices, label="Measured by")
    good_query = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        label="Query of good events",
        help_text="PromQL, the increase over “{{.window}}”; only where Prometheus measures.",
    )
    total_query = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        label="Query of all events",
    )
    is_mean_of_ratios = forms.BooleanField(
        required=False,
        label="It gives ratios only, no counts",
        help_text="Its sums are then an average of ratios, and pages say so.",
    )


class SLICreateForm(SLIForm):
    """A new indicator, with what it stands on: offered is where `by` may define one, `offers` whether there is any."""

    field_order = ["scope"]
    scope = forms.ChoiceField(label="Of", widget=ManyOptions, help_text="A service, an epic's experience, or a team.")

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers = offer_scopes(self.fields["scope"], by=by, right="reliability.edit_slo")


class SLOForm(forms.Form):
    """A target over a window, and why."""

    title = forms.CharField(max_length=200)
    target = forms.DecimalField(
        min_value=Decimal("0.0000001"),
        max_value=Decimal(100),
        max_digits=10,
        decimal_places=7,
        label="Target in percent",
        help_text="Of all events, how many must be good: 99.9 allows one bad of a thousand.",
    )
    window = forms.CharField(
        max_length=80,
        initial="28d",
        help_text=f"The last days: {OFFERED_WINDOWS}, or any from 1d to 365d. Or of the calendar, with its zone: "
        "week:UTC, month:Europe/Berlin, quarter:UTC.",
    )
    rationale = forms.CharField(
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Why this target",
        help_text="What users notice, what it costs. Kept with this version.",
    )
    next_review_on = forms.DateField(
        required=False, widget=forms.DateInput(attrs={"type": "date"}), label="Next review"
    )

    def clean_target(self) -> Decimal:
        """As a share of 1."""
        percentage: Decimal = self.cleaned_data["target"]
        return percentage / 100


class SLOChangeForm(SLOForm):
    """Another version, and the decision that it comes of."""

    decision_key = forms.CharField(
        required=False,
        max_length=20,
        label="Decision (key)",
        help_text="Where three seats decided that it changes, such as D-12: the decision then names this version.",
    )


def slo_initial(slo: SLO) -> dict[str, Any]:
    """What the form of an SLO begins with."""
    return {
        "title": slo.title,
        "target": f"{(slo.target * 100).normalize():f}",
        "window": slo.window,
        "next_review_on": slo.next_review_on,
    }


class TargetForm(forms.Form):
    """Another target than the one that is promised."""

    target = forms.DecimalField(
        min_value=Decimal(50), max_value=Decimal(100), max_digits=10, decimal_places=7, label="Target in percent"
    )

    def __init__(self, data: Any, *, usual: str = "") -> None:
        """`usual` is the target in percent where none was asked for."""
        super().__init__({"target": usual, **{name: data[name] for name in self.base_fields if data.get(name)}})

    def clean_target(self) -> Fraction:
        """As a share of 1."""
        percentage: Decimal = self.cleaned_data["target"]
        return Fraction(percentage) / 100


def _money(label: str) -> forms.DecimalField:
    return forms.DecimalField(required=False, min_value=0, max_digits=16, decimal_places=2, label=label)


class NinesForm(TargetForm):
    """What another target would be worth and cost as well; all of it in the address, nothing stored."""

    currency = forms.ChoiceField(choices=[(one, one) for one in ("$", "€", "£", "CHF ", "¥")], required=False)
    revenue = _money("Revenue at risk a year")
    one_off = _money("One-off cost")
    lifetime_years = forms.DecimalField(
        required=False,
        min_value=Decimal("0.1"),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=1,
        label="Years it lasts",
        help_text="One where nothing is said.",
    )
    running = _money("Running cost a year")


class CaseSaveForm(NinesForm):
    """What was weighed, and the digest of what the page showed of it; none where no page showed any."""

    digest = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class CaseSignForm(forms.Form):
    """The product owner's words; the hidden fields tie the signature to what was shown."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    signer = forms.CharField(widget=forms.HiddenInput, max_length=1_000, strip=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    comment = forms.CharField(
        required=False,
        max_length=MAX_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="Your words",
        help_text="Shown with the signature.",
    )


def weighed_of(data: Mapping[str, Any]) -> Weighed | None:
    """What was put in, from a form's cleaned data; None until a target and what is at risk are said."""
    if data.get("target") is None or data.get("revenue") is None:
        return None
    amounts = {name: data.get(name) for name in ("one_off", "lifetime_years", "running")}
    return Weighed(data["target"], data.get("currency") or "$", data["revenue"], **amounts)


class JudgeForm(forms.Form):
    """Whether a class of errors is cheap to be rid of."""

    name = forms.CharField(max_length=80, strip=False, widget=forms.HiddenInput)
    effort = forms.ChoiceField(
        choices=ErrorClassJudgment.Effort.choices, widget=forms.RadioSelect, label="To be rid of it is"
    )
    why = forms.CharField(max_length=500, label="Why", help_text="What would be done, and how long it takes.")


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=500, help_text="Stays in the log.")


class SLOFilterForm(forms.Form):
    """Which SLOs to show."""

    text = forms.CharField(required=False, max_length=200, label="Words or key")
    state = forms.ChoiceField(required=False, label="Budget")
    scope = forms.CharField(required=False, max_length=64, label="Of (key)")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        states = [(state.value, state.value.replace("_", " ").capitalize()) for state in BudgetState]
        self.fields["state"].choices = [("", "Any budget"), *states]  # type: ignore[attr-defined]


class SLIFilterForm(forms.Form):
    """Which SLIs to show."""

    text = forms.CharField(required=False, max_length=200, label="Words or key")
