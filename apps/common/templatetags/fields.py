"""Forms: label above, help below, error beside the field and in a summary at the top."""

from typing import Any

from django.forms import BaseForm, BoundField
from django.forms.widgets import CheckboxInput
from django.template import Context, Library

register = Library()


@register.inclusion_tag("components/_form_fields.html")
def form_fields(form: BaseForm) -> dict[str, Any]:
    """A whole form: summary of errors, then every field. Stands inside `<form class="form" method="post">`."""
    return {"form": form}


@register.inclusion_tag("components/_error_summary.html")
def error_summary(form: BaseForm, title: str = "Nothing was saved yet") -> dict[str, Any]:
    """What is wrong, in one place above the form, each line leading to its field."""
    return {"form": form, "title": title}


@register.inclusion_tag("components/_field.html")
def form_field(field: BoundField, cards: bool = False, label: str = "") -> dict[str, Any]:
    """One field: text, choice, checkbox, file. `cards=True` draws radios as cards.

    A field of choices may carry `choice_help`, a mapping of value to a sentence shown below that choice.
    """
    helps: dict[str, str] = getattr(field.field, "choice_help", {})
    listed = field.use_fieldset and hasattr(field.field, "choices")
    choices = [(choice, helps.get(str(choice.data["value"]), "")) for choice in field] if listed else []
    return {
        "field": field,
        "label": label or field.label,
        "choices": choices,
        "cards": cards,
        "single_check": isinstance(field.field.widget, CheckboxInput),
    }


@register.inclusion_tag("components/_filter_row.html", takes_context=True)
def filter_row(context: Context, form: BaseForm, target: str = "", words: str = "Filter") -> dict[str, Any]:
    """The filters above a list, by GET; with `target` (the id of the list's partial) they apply while typing."""
    request = context["request"]
    active = any(request.GET.get(form.add_prefix(name)) for name in form.fields)
    return {"form": form, "target": target, "words": words, "path": request.path, "active": active}
