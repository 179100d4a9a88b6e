"""A select with many options, such as all teams."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

# Its value, and its label as markup.
Option = tuple[str, SafeString]


class ManyOptions(forms.Select):
    """Writes its options itself. By Django each has a template: two hundred of them cost as much as a whole list."""

    def use_required_attribute(self, initial: Any) -> bool:
        """As Django's, which reads all options for it where nothing is required, too."""
        return self.is_required and super().use_required_attribute(initial)

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The same as Django's, without groups of options."""
        # Escaped before they are kept: what is safe to print is equal to what is not.
        options = tuple((str(one), conditional_escape(str(label))) for one, label in self.choices)
        written = flatatt(self.build_attrs(self.attrs, dict(attrs or {})))
        return format_html(
            '<select name="{}"{}>\n{}\n</select>',
            name,
            written,
            _options(options, frozenset(self.format_value(value) or ())),
        )


@lru_cache(maxsize=20)
def _options(options: tuple[Option, ...], chosen: frozenset[str]) -> SafeString:
    """Drawn once for the same options: a page with a filter asks for them each time."""
    return format_html_join(
        "\n",
        '  <option value="{}"{}>{}</option>\n',
        ((one, SafeString(" selected") if one in chosen else "", label) for one, label in options),
    )
