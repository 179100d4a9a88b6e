"""Shape of what is typed on the pages of runs; whether it may be is for the rules."""

from typing import Any, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile

from apps.delivery import queries as delivery
from apps.organization.models import Person
from apps.specs import queries
from apps.specs.models import Run
from apps.specs.queries import ScenarioEvidence
from apps.specs.report import Status
from apps.specs.running.suites import Suite

FORMATS = {
    "behave-json": "behave JSON",
    "cucumber-json": "Cucumber JSON",
    "cucumber-messages": "Cucumber Messages (NDJSON)",
    "junit": "JUnit XML",
}
SHOWN = (
    ("", "All results"),
    ("unknown", "Unknown"),
    ("stale", "Stale"),
    ("not-passed", "Not passed"),
    *((status.value, status.name.title()) for status in Status),
)


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One or more files, none of them empty."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(file, initial) for file in files or [None]]


class RunImportForm(forms.Form):
    """Results of a test run."""

    reports = FilesField(
        label="Files",
        help_text="One report, or the JUnit files of one run: at most 100 files of 8 MiB, Cucumber Messages of 64 MiB.",
    )
    format = forms.ChoiceField(
        required=False, choices=[("", "Find out by itself"), *FORMATS.items()], help_text="What wrote the files."
    )
    revision = forms.CharField(
        required=False, max_length=100, help_text="Of the product that was tested, such as a commit."
    )
    initiative = forms.ChoiceField(
        required=False,
        label="Only stories of",
        help_text="Where several initiatives hold the same text, say which one was tested.",
    )
    manifest = forms.FileField(
        required=False, help_text="manifest.json, as written beside the exported features: the surest match."
    )
    ran_at = forms.DateTimeField(
        required=False,
        label="Ran at",
        help_text="In UTC, such as 2026-11-23 10:44; for reports that do not say it, as behave's JSON does not.",
    )
    zone = forms.CharField(
        required=False,
        label="Time zone",
        max_length=60,
        initial="UTC",
        help_text="Of times that name none, as in JUnit; such as Europe/Berlin.",
    )

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        initiatives = delivery.initiatives_for(by)[:500]
        self.fields["initiative"].choices = [  # type: ignore[attr-defined]
            ("", "Any initiative"),
            *((one.key, f"{one.key} {one.title}") for one in initiatives),
        ]


class RunFilterForm(forms.Form):
    """Which runs to list."""

    text = forms.CharField(required=False, max_length=100, label="Key, file or revision")
    channel = forms.ChoiceField(required=False, choices=[("", "Any way in"), *Run.Channel.choices], label="Came by")
    epic = forms.CharField(
        required=False, max_length=20, label="Epic", widget=forms.TextInput(attrs={"placeholder": "E-12", "size": 8})
    )


class FlakyFilterForm(forms.Form):
    """Which flaky scenarios to list."""

    text = forms.CharField(required=False, max_length=100, label="Story")
    epic = forms.CharField(
        required=False, max_length=20, label="Epic", widget=forms.TextInput(attrs={"placeholder": "E-12", "size": 8})
    )


class ResultFilterForm(forms.Form):
    """Which results of a run to list."""

    show = forms.ChoiceField(required=False, choices=SHOWN, label="Show")
    text = forms.CharField(required=False, max_length=100, label="Story or scenario")


class RecordByHandForm(forms.Form):
    """What somebody tried, and how it ended."""

    scenarios = forms.TypedMultipleChoiceField(coerce=int, widget=forms.CheckboxSelectMultiple, label="What you tried")
    status = forms.ChoiceField(
        choices=[("PASSED", "Passed"), ("FAILED", "Failed")], widget=forms.RadioSelect, label="How it ended"
    )
    words = forms.CharField(
        max_length=2_000,
        label="What you did and saw",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="It is kept with the result, under your name.",
    )
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, evidence: list[ScenarioEvidence], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scenarios"].choices = [  # type: ignore[attr-defined]
            (one.pickle.position, one.words + (" (no step: it tests nothing)" if one.status == "NO_STEPS" else ""))
            for one in evidence
        ]


class ExecutionForm(forms.Form):
    """What of a suite is to be run."""

    epic = forms.ChoiceField(
        required=False, label="Stories of", help_text="All that the suite covers, or one epic of it."
    )
    # Filled in by the page of a story.
    story = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, suite: Suite, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        epics = delivery.epics_for(by).filter(archived_at=None).order_by("pk")
        covered = [epic for epic in epics if suite in queries.suites_of(epic)]
        field = cast(forms.ChoiceField, self.fields["epic"])
        field.choices = [("", "All that it covers"), *((epic.key, f"{epic.key} {epic.title}") for epic in covered)]
