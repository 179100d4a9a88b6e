"""Prometheus' recording and alert rules of an SLO, written. Metrics are named as Sloth names them, labels are ours.

Multi-window multi-burn alerts after the Google SRE Workbook, ch. 5: a threshold is budget share x window / long window,
the short window is a twelfth of the long one, and both must exceed. What no error ratio can reach is not alerted on,
and said so in a comment. Over the whole window the error ratio is that of the sums, never an average of ratios, unless
the SLO has nothing but a ratio.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from apps.reliability import windows
from apps.reliability.formats import yaml_documents
from apps.reliability.formats.definitions import Alert, Slo
from apps.reliability.formats.sloth import WINDOW

RATIO = "slo:sli_error:ratio_rate"
PAGE, TICKET = "page", "ticket"
_SPAN = re.compile(r"([1-9][0-9]{0,5})([mhdw])", re.ASCII)
_MINUTES = {"m": 1, "h": 60, "d": 1_440, "w": 10_080}


class NoRules(ValueError):
    """The SLO cannot be said in Prometheus' rules; the sentence says why."""


@dataclass(frozen=True)
class BurnAlert:
    """Alerts where `share` of the budget burns within `long`; `short` says that it still does."""

    severity: str
    long: str
    short: str
    share: Fraction

    def threshold(self, days: int) -> Fraction:
        """The burn rate above which it fires, for a window of `days`: 14.4 for a page of 2 % in 1 h of 30 d."""
        return self.share * days * 1_440 / minutes(self.long)


ALERTS = (
    BurnAlert(PAGE, "1h", "5m", Fraction(2, 100)),
    BurnAlert(PAGE, "6h", "30m", Fraction(5, 100)),
    BurnAlert(TICKET, "1d", "2h", Fraction(10, 100)),
    BurnAlert(TICKET, "3d", "6h", Fraction(10, 100)),
)


def minutes(span: str) -> int:
    """How long a span such as 5m, 6h or 3d is. Raises ValueError for anything else."""
    found = _SPAN.fullmatch(span)
    if not found:
        raise ValueError(f"“{span[:40]}” is no span such as 5m, 6h or 3d.")
    return int(found[1]) * _MINUTES[found[2]]


def write_rules(slos: Sequence[Slo], *, alerts: Sequence[BurnAlert] = ALERTS) -> str:
    """A file of rules for Prometheus: three groups for each SLO. Raises NoRules naming the SLO that has none."""
    groups: list[Mapping[str, Any]] = []
    notes: list[str] = []
    written: set[str] = set()
    for slo in slos:
        rules = _Rules(slo, alerts)
        groups += rules.groups()
        notes += [" ".join(note.split()) for note in rules.notes]
        if rules.identity["slo_id"] in written:
            raise NoRules(f"“{slo.full_name}” of {slo.service} stands there twice.")
        written.add(rules.identity["slo_id"])
    head = "".join(f"# {note}\n" for note in ["Written by Triad. Changes are lost when it is written again.", *notes])
    return head + yaml_documents.write([{"groups": groups}])


def days_of(slo: Slo) -> int:
    """The days of its window. Raises NoRules for a calendar's."""
    try:
        window = windows.parse(slo.window)
    except ValueError as error:
        raise NoRules(f"“{slo.full_name}”: {error}") from error
    if not isinstance(window, windows.Rolling):
        raise NoRules(
            f"“{slo.full_name}” is kept over a {window.words}, and Prometheus knows only the last so many days."
        )
    return window.days


