"""A select with many options says what Django's own says."""

import pytest
from django import forms
from django.test import SimpleTestCase
from django.utils.safestring import SafeString

from apps.common.choosing import ManyOptions

CHOICES = [("", "All"), ("a", "First"), ("b&c", "<b>Second</b>"), ("d", "Third")]


@pytest.mark.parametrize("value", ["", "a", "b&c", None, "unknown"])
@pytest.mark.parametrize("attrs", [{}, {"id": "id_team", "required": True, "aria-describedby": 'x"y'}])
def test_it_is_written_as_by_django(value: str | None, attrs: dict[str, object]) -> None:
    own = ManyOptions(choices=CHOICES).render("team", value, attrs)
    SimpleTestCase().assertHTMLEqual(own, forms.Select(choices=CHOICES).render("team", value, attrs))


def test_what_is_chosen_is_marked_and_words_are_escaped() -> None:
    written = ManyOptions(choices=CHOICES).render("team", "b&c")
    assert written.count(" selected") == 1
    assert "&lt;b&gt;Second" in written and "<b>" not in written


def test_what_is_markup_for_one_select_is_none_for_another() -> None:
    markup = ManyOptions(choices=[("a", SafeString("<b>First</b>"))]).render("team", "")
    words = ManyOptions(choices=[("a", "<b>First</b>")]).render("team", "")
    assert "<b>First</b>" in markup
    assert "&lt;b&gt;First&lt;/b&gt;" in words
