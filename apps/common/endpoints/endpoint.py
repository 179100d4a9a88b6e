"""One address of the API: its operations by method, and what holds for all of them alike."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, ClassVar, cast

from django.conf import settings
from django.http import HttpResponseBase
from django.utils.module_loading import import_string
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.common.access import Member
from apps.common.conditional import conditional
from apps.common.endpoints.asked import check_known
from apps.common.endpoints.body import StrictJSONParser
from apps.common.endpoints.operations import Operation
from apps.common.endpoints.rate import AccountRate

View = Callable[..., HttpResponseBase]


class Endpoint(APIView):
    """Asks who it is, how often, whether they may; then the operation; gives every answer an ETag."""

    operations: ClassVar[dict[str, Operation]] = {}
    throttle_classes = [AccountRate]
    parser_classes = [StrictJSONParser]
    metadata_class = None

    @property
    def operation(self) -> Operation | None:
        """What is asked; None where this address knows no such method."""
        method = (self.request.method if self.request else None) or ""  # the schema is made without a request
        return self.operations.get("GET" if method == "HEAD" else method)

    def get_permissions(self) -> list[BasePermission]:
        return [self.operation.may() if self.operation else Member()]

    def get_parsers(self) -> list[Any]:
        own = self.operation.parsers if self.operation else None
        return [parser() for parser in own or self.parser_classes]

    def get_renderers(self) -> list[Any]:
        own = self.operation.renderers if self.operation else None
        return [renderer() for renderer in own or self.renderer_classes]

    def check_permissions(self, request: Request) -> None:
        """Counts the request first: who may not is counted, too."""
        self.check_rate(request)
        super().check_permissions(request)

    def perform_authentication(self, request: Request) -> None:
        try:
            super().perform_authentication(request)
        except AuthenticationFailed:
            # A stranger until proven otherwise; guessing tokens is counted by address.
            self.check_rate(request)
            raise

    def check_rate(self, request: Request) -> None:
        """Raises Throttled, which is answered with 429 and Retry-After."""
        super().check_throttles(request)

    def check_throttles(self, request: Request) -> None:
        """Nothing more: it was counted before the permissions."""

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if request.method not in ("GET", "HEAD") or response.status_code != 200 or "ETag" in response.headers:
            return response
        response.render()
        return conditional(request, response, digest=sha256(response.content).hexdigest())


def endpoint(**operations: Operation) -> View:
    """The view of one address, from its operations by method: `endpoint(get=epic_list, post=epic_create)`."""
    named = {method.upper(): operation for method, operation in operations.items()}
    kinds = list(dict.fromkeys(operation.may for operation in named.values()))
    body: dict[str, Any] = {"operations": named, "permission_classes": kinds}
    body |= {method: _method(operation) for method, operation in operations.items()}
    first = next(iter(named.values())).handler
    body |= {"__module__": first.__module__, "__doc__": first.__doc__}
    view = type(getattr(first, "__name__", "Endpoint"), (Endpoint,), body)
    return cast(View, cast(type[Endpoint], view).as_view())


def _method(operation: Operation) -> Callable[..., HttpResponseBase]:
    def answer(self: Endpoint, request: Request, **kwargs: Any) -> HttpResponseBase:
        check_known(request, operation.known)
        if operation.writes and not operation.parses_first:
            return answered_once(request, lambda: operation.handler(request, **kwargs), status=operation.status)
        return _response(operation.handler(request, **kwargs), operation.status)

    return answer


def _response(given: Any, status: int) -> HttpResponseBase:
    return given if isinstance(given, HttpResponseBase) else Response(given, status=status)


def answered_once(request: Request, act: Callable[[], Any], *, status: int = 200) -> HttpResponseBase:
    """What `act` answers, with `status`; with an `Idempotency-Key`, what it answered the first time."""
    once: Callable[..., HttpResponseBase] = import_string(settings.API_ONCE)
    return once(request, lambda: _response(act(), status))
