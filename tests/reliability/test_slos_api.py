"""SLOs by the API: a target is a number with decimals."""

from tests.cast import signed_in
from tests.reliability.world import World


def test_a_target_may_have_decimals(world: World) -> None:
    client = signed_in(world.priya)
    sent = {"title": "In time", "target": 99.95, "window": "28d", "rationale": "Users leave."}
    made = client.post("/api/v1/slis/SLI-1/slos/", sent, content_type="application/json")
    assert (made.status_code, made.json()["target"]) == (201, "0.9995")
    changed = client.patch(
        "/api/v1/slos/SLO-2/", {"target": 99.9, "rationale": "Enough."}, content_type="application/json"
    )
    assert (changed.status_code, changed.json()["target"]) == (200, "0.999")


def test_a_target_is_no_text_and_no_truth(world: World) -> None:
    for target in ("99.95", True, [99]):
        sent = {"title": "In time", "target": target, "window": "28d", "rationale": "Users leave."}
        answer = signed_in(world.priya).post("/api/v1/slis/SLI-1/slos/", sent, content_type="application/json")
        assert (answer.status_code, "A number is expected." in answer.content.decode()) == (400, True)


def test_the_next_review_is_not_in_the_past(world: World) -> None:
    client, words = signed_in(world.priya), "The next review cannot be on 2026-11-01, which is past."
    sent = {"title": "In time", "target": 99.9, "window": "28d", "rationale": "So.", "next_review_on": "2026-11-01"}
    made = client.post("/api/v1/slis/SLI-1/slos/", sent, content_type="application/json")
    assert (made.status_code, words in made.content.decode()) == (400, True)
    changed = {"next_review_on": "2026-11-01", "rationale": "So."}
    answer = client.patch("/api/v1/slos/SLO-1/", changed, content_type="application/json")
    assert (answer.status_code, words in answer.content.decode()) == (400, True)
    for url in ("/slos/SLO-1/change/", "/slis/SLI-1/slos/new/"):
        page = client.post(url, {**sent, "target": "99.9"})
        assert (page.status_code, words in page.content.decode()) == (400, True)
