"""The schema of a field of a form, as a filter in a query or as a member of a body."""

from typing import Any, cast

from django import forms


def described_field(field: forms.Field, *, in_query: bool) -> dict[str, Any]:
    """What a value must look like. Choices that depend on who asks are not said."""
    shape = _shape(field)
    if not in_query and field.help_text:
        shape["description"] = str(field.help_text)
    if not in_query and not field.required and isinstance(shape.get("type"), str):
        shape["type"] = [shape["type"], "null"]
        if "enum" in shape:
            shape["enum"] = [*shape["enum"], None]
    return shape


def _shape(field: forms.Field) -> dict[str, Any]:
    if isinstance(field, forms.BooleanField):
        return {"type": "boolean"}
    if isinstance(field, forms.IntegerField):
        limits: dict[str, Any] = {"minimum": field.min_value, "maximum": field.max_value}
        if isinstance(field, forms.DecimalField):
            return {"type": "number", **{name: float(value) for name, value in limits.items() if value is not None}}
        return {"type": "integer", **{name: value for name, value in limits.items() if value is not None}}
    if isinstance(field, forms.MultipleChoiceField):
        return {"type": "array", "items": {"type": "string"}, **({"minItems": 1} if field.required else {})}
    if isinstance(field, forms.ModelChoiceField):
        return {"type": "string"}
    if isinstance(field, forms.DateTimeField):
        return {"type": "string"}
    if isinstance(field, forms.DateField):
        return {"type": "string", "format": "date"}
    if isinstance(field, forms.ChoiceField):
        values = [str(value) for value, _ in cast(list[tuple[Any, Any]], field.choices)]
        if not field.required and values and "" not in values:
            values = ["", *values]
        return {"type": "string", "enum": values} if values else {"type": "string"}
    shape: dict[str, Any] = {"type": "string"}
    if isinstance(field, forms.CharField):
        if field.max_length:
            shape["maxLength"] = field.max_length
        if field.required:
            shape["minLength"] = 1
    return shape
