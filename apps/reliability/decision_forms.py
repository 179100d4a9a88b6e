"""Shape of what is typed on the pages of decisions and policies; whether it may be is for the rules."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms

from apps.common.choosing import ManyOptions
from apps.organization.models import Person
from apps.organization.queries import active_people, today
from apps.organization.roles import Column
from apps.reliability import matrix, queries
from apps.reliability.actions.policies import Wanted
from apps.reliability.matrix import DecisionKind
from apps.reliability.models import Decision, DecisionProposal, PolicyVersion
from apps.reliability.statements import AGREE, DISSENT
from apps.reliability.terms import DEFAULT, LONGEST_DAYS

_LEVELS = [("", "Nobody knows yet"), *DecisionProposal.Level.choices]


def _words(label: str, rows: int = 3, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=4_000, widget=forms.Textarea(attrs={"rows": rows}), **more)


class ProposalForm(forms.Form):
    """What to decide: of the options that the kind of decision has."""

    option = forms.ChoiceField(label="What to decide", widget=forms.RadioSelect)
    cause = forms.ChoiceField(label="What used the budget", required=False)
    reason = _words("Why", required=False, help_text="Kept with the decision, so that it can be judged later.")
    owner = forms.ModelChoiceField(
        label="Owner", queryset=Person.objects.none(), help_text="Who sees to it that what is decided is done."
    )
    expires_on = forms.DateField(
        label="Holds until",
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text="The last day; then the question is asked anew where its cause still stands.",
    )
    toil = forms.ChoiceField(label="Toil", required=False, choices=_LEVELS)
    satisfaction = forms.ChoiceField(
        label="Satisfaction of users",
        required=False,
        choices=_LEVELS,
        help_text="With both, the matrix of the Site Reliability Workbook recommends something.",
    )

    def __init__(self, *args: Any, decision: Decision | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind = DecisionKind(decision.kind) if decision else None
        choices = matrix.options(kind) if kind else [one for some in matrix.OPTIONS.values() for one in some]
        option, cause = self.fields["option"], self.fields["cause"]
        option.choices = list(dict.fromkeys((one.option.value, one.title) for one in choices))  # type: ignore[attr-defined]
        option.choice_help = {one.option.value: one.words for one in choices}  # type: ignore[attr-defined]
        cause.choices = [("", "Choose a class of causes")] + [  # type: ignore[attr-defined]
            (one.cause.value, f"{one.title}{'' if one.obliges else ' (obliges to nothing)'}") for one in matrix.CAUSES
        ]
        if kind == DecisionKind.SURPLUS:
            del self.fields["cause"]
        elif kind:
            cause.required = True
            cause.error_messages["required"] = "Choose what used the budget: it says whether the policy obliges you."
        self.fields["owner"].queryset = active_people()  # type: ignore[attr-defined]
        days = queries.terms_of(decision.policy if decision else None).expiry_days
        self.fields["expires_on"].initial = today() + timedelta(days=days)


class ProposalBody(ProposalForm):
    """The same by the API, where people go by their usernames."""

    owner = forms.ModelChoiceField(
        queryset=Person.objects.none(), to_field_name="username", help_text="Who sees to it, by username."
    )


class SigningForm(forms.Form):
    """An answer to what was shown; the hidden fields tie it to that."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    column = forms.ChoiceField(widget=forms.HiddenInput, choices=Column.choices)
    signer = forms.CharField(widget=forms.HiddenInput, max_length=1_000, strip=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    comment = _words("Your words", required=False, help_text="Shown with the signature.")


class DecisionSigningForm(SigningForm):
    """Agreeing to a proposal, or dissenting from it."""

    meaning = forms.ChoiceField(
        label="What your signature means",
        choices=[(AGREE, "I agree"), (DISSENT, "I dissent")],
        widget=forms.RadioSelect,
    )
    field_order = ["digest", "column", "signer", "key", "meaning", "comment"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meaning"].choice_help = {  # type: ignore[attr-defined]
            AGREE: "It is decided once all three have signed and at least two agree.",
            DISSENT: "Say why: your words are kept with the decision, whatever comes of it.",
        }


class OutcomeForm(forms.Form):
    """What came of a decision."""

    words = _words("What came of it")
    link = forms.CharField(
        label="Link", required=False, max_length=500, help_text="To a postmortem, a release, a game day: https://…"
    )


class LiftForm(forms.Form):
    """Why changes may be released again."""

    reason = _words("Why changes may be released again", help_text="Stays with the decision and in the log.")


class DecisionFilterForm(forms.Form):
    """Which decisions to show."""

    text = forms.CharField(required=False, max_length=200, label="Words or key")
    state = forms.ChoiceField(
        required=False, choices=[("", "Any state"), *Decision.State.choices, (queries.OVERDUE, "Overdue")]
    )
    kind = forms.ChoiceField(required=False, choices=[("", "Any cause"), *Decision.Kind.choices])


class PolicyForm(forms.Form):
    """One version of a policy; shares in percent of the budget."""

    episode_share = forms.DecimalField(
        label="One episode may use, in percent of four weeks' budget",
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        max_digits=5,
        decimal_places=2,
    )
    surplus_share = forms.DecimalField(
        label="A surplus is more than this left, in percent, in two windows in a row",
        min_value=Decimal("0.01"),
        max_value=Decimal("99.99"),
        max_digits=4,
        decimal_places=2,
    )
    deadline_days = forms.IntegerField(label="Days until a decision is due", min_value=1, max_value=LONGEST_DAYS)
    expiry_days = forms.IntegerField(label="Days that a decision holds at most", min_value=1, max_value=LONGEST_DAYS)
    broken_obliges = _words("A budget that is used up obliges to", rows=2, required=False)
    episode_obliges = _words("A costly episode obliges to", rows=2, required=False)
    surplus_obliges = _words("A budget left over obliges to", rows=2, required=False)
    rationale = _words("Why these terms", help_text="Kept with this version.")

    @property
    def wanted(self) -> Wanted:
        """What the version shall say; only of a valid form."""
        return wanted(self.cleaned_data)


class PolicyCreateForm(PolicyForm):
    """A first version, with what it holds for."""

    field_order = ["scope"]
    scope = forms.ChoiceField(label="For", widget=ManyOptions, help_text="It holds for all below that has no own one.")

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            (scope.key, f"{scope.get_kind_display()} · {scope.title}") for scope in queries.scopes_of_policies(by)
        ]


def wanted(data: dict[str, Any]) -> Wanted:
    """What a version shall say, from a form's cleaned data."""
    said = {name: data[name] for name in PolicyForm.base_fields if not name.endswith("_share")}
    return Wanted(episode_share=data["episode_share"] / 100, surplus_share=data["surplus_share"] / 100, **said)


def policy_initial(version: PolicyVersion | None) -> dict[str, Any]:
    """What the form of a policy begins with: the last version, or the default terms."""
    terms = queries.terms_of(version) if version else DEFAULT
    return {
        "episode_share": f"{float(terms.episode * 100):.4g}",
        "surplus_share": f"{float(terms.surplus * 100):.4g}",
        "deadline_days": terms.deadline_days,
        "expiry_days": terms.expiry_days,
        "broken_obliges": terms.obliges[DecisionKind.BROKEN],
        "episode_obliges": terms.obliges[DecisionKind.EPISODE],
        "surplus_obliges": terms.obliges[DecisionKind.SURPLUS],
    }
