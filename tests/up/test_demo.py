"""When `up` makes a demo organization, whose password is on the screen: in a new database, on loopback, unasked."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portal.up import start
from portal.up.start import Wishes

LOOPBACK = ["127.0.0.1", "127.8.9.10", "::1", "localhost"]
ELSEWHERE = ["0.0.0.0", "::", "192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7"]  # noqa: S104


def demo_of(var: Path, host: str, *, empty: bool = False, **environment: str) -> str:
    """The demo's password as `up` would show it; "" where there is no demo."""
    var.mkdir(exist_ok=True)
    wishes = Wishes(host=host, port=0, empty=empty, check=False)
    return start._prepare(wishes, var, {"PORTAL_VAR": str(var), **environment})


@pytest.mark.parametrize("host", LOOPBACK)
def test_a_new_database_on_loopback_is_a_demo_and_stays_one(tmp_path: Path, host: str) -> None:
    password = demo_of(tmp_path / "var", host)
    assert len(password) == 19
    with closing(sqlite3.connect(tmp_path / "var" / "portal.sqlite3")) as connection:
        connection.execute("CREATE TABLE a (b)")
    assert demo_of(tmp_path / "var", host) == password


@pytest.mark.parametrize("host", ELSEWHERE)
def test_where_others_can_reach_it_no_demo_is_made_and_none_is_shown(tmp_path: Path, host: str) -> None:
    var = tmp_path / "var"
    assert demo_of(var, host) == ""
    assert not (var / "demo_password").exists()
    assert demo_of(var, "127.0.0.1")
    assert demo_of(var, host) == ""


@pytest.mark.parametrize(
    ("empty", "environment"),
    [
        (True, {}),
        (False, {"DATABASE_URL": "postgres://somewhere"}),
        (False, {"DATABASE_URL_FILE": "/run/secrets/database"}),
    ],
)
def test_nobody_who_asked_for_something_else_gets_a_demo(
    tmp_path: Path, empty: bool, environment: dict[str, str]
) -> None:
    assert demo_of(tmp_path / "var", "127.0.0.1", empty=empty, **environment) == ""
    assert not (tmp_path / "var" / "demo_password").exists()


def test_an_installation_does_not_become_a_demo(tmp_path: Path) -> None:
    var = tmp_path / "var"
    var.mkdir()
    with closing(sqlite3.connect(var / "portal.sqlite3")) as connection:
        connection.execute("CREATE TABLE a (b)")
    assert demo_of(var, "127.0.0.1") == ""
    assert not (var / "demo_password").exists()
