"""Answers that a program asks for again and again: an ETag of their content, and 304 while it is the same."""

from typing import TypeVar, cast

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from rest_framework.request import Request

Response = TypeVar("Response", bound=HttpResponseBase)


def conditional(request: Request, response: Response, *, digest: str) -> Response:
    """`response` with `digest` as its ETag, or 304 where the asker has it; kept by nobody else, asked for anew."""
    etag = f'"{digest}"'
    response.headers["ETag"] = etag
    patch_cache_control(response, private=True, no_cache=True)
    # What one may read depends on who asks.
    patch_vary_headers(response, ["Authorization", "Cookie"])
    answer = get_conditional_response(request._request, etag=etag, response=response)  # type: ignore[arg-type]
    return cast(Response, answer)
