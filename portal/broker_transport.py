"""Kombu's way to Redis, but for a worker that gives up a connection with messages in its hands.

Kombu 5.7 closes such a connection twice, and acknowledges a message whose task ends later by the channel that is
closed. Then there is nothing left by which to speak to the broker, and the AttributeError that comes of it ends the
worker: of every few times that a broker is killed, one takes it along.
"""

from typing import Any

from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import redis as kombu_redis


class Channel(kombu_redis.Channel):
    """Gives back what it holds, and says what is done, only where there is a connection to do so.

    The rest is found by the sweeps, and what the broker hands out again has been done by then.
    """

    def close(self) -> None:
        if self._is_alone():
            self.do_restore = False
        super().close()

    def basic_ack(self, delivery_tag: str, multiple: bool = False) -> None:
        if not self._is_alone():
            super().basic_ack(delivery_tag, multiple=multiple)

    def basic_reject(self, delivery_tag: str, requeue: bool = False) -> None:
        if not self._is_alone():
            super().basic_reject(delivery_tag, requeue=requeue)

    def _is_alone(self) -> bool:
        return self.connection is None or self.connection.client is None


class Transport(kombu_redis.Transport):
    Channel: Any = Channel


def use() -> None:
    """From here on it is taken for every broker whose URL says redis."""
    for name in ("redis", "rediss"):
        TRANSPORT_ALIASES[name] = f"{__name__}:{Transport.__name__}"
