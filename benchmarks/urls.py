"""The portal's addresses, and some beside them that answers are measured beside."""

from importlib import import_module

from django.http import HttpRequest, HttpResponse
from django.urls import path

from apps.common.access import member
from benchmarks.settings import HAS_PEERS
from portal.urls import handler400, handler403, handler404, handler500
from portal.urls import urlpatterns as of_the_portal

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]


@member
def constant(request: HttpRequest) -> HttpResponse:
    """What any signed-in page costs at least: the same middleware, session and person."""
    return HttpResponse("constant" if request.user.is_authenticated else "nobody")


peers = import_module("benchmarks.peers.views").urlpatterns if HAS_PEERS else []
urlpatterns = [*of_the_portal, path("constant/", constant), *peers]
