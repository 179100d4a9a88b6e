"""What this process counts about the requests it answers; `/metrics` sums it over the web's processes.

Labels come from the code (names of routes, methods, classes of status), never from what was sent: so there are as many
series as there are routes, whoever asks for what.
"""

from django.http import HttpRequest
from prometheus_client import Counter, Histogram

REQUESTS = Counter("triad_http_requests_total", "Requests answered", ["route", "method", "status"])
SECONDS = Histogram(
    "triad_http_request_duration_seconds",
    "Seconds until an answer was ready",
    ["route", "method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)
UNAVAILABLE = Counter("triad_unavailable_total", "Requests answered 503 by the portal itself", ["reason"])
METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
NO_ROUTE = "none"


def route_of(request: HttpRequest) -> str:
    """The name of the route that answers; `none` where no address fits."""
    match = request.resolver_match
    return (match.view_name if match else "") or NO_ROUTE


def count_request(request: HttpRequest, *, status: int, seconds: float) -> None:
    """One request was answered."""
    method = request.method if request.method in METHODS else "OTHER"
    route = route_of(request)
    REQUESTS.labels(route, method, f"{status // 100}xx").inc()
    SECONDS.labels(route, method).observe(seconds)
