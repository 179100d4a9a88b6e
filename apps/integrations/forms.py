"""Shape of input of this room."""

from typing import Any

from django import forms

from apps.integrations import queries


class MeasureForm(forms.Form):
    """Which source measures an SLI, and by what label it names causes."""

    source = forms.ChoiceField(help_text="A Prometheus server that the operator named in the settings.")
    error_query = forms.CharField(
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        label="Query of bad events by cause",
        help_text="PromQL, the increase over “{{.window}}”, summed by one label. May stay empty.",
    )
    error_label = forms.CharField(
        required=False, max_length=100, label="Label that names the cause", help_text="Such as status, or reason."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = [(name, name) for name in queries.registered_sources()]  # type: ignore[attr-defined]
