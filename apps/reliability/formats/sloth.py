"""Sloth's SLOs, `prometheus/v1` and the same as a Kubernetes resource, read and written.

Sloth writes names as `page_alert` in the one and `pageAlert` in the other; its own files have both in both, so either
is taken. Its files have no window: it keeps all SLOs over one period, 30 days unless it is told otherwise, and of the
OpenSLO files it reads as well (v1alpha, with its own `{{.window}}` in queries) it takes only those of that period.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import groupby
from typing import Any

from apps.reliability.formats import openslo, yaml_documents
from apps.reliability.formats.definitions import Alert, Alerting, Kept, Read, Refusal, Slo, twice
from apps.reliability.formats.openslo_fields import ratio_words
from apps.reliability.formats.parts import Part, kind_of
from apps.reliability.formats.yaml_documents import Document

VERSION, KUBERNETES = "prometheus/v1", "sloth.slok.dev/v1"
PERIOD_DAYS = 30
WINDOW = re.compile(r"\{\{\s*\.window\s*\}\}")
NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,126}[A-Za-z0-9])?", re.ASCII)
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII)


def is_sloths(raw: Mapping[str, Any]) -> bool:
    """Whether Sloth is meant to read the document: its own, or OpenSLO with Sloth's `{{.window}}` in it."""
    if raw.get("apiVersion") == openslo.V1ALPHA:
        return bool(WINDOW.search(json.dumps(raw)))
    return "version" in raw or str(raw.get("apiVersion")).startswith("sloth.slok.dev/")


def read_sloth(documents: Sequence[Document], *, period_days: int = PERIOD_DAYS) -> Read:
    """What the documents define, over Sloth's period of `period_days`."""
    refused: list[Refusal] = []
    slos: list[Slo] = []
    kept: list[Kept] = []
    for number, raw in documents:
        before = len(refused)
        if str(raw.get("apiVersion")).startswith("openslo"):
            found = _openslo(number, raw, period_days, refused)
        elif raw.get("kind") == "AlertWindows" and raw.get("apiVersion") == KUBERNETES:
            kept.append(_windows(number, raw, refused))
            continue
        else:
            found = _document(number, raw, period_days, refused)
        if len(refused) == before:
            slos += found
    return Read(tuple(slos), tuple(kept), tuple([*refused, *twice(slos)]))


def _openslo(number: int, raw: Mapping[str, Any], days: int, refused: list[Refusal]) -> list[Slo]:
    found = openslo.read_openslo([(number, dict(raw))])
    refused += found.refused
    if any(slo.window != f"{days}d" for slo in found.slos):
        window = found.slos[0].window or "no window"
        reason = f"Sloth keeps its SLOs over {days} days, and this one says {window}: change it, or name that period."
        refused.append(Refusal(number, "spec.timeWindows[0].count", reason))
    return list(found.slos)


def _document(number: int, raw: Mapping[str, Any], days: int, refused: list[Refusal]) -> list[Slo]:
    def note(path: str, reason: str) -> None:
        refused.append(Refusal(number, path, reason))

    root = Part(raw, "", note)
    spec = root
    if root.has("apiVersion"):
        if root.text("apiVersion") != KUBERNETES:
            root.refuse("apiVersion", f"“{str(raw['apiVersion'])[:60]}” is not read here; {KUBERNETES} is.")
            return []
        root.choice("kind", ("PrometheusServiceLevel", "AlertWindows"), needed=True)
        for name in ("metadata", "status"):  # Kubernetes' own
            root.take(name)
        spec = root.part("spec", needed=True)
    elif root.text("version", needed=True) != VERSION:
        if root.fields.get("version"):
            root.refuse("version", f"“{str(raw['version'])[:60]}” is not read here; {VERSION} is.")
        return []
    service = spec.text("service", needed=True, form=NAME)
    labels = _texts(spec, "labels", LABEL)
    _plugins(_either(spec, "slo_plugins", "sloPlugins"))
    base = Slo(number, "", service, Fraction(0), window=f"{days}d", raw=raw)
    parts = spec.parts("slos", needed=True)
    found = [_slo(part, replace(base, objective=at), labels) for at, part in enumerate(parts)]
    root.close()
    return found


def _slo(part: Part, slo: Slo, labels: Mapping[str, str]) -> Slo:
    objective = part.number("objective", needed=True)
    if objective is not None and not 0 < objective <= 100:
        part.refuse("objective", f"a number above 0 and up to 100 belongs here, not {float(objective):.6g}.")
    own = {**labels, **_texts(part, "labels", LABEL)}
    _plugins(part.part("plugins"))
    slo = replace(
        slo,
        name=part.text("name", needed=True, form=NAME),
        description=part.text("description"),
        target=(objective or Fraction(0)) / 100,
        labels={name: (text,) for name, text in own.items()},
        alerting=_alerting(part.part("alerting")),
    )
    return _measured(part.part("sli", needed=True), slo)


def _measured(part: Part, slo: Slo) -> Slo:
    """With its queries."""
    match part.exactly_one("events", "raw", "plugin"):
        case "events":
            events = part.part("events")
            bad, total = _query(events, "error_query", "errorQuery"), _query(events, "total_query", "totalQuery")
            return replace(slo, bad_query=bad, total_query=total)
        case "raw":
            ratio = _query(part.part("raw"), "error_ratio_query", "errorRatioQuery")
            return replace(slo, ratio_query=ratio, unmeasured=ratio_words())
        case "plugin":
            plugin = part.part("plugin")
            name = plugin.text("id", needed=True)
            _texts(plugin, "options")
            return replace(slo, unmeasured=f"its queries come from the plugin {name} of Sloth, which is not run here")
    return slo


