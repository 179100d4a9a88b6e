"""The shape of what is asked of the inbox by the API."""

from django import forms


class InboxFilterForm(forms.Form):
    """Which notifications to list."""

    show = forms.ChoiceField(required=False, choices=[("", "All"), ("unread", "Unread")])


class ReadAllForm(forms.Form):
    """Up to which notification all are read."""

    newest = forms.IntegerField(min_value=0, help_text="The number of the newest one that was seen.")
