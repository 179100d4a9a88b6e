"""Errors of the API as problem details (RFC 9457)."""

from typing import Any, NotRequired, TypedDict

from django.core.exceptions import ObjectDoesNotExist
from rest_framework.response import Response
from rest_framework.views import exception_handler

from apps.common.damaged import damaged_of
from apps.common.refused import Refused


class Problem(TypedDict):
    """What went wrong, in a sentence that a person can act on (RFC 9457); `errors` by field where it is about some."""

    type: str
    status: int
    detail: str
    errors: NotRequired[dict[str, list[str]]]


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """A response in application/problem+json for what a view of the API raised; None where it is not ours."""
    refused = error if isinstance(error, Refused) else damaged_of(error)
    if refused is not None:
        errors = getattr(refused, "errors", None)
        return problem(refused.status, refused.sentence, **({"errors": errors} if errors else {}))
    if isinstance(error, ObjectDoesNotExist):  # gone, or hidden, since it was looked at
        return problem(404, "There is no such thing that you may read.")
    response = exception_handler(error, context)
    if response is None:
        return None
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    extra = {} if detail else {"errors": response.data}
    return problem(
        response.status_code, str(detail or "The request could not be read."), headers=dict(response.headers), **extra
    )


def problem(status: int, sentence: str, headers: dict[str, str] | None = None, **extra: Any) -> Response:
    """One problem as a response."""
    body = {"type": "about:blank", "status": status, "detail": sentence, **extra}
    kept = {name: value for name, value in (headers or {}).items() if name.lower() != "content-type"}
    return Response(body, status=status, headers=kept, content_type="application/problem+json")
