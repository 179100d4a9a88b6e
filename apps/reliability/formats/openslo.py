"""OpenSLO, versions v1 and v1alpha, read and written.

What the specification does not know is refused; what it knows and the portal does not use is kept and written out again
unchanged. Everything that is wrong is told at once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from apps.reliability.formats import openslo_fields as fields
from apps.reliability.formats.definitions import OCCURRENCES, Kept, Read, Refusal, Slo, twice
from apps.reliability.formats.openslo_fields import DESCRIPTION, NAME, OPERATORS, Indicator
from apps.reliability.formats.parts import Part
from apps.reliability.formats.yaml_documents import Document

V1, V1ALPHA = "openslo/v1", "openslo/v1alpha"
VERSIONS = (V1, V1ALPHA)
TIMESLICES, RATIO_TIMESLICES = "Timeslices", "RatioTimeslices"
KINDS: dict[str, Callable[[Part], None]] = {
    "Service": fields.service,
    "DataSource": fields.data_source,
    "AlertPolicy": fields.alert_policy,
    "AlertCondition": fields.alert_condition,
    "AlertNotificationTarget": fields.notification_target,
}


def read_openslo(documents: Sequence[Document]) -> Read:
    """What the documents define. SLIs and data sources that SLOs name are looked for among them."""
    refused: list[Refusal] = []
    slos: list[Slo] = []
    kept: list[Kept] = []
    known = _Known(documents)
    for number, raw in documents:
        before = len(refused)
        found = _document(number, raw, known, refused)
        if len(refused) > before:
            continue
        if isinstance(found, Kept):
            kept.append(found)
        else:
            slos += found
    return Read(tuple(slos), tuple(kept), tuple([*refused, *twice(slos)]))


class _Known:
    """What SLOs may name: data sources by their types, and indicators."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self.sources: dict[str, str] = {}
        self.indicators: dict[str, Mapping[str, Any]] = {}
        for _, raw in documents:
            meta, spec = raw.get("metadata"), raw.get("spec")
            name = meta.get("name") if isinstance(meta, Mapping) else None
            if raw.get("apiVersion") == V1 and isinstance(name, str) and isinstance(spec, Mapping):
                if raw.get("kind") == "SLI":
                    self.indicators[name] = spec
                elif raw.get("kind") == "DataSource" and isinstance(spec.get("type"), str):
                    self.sources[name] = spec["type"]

    def indicator(self, name: str) -> Indicator:
        """The one of that name; what is wrong with it is told where it stands."""
        if name not in self.indicators:
            return Indicator(name, unmeasured=f"its SLI “{name}” stands in none of these documents")
        return fields.indicator(Part(self.indicators[name], "spec", _unheard), name, self.sources)


def _unheard(path: str, reason: str) -> None:
    """What the document itself is refused for."""


def _document(number: int, raw: Mapping[str, Any], known: _Known, refused: list[Refusal]) -> Kept | list[Slo]:
    def note(path: str, reason: str) -> None:
        refused.append(Refusal(number, path, reason))

    root = Part(raw, "", note)
    version = root.text("apiVersion", needed=True)
    if version not in VERSIONS:
        if version:
            root.refuse("apiVersion", f"“{version[:60]}” is not read here; {' and '.join(VERSIONS)} are.")
        return []
    kinds = ("SLO", "Service") if version == V1ALPHA else ("SLO", "SLI", *KINDS)
    kind = root.choice("kind", kinds, needed=True)
    name, display_name, labels = fields.metadata(root, labeled=version == V1)
    spec = root.part("spec", needed=kind != "Service")
    found: Kept | list[Slo] = Kept(number, kind, name, raw)
    if kind == "SLO":
        slo = Slo(number, name, "", Fraction(0), display_name=display_name, labels=labels, raw=raw)
        found = _slo_v1(spec, slo, known) if version == V1 else _slo_v1alpha(spec, slo)
    elif kind == "SLI":
        fields.indicator(spec, name, known.sources)
    elif kind:
        KINDS[kind](spec)
    if kind:
        root.close()
    return found


# --- SLOs


def _slo_v1(spec: Part, slo: Slo, known: _Known) -> list[Slo]:
    slo = _described(spec, slo, (OCCURRENCES, TIMESLICES, RATIO_TIMESLICES))
    shared = _indicator(spec, known)
    windows = spec.parts("timeWindow")
    objectives = spec.parts("objectives", needed=True)
    for policy in spec.parts("alertPolicies"):
        fields.referred(policy, "alertPolicyRef", "AlertPolicy", fields.alert_policy)
    slo = _over(spec, "timeWindow", windows, slo, fields.window)
    own = [_indicator(part, known) for part in objectives]
    composite = any(own)
    if bool(shared) == composite:
        which = "both are" if composite else "none is"
        spec.refuse(
            "indicator", f"one of indicator and indicatorRef belongs here, or in each objective; {which} given."
        )
    if shared and shared.threshold and len(objectives) > 1:
        spec.refuse("objectives", "a threshold metric has only one objective.")
    found = []
    for at, (part, mine) in enumerate(zip(objectives, own, strict=True)):
        if composite and mine is None:
            part.refuse("indicator", "each objective of a composite SLO has one of indicator and indicatorRef.")
        if (weight := part.number("compositeWeight")) is not None and weight <= 0:
            part.refuse("compositeWeight", "a number above 0 belongs here.")
        one = replace(slo, objective=at, objectives=len(objectives), target=_target(part))
        one = _because(one, "of a composite SLO, whose objectives share one budget" if composite else "")
        found.append(_objective(part, one, mine or shared or Indicator()))
    return found


