"""Pages and API of headroom: from a resource to a review by plain forms, lists by need, and what others do not see."""

import csv
import io
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.organization.models import Scope
from apps.reliability.actions.headroom import figures_digest, put_demand
from apps.reliability.models import HeadroomReview, PlannedDemand, Resource
from tests.api.asking import every_row, pipeline_of, problem, queries_of, read, send
from tests.cast import signed_in
from tests.reliability.headroom_world import TODAY, days, growing, make_resource
from tests.reliability.test_pages import text
from tests.reliability.world import NOW, World

FORM = {"scope": "E-1", "title": "Disk of orders", "limit": "100", "unit": "GB", "measure": "SIZE"}
SOON = (TODAY + timedelta(days=30)).isoformat()


def values(count: int) -> bytes:
    lines = [f"{on.isoformat()},{value}" for on, value in days(count, lambda ago: 60 - ago).items()]
    return "\n".join(["at,value", *lines]).encode()


def upload(client: Client, data: bytes) -> str:
    answer = client.post("/resources/RES-1/usage/", {"on": "", "value": "", "file": SimpleUploadedFile("u.csv", data)})
    return answer.headers.get("Location") or answer.content.decode()


def test_from_a_resource_to_a_review_by_plain_forms(world: World) -> None:
    priya = signed_in(world.priya)
    made = priya.post("/resources/new/", FORM)
    assert (made.status_code, made["Location"]) == (302, "/resources/RES-1/")
    page = text(priya, "/resources/RES-1/")
    for words in ("RES-1 is watched. Next, say what is in use.", "Nothing has been measured.", "Never reviewed"):
        assert words in page
    one = priya.post("/resources/RES-1/usage/", {"on": "2026-11-28", "value": "12.5"})
    assert one["Location"] == "/resources/RES-1/"
    assert "12.5 GB" in text(priya, "/resources/RES-1/")
    assert upload(priya, values(60)) == "/resources/RES-1/"
    page = text(priya, "/resources/RES-1/")
    for words in ("Usage of 60 days is stored.", "60.5 of 100 GB in use (60 %), growing by 1 a day", "Show as table"):
        assert words in page
    for words in ("<svg", 'class="trend"', "60.5 GB", "Reached in 39 days", "1 Oct 2026"):
        assert words in page
    digest = figures_digest(Resource.objects.get())
    assert digest in text(priya, "/resources/RES-1/review/")
    said = {"note": "A second disk is ordered.", "next_review_on": SOON, "digest": digest}
    assert priya.post("/resources/RES-1/review/", said)["Location"] == "/resources/RES-1/"
    assert "A second disk is ordered." in text(priya, "/resources/RES-1/")
    changed = priya.post("/resources/RES-1/edit/", {**FORM, "limit": "60"})
    assert changed["Location"] == "/resources/RES-1/"
    assert "Limit reached" in text(priya, "/resources/RES-1/")
    assert priya.post("/resources/RES-1/archive/").status_code == 302
    assert "Archived" in text(priya, "/resources/RES-1/")


def test_what_is_wrong_is_said_above_the_form(world: World) -> None:
    make_resource(world)
    priya = signed_in(world.priya)
    assert "Line 2: “many” is no number" in upload(priya, b"at,value\n2026-11-28,many\n")
    assert "is in the future" in upload(priya, b"at,value\n2030-01-01,5\n")
    empty = priya.post("/resources/RES-1/usage/", {"on": "2026-11-28"})
    assert empty.status_code == 400
    assert "Say a day and what was in use on it, or choose a file." in empty.content.decode()
    late = priya.post("/resources/RES-1/review/", {"note": "So.", "next_review_on": "2026-11-01", "digest": ""})
    assert "The next review is on a day after today" in late.content.decode()
    for path in ("/resources/new/", "/resources/RES-1/edit/"):
        assert "A limit is a number above 0" in priya.post(path, {**FORM, "limit": "0"}).content.decode()
    stale = priya.post("/resources/RES-1/review/", {"note": "So.", "next_review_on": SOON, "digest": "0" * 64})
    assert stale.status_code == 409
    assert not HeadroomReview.objects.exists()


def test_the_list_is_by_need_and_filtered(world: World) -> None:
    make_resource(world, title="Never measured")
    flat, full, grows = (make_resource(world, title=title) for title in ("Flat", "Full", "Grows"))
    growing(world, grows)
    for resource, value in ((flat, 20.0), (full, 100.0)):
        send_days(world, resource, value)
    priya = signed_in(world.priya)
    page = text(priya, "/resources/")
    places = [page.index(title) for title in ("Full", "Grows", "Flat", "Never measured")]
    assert places == sorted(places)
    for words in ("Limit reached", "Reached in 39 days", "Not growing", "Too few measurements"):
        assert words in page
    partial = text(priya, "/resources/?state=GROWING", headers={"HX-Request": "true"})
    assert "Grows" in partial
    assert "Flat" not in partial
    assert "<html" not in partial
    rows = list(csv.DictReader(io.StringIO(text(priya, "/resources/?as=csv&text=grows"))))
    assert [(row["Key"], row["State"], row["Reached on"]) for row in rows] == [("RES-4", "Growing", "2027-01-07")]
    assert "No resource matches" in text(priya, "/resources/?text=teapot")
    assert "/resources/" in text(priya, "/reliability/")


def send_days(world: World, resource: Resource, value: float) -> None:
    body = {"usage": [{"at": on.isoformat(), "value": value} for on in days(20, lambda ago: value)]}
    assert send(signed_in(world.priya), f"resources/{resource.key}/usage/", body).status_code == 200


