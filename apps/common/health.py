"""Is this installation alive and ready? Each check gives "" or the reason why not, in words."""

import json
import time

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.executor import MigrationExecutor

# The beat rings every ten seconds; long imports may keep every worker busy for a while.
BEAT_MAY_BE_OLD = 120
BEAT_KEY = "portal:beat_at"


def reasons() -> dict[str, str]:
    """What was checked, each with "" where it is well, else the reason."""
    database = database_reason()
    broker = broker_reason()
    return {
        "database": database,
        "migrations": "not checked: no database" if database else migrations_reason(),
        "broker": broker,
        "beat": "not checked: no broker" if broker else beat_reason(),
    }


def database_reason() -> str:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        return f"does not answer ({type(error).__name__})"
    return ""


def migrations_reason() -> str:
    """Whether the database has the tables this version expects."""
    try:
        executor = MigrationExecutor(connection)
    except (DatabaseError, InterfaceError) as error:  # it went away since it was asked
        return f"cannot be read ({type(error).__name__})"
    missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return f"{missing} not applied: run manage.py migrate" if missing else ""


def broker_reason() -> str:
    """Whether the broker answers."""
    try:
        with _broker() as broker:
            broker.ping()
    except (redis.RedisError, OSError) as error:
        return f"does not answer ({type(error).__name__})"
    return ""


def beat_reason() -> str:
    """Whether the scheduler rings and a worker answers: the age of the last beat."""
    age = beat_age()
    if age is None:
        return "never heard: neither beat nor a worker has run yet"
    if age > BEAT_MAY_BE_OLD:
        return f"last heard {age:.0f} s ago: beat or every worker is down, or all are busy"
    return ""


def beat_age() -> float | None:
    """Seconds since a worker last answered the beat; None where none ever did or the broker is away."""
    try:
        with _broker() as broker:
            said = broker.get(BEAT_KEY)
    except (redis.RedisError, OSError):
        return None
    return max(0.0, time.time() - float(said)) if said else None


def rings_waiting(queue: str) -> tuple[int, float]:
    """How many tasks wait at the broker in this queue, and for how many seconds the oldest that says since when.

    Raises OSError where the broker is away.
    """
    try:
        with _broker() as broker:
            count = int(broker.llen(queue))
            oldest = broker.lindex(queue, -1)
        rung_at = float(json.loads(oldest)["headers"]["rung_at"]) if oldest else None
    except redis.RedisError as error:
        raise ConnectionError(str(error)) from error
    except (ValueError, KeyError, TypeError):  # rung by the clock, or by somebody else
        rung_at = None
    return count, max(0.0, time.time() - rung_at) if rung_at else 0.0


def record_beat() -> None:
    """Note at the broker that the scheduler rang and a worker answered, now."""
    with _broker() as broker:
        broker.set(BEAT_KEY, f"{time.time():.3f}")


def _broker() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2)
