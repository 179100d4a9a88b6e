"""A select with many options, such as all teams."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class ManyOptions(forms.Select):
    """Writes its options itself. By Django each has a template: two hundred of them cost as much as a whole list."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The same as Django's, without groups of options."""
        chosen = set(self.format_value(value) or [])
        options = format_html_join(
            "\n",
            '  <option value="{}"{}>{}</option>\n',
            ((one, SafeString(" selected") if str(one) in chosen else "", label) for one, label in self.choices),
        )
        written = flatatt(self.build_attrs(self.attrs, dict(attrs or {})))
        return format_html('<select name="{}"{}>\n{}\n</select>', name, written, options)