def test_a_review_that_is_overdue_is_seen(world: World) -> None:
    make_resource(world)
    send(signed_in(world.priya), "resources/RES-1/reviews/", {"note": "Fine.", "next_review_on": SOON})
    assert "Review overdue" not in text(signed_in(world.priya), "/resources/RES-1/")
    with time_machine.travel(NOW + timedelta(days=31), tick=False):
        for path in ("/resources/RES-1/", "/resources/"):
            assert "Review overdue" in text(signed_in(world.priya), path)


def test_planned_demand_is_shown_to_who_may_read_what_it_is_for(world: World) -> None:
    resource = make_resource(world)
    growing(world, resource)
    put_demand(
        resource=resource,
        scope=world.cast.elsewhere,
        cause_key="DEM-1",
        on=TODAY + timedelta(days=10),
        amount=20.0,
        why="Returns by locker",
    )
    resource.refresh_from_db()
    assert resource.status.days == 19.5
    page = text(signed_in(world.priya), "/resources/RES-1/")
    for words in ("+20 GB", "Returns by locker", "Planned demand is counted in: +20 on 2026-12-08"):
        assert words in page
    assert read(signed_in(world.priya), "resources/RES-1/demand/")[0]["amount"] == 20
    Scope.objects.filter(pk=world.cast.elsewhere.pk).update(restricted=True)
    page = text(signed_in(world.priya), "/resources/RES-1/")
    for words in ("Returns by locker", "2026-12-08"):
        assert words not in page
    assert read(signed_in(world.priya), "resources/RES-1/demand/") == []
    assert PlannedDemand.objects.count() == 1


def test_who_holds_no_seat_reads_and_does_not_write(world: World) -> None:
    make_resource(world)
    nobody = signed_in(world.cast.nobody)
    assert "Disk of orders" in text(nobody, "/resources/RES-1/")
    assert nobody.get("/resources/new/").status_code == 403
    for path in ("edit", "usage", "review"):
        assert nobody.get(f"/resources/RES-1/{path}/").status_code == 403
    assert nobody.post("/resources/RES-1/archive/").status_code == 403


def test_the_restricted_is_as_unknown(world: World) -> None:
    make_resource(world)
    Scope.objects.filter(pk=world.cast.initiative.pk).update(restricted=True)
    nobody = signed_in(world.cast.nobody)
    assert "Disk of orders" not in text(nobody, "/resources/")
    for path in ("", "edit/", "usage/", "review/"):
        assert nobody.get(f"/resources/RES-1/{path}").status_code == 404
    for path in ("", "usage/", "reviews/", "demand/"):
        assert problem(nobody.get(f"/api/v1/resources/RES-1/{path}"), 404)
    assert every_row(nobody, "resources/") == []
    assert "Disk of orders" in text(signed_in(world.priya), "/resources/RES-1/")


# --- the API


def test_a_program_sends_usage_again_and_again(world: World) -> None:
    growing(world, make_resource(world))
    pipeline = pipeline_of(world.cast)
    body = {"usage": [{"at": "2026-11-28T10:00:00Z", "value": 60}, {"at": "2026-11-28T11:00:00Z", "value": 58}]}
    rows = [send(pipeline, "resources/RES-1/usage/", body).json() for _ in range(2)]
    assert rows[0]["measurements"] == rows[1]["measurements"] == 60
    row = read(pipeline, "resources/RES-1/")
    assert (row["state"], row["reached_on"], row["measured_until"]) == ("GROWING", "2027-01-07", "2026-11-28")
    assert (row["growth"], row["limit"], row["unit"], row["of"]) == (1, 100, "GB", "E-1")
    assert row["words"].startswith("60.5 of 100 GB in use")
    sent = read(pipeline, "resources/RES-1/usage/")
    assert (len(sent), sent[-1]) == (60, {"on": "2026-11-28", "value": 60})
    assert "is no number" in problem(send(pipeline, "resources/RES-1/usage/", {"usage": [{"at": "2026-11-28"}]}), 400)
    assert problem(send(pipeline, "resources/", {}), 403)


def test_a_person_writes_by_the_api_what_the_pages_write(world: World) -> None:
    priya = signed_in(world.priya)
    made = send(priya, "resources/", {**FORM, "limit": 100})
    assert (made.status_code, made.json()["key"], made.json()["state"]) == (201, "RES-1", "TOO_FEW")
    assert send(priya, "resources/RES-1/", {"limit": 50}, "patch").json()["limit"] == 50
    said = send(priya, "resources/RES-1/reviews/", {"note": "Fine.", "next_review_on": SOON})
    assert (said.status_code, said.json()["key"], said.json()["note"]) == (201, "REV-1", "Fine.")
    assert [row["key"] for row in read(priya, "resources/RES-1/reviews/")] == ["REV-1"]
    assert every_row(priya, "resources/?text=disk")[0]["next_review_on"] == SOON
    assert send(priya, "resources/RES-1/archive/").json()["archived_at"]
    assert every_row(priya, "resources/") == []


@pytest.mark.parametrize("path", ["resources/", "resources/RES-1/usage/", "resources/RES-1/reviews/"])
def test_the_same_number_of_queries_for_one_row_and_for_twenty(world: World, path: str) -> None:
    priya = signed_in(world.priya)
    make_resource(world)
    make_resource(world)
    one = queries_of(priya, path)
    for number in range(20):
        made = make_resource(world, title=f"Other {number}")
        send_days(world, made, float(number))
        send(priya, "resources/RES-1/reviews/", {"note": f"Fine {number}.", "next_review_on": SOON})
    growing(world, Resource.objects.get(key="RES-1"))
    assert queries_of(priya, path) == one


def test_pages_go_by_the_last_row(world: World) -> None:
    for number in range(5):
        send_days(world, make_resource(world, title=f"Disk {number}"), 95.0 - number)
    assert len(every_row(signed_in(world.priya), "resources/?limit=2")) == 5
