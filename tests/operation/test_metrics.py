"""What /metrics tells, to whom, and that what is sent to the portal makes no new series."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families as families

from apps.audit.models import Entry
from apps.specs.models import Execution
from portal.metrics import _Acts
from tests.audit.logbook import fill, sign
from tests.cast import Cast, signed_in
from tests.committed_db import CommittedDatabase

Figures = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def figures(client: Client | None = None) -> Figures:
    """Every sample by its name and labels."""
    answer = (client or Client()).get("/metrics")
    assert answer.status_code == 200
    found = {}
    for family in families(answer.content.decode()):
        for sample in family.samples:
            found[sample.name, tuple(sorted(sample.labels.items()))] = sample.value
    return found


def value(found: Figures, name: str, **labels: str) -> float:
    return found[name, tuple(sorted(labels.items()))]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "settings", "status"),
    [
        ({}, {}, 200),
        ({"REMOTE_ADDR": "::1"}, {}, 200),
        ({"REMOTE_ADDR": "203.0.113.9"}, {}, 404),
        ({"REMOTE_ADDR": ""}, {}, 404),
        # A proxy on the same machine speaks for others.
        ({"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, {}, 404),
        ({"HTTP_X_FORWARDED_PROTO": "https"}, {}, 404),
        ({}, {"ALLAUTH_TRUSTED_PROXY_COUNT": 1}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer hush"}, {"METRICS_TOKEN": "hush"}, 200),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer hus"}, {"METRICS_TOKEN": "hush"}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer "}, {"METRICS_TOKEN": ""}, 404),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_AUTHORIZATION": "Bearer é"}, {"METRICS_TOKEN": "hush"}, 404),
    ],
)
def test_the_machine_itself_may_read_them_or_who_has_the_token(asked: Any, settings: Any, status: int) -> None:
    with override_settings(**settings):
        assert Client().get("/metrics", **asked).status_code == status


def test_requests_are_counted_by_route_method_and_class_of_status(cast: Cast) -> None:
    labels = {"route": "delivery:epic_list", "method": "GET"}
    browser = signed_in(cast.maria)
    browser.get("/epics/")
    before = value(figures(), "triad_http_requests_total", **labels, status="2xx")
    assert browser.get("/epics/").status_code == 200
    found = figures()
    assert value(found, "triad_http_requests_total", **labels, status="2xx") == before + 1
    assert value(found, "triad_http_request_duration_seconds_count", **labels) >= 1
    assert value(found, "triad_http_request_duration_seconds_bucket", **labels, le="+Inf") >= 1


def test_whatever_is_asked_for_makes_no_new_series(cast: Cast) -> None:
    browser = signed_in(cast.maria)
    Client().get("/nowhere/")
    browser.get("/epics/E-1/")
    Client().generic("PURGE", "/nowhere/")
    figures()
    before = len(figures())
    for number in range(20):
        Client().get(f"/nowhere/{number}/")
        browser.get(f"/epics/E-{number}000/?q={number}")
        Client().generic(f"X{number}", "/nowhere/")
    assert len(figures()) == before


def test_acts_are_counted_as_the_log_holds_them(db: None) -> None:
    fill(30)
    found = figures()
    assert value(found, "triad_log_entries") == Entry.objects.count()
    told = {labels[0][1]: count for (name, labels), count in found.items() if name == "triad_acts_total"}
    assert told == {"story.signed_off": 20, "epic.signed_off": 10}
    sign()
    assert value(figures(), "triad_acts_total", event="epic.signed_off") == 11


def test_only_what_came_since_is_counted_and_another_log_from_its_beginning(db: None) -> None:
    fill(30)
    acts = _Acts()
    acts.up_to_now()
    sign()
    with connection.execute_wrapper(_no_scan):
        assert acts.up_to_now()["epic.signed_off"] == 11
    acts.origin = "another"
    assert acts.up_to_now() == {"story.signed_off": 20, "epic.signed_off": 11}


def _no_scan(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
    if "GROUP BY" in sql:
        assert list(params) == [30, 31]
    return execute(sql, params, many, context)


def test_jobs_that_wait_and_how_long(db: None) -> None:
    Execution.objects.create(key="X-1", suite="shop", cause="REQUEST", asked_at="2026-01-01T00:00:00Z")
    Execution.objects.create(key="X-2", suite="shop", cause="REQUEST", state="DONE")
    found = figures()
    assert value(found, "triad_jobs", kind="execution", state="waiting") == 1
    assert value(found, "triad_jobs", kind="import", state="waiting") == 0
    assert value(found, "triad_jobs_due", kind="execution") == 1
    assert value(found, "triad_job_oldest_seconds", kind="execution") > 3600
    assert value(found, "triad_part_up", part="broker") == 0  # there is none in tests


def test_without_a_database_the_rest_is_told(committed_db: CommittedDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "NAME", "/nowhere/portal.sqlite3")
    found = figures()
    assert value(found, "triad_part_up", part="database") == 0
    assert not any(name == "triad_log_entries" for name, _ in found)