def _query(part: Part, name: str, other: str) -> str:
    name = _spelled(part, name, other)
    query = part.text(name, needed=True)
    if query and not WINDOW.search(query):
        part.refuse(name, "the query does not say its window: {{.window}} belongs where the range stands.")
    return query


def _alerting(part: Part) -> Alerting:
    page, ticket = (_alert(_either(part, f"{name}_alert", f"{name}Alert")) for name in ("page", "ticket"))
    needed = not (page.disabled and ticket.disabled)
    return Alerting(
        name=part.text("name", needed=needed),
        labels=_texts(part, "labels", LABEL),
        annotations=_texts(part, "annotations", LABEL),
        page=page,
        ticket=ticket,
    )


def _alert(part: Part) -> Alert:
    disabled = part.flag("disable") or False
    return Alert(disabled, _texts(part, "labels", LABEL), _texts(part, "annotations", LABEL))


def _spelled(part: Part, name: str, other: str) -> str:
    """Which of two spellings of a name is used."""
    if part.has(other):
        if part.has(name):
            part.refuse(other, f"{name} is given as well, which means the same.")
        return other
    return name


def _either(part: Part, name: str, other: str) -> Part:
    return part.part(_spelled(part, name, other))


def _plugins(part: Part) -> None:
    """What Sloth runs besides; kept, not run."""
    for name in ("overridePrevious", "override_previous"):
        part.flag(name)
    for one in part.parts("chain", needed=bool(part.fields)):
        one.text("id", needed=True)
        one.number("priority")
        one.take("config")


def _texts(part: Part, name: str, form: re.Pattern[str] | None = None) -> dict[str, str]:
    """Names and words; numbers and truth values are words here, as Sloth reads them."""
    value = part.take(name)
    if value is not None and not isinstance(value, Mapping):
        part.refuse(name, f"a mapping belongs here, not {kind_of(value)}.")
        return {}
    found = {}
    for key, one in (value or {}).items():
        if form is not None and not form.fullmatch(key):
            part.refuse(f"{name}.{key[:60]}", "a name has letters, digits and _, and no digit first.")
        elif not isinstance(one, str | int | float):
            part.refuse(f"{name}.{key[:60]}", "words belong here.")
        else:
            found[key] = one if isinstance(one, str) else json.dumps(one)
    return found


def _windows(number: int, raw: Mapping[str, Any], refused: list[Refusal]) -> Kept:
    """A document that says by which windows Sloth alerts; kept."""
    root = Part(raw, "", lambda path, reason: refused.append(Refusal(number, path, reason)))
    for name in ("apiVersion", "kind", "metadata"):
        root.take(name)
    spec = root.part("spec", needed=True)
    period = spec.text("sloPeriod", needed=True)
    for severity in (spec.part("page", needed=True), spec.part("ticket", needed=True)):
        for one in (severity.part("quick", needed=True), severity.part("slow", needed=True)):
            one.number("errorBudgetPercent", needed=True)
            one.text("shortWindow", needed=True)
            one.text("longWindow", needed=True)
    root.close()
    return Kept(number, "AlertWindows", period, raw)


# --- out


def write_sloth(slos: Sequence[Slo]) -> str:
    """YAML that Sloth reads: documents of Sloth's as they came where nothing of them changed, others made anew.

    Sloth is to be told the period: it has no place in its files. Raises ValueError where an SLO has no query that says
    its window.
    """
    documents: list[Mapping[str, Any]] = []
    for _, group in groupby(slos, lambda slo: json.dumps([slo.service, slo.raw], sort_keys=True)):
        some = list(group)
        found = read_sloth([(some[0].document, dict(some[0].raw))], period_days=_days(some[0])) if some[0].raw else None
        same = found is not None and not found.refused and list(found.slos) == some
        documents.append(some[0].raw if same else {"version": VERSION, "service": some[0].service, "slos": _made(some)})
    return yaml_documents.write(documents)


def _days(slo: Slo) -> int:
    days = slo.window.removesuffix("d")
    return int(days) if days.isdigit() else PERIOD_DAYS


def _made(slos: Sequence[Slo]) -> list[dict[str, Any]]:
    return [
        {
            "name": slo.full_name,
            "objective": _percent(slo.target),
            **({"description": slo.description} if slo.description else {}),
            **({"labels": {name: ",".join(texts) for name, texts in slo.labels.items()}} if slo.labels else {}),
            "sli": _sli(slo),
            "alerting": _made_alerting(slo),
        }
        for slo in slos
    ]


def _percent(target: Fraction) -> int | float:
    percent = target * 100
    return int(percent) if percent.denominator == 1 else float(percent)


def _sli(slo: Slo) -> dict[str, Any]:
    bad = slo.bad_query or f"({slo.total_query}) - ({slo.good_query})"
    queries = (slo.bad_query or slo.good_query, slo.total_query) if slo.total_query else (slo.ratio_query,)
    if not all(WINDOW.search(query) for query in queries):
        raise ValueError(
            f"“{slo.full_name}” has no query that says its window with {{{{.window}}}}, as Sloth needs it."
        )
    if len(queries) == 1:
        return {"raw": {"error_ratio_query": slo.ratio_query}}
    return {"events": {"error_query": bad, "total_query": slo.total_query}}


def _made_alerting(slo: Slo) -> dict[str, Any]:
    alerting = slo.alerting
    found: dict[str, Any] = {"name": alerting.name or "SLOBudgetBurn"}
    found |= _given(labels=alerting.labels, annotations=alerting.annotations)
    for name, alert in (("page_alert", alerting.page), ("ticket_alert", alerting.ticket)):
        found |= _given(**{name: _given(disable=alert.disabled, labels=alert.labels, annotations=alert.annotations)})
    return found


def _given(**fields: Any) -> dict[str, Any]:
    """Without what is empty."""
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in fields.items() if value}