class _Rules:
    """Those of one SLO."""

    def __init__(self, slo: Slo, alerts: Sequence[BurnAlert]) -> None:
        self.slo = slo
        self.days = days_of(slo)
        self.window = f"{self.days}d"
        self.budget = 1 - slo.target
        self.notes: list[str] = []
        self.alerts = [one for one in alerts if self._can_fire(one)]
        spans = {span for one in alerts for span in (one.long, one.short)}
        self.spans = [span for span in sorted(spans, key=minutes) if minutes(span) < self.days * 1_440]
        self.identity = {"slo_id": f"{slo.service}-{slo.full_name}", "slo_service": slo.service}
        self.identity["slo_name"] = slo.full_name
        self.labels = {label_name(name): ",".join(texts) for name, texts in slo.labels.items()} | self.identity

    def groups(self) -> list[dict[str, Any]]:
        """Error ratios by window; what the SLO is and where it stands; alerts."""
        name = self.identity["slo_id"]
        groups = [
            {"name": f"slo-sli-recordings-{name}", "rules": self.ratios()},
            {"name": f"slo-meta-recordings-{name}", "rules": self.standing()},
            {"name": f"slo-alerts-{name}", "rules": self.alerting()},
        ]
        return [group for group in groups if group["rules"]]

    def ratios(self) -> list[dict[str, Any]]:
        """The error ratio over each window."""
        return [
            {"record": f"{RATIO}{span}", "expr": self.ratio(span), "labels": {**self.labels, "slo_window": span}}
            for span in [*self.spans, self.window]
        ]

    def ratio(self, span: str) -> str:
        """Bad events of all over `span`."""
        slo = self.slo
        if slo.total_query and slo.bad_query:
            return f"({self._over(slo.bad_query, span)})\n/\n({self._over(slo.total_query, span)})\n"
        if slo.total_query and slo.good_query:
            good, total = self._over(slo.good_query, span), self._over(slo.total_query, span)
            return f"1 - (\n  ({good})\n  /\n  ({total})\n)\n"
        if slo.ratio_query and span == self.window and self.spans:
            # There are no sums to make a ratio of; this weighs a quiet hour like a busy one.
            series = self._series(self.spans[0])
            return f"sum_over_time({series}[{span}])\n/ ignoring (slo_window)\ncount_over_time({series}[{span}])\n"
        return f"({self._over(slo.ratio_query, span)})\n"

    def standing(self) -> list[dict[str, Any]]:
        """Target, budget, window, burn rates and what is left."""
        burn = "\n/ on(slo_id, slo_name, slo_service) group_left\n" + self._metric("slo:error_budget:ratio") + "\n"
        shortest = (self.spans or [self.window])[0]
        expressions = {
            "slo:objective:ratio": f"vector({decimals(self.slo.target)})",
            "slo:error_budget:ratio": f"vector({decimals(self.budget)})",
            "slo:time_period:days": f"vector({self.days})",
            "slo:current_burn_rate:ratio": self._series(shortest) + burn,
            "slo:period_burn_rate:ratio": self._series(self.window) + burn,
            "slo:period_error_budget_remaining:ratio": "1 - " + self._metric("slo:period_burn_rate:ratio"),
        }
        if not self.budget:
            del expressions["slo:current_burn_rate:ratio"], expressions["slo:period_burn_rate:ratio"]
            del expressions["slo:period_error_budget_remaining:ratio"]
            self.notes.append(f"{self.slo.full_name}: a target of 100 % has no budget, so no burn rate either.")
        return [{"record": name, "expr": words, "labels": self.labels} for name, words in expressions.items()]

    def alerting(self) -> list[dict[str, Any]]:
        """One alert for each severity that has windows left."""
        sets = self.slo.alerting
        found = []
        for severity, alert in ((PAGE, sets.page), (TICKET, sets.ticket)):
            of_it = [one for one in self.alerts if one.severity == severity]
            if of_it and not alert.disabled:
                found.append(self.alert(severity, alert, of_it))
        return found

    def alert(self, severity: str, alert: Alert, burns: Sequence[BurnAlert]) -> dict[str, Any]:
        """Fires when any of `burns` does."""
        sets = self.slo.alerting
        what = "{{ $labels.slo_service }} {{ $labels.slo_name }}"
        annotations = {
            "title": f"({severity}) {what}: the error budget burns too fast.",
            "summary": f"{what}: the error budget burns faster than its window allows.",
        }
        return {
            "alert": sets.name or "SLOBudgetBurn",
            "expr": "or\n".join(self.condition(one) for one in burns),
            # The identity comes with the series too; said here, no two alerts are alike to promtool.
            "labels": {**sets.labels, **alert.labels, **self.identity, "slo_severity": severity},
            "annotations": {**annotations, **sets.annotations, **alert.annotations},
        }

    def condition(self, burn: BurnAlert) -> str:
        """Both of its windows exceed."""
        limit = f"({decimals(burn.threshold(self.days))} * {decimals(self.budget)})"
        parts = [f"    max({self._series(span)} > {limit}) without (slo_window)\n" for span in (burn.short, burn.long)]
        return "(\n" + "    and\n".join(parts) + ")\n"

    def _can_fire(self, burn: BurnAlert) -> bool:
        threshold = burn.threshold(self.days)
        name = f"{self.slo.full_name}: no {burn.severity} at a burn rate of {decimals(threshold)} over {burn.long}: "
        if minutes(burn.long) >= self.days * 1_440:
            self.notes.append(f"{name}the window of the SLO is no longer than that.")
            return False
        if not self.budget:
            return False
        if threshold * self.budget >= 1:
            self.notes.append(f"{name}no error ratio can reach {decimals(threshold * self.budget)}.")
            return False
        return True

    def _over(self, query: str, span: str) -> str:
        if not WINDOW.search(query):
            raise NoRules(
                f"“{self.slo.full_name}” has a query that does not say its window: write {{{{.window}}}} where the"
                " range stands, as in rate(requests_total[{{.window}}])."
            )
        return WINDOW.sub(span, query).strip()

    def _series(self, span: str) -> str:
        return self._metric(f"{RATIO}{span}")

    def _metric(self, name: str) -> str:
        return name + "{" + ", ".join(f"{key}={quoted(value)}" for key, value in self.identity.items()) + "}"


def label_name(name: str) -> str:
    """A label's name as Prometheus takes it."""
    found = re.sub(r"[^a-zA-Z0-9_]", "_", name)
    return f"_{found}" if found[:1].isdigit() else found


def quoted(text: str) -> str:
    """A string of PromQL."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def decimals(number: Fraction) -> str:
    """In decimals: exactly where that is possible, else to 16 digits."""
    rest = number.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1 or len(str(number.denominator)) > 20:
        return repr(float(number))
    text = format(Decimal(number.numerator) / Decimal(number.denominator), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
