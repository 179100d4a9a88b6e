"""Shape of the page that takes SLOs from a file."""

from typing import Any

from django import forms

from apps.common.choosing import ManyOptions
from apps.organization.models import Person
from apps.reliability import queries
from apps.reliability.formats.sloth import PERIOD_DAYS
from apps.reliability.formats.yaml_documents import MAX_BYTES
from apps.reliability.windows import LONGEST_DAYS


class SLOImportForm(forms.Form):
    """SLOs as YAML, from a file or pasted."""

    file = forms.FileField(label="YAML file", required=False)
    text = forms.CharField(
        label="Or paste it here",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"class": "code", "rows": 12, "spellcheck": "false"}),
    )
    scope = forms.ChoiceField(
        label="All stand on",
        required=False,
        widget=ManyOptions,
        help_text="Left empty, each stands on the service that its document names, by key or title.",
    )
    days = forms.IntegerField(
        label="Days that Sloth keeps SLOs over",
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=PERIOD_DAYS,
        help_text="Sloth is told this outside its files; OpenSLO's documents say their own window.",
    )

    def __init__(self, *args: Any, by: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measured = [(one.key, f"{one.get_kind_display()} · {one.title}") for one in queries.scopes_to_measure(by)]
        self.fields["scope"].choices = [("", "The services that it names"), *measured]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        upload = found.get("file")
        if upload is not None and upload.size > MAX_BYTES:
            raise forms.ValidationError(f"The file has {upload.size:,} bytes; at most 1 MiB is allowed.")
        if upload is None and not found.get("text", "").strip():
            raise forms.ValidationError("Choose a file, or paste its lines.")
        return found

    def data_sent(self) -> bytes:
        """The bytes of the file, or of what was pasted."""
        upload = self.cleaned_data.get("file")
        data: bytes = upload.read() if upload else self.cleaned_data["text"].encode("utf-8", "surrogatepass")
        return data
