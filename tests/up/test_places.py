"""Where things stand below PORTAL_VAR."""

import stat
import tempfile
from pathlib import Path

import pytest

from portal.up import broker, places


def test_the_broker_listens_below_the_folder_of_state() -> None:
    assert places.socket_path(Path("/srv/triad")) == Path("/srv/triad/run/valkey.sock")


@pytest.mark.parametrize("var", ["/srv/" + "long/" * 20 + "var", "/srv/with a space", "/srv/Überraschung"])
def test_a_path_no_socket_can_have_is_replaced_by_a_short_one_of_its_own(var: str) -> None:
    path = places.socket_path(Path(var))
    assert len(str(path)) < 100
    assert path == places.socket_path(Path(var))
    assert path != places.socket_path(Path(var + "2"))


def test_a_long_folder_for_passing_things_is_none_for_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/srv/" + "long/" * 20)
    path = places.socket_path(Path("/srv/" + "long/" * 20 + "var"))
    assert path.is_relative_to("/tmp")  # noqa: S108
    assert len(str(path)) < 100


def test_a_secret_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    first = places.secret_file(tmp_path / "key")
    assert len(first) == 50
    assert places.secret_file(tmp_path / "key") == first
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


def test_folders_are_closed_to_others(tmp_path: Path) -> None:
    places.make_folders(tmp_path / "var")
    assert {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "var").iterdir()} == {0o700}


def test_the_broker_opens_no_port(tmp_path: Path) -> None:
    command = broker.command(tmp_path / "valkey.sock", tmp_path)
    assert command[command.index("--port") + 1] == "0"


def test_without_the_wheel_a_server_on_the_path_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "get_binary_path", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(broker.NoBroker, match="install valkey-server or redis-server"):
        broker.server()
    (tmp_path / "redis-server").write_text("#!/bin/sh\n")
    (tmp_path / "redis-server").chmod(0o700)
    assert broker.server() == str(tmp_path / "redis-server")
