"""What a request says, read by the forms of the room's pages: its filters and its body."""

from collections.abc import Mapping
from typing import Any, TypeVar

from django import forms
from django.http import QueryDict
from rest_framework.request import Request

from apps.common.refused import BadInput

Form = TypeVar("Form", bound=forms.Form)


class Unreadable(BadInput):
    """What was sent does not have the shape it must have; `errors` are sentences by field."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        name, sentences = next(iter(errors.items()))
        super().__init__(f"“{name}”: {sentences[0]}" if name != "body" else sentences[0])
        self.errors = errors


def check_known(request: Request, known: set[str]) -> None:
    """Raises BadInput for a name in the query that says nothing here, stands there twice, or has no value or a NUL."""
    query: QueryDict = request.query_params
    for name, values in query.lists():
        if name not in known:
            listed = ", ".join(f"“{one}”" for one in sorted(known))
            raise BadInput(
                f"“{name[:50]}” says nothing here. " + (f"Ask by {listed}." if known else "Nothing is asked by it.")
            )
        if len(values) > 1:
            raise BadInput(f"“{name}” stands in the query {len(values)} times. Once is enough.")
        if not values[0]:
            raise BadInput(f"“{name}” has no value. Give one, or leave it out.")
        if "\x00" in values[0]:
            raise BadInput(f"“{name}” holds a NUL character, and nothing here does. Ask without it.")


def filters_of(request: Request, form: type[forms.Form], **given: Any) -> dict[str, Any]:
    """What the list is filtered by, as `form` reads it. Raises Unreadable."""
    query: QueryDict = request.query_params
    asked = {name: str(query[name]) for name in query if name in form.base_fields}
    wrong = {name: [sentence] for name, text in asked.items() if (sentence := _too_long(form.base_fields[name], text))}
    if wrong:
        raise Unreadable(wrong)
    filled = form(query, **given)
    if not filled.is_valid():
        raise Unreadable(_sentences(filled))
    return filled.cleaned_data


def body_of(
    request: Request, form: type[forms.Form], *, start: Mapping[str, Any] | None = None, **given: Any
) -> dict[str, Any]:
    """The body, as `form` reads it; fields that it leaves out are as in `start`. Raises Unreadable."""
    sent: Any = request.data
    if not isinstance(sent, dict) or isinstance(sent, QueryDict):
        raise Unreadable({"body": ["The body is no JSON object, such as {“title”: “…”}."]})
    fields = form.base_fields
    if unknown := sorted(str(name) for name in sent if name not in fields):
        raise Unreadable({unknown[0][:50]: [f"Says nothing here. The body has {', '.join(fields)}."]})
    wrong = {name: [sentence] for name, value in sent.items() if (sentence := _wrong_type(fields[name], value))}
    if wrong:
        raise Unreadable(wrong)
    data: dict[str, Any] = {**(start or {}), **{name: "" if value is None else value for name, value in sent.items()}}
    filled = form(data, **given)
    if not filled.is_valid():
        raise Unreadable(_sentences(filled))
    return filled.cleaned_data


def form_of(request: Request, form: type[Form], **given: Any) -> Form:
    """A body of multipart/form-data, as `form` reads it. Raises Unreadable."""
    sent: Any = request.data
    unknown = sorted({*sent, *request.FILES} - {*form.base_fields})
    if unknown:
        raise Unreadable({unknown[0][:50]: [f"Says nothing here. The form has {', '.join(form.base_fields)}."]})
    filled = form(sent, request.FILES, **given)
    if not filled.is_valid():
        raise Unreadable(_sentences(filled))
    return filled


def _wrong_type(field: forms.Field, value: Any) -> str:
    """Why a value of JSON is none for this field; "" where it may be."""
    if value is None:
        return "May not be null." if field.required else ""
    if isinstance(field, forms.BooleanField):
        return "" if isinstance(value, bool) else "True or false is expected."
    if isinstance(field, forms.DecimalField):  # a kind of IntegerField, to Django
        return "" if isinstance(value, int | float) and not isinstance(value, bool) else "A number is expected."
    if isinstance(field, forms.IntegerField):
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return "" if is_number and abs(value) < 2**31 else "A whole number is expected."
    if isinstance(field, forms.MultipleChoiceField):
        if not isinstance(value, list) or not all(isinstance(one, str | int) for one in value):
            return "A list is expected."
        return next(filter(None, (_wrong_text(str(one)) for one in value)), "")
    if not isinstance(value, str):
        return "A text is expected."
    return _wrong_text(value) or _too_long(field, value)


def _wrong_text(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return f"Is not valid Unicode at character {error.start + 1}."
    return ""


def _too_long(field: forms.Field, text: str) -> str:
    """As the schema says it: a form counts only what is left when the blanks around it are gone."""
    most = field.max_length if isinstance(field, forms.CharField) else None
    return f"Has {len(text):,} characters; at most {most:,} are allowed." if most and len(text) > most else ""


def _sentences(form: forms.Form) -> dict[str, list[str]]:
    return {"body" if name == "__all__" else name: [str(one) for one in found] for name, found in form.errors.items()}
