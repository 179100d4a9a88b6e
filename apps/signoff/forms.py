"""Shape of what is posted to sign-off's pages; whether it may be is for the rules."""

from datetime import timedelta
from typing import Any

from django import forms

from apps.delivery.models import NFR
from apps.delivery.queries import STORY_SORTS
from apps.organization.models import Person
from apps.organization.queries import team_list, today
from apps.signoff.criteria import CRITERIA
from apps.signoff.models import EpicSignOff, NFRAttestation, StorySignOff


class _DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class SignOffForm(forms.Form):
    """What a signature means, and the signer's words; the hidden fields tie it to what was shown."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=64)
    comment = forms.CharField(
        label="Your words",
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Shown with the signature. A rejection needs them: they become a comment.",
    )


class _PageSignOffForm(SignOffForm):
    """Signing the one thing of a page, in the name and seat that it printed."""

    signer = forms.CharField(widget=forms.HiddenInput, max_length=1_000, strip=False)


class EpicSignOffForm(_PageSignOffForm):
    """Signing an epic over the dossier shown."""

    dossier = forms.CharField(widget=forms.HiddenInput, max_length=4_000_000)
    meaning = forms.ChoiceField(
        label="What your signature means", choices=EpicSignOff.Meaning.choices, widget=forms.RadioSelect
    )
    field_order = ["dossier", "signer", "key", "meaning", "comment"]
    meaning_help = {
        EpicSignOff.Meaning.ACCEPT.value: "Everything promised is delivered.",
        EpicSignOff.Meaning.ACCEPT_WITH_EXCEPTIONS.value: "Delivered, but for what is waived; each has an end.",
        EpicSignOff.Meaning.REJECT.value: "Say what is missing; it becomes a comment on the epic.",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.explain({})

    def explain(self, refusals: dict[str, str]) -> None:
        """Below each meaning what it says, or why the gate does not allow it now."""
        self.fields["meaning"].choice_help = {  # type: ignore[attr-defined]
            meaning: f"Not now: {refusals[meaning]}" if refusals.get(meaning) else words
            for meaning, words in self.meaning_help.items()
        }


class StorySignOffForm(_PageSignOffForm):
    """Signing a story at the digest shown."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    meaning = forms.ChoiceField(
        label="What your signature means", choices=StorySignOff.Meaning.choices, widget=forms.RadioSelect
    )
    field_order = ["digest", "signer", "key", "meaning", "comment"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["meaning"].choice_help = {  # type: ignore[attr-defined]
            StorySignOff.Meaning.ACCEPT.value: "The text says what users need, and it is proven.",
            StorySignOff.Meaning.REJECT.value: "Say what is wrong; it becomes a comment on the story.",
        }


class BulkSignOffForm(SignOffForm):
    """Accepting several stories as they were shown, each `S-12=<digest>=<who signs, as printed>`."""

    stories = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, error_messages={"required": "Choose at least one story."}
    )

    def __init__(self, *args: Any, shown: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["stories"].choices = shown  # type: ignore[attr-defined]


class AttestForm(forms.Form):
    """Attesting an NFR at the definition shown."""

    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    verdict = forms.ChoiceField(label="Is it met?", choices=NFRAttestation.Verdict.choices, widget=forms.RadioSelect)
    words = forms.CharField(
        label="How you know",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What was measured or tried, and where others find it.",
    )
    until_on = forms.DateField(
        label="Good until", widget=_DayInput, help_text="The last day; a year at most. Then it is attested again."
    )


class WaiverForm(forms.Form):
    """Asking that one criterion may be unmet for a while."""

    criterion = forms.ChoiceField(label="What may be unmet")
    reason = forms.CharField(
        label="Why",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What the risk is, and why it can be carried until then.",
    )
    owner = forms.ModelChoiceField(
        label="Owner", queryset=Person.objects.none(), help_text="Who sees to it that it is met by then."
    )
    until_on = forms.DateField(label="Until", widget=_DayInput, help_text="The last day; a year at most.")

    def __init__(self, *args: Any, nfrs: list[NFR], people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whole = [(item.name, item.title) for item in CRITERIA]
        single = [(f"nfrs_attested:{nfr.key}", f"Only {nfr.key} {nfr.title}") for nfr in nfrs]
        self.fields["criterion"].choices = [*whole, *single]  # type: ignore[attr-defined]
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
        self.fields["until_on"].initial = today() + timedelta(days=30)


class WaiverBody(WaiverForm):
    """The same by the API, where people go by their usernames."""

    owner = forms.ModelChoiceField(
        queryset=Person.objects.none(),
        to_field_name="username",
        help_text="Who sees to it that it is met by then, by username.",
    )


class RefuseWaiverForm(forms.Form):
    """Why a waiver is refused."""

    reason = forms.CharField(label="Why not", max_length=4_000, widget=forms.Textarea(attrs={"rows": 2}))


class RequestForm(forms.Form):
    """Whom to ask for a signature."""

    of = forms.ModelChoiceField(
        label="Whom", queryset=Person.objects.none(), to_field_name="username", empty_label="Choose a person"
    )
    words = forms.CharField(
        label="Your words", required=False, max_length=4_000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["of"].queryset = people  # type: ignore[attr-defined]


class RegressionFilterForm(forms.Form):
    """Which regressions to list."""

    text = forms.CharField(
        required=False, label="Story", max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    epic = forms.CharField(
        required=False, max_length=20, label="Epic", widget=forms.TextInput(attrs={"placeholder": "E-12", "size": 8})
    )
    team = forms.ChoiceField(required=False)
    sort = forms.ChoiceField(
        required=False,
        choices=[(name, name) for one in STORY_SORTS for name in (one, f"-{one}")],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = [(team.scope.key, team.scope.title) for team in team_list()]
        self.fields["team"].choices = [("", "Any team"), *teams]  # type: ignore[attr-defined]
