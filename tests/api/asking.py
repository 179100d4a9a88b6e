"""What the tests of each room's API share."""

import json
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.organization import actions as organization
from tests.cast import Cast, in_days

API = "/api/v1/"


def pipeline_of(cast: Cast) -> Client:
    """A program with the token of a service account."""
    account = organization.add_service_account(username="ci", name="CI", by=cast.adam)
    _, secret = organization.create_token(person=account, name="ci", expires_on=in_days(30), by=cast.adam)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def read(client: Client, path: str) -> Any:
    """What is answered with 200."""
    answer = client.get(API + path)
    assert answer.status_code == 200, answer.content
    return answer.json()


def rows(client: Client, path: str) -> list[Any]:
    """The rows of one page that has no next one."""
    page = read(client, path)
    assert page["next"] is None
    found: list[Any] = page["results"]
    return found


def every_row(client: Client, path: str) -> list[Any]:
    """The rows of all pages, followed by `next`."""
    found: list[Any] = []
    url: str | None = API + path
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.content
        page = answer.json()
        found += page["results"]
        url = page["next"]
        assert len(found) < 1000
    return found


def send(client: Client, path: str, body: Any = None, method: str = "post", **headers: str) -> Any:
    """The response to a body in JSON."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    data = json.dumps(body if body is not None else {})
    return client.generic(method.upper(), API + path, data, content_type="application/json", headers=names)


def problem(answer: Any, status: int) -> str:
    """The sentence of a problem."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["type"], body["status"]) == ("about:blank", status)
    return str(body["detail"])


def queries_of(client: Client, path: str) -> int:
    """How many queries a read takes, after one that warms what is kept for a process."""
    read(client, path)
    with CaptureQueriesContext(
        connection,
    ) as counted:
        read(client, path)
    return len(counted)
