"""Kombu's way to Redis, but for a worker that gives up a connection with messages in its hands.

Kombu 5.7 closes such a connection twice. The second time there is nothing left by which to give the messages back, and
the AttributeError that comes of it ends the worker: of every few times that a broker is killed, one takes it along.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis


class Channel(kombu_redis.Channel):
    """Gives back what it holds only where there is a connection to do so; the sweeps find the rest."""

    def close(self) -> None:
        if self.connection.client is None:
            self.do_restore = False
        super().close()


class Transport(kombu_redis.Transport):
    Channel: Any = Channel


def use() -> None:
    """From here on it is taken for every broker whose URL says redis."""
    for name in ("redis", "rediss"):
        TRANSPORT_ALIASES[name] = f"{__name__}:{Transport.__name__}"
