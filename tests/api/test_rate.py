"""How often one account may ask."""

from typing import Any

import pytest
from django.test import Client

from tests.api.asking import pipeline_of, problem
from tests.cast import Cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def three_a_minute(settings: Any) -> None:
    settings.API_RATE = "3/min"


def test_too_many_requests_are_refused_with_when_to_come_back(cast: Cast) -> None:
    maria, ruth = signed_in(cast.maria), signed_in(cast.ruth)
    assert [maria.get("/api/v1/epics/").status_code for _ in range(3)] == [200] * 3
    answer = maria.get("/api/v1/stories/")
    assert "throttled" in problem(answer, 429)
    assert 0 < int(answer.headers["Retry-After"]) <= 60
    assert ruth.get("/api/v1/epics/").status_code == 200


def test_whoever_may_not_is_counted_too(cast: Cast) -> None:
    sam = signed_in(cast.sam)
    asked = [sam.get("/api/v1/audit/entries/").status_code for _ in range(4)]
    assert asked == [403, 403, 403, 429]


def test_all_tokens_of_an_account_count_together(cast: Cast) -> None:
    pipeline = pipeline_of(cast)
    assert [pipeline.get("/api/v1/epics/").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_strangers_and_guessed_tokens_are_counted_by_address(cast: Cast, client: Client) -> None:
    guesses = [client.get("/api/v1/epics/", headers={"Authorization": f"Bearer {n}"}).status_code for n in range(2)]
    assert [*guesses, *(client.get("/api/v1/epics/").status_code for _ in range(2))] == [401, 401, 401, 429]
    elsewhere = client.get("/api/v1/epics/", REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 401


def test_pages_are_not_counted(cast: Cast) -> None:
    maria = signed_in(cast.maria)
    assert {maria.get("/epics/").status_code for _ in range(5)} == {200}
