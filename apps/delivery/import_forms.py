"""Shape of an import of feature files."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from apps.delivery.feature_files import MAX_ARCHIVE_BYTES, MAX_FILES, SUFFIX, pack


class _FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """Several files, each as an UploadedFile."""

    widget = _FilesInput(attrs={"accept": f".zip,{SUFFIX}", "multiple": True})

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(_FilesField, self).clean(one, initial) for one in files] or [super().clean(None, initial)]


class FeatureImportForm(forms.Form):
    """Feature files to import: one ZIP of the folder, or some files of it."""

    initiative = forms.CharField(
        max_length=200, help_text="Its title; the initiative is started where there is none of this title."
    )
    upload = _FilesField(
        label="ZIP or feature files",
        help_text="A ZIP stands for the whole folder: stories whose files are gone are archived. "
        "Single .feature files archive nothing.",
        max_length=500,
    )
    skip_refused = forms.BooleanField(
        required=False,
        label="Skip files that cannot be stories",
        help_text="Else one such file refuses the whole import.",
    )
    text_at = forms.DateTimeField(
        required=False,
        label="The texts hold since (UTC)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"],
        help_text="Where that is longer than now, so that older results count. Never in the future.",
    )

    def clean_upload(self) -> list[UploadedFile]:
        """One ZIP, or feature files only; small enough to be kept."""
        files: list[UploadedFile] = self.cleaned_data["upload"]
        names = [str(one.name) for one in files]
        if len(files) > MAX_FILES or sum(one.size or 0 for one in files) > MAX_ARCHIVE_BYTES:
            raise forms.ValidationError(f"Together at most {MAX_ARCHIVE_BYTES // 1024 // 1024} MiB.")
        if len(files) > 1 and any(name.lower().endswith(".zip") for name in names):
            raise forms.ValidationError("Send one ZIP, or feature files, not both.")
        if wrong := [name for name in names if not name.lower().endswith((".zip", SUFFIX))]:
            raise forms.ValidationError(f"“{wrong[0]}” is neither a ZIP nor a .feature file.")
        return files

    def packed(self) -> tuple[str, bytes, bool]:
        """The name, the ZIP, and whether it is a whole folder."""
        files: list[UploadedFile] = self.cleaned_data["upload"]
        if len(files) == 1 and str(files[0].name).lower().endswith(".zip"):
            return str(files[0].name), files[0].read(), True
        archive = pack((str(one.name), one.read()) for one in files)
        return (str(files[0].name) if len(files) == 1 else f"{len(files)} files"), archive, False
