"""SLOs as files by the API and on the page: what the commands do, and who may."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from apps.organization import actions as organization
from apps.organization.models import Person
from apps.reliability.formats import yaml_documents
from apps.reliability.models import SLO, SLOImport
from tests.reliability.test_import_slos import INDICATOR, OPENSLO, SLOTH, shop
from tests.reliability.world import World

__all__ = ["shop"]
IMPORT = "/api/v1/slos/import/"


def as_(person: Person, client: Client) -> Client:
    client.force_login(person)
    return client


def pipeline(world: World) -> Client:
    """With the token of a service account."""
    adam = world.cast.adam
    account = organization.add_service_account(username="ci", name="CI", by=adam)
    until = (timezone.now() + timedelta(days=30)).date()
    _, secret = organization.create_token(person=account, name="slos", expires_on=until, by=adam)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def file(text: str, name: str = "slos.yaml") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


@pytest.mark.usefixtures("shop")
def test_a_pipeline_sends_a_file(world: World) -> None:
    ci = pipeline(world)
    answer = ci.post(IMPORT, SLOTH, content_type="application/yaml")
    told = {"documents": 1, "slos": 1, "keys": ["SLO-2"], "created": 1, "changed": 0, "unmeasured": {}}
    assert (answer.status_code, answer.json()) == (200, told)
    again = ci.post(IMPORT, SLOTH, content_type="text/plain").json()
    assert (again["created"], again["changed"], SLOImport.objects.count()) == (0, 0, 1)
    assert ci.get("/api/v1/slos/SLO-2/").json()["unmeasured"] == ""


@pytest.mark.usefixtures("shop")
def test_a_key_answers_once(world: World) -> None:
    ci, key = pipeline(world), {"Idempotency-Key": "one-file-of-slos"}
    first, again = (ci.post(IMPORT, SLOTH, content_type="application/yaml", headers=key) for _ in range(2))
    assert (first.json()["created"], again.content) == (1, first.content)
    other = ci.post(IMPORT, OPENSLO, content_type="application/yaml", headers=key)
    assert other.status_code == 422


@pytest.mark.usefixtures("shop")
def test_several_files_and_a_scope(world: World, client: Client) -> None:
    body = {"file": [file(OPENSLO, "a.yaml"), file(INDICATOR, "b.yaml")], "scope": "E-1"}
    told = as_(world.priya, client).post(IMPORT, body).json()
    assert (told["documents"], told["keys"]) == (2, ["SLO-2", "SLO-3"])
    assert set(told["unmeasured"]) == {"latency-0", "latency-1"}
    assert SLO.objects.get(key="SLO-3").scope.key == "E-1"
    assert "do not say their window" in client.get("/api/v1/slos/SLO-3/").json()["unmeasured"]


def test_every_reason_by_document_and_field(world: World, client: Client) -> None:
    answer = as_(world.priya, client).post(IMPORT, {"file": [file(SLOTH, "a.yaml"), file("a: &b 1", "b.yaml")]})
    told = answer.json()
    assert (answer.status_code, told["detail"]) == (400, "Nothing is imported: 2 things to mend.")
    assert set(told["errors"]) == {"a.yaml, document 1, service", "b.yaml, document 1"}
    assert not SLOImport.objects.exists()


@pytest.mark.parametrize(
    ("address", "body", "status", "words"),
    [
        (IMPORT, "", 400, "The body is empty. Send the file as the body"),
        (f"{IMPORT}?days=0", SLOTH, 400, "a whole number of days from 1 to 365"),
        (f"{IMPORT}?scope=E-9", SLOTH, 409, "There is no service, epic or team E-9"),
        (f"{IMPORT}?format=x", SLOTH, 400, "says nothing here"),
        (IMPORT, "#" * (5 * 1024 * 1024 + 1), 413, "more than 4 MiB"),
        (IMPORT, "a: 1\n---\n" + "#" * 1024 * 1024, 400, "Nothing is imported"),
    ],
)
def test_refused(world: World, client: Client, address: str, body: str, status: int, words: str) -> None:
    answer = as_(world.priya, client).post(address, body, content_type="application/yaml")
    assert (answer.status_code, words in answer.json()["detail"]) == (status, True), answer.content


@pytest.mark.usefixtures("shop")
def test_who_may_not_import(world: World, client: Client) -> None:
    assert as_(world.cast.adam, client).post(IMPORT, SLOTH, content_type="application/yaml").status_code == 403
    assert client.get("/slos/import/").status_code == 403
    assert client.post("/slos/import/", {"text": SLOTH, "days": 30}).status_code == 403
    assert not SLOImport.objects.exists()


@pytest.mark.usefixtures("shop")
def test_files_come_back(world: World, client: Client) -> None:
    client = as_(world.priya, client)
    client.post(IMPORT, {"file": [file(SLOTH), file(OPENSLO), file(INDICATOR)]})
    answer = client.get("/api/v1/slos/SLO-3/openslo/")
    assert (answer["Content-Type"], answer.status_code) == ("text/yaml; charset=utf-8", 200)
    assert answer["Content-Disposition"] == 'attachment; filename="slo-3-openslo.yaml"'
    assert yaml_documents.read(answer.content) == yaml_documents.read(f"{INDICATOR}---{OPENSLO}".encode())
    again = client.get("/api/v1/slos/SLO-3/openslo/", headers={"If-None-Match": answer["ETag"]})
    assert again.status_code == 304
    rules = client.get("/api/v1/slos/SLO-2/rules/", headers={"Accept": "text/yaml"})
    assert b"slo:sli_error:ratio_rate1h" in rules.content
    refused = client.get("/api/v1/slos/SLO-3/rules/")
    assert (refused.status_code, "does not say its window" in refused.json()["detail"]) == (409, True)
    assert client.get("/api/v1/slos/SLO-9/openslo/").status_code == 404


@pytest.mark.usefixtures("shop")
def test_the_page(world: World, client: Client) -> None:
    client = as_(world.priya, client)
    assert "/slos/import/" in client.get("/reliability/").content.decode()
    refused = client.post("/slos/import/", {"file": file(SLOTH + "extra: 1\n"), "scope": "E-1", "days": "7"})
    page = refused.content.decode()
    assert refused.status_code == 400
    for words in ("Nothing was imported", "<code>extra</code>", "The specification knows no such field.", "extra: 1"):
        assert words in page
    assert 'value="7"' in page
    assert '<option value="E-1" selected>' in page
    done = client.post("/slos/import/", {"text": f"{OPENSLO}---{INDICATOR}", "days": "30"}).content.decode()
    assert "2 SLOs defined, 0 changed" in done
    assert "/slos/SLO-3/" in done
    assert "Its queries do not say their window" in done
    page = client.get("/slos/SLO-2/").content.decode()
    assert "Not measured here" in page
    assert "/api/v1/slos/SLO-2/openslo/" in page
    assert "/api/v1/slos/SLO-2/rules/" not in page
    assert client.post("/slos/import/", {"days": "30"}).status_code == 400
    client.post("/slos/import/", {"text": SLOTH, "days": "30"})
    page = client.get("/slos/SLO-4/").content.decode()
    assert "Not measured here" not in page
    assert "/api/v1/slos/SLO-4/rules/" in page


@pytest.mark.usefixtures("shop")
def test_a_restricted_initiative_s_services_are_not_there(world: World, client: Client) -> None:
    world.cast.elsewhere.restricted = True
    world.cast.elsewhere.save()
    scope = world.slo.scope
    scope.parent = world.cast.elsewhere
    scope.save()
    client = as_(world.priya, client)
    for address in ("openslo", "rules"):
        assert client.get(f"/api/v1/slos/SLO-1/{address}/").status_code == 404
    answer = client.post(f"{IMPORT}?scope=E-1", SLOTH, content_type="application/yaml")
    assert answer.json()["detail"] == "There is no service, epic or team E-1 that you may read."