def _slo_v1alpha(spec: Part, slo: Slo) -> list[Slo]:
    slo = _described(spec, slo, (OCCURRENCES, TIMESLICES))
    windows = spec.parts("timeWindows", needed=True)
    slo = _over(spec, "timeWindows", windows, slo, fields.window_alpha)
    objectives = spec.parts("objectives", needed=True)
    shared = None
    if spec.has("indicator"):
        query, unmeasured = _alpha_source(spec.part("indicator").part("thresholdMetric", needed=True))
        shared = Indicator(values=query, threshold=True, unmeasured=unmeasured or fields.threshold_words())
    found = []
    for at, part in enumerate(objectives):
        if (shared is None) != part.has("ratioMetrics"):
            part.refuse("ratioMetrics", "either this or the indicator of the SLO is needed, and not both.")
        mine = shared or _alpha_ratio(part.part("ratioMetrics"))
        target = _share(part, "target", part.number("target", needed=True), 1)
        found.append(_objective(part, replace(slo, objective=at, objectives=len(objectives), target=target), mine))
    return found


def _described(spec: Part, slo: Slo, methods: Sequence[str]) -> Slo:
    """With what stands at the top of both versions."""
    method = spec.choice("budgetingMethod", methods, needed=True)
    slo = replace(
        slo,
        description=spec.text("description", most=DESCRIPTION),
        service=spec.text("service", needed=True, most=DESCRIPTION),
        budgeting=method or OCCURRENCES,
    )
    other = f"the budgeting method {method} is not measured here: events are counted, not slices of time"
    return _because(slo, other if method in (TIMESLICES, RATIO_TIMESLICES) else "")


def _over(spec: Part, name: str, windows: Sequence[Part], slo: Slo, read: Callable[[Part], tuple[str, str]]) -> Slo:
    """With its window."""
    if len(windows) > 1:
        spec.refuse(name, f"exactly one window belongs here, not {len(windows)}.")
    if not windows:
        return _because(slo, "it has no window")
    texts = [read(one) for one in windows]
    return _because(replace(slo, window=texts[0][0]), texts[0][1])


def _objective(part: Part, slo: Slo, indicator: Indicator) -> Slo:
    """The SLO of one objective."""
    _check_slices(part, slo.budgeting, slo.raw.get("apiVersion") == V1)
    op = part.choice("op", OPERATORS, needed=indicator.threshold)
    value = part.number("value", needed=indicator.threshold)
    slo = _because(slo, indicator.unmeasured)
    return replace(
        _because(slo, "a target of 0 % asks for nothing" if slo.target == 0 else ""),
        objective_name=part.text("displayName", most=DESCRIPTION),
        indicator=indicator.name,
        good_query=indicator.good,
        bad_query=indicator.bad,
        total_query=indicator.total,
        ratio_query=indicator.ratio,
        threshold_query=indicator.values,
        counter=indicator.counter,
        op=op if indicator.threshold else "",
        value=value if indicator.threshold else None,
    )


def _because(slo: Slo, reason: str) -> Slo:
    """With one more reason why it cannot be measured, each said once."""
    if not reason or reason in slo.unmeasured:
        return slo
    return replace(slo, unmeasured=f"{slo.unmeasured}; {reason}" if slo.unmeasured else reason)


def _indicator(part: Part, known: _Known) -> Indicator | None:
    """The indicator that is written out or named here; None where there is none."""
    if part.has("indicator") and part.has("indicatorRef"):
        part.refuse("indicatorRef", "indicator is given as well; only one of them may be.")
    if part.has("indicator"):
        inline = part.part("indicator")
        name, _, _ = fields.metadata(inline)
        return fields.indicator(inline.part("spec", needed=True), name, known.sources)
    return known.indicator(part.text("indicatorRef", form=NAME)) if part.has("indicatorRef") else None


def _target(part: Part) -> Fraction:
    if part.exactly_one("target", "targetPercent") == "target":
        return _share(part, "target", part.number("target"), 1)
    return _share(part, "targetPercent", part.number("targetPercent"), 100)


def _share(part: Part, name: str, number: Fraction | None, whole: int) -> Fraction:
    if number is not None and not 0 <= number < whole:
        part.refuse(name, f"a number from 0 up to, and below, {whole} belongs here, not {float(number):.6g}.")
    return (number or Fraction(0)) / whole


def _check_slices(part: Part, method: str, has_window: bool) -> None:
    """The fields of methods that count slices of time."""
    target = part.number("timeSliceTarget", needed=method == TIMESLICES)
    if target is not None and not 0 <= target <= 1:
        part.refuse("timeSliceTarget", "a number from 0 to 1 belongs here.")
    if not has_window:
        return
    written = part.take("timeSliceWindow")
    if isinstance(written, int | float) and not isinstance(written, bool):  # minutes
        if written <= 0:
            part.refuse("timeSliceWindow", "minutes above 0, or a span such as 5m, belong here.")
    else:
        fields.duration(part, "timeSliceWindow", needed=method != OCCURRENCES)


def _alpha_ratio(part: Part) -> Indicator:
    counter = part.flag("incremental")
    good, of_good = _alpha_source(part.part("good", needed=bool(part.fields)))
    total, of_total = _alpha_source(part.part("total", needed=bool(part.fields)))
    return Indicator(good=good, total=total, counter=counter, unmeasured=of_good or of_total)


def _alpha_source(part: Part) -> tuple[str, str]:
    given = bool(part.fields)
    source = part.text("source", needed=given, most=100)
    part.text("queryType", needed=given, most=100)
    query = part.text("query", needed=given)
    if source.lower() != fields.PROMETHEUS:
        return "", f"its source is {source}, and only Prometheus is asked here"
    return query, ""
