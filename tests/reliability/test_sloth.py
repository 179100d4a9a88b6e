"""Sloth's SLOs in and out, and files that mix formats."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from apps.reliability.formats import slo_files, yaml_documents
from apps.reliability.formats.definitions import Alert, Alerting, Read, Slo
from apps.reliability.formats.sloth import read_sloth, write_sloth

BAD = 'sum(rate(http_requests{code=~"5.."}[{{.window}}]))'
TOTAL = "sum(rate(http_requests[{{ .window }}]))"
SLOTH = f"""
version: prometheus/v1
service: shop
labels: {{owner: us, generated: true, le: 0.2}}
slos:
- name: checkout
  objective: 99.9
  description: Whoever pays gets an answer.
  labels: {{owner: them}}
  sli:
    events:
      error_query: {BAD}
      total_query: {TOTAL}
  alerting:
    name: CheckoutBurns
    labels: {{category: availability}}
    annotations: {{summary: It burns.}}
    page_alert: {{labels: {{severity: page}}}}
    ticket_alert: {{disable: true}}
"""


def read(text: str) -> Read:
    return slo_files.read(text.encode())


def changed(old: str, new: str) -> str:
    assert old in SLOTH
    return SLOTH.replace(old, new)


def test_an_slo_as_fields() -> None:
    found = read(SLOTH)
    assert found.refused == ()
    (slo,) = found.slos
    assert replace(slo, raw={}) == Slo(
        document=1,
        name="checkout",
        service="shop",
        target=Fraction(999, 1000),
        window="30d",
        description="Whoever pays gets an answer.",
        bad_query=BAD,
        total_query=TOTAL,
        labels={"owner": ("them",), "generated": ("true",), "le": ("0.2",)},
        alerting=Alerting(
            name="CheckoutBurns",
            labels={"category": "availability"},
            annotations={"summary": "It burns."},
            page=Alert(labels={"severity": "page"}),
            ticket=Alert(disabled=True),
        ),
    )
    assert read_sloth(yaml_documents.read(SLOTH.encode()), period_days=28).slos[0].window == "28d"


@pytest.mark.parametrize(
    ("old", "new", "path", "words"),
    [
        ("prometheus/v1", "prometheus/v2", "version", "is not read here; prometheus/v1 is"),
        ("version: prometheus/v1", "apiVersion: sloth.slok.dev/v2", "apiVersion", "sloth.slok.dev/v1 is"),
        ("service: shop", "service: ''", "service", "missing or empty"),
        ("service: shop", "service: a shop", "service", "is not of the form"),
        ("objective: 99.9", "objective: 101", "slos[0].objective", "above 0 and up to 100 belongs here, not 101"),
        ("objective: 99.9", "objective: 0", "slos[0].objective", "above 0"),
        ("name: checkout", "nam: checkout", "slos[0].nam", "knows no such field"),
        ("name: CheckoutBurns", "name: ''", "slos[0].alerting.name", "missing or empty"),
        ("page_alert:", "pageAlert: {}\n    page_alert:", "slos[0].alerting.pageAlert", "which means the same"),
        ("{{ .window }}", "5m", "slos[0].sli.events.total_query", "does not say its window"),
        ("events:", "raw: {}\n    events:", "slos[0].sli", "events and raw are given"),
        ("{owner: us, generated: true, le: 0.2}", "{o-wner: us}", "labels.o-wner", "letters, digits and _"),
        ("{owner: us, generated: true, le: 0.2}", "{owner: [us]}", "labels.owner", "words belong here"),
        ("{owner: us, generated: true, le: 0.2}", "us", "labels", "a mapping belongs here, not words"),
    ],
)
def test_what_is_refused_and_where(old: str, new: str, path: str, words: str) -> None:
    refused = {one.path: one.reason for one in read(changed(old, new)).refused}
    assert words in refused[path]


def test_alerts_that_are_disabled_need_no_name() -> None:
    found = read(
        changed("name: CheckoutBurns", "pageAlert: {disable: true}").replace(
            "    page_alert: {labels: {severity: page}}\n", ""
        )
    )
    assert found.refused == ()
    assert found.slos[0].alerting.page.disabled


def test_what_is_known_and_not_measured_is_said() -> None:
    head, tail = SLOTH.split("    events:")
    tail = tail[tail.index("  alerting") :]
    ratio = read(f"{head}    raw: {{error_ratio_query: 'errors[{{{{.window}}}}]'}}\n{tail}").slos[0]
    assert ratio.ratio_query == "errors[{{.window}}]"
    assert "not the ratio of the sums" in ratio.unmeasured
    plugin = read(f"{head}    plugin: {{id: shop/checkout, options: {{a: b}}}}\n{tail}").slos[0]
    assert plugin.unmeasured == "its queries come from the plugin shop/checkout of Sloth, which is not run here"


def test_files_that_mix_formats_keep_their_numbers() -> None:
    service = "apiVersion: openslo/v1\nkind: Service\nmetadata: {name: shop}\n"
    found = read(f"{service}---\n{SLOTH}---\n{service.replace('shop', 'S')}---\n{SLOTH}")
    assert [(one.kind, one.document) for one in found.kept] == [("Service", 1)]
    assert [slo.document for slo in found.slos] == [2, 4]
    assert [(one.document, one.path) for one in found.refused] == [(3, "metadata.name"), (4, "")]
    assert "stands in document 2 already" in found.refused[1].reason


def test_documents_go_out_as_they_came() -> None:
    found = read(SLOTH).slos
    assert yaml_documents.read(write_sloth(found).encode()) == yaml_documents.read(SLOTH.encode())


def test_what_the_portal_changed_is_made_anew() -> None:
    (slo,) = read(SLOTH).slos
    other = replace(slo, target=Fraction(9995, 10000), raw={})
    for one in (other, replace(other, raw=slo.raw)):
        (again,) = read(write_sloth([one])).slos
        assert replace(again, raw={}) == other


def test_good_events_are_written_as_errors() -> None:
    slo = Slo(
        1, "checkout", "shop", Fraction(99, 100), "28d", good_query="g[{{.window}}]", total_query="t[{{.window}}]"
    )
    (again,) = read(write_sloth([slo])).slos
    assert again.bad_query == "(t[{{.window}}]) - (g[{{.window}}])"
    with pytest.raises(ValueError, match="“checkout” has no query that says its window"):
        write_sloth([replace(slo, good_query="g")])


# --- of others


def test_files_of_others(real_data: Path) -> None:
    folder = real_data / "slo-sloth"
    wanted = json.loads((folder / "EXPECTED.json").read_text())
    found = {path.name: slo_files.read(path.read_bytes()) for path in sorted(folder.rglob("validate/*/*.yaml"))}
    assert [name for name, one in found.items() if not one.refused] == sorted(wanted["must_validate"])
    assert [name for name, one in found.items() if one.refused] == sorted(wanted["must_refuse"])
    assert {
        name: [(one.document, one.path) for one in read.refused] for name, read in found.items() if read.refused
    } == {
        "bad-aa.yaml": [(1, "slos[1].objective")],
        "bad-ab.yaml": [(1, "slos[1].objective")],
        "bad-ba.yaml": [(1, "slos[1].objective")],
        "bad-k8s.yaml": [(1, "spec.service")],
        "bad-multi-k8s.yaml": [(1, "spec.slos[0].alerting.name")],
        "bad-multi.yaml": [(2, "slos[1].sli")],
        "bad-openslo.yaml": [(1, "spec.timeWindows[0].count")],
    }
    bad = folder / "test/integration/prometheus/testdata/validate/bad/bad-openslo.yaml"
    assert slo_files.read(bad.read_bytes(), period_days=28).refused == ()


def test_examples_are_taken(real_data: Path) -> None:
    folder = real_data / "slo-sloth"
    inputs = [*folder.glob("examples/*.y*ml"), *folder.glob("examples/windows/*"), *folder.rglob("testdata/in-*.yaml")]
    found = {path.name: slo_files.read(path.read_bytes()) for path in inputs}
    assert {name for name, one in found.items() if one.refused} == {"in-invalid-version.yaml"}
    assert sum(len(one.slos) for one in found.values()) > 35
    for one in found.values():
        for slo in one.slos:
            assert bool(slo.total_query) != bool(slo.unmeasured), slo


def test_duplicates_are_refused(real_data: Path) -> None:
    folder = real_data / "slo-sloth/test/integration/prometheus/testdata/validate_with_duplicates"
    multi = slo_files.read((folder / "bad-prom-multi-duplicates.yaml").read_bytes())
    assert multi.refused
    for name in ("k8s", "openslo", "prom"):
        together = b"\n---\n".join(path.read_bytes() for path in sorted((folder / name).iterdir()))
        assert slo_files.read(together).refused
