"""The badge of an SLO: an address nobody guesses, no cookie, and grey wherever nobody knows."""

import re
import xml.etree.ElementTree as ET
from datetime import timedelta

import pytest
import time_machine
from django.test import Client, override_settings

from apps.common.refused import NotAllowed, Refused
from apps.reliability import actions, queries, tasks
from apps.reliability.badge import COLORS
from apps.reliability.models import SLO, BadgeShare
from tests.cast import signed_in
from tests.organization import log
from tests.reliability.world import DAY, NOW, World, ago

SVG = "{http://www.w3.org/2000/svg}"


def share(world: World) -> str:
    """The badge's address."""
    actions.share_badge(slo_key="SLO-1", by=world.priya)
    return queries.badge_path(world.slo)


def read(address: str) -> tuple[str, str]:
    """What the picture says, and its color, as anybody sees it."""
    answer = Client().get(address)
    assert answer.status_code == 200
    root = ET.fromstring(answer.content.decode())  # noqa: S314, our own
    label, words = (text.text for text in root.iter(f"{SVG}text"))
    (path,) = root.iter(f"{SVG}path")
    assert label == "Checkout answers in time"
    return str(words), path.attrib["fill"]


def test_it_says_the_state_and_what_is_left(world: World) -> None:
    world.push((ago(hours=1), 9976, 10_000))
    tasks.refresh_slos()
    assert read(share(world)) == ("ample, 76 % left", COLORS["good"])
    world.push((ago(hours=2), 0, 100))
    tasks.refresh_slos()
    assert read(queries.badge_path(world.slo)) == ("exhausted, 22.78 % over", COLORS["bad"])


def test_it_is_grey_where_nobody_knows(world: World) -> None:
    address = share(world)
    assert read(address) == ("no data", COLORS["neutral"])
    tasks.refresh_slos()
    assert read(address) == ("no data", COLORS["neutral"])
    world.push((ago(hours=1), 100, 100))
    tasks.refresh_slos()
    with time_machine.travel(NOW + timedelta(minutes=16), tick=False):  # no worker came by
        assert read(address) == ("stale", COLORS["neutral"])
    with time_machine.travel(NOW + timedelta(days=3), tick=False):  # one did, no counts came
        tasks.refresh_slos()
        assert read(address) == ("stale", COLORS["neutral"])
    actions.archive_slo(slo_key="SLO-1", reason="Replaced", by=world.priya)
    assert read(address) == ("archived", COLORS["neutral"])


def test_where_nothing_may_fail(world: World) -> None:
    SLO.objects.update(target=1)
    world.push((ago(hours=1), 99, 100))
    tasks.refresh_slos()
    assert read(share(world))[1] == COLORS["bad"]


def test_no_cookie_is_set_and_anybody_may_keep_and_embed_it(world: World) -> None:
    world.push((ago(days=1, hours=12), 1, 1), grain=DAY)
    address = share(world)
    ended = Client()
    ended.cookies["sessionid"] = "x" * 32  # of a session that is no more
    for client in (Client(), signed_in(world.cast.nobody), ended):
        answer = client.get(address)
        assert "Set-Cookie" not in answer.headers
        assert not answer.cookies
        assert answer["Cache-Control"] == "public, max-age=300"
        assert "Cookie" not in answer.get("Vary", "")
        assert answer["Content-Type"] == "image/svg+xml"
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert Client().get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304


def test_nobody_guesses_the_address(world: World) -> None:
    address = share(world)
    token = address.partition("token=")[2]
    assert re.fullmatch(r"[0-9a-f]{40}", token)
    nonce = BadgeShare.objects.get().nonce
    for guess in ("", "x", token[:-1], token.upper(), nonce, "é" * 40):
        assert Client().get("/slos/SLO-1/badge.svg", {"token": guess}).status_code == 404
    assert Client().get("/slos/SLO-9/badge.svg", {"token": token}).status_code == 404
    with override_settings(SECRET_KEY="another-secret-of-the-same-portal-than-before"):
        assert Client().get(address).status_code == 404
    stored = str(BadgeShare.objects.values().get()) + str(log.statement("slo.badge_shared"))
    assert token not in stored
    assert nonce not in str(log.statement("slo.badge_shared"))


def test_a_rotated_secret_keeps_addresses_while_the_old_one_is_known(world: World, settings: object) -> None:
    address = share(world)
    old = settings.SECRET_KEY  # type: ignore[attr-defined]
    with override_settings(SECRET_KEY="another-secret-of-the-same-portal-than-before", SECRET_KEY_FALLBACKS=[old]):
        assert Client().get(address).status_code == 200


def test_a_new_address_ends_the_old_one_and_withdrawing_ends_it(world: World) -> None:
    first = share(world)
    second = share(world)
    assert (Client().get(first).status_code, Client().get(second).status_code) == (404, 200)
    actions.withdraw_badge(slo_key="SLO-1", by=world.priya)
    assert Client().get(second).status_code == 404
    assert queries.badge_path(world.slo) == ""
    size = log.size()
    actions.withdraw_badge(slo_key="SLO-1", by=world.priya)
    assert log.size() == size
    assert log.said("slo.badge_withdrawn").endswith("withdrew the badge of SLO-1 “Checkout answers in time”")


def test_nothing_of_a_restricted_initiative_is_shared(world: World) -> None:
    address = share(world)
    world.cast.initiative.restricted = True
    world.cast.initiative.save()
    assert Client().get(address).status_code == 404
    with pytest.raises(Refused, match="SLO-1 stands on a restricted initiative; nothing of it is shown"):
        actions.share_badge(slo_key="SLO-1", by=world.priya)


def test_refusals(world: World) -> None:
    with pytest.raises(NotAllowed, match="Sharing the badge of SLO-1 takes a seat as"):
        actions.share_badge(slo_key="SLO-1", by=world.cast.ruth)
    with pytest.raises(NotAllowed, match="Withdrawing the badge of SLO-1 takes a seat as"):
        actions.withdraw_badge(slo_key="SLO-1", by=world.cast.ruth)
    actions.archive_slo(slo_key="SLO-1", reason="Replaced", by=world.priya)
    with pytest.raises(Refused, match="SLO-1 is archived; there is nothing to show any more"):
        actions.share_badge(slo_key="SLO-1", by=world.priya)


def test_by_the_page(world: World) -> None:
    client, reader = signed_in(world.priya), signed_in(world.cast.nobody)
    assert "Give it an address" in client.get("/slos/SLO-1/").content.decode()
    assert "badge" not in reader.get("/slos/SLO-1/").content.decode().lower()
    assert client.post("/slos/SLO-1/badge/share/").status_code == 302
    assert queries.badge_path(world.slo) in reader.get("/slos/SLO-1/").content.decode()
    assert "Withdraw" not in reader.get("/slos/SLO-1/").content.decode()
    assert reader.post("/slos/SLO-1/badge/withdraw/").status_code == 403
    assert client.post("/slos/SLO-1/badge/withdraw/").status_code == 302
    assert "Give it an address" in client.get("/slos/SLO-1/").content.decode()


def test_by_the_api(world: World) -> None:
    client = signed_in(world.priya)
    told = client.post("/api/v1/slos/SLO-1/badge/share/").json()
    assert told == {"slo": "SLO-1", "address": f"http://testserver{queries.badge_path(world.slo)}"}
    assert client.post("/api/v1/slos/SLO-1/badge/withdraw/").json() == {"slo": "SLO-1", "address": ""}
