"""Our counts as slo-generator reads them, one SLO and window after the other, and a table for its reports."""

import json
from typing import Any

from django.db import connection
from slo_generator.compute import compute

from apps.reliability.counts import DAY, HOUR

_BACKEND, _EXPORTER = "benchmarks.peers.budgets.Counts", "benchmarks.peers.budgets.Reports"
# Of the alerts that a refresh judges, and the SLO's own.
WINDOWS = (300, 1_800, HOUR, 6 * HOUR, 3 * DAY, 30 * DAY)
_CONFIG: dict[str, Any] = {
    "backends": {_BACKEND: {}},
    "exporters": {_EXPORTER: {}},
    "error_budget_policies": {
        "default": {
            "steps": [
                {
                    "name": f"{window} s",
                    "window": window,
                    "burn_rate_threshold": 1,
                    "alert": True,
                    "message_alert": "It burns.",
                    "message_ok": "It does not burn.",
                }
                for window in WINDOWS
            ]
        }
    },
}
_SUMS = {
    grain: f"SELECT SUM(good), SUM(total) FROM reliability_{grain}count"  # noqa: S608
    " WHERE sli_id = %s AND start >= %s AND start < %s"
    for grain in ("fiveminute", "hour", "day")
}


class Counts:
    """Where it reads: the coarsest table that holds the window, one query each."""

    def __init__(self, client: object = None, **config: object) -> None:
        """Nothing to connect to: the portal's own connection is used."""

    def good_bad_ratio(self, timestamp: int, window: int, config: dict[str, Any]) -> tuple[int, int]:
        """Good and bad events of one window."""
        grain = "day" if window > 7 * DAY else "hour" if window > HOUR else "fiveminute"
        with connection.cursor() as cursor:
            cursor.execute(
                _SUMS[grain], [config["spec"]["service_level_indicator"]["sli"], timestamp - window, timestamp]
            )
            good, total = cursor.fetchone() or (0, 0)
        return int(good), int(total - good)


class Reports:
    """Where it writes: a row for each report; who asks for them commits."""

    def export(self, data: dict[str, Any], **config: object) -> None:
        """Inserts one."""
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO benchmark_reports (report) VALUES (%s)", [json.dumps(data)])


def make_table() -> None:
    """Where the reports go."""
    kind = "INTEGER PRIMARY KEY" if connection.vendor == "sqlite" else "BIGSERIAL PRIMARY KEY"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE benchmark_reports (id {kind}, report TEXT)")


def report(slis: list[int], at: int) -> None:
    """Six reports of each SLO. Raises RuntimeError for any that it could not make."""
    for sli in slis:
        slo = {
            "apiVersion": "sre.google.com/v2",
            "kind": "ServiceLevelObjective",
            "metadata": {"name": f"slo-{sli}", "labels": {"service_name": "shop", "feature_name": "checkout"}},
            "spec": {
                "description": "Answers in time",
                "backend": _BACKEND,
                "method": "good_bad_ratio",
                "exporters": [_EXPORTER],
                "service_level_indicator": {"sli": sli},
                "goal": 0.999,
            },
        }
        made = compute(slo, _CONFIG, timestamp=at, do_export=True)
        if bad := [one["errors"] for one in made if one["errors"] or not one["valid"]]:
            raise RuntimeError(f"slo-generator: {bad[0]}")
