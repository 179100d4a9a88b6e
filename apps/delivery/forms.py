"""Shape of what is typed on delivery's pages; whether it may be is for the rules."""

from decimal import Decimal
from functools import cache
from typing import Any

from django import forms

from apps.common.choosing import ManyOptions
from apps.delivery import queries
from apps.delivery.models import NFR, Epic, EpicDependency
from apps.delivery.states import EpicState, StoryState
from apps.organization.models import Person, Service, Team
from apps.reliability.percent import percent
from apps.reliability.windows import LONGEST_DAYS

TEMPLATE_STORY = """Feature: Pay with one click
  In order to leave without typing my card again
  As a returning customer
  I want to pay with the card I used before

  Scenario: The card is remembered
    Given I paid with a card last month
    When I press Pay
    Then the order is paid with that card
"""


def team_choices() -> list[tuple[str, str]]:
    """Teams that are not archived, and none."""
    teams = Team.objects.filter(scope__archived_at=None)
    return [("", "No team"), *teams.values_list("scope__key", "scope__title")]


def _any_team() -> list[tuple[str, str]]:
    return [("", "All teams"), *team_choices()[1:]]


class InitiativeForm(forms.Form):
    """An initiative."""

    title = forms.CharField(max_length=200)
    purpose = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What becomes better, and for whom.",
    )
    restricted = forms.BooleanField(
        required=False,
        label="Restricted",
        help_text="Only its seats, executives and auditors may read it; to others it does not exist.",
    )


