"""Is it alive, is it ready."""

import pytest
from django.test import Client


def test_alive_without_signing_in(client: Client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


@pytest.mark.django_db
def test_not_ready_without_a_broker_says_so(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not ready",
        "checks": {
            "database": "ok",
            "migrations": "ok",
            "broker": "does not answer (ConnectionError)",
            "beat": "not checked: no broker",
        },
    }
