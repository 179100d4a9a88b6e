"""`/api/v1/audit/`: the log by the API, for who may read it, with statements and proofs that check."""

import hashlib
import json

import pytest
from django.test import Client

from apps.audit import actions, merkle
from apps.organization import actions as organization
from tests.api.asking import every_row, pipeline_of, problem, queries_of, read, rows, send
from tests.cast import Cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(cast: Cast) -> Client:
    """The auditor, and some entries."""
    for number in range(5):
        organization.create_team(key=f"team-of-{number}", title=f"Team {number}", by=cast.adam)
    return signed_in(cast.ada)


def test_entries_the_latest_first_and_by_filter(ada: Client) -> None:
    whole = rows(ada, "audit/entries/")
    assert [row["index"] for row in whole] == sorted((row["index"] for row in whole), reverse=True)
    assert every_row(ada, "audit/entries/?limit=2") == whole
    (one,) = rows(ada, "audit/entries/?key=team-of-3")
    assert (one["event"], one["by"], one["subject"]) == ("team.created", "Adam Roth", "team-of-3")
    assert "“event”: Select a valid choice." in problem(ada.get("/api/v1/audit/entries/?event=x.y"), 400)
    assert "“since”: Enter a valid date." in problem(ada.get("/api/v1/audit/entries/?since=soon"), 400)


def test_an_entry_proves_itself(ada: Client) -> None:
    head = read(ada, "audit/head/")
    entry = read(ada, f"audit/entries/{head['size'] - 2}/")
    leaf = merkle.leaf_hash(entry["statement"].encode())
    assert leaf.hex() == entry["leaf"]
    assert (entry["size"], entry["root"], entry["proof_error"]) == (head["size"], head["root"], "")
    merkle.check_inclusion(
        leaf=leaf,
        index=entry["index"],
        size=entry["size"],
        proof=[bytes.fromhex(step) for step in entry["path"]],
        root=bytes.fromhex(head["root"]),
    )
    assert json.loads(entry["statement"])["predicate"]["origin"] == head["origin"]
    assert hashlib.sha256(b"\x00" + entry["statement"].encode()).digest() == leaf
    earlier = read(ada, f"audit/entries/{entry['index']}/?size={head['size'] - 1}")
    assert earlier["size"] == head["size"] - 1
    assert "has no proof" in problem(ada.get(f"/api/v1/audit/entries/{entry['index']}/?size=1"), 400)
    assert problem(ada.get("/api/v1/audit/entries/99999/"), 404)


def test_verifications(cast: Cast, ada: Client) -> None:
    made = actions.verify()
    (row,) = rows(ada, "audit/verifications/")
    assert (row["number"], row["ok"], row["size"]) == (made.pk, True, made.size)
    assert read(ada, f"audit/verifications/{made.pk}/") == row
    assert send(ada, "audit/verifications/").status_code == 204
    assert "auditors, executives and administrators" in problem(send(signed_in(cast.sam), "audit/verifications/"), 403)


@pytest.mark.parametrize("path", ["head/", "entries/", "entries/0/", "verifications/", "verifications/1/"])
def test_the_log_is_for_who_holds_the_right(cast: Cast, ada: Client, path: str) -> None:
    for other in (signed_in(cast.maria), pipeline_of(cast)):
        assert "lets you view log" in problem(other.get(f"/api/v1/audit/{path}"), 403)


def test_the_same_number_of_queries_for_one_row_and_for_twenty(cast: Cast, ada: Client) -> None:
    one = queries_of(ada, "audit/entries/?limit=1")
    for number in range(20):
        organization.create_team(key=f"team-more-{number}", title=f"More {number}", by=cast.adam)
    assert queries_of(ada, "audit/entries/?limit=20") == one
