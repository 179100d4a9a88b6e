"""A worker outlives its broker: what it held of a connection that is gone brings no error that would end it."""

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import pytest
from kombu import Connection, Queue
from kombu.message import Message

from portal import broker_transport
from portal.up import broker
from tests.faults.portal import wait_for


@dataclass
class Broker:
    """One of the test's own."""

    socket: Path
    process: "subprocess.Popen[bytes]"

    def connection(self) -> Connection:
        return Connection(f"redis+socket://{self.socket}", transport=broker_transport.Transport)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(name="own_broker")
def broker_fixture(tmp_path: Path) -> Iterator[Broker]:
    path = tmp_path / "valkey.sock"
    found = Broker(path, subprocess.Popen(broker.command(path, tmp_path), stdout=subprocess.DEVNULL))
    wait_for(lambda: broker.answers(path))
    yield found
    found.kill()


def received(line: Connection) -> Message:
    """One message, in the hands of a channel that stays open."""
    channel: Any = line.channel()
    channel.basic_qos(0, 1, False)
    queue = Queue("work")
    found: list[Message] = []
    line.Producer().publish({"a": 1}, routing_key="work", declare=[queue])
    consumer = line.Consumer([queue], channel=channel, on_message=found.append)
    consumer.consume()
    while not found:
        line.drain_events(timeout=20)
    return found[0]


@pytest.mark.parametrize("said", ["ack", "reject", "requeue"])
def test_what_is_said_of_a_message_after_its_broker_was_killed_is_no_error(own_broker: Broker, said: str) -> None:
    """With kombu's own channel it is one, and by how far it had closed, one that no worker survives."""
    line = own_broker.connection()
    message = received(line)
    own_broker.kill()
    line.close()
    channel: Any = message.channel
    channel.close()
    getattr(message, said)()


def test_what_is_said_in_time_is_heard(own_broker: Broker) -> None:
    with own_broker.connection() as line:
        message, channel = received(line), cast(Any, line.default_channel)
        assert channel.client.hlen(channel.unacked_key) == 1
        message.ack()
        assert channel.client.hlen(channel.unacked_key) == 0