class EpicForm(forms.Form):
    """An epic."""

    title = forms.CharField(max_length=200)
    summary = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What users can do when it is delivered.",
    )
    team = forms.ChoiceField(required=False)
    promised_for = forms.RegexField(
        r"^\d{4}-[Qq][1-4]$",
        required=False,
        label="Promised for",
        help_text="A quarter, such as 2027-Q1.",
        error_messages={"invalid": "Write a quarter such as 2027-Q1."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = team_choices()  # type: ignore[attr-defined]


class EpicCreateForm(EpicForm):
    """A new epic, with the initiative it belongs to."""

    initiative = forms.ChoiceField()
    field_order = ["initiative", "title", "summary", "team", "promised_for"]

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["initiative"].choices = [  # type: ignore[attr-defined]
            (one.key, f"{one.key} {one.title}") for one in queries.initiatives_for(by)
        ]


class ReasonForm(forms.Form):
    """Why something is taken away."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class StoryTextForm(forms.Form):
    """The text of a story. What is wrong in it is said line by line by the page, not by the form."""

    text = forms.CharField(
        label="Story",
        strip=False,
        required=False,
        widget=forms.Textarea(
            attrs={
                "class": "code",
                "rows": 24,
                "spellcheck": "false",
                "wrap": "off",
                "data-editor": "",
                "aria-describedby": "story-check",
            }
        ),
    )


class StoryEditForm(StoryTextForm):
    """An edit, and the version it began from."""

    reason = forms.CharField(
        required=False, max_length=500, label="Why", help_text="Shown beside the version, such as “after the demo”."
    )
    base_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def based_on(self, version: int) -> "StoryEditForm":
        """The same words, going on from another version."""
        return StoryEditForm({**self.data.dict(), "base_version": str(version)})  # type: ignore[attr-defined]


class StoryPlanForm(forms.Form):
    """Who takes a story, and how large it is."""

    team = forms.ChoiceField(required=False, help_text="Seats of this team count for the story, too.")
    points = forms.IntegerField(required=False, min_value=0, max_value=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = team_choices()  # type: ignore[attr-defined]


class NFRForm(forms.Form):
    """A non-functional requirement."""

    title = forms.CharField(max_length=200)
    statement = forms.CharField(
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What must hold, so that somebody can say yes or no: “A payment is confirmed within 2 s for 99 %”.",
    )
    kind = forms.ChoiceField(
        choices=NFR.Kind.choices,
        initial=NFR.Kind.ATTESTED,
        label="How it is judged",
        error_messages={"required": "Say how it is judged: attested, measured by an SLI, or proven by a scenario."},
    )
    sli = forms.ChoiceField(
        required=False,
        label="SLI",
        widget=ManyOptions,
        help_text="Only where an SLI measures it: of the epic's experience, of a service or a team.",
    )
    target = forms.DecimalField(
        required=False,
        min_value=Decimal("0.0000001"),
        max_value=Decimal(100),
        max_digits=10,
        decimal_places=7,
        label="At least, in percent",
        help_text="Only where an SLI measures it: how many of all its events must be good.",
    )
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST_DAYS,
        label="Over the last days",
        help_text=f"Only where an SLI measures it: from 1 to {LONGEST_DAYS}.",
    )
    scenario = forms.ChoiceField(
        required=False,
        widget=ManyOptions,
        help_text="Only where a scenario proves it: one that its stories have now. By the API as S-3:Pay by card.",
        error_messages={"invalid_choice": "No current text of the epic's stories has this scenario. Choose another."},
    )

    def __init__(self, *args: Any, epic: Epic, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sli"].choices = [  # type: ignore[attr-defined]
            ("", "None"),
            *(
                (sli.key, f"{sli.key} {sli.title} · of {sli.scope.title}")
                for sli in queries.measurable_slis(epic, by=by)
            ),
        ]
        self.fields["scenario"].choices = [  # type: ignore[attr-defined]
            ("", "None"),
            *((f"{story}:{name}", f"{story} {name}") for story, name in queries.named_scenarios(epic)),
        ]

    def clean_target(self) -> Decimal | None:
        """As a share of 1."""
        percentage: Decimal | None = self.cleaned_data["target"]
        return None if percentage is None else percentage / 100


class NFRBody(NFRForm):
    """The same by the API, where it was attested before there was anything to choose."""

    kind = forms.ChoiceField(
        required=False,
        choices=NFR.Kind.choices,
        label="How it is judged",
        help_text="Attested where nothing is said.",
    )
    field_order = ["title", "statement", "kind"]

    def clean_kind(self) -> str:
        """Attested where nothing is said."""
        return str(self.cleaned_data["kind"] or NFR.Kind.ATTESTED)


def nfr_initial(nfr: NFR) -> dict[str, Any]:
    """What the form of a requirement begins with."""
    return {
        "title": nfr.title,
        "statement": nfr.statement,
        "kind": nfr.kind,
        "sli": nfr.sli.key if nfr.sli else "",
        "target": "" if nfr.target is None else f"{(nfr.target * 100).normalize():f}",
        "days": "" if nfr.days is None else nfr.days,
        "scenario": f"{nfr.story.key}:{nfr.scenario}" if nfr.story else "",
    }


class ServiceLinkForm(forms.Form):
    """A service that the epic runs on."""

    service = forms.ChoiceField()

    def __init__(self, *args: Any, linked: set[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        services = Service.objects.filter(scope__archived_at=None).select_related("scope")
        self.fields["service"].choices = [  # type: ignore[attr-defined]
            (one.scope.key, f"{one.scope.title} ({one.scope.key})") for one in services if one.scope.key not in linked
        ]


class SLOLinkForm(forms.Form):
    """An SLO that the epic promises to keep."""

    slo = forms.ChoiceField(label="SLO", widget=ManyOptions)

    def __init__(self, *args: Any, epic: Epic, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["slo"].choices = [  # type: ignore[attr-defined]
            (slo.key, f"{slo.key} {slo.title} · {percent(slo.share, 7)} of {slo.scope.title}")
            for slo in queries.linkable_slos(epic, by=by)
        ]


class DependencyForm(forms.Form):
    """Another epic that this one needs."""

    needs = forms.CharField(
        label="Needs", max_length=20, help_text="The key of an epic, such as E-12.", widget=forms.TextInput()
    )
    kind = forms.ChoiceField(choices=EpicDependency.Kind.choices, widget=forms.RadioSelect, initial="HARD")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choice_help = {  # type: ignore[attr-defined]
            "HARD": "It cannot ship before the other is signed.",
            "SOFT": "It is better with the other, and can ship without.",
        }

    def clean_needs(self) -> str:
        """Keys are written in capitals."""
        return str(self.cleaned_data["needs"]).strip().upper()


class CommentForm(forms.Form):
    """Words in Markdown."""

    text = forms.CharField(label="Comment", max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))


class EpicFilterForm(forms.Form):
    """Filters above the list of epics."""

    text = forms.CharField(
        required=False, label="Title or key", max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )
    initiative = forms.ChoiceField(required=False, widget=ManyOptions)
    state = forms.ChoiceField(required=False, choices=[("", "Any but archived"), *EpicState.choices])
    service = forms.CharField(
        required=False,
        max_length=64,
        label="Runs on",
        widget=forms.TextInput(attrs={"placeholder": "service (key)", "size": 12}),
    )
    sort = forms.ChoiceField(
        required=False,
        choices=[(name, name) for one in queries.EPIC_SORTS for name in (one, f"-{one}")],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, initiatives: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["initiative"].choices = [("", "All initiatives"), *initiatives]  # type: ignore[attr-defined]


class StoryFilterForm(forms.Form):
    """Filters above the list of stories."""

    text = forms.CharField(
        required=False,
        label="Title, key or file",
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Any but archived"),
            *StoryState.choices,
            ("REGRESSED", "Signed, regressed"),
            ("ARCHIVED", "Archived"),
        ],
    )
    epic = forms.CharField(
        required=False, max_length=20, label="Epic", widget=forms.TextInput(attrs={"placeholder": "E-12", "size": 8})
    )
    team = forms.ChoiceField(required=False, widget=ManyOptions)
    sort = forms.ChoiceField(
        required=False,
        choices=[(name, name) for one in queries.STORY_SORTS for name in (one, f"-{one}")],
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Read where they are shown or one is chosen, and once then.
        self.fields["team"].choices = cache(_any_team)  # type: ignore[attr-defined]
