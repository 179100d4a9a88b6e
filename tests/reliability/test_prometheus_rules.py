"""Rules for Prometheus: the Workbook's numbers, what Sloth writes for the same SLOs, and what promtool says of them."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from apps.reliability.formats import slo_files, yaml_documents
from apps.reliability.formats.definitions import Alert, Alerting, Slo
from apps.reliability.formats.prometheus_rules import ALERTS, BurnAlert, NoRules, decimals, write_rules

BAD, GOOD = 'sum(increase(r{code=~"5.."}[{{.window}}]))', 'sum(increase(r{code!~"5.."}[{{.window}}]))'
TOTAL = "sum(increase(r[{{.window}}]))"
SLO = Slo(1, "checkout", "shop", Fraction(999, 1000), "30d", bad_query=BAD, total_query=TOTAL)
Rule = Mapping[str, Any]


def rules(*slos: Slo, **arguments: Any) -> list[Rule]:
    ((_, document),) = yaml_documents.read(write_rules(slos, **arguments).encode())
    return [rule for group in document["groups"] for rule in group["rules"]]


def recorded(found: list[Rule]) -> dict[str, str]:
    return {rule["record"]: meaning(rule["expr"]) for rule in found if "record" in rule}


def meaning(expression: str) -> str:
    """Without white space where it means nothing."""
    return re.sub(r"\s*([^\w\s])\s*", r"\1", " ".join(expression.split()))


def thresholds(found: list[Rule]) -> dict[str, list[tuple[str, float]]]:
    """By severity, the windows and the error ratio above which each has to be."""
    comparison = re.compile(r"ratio_rate(\w+)\{[^}]*\} > \(([0-9.e-]+) \* ([0-9.e-]+)\)")
    return {
        next(word for label, word in rule["labels"].items() if label in ("sloth_severity", "slo_severity")): [
            (span, float(burn) * float(budget)) for span, burn, budget in comparison.findall(rule["expr"])
        ]
        for rule in found
        if "alert" in rule
    }


# --- figures


@pytest.mark.parametrize(
    ("days", "burns"),
    [
        (7, ["3.36", "1.4", "0.7", "0.23333333333333334"]),
        (28, ["13.44", "5.6", "2.8", "0.9333333333333333"]),
        (30, ["14.4", "6", "3", "1"]),
        (90, ["43.2", "18", "9", "3"]),
    ],
)
def test_thresholds_go_with_the_window(days: int, burns: list[str]) -> None:
    assert [decimals(one.threshold(days)) for one in ALERTS] == burns
    text = write_rules([replace(SLO, window=f"{days}d")])
    assert [burn for burn in re.findall(r"> \((\S+) \* 0.001\)", text)] == [burn for burn in burns for _ in "12"]


def test_the_short_window_is_a_twelfth() -> None:
    assert [(one.severity, one.long, one.short, one.share) for one in ALERTS] == [
        ("page", "1h", "5m", Fraction(2, 100)),
        ("page", "6h", "30m", Fraction(5, 100)),
        ("ticket", "1d", "2h", Fraction(10, 100)),
        ("ticket", "3d", "6h", Fraction(10, 100)),
    ]


def test_what_no_error_ratio_can_reach_is_said_instead() -> None:
    """14.4 times a budget of 6.94 % is 99.94 %, of 6.95 % more than all."""
    text = write_rules([replace(SLO, target=Fraction(9306, 10000))])
    assert "no page" not in text
    text = write_rules([replace(SLO, target=Fraction(9305, 10000))])
    assert "# checkout: no page at a burn rate of 14.4 over 1h: no error ratio can reach 1.0008.\n" in text
    assert ("14.4 *" in text, "6 *" in text) == (False, True)
    assert not [rule for rule in rules(replace(SLO, target=Fraction(0))) if "alert" in rule]


def test_a_window_of_a_day_has_no_alerts_over_a_day() -> None:
    found = rules(replace(SLO, window="1d"))
    assert list(thresholds(found)) == ["page"]
    assert [name for name in recorded(found) if "ratio_rate" in name] == [
        f"slo:sli_error:ratio_rate{span}" for span in ("5m", "30m", "1h", "2h", "6h", "1d")
    ]


def test_a_target_of_all_has_no_budget_to_burn() -> None:
    text = write_rules([replace(SLO, target=Fraction(1))])
    assert "a target of 100 % has no budget" in text
    assert "burn_rate" not in text
    assert "alert:" not in text


# --- expressions


def test_the_whole_window_is_a_ratio_of_sums() -> None:
    assert recorded(rules(SLO))["slo:sli_error:ratio_rate30d"] == meaning(
        '(sum(increase(r{code=~"5.."}[30d]))) / (sum(increase(r[30d])))'
    )
    good = replace(SLO, bad_query="", good_query=GOOD)
    assert recorded(rules(good))["slo:sli_error:ratio_rate5m"] == meaning(
        '1 - ((sum(increase(r{code!~"5.."}[5m]))) / (sum(increase(r[5m]))))'
    )


def test_labels_names_and_words() -> None:
    sets = Alerting(
        "Burns",
        {"a": "both"},
        {"runbook": "https://runbooks.example/1"},
        page=Alert(labels={"b": "page"}, annotations={"summary": "ours"}),
        ticket=Alert(disabled=True),
    )
    found = rules(replace(SLO, alerting=sets, labels={"team": ("x", "y"), "cost-centre": ("z",), "slo_id": ("no",)}))
    (alert,) = [rule for rule in found if "alert" in rule]
    identity = {"slo_id": "shop-checkout", "slo_service": "shop", "slo_name": "checkout"}
    assert (alert["alert"], alert["labels"]) == (
        "Burns",
        {"a": "both", "b": "page", **identity, "slo_severity": "page"},
    )
    assert alert["annotations"] == {
        "title": "(page) {{ $labels.slo_service }} {{ $labels.slo_name }}: the error budget burns too fast.",
        "summary": "ours",
        "runbook": "https://runbooks.example/1",
    }
    assert found[0]["labels"] == {
        "team": "x,y",
        "cost_centre": "z",
        "slo_id": "shop-checkout",
        "slo_service": "shop",
        "slo_name": "checkout",
        "slo_window": "5m",
    }


def test_names_cannot_break_out() -> None:
    found = rules(replace(SLO, service='a"} or vector(1) #\\', name="b\nc: d", target=Fraction(1, 2)))
    (left,) = [rule["expr"] for rule in found if rule.get("record") == "slo:period_error_budget_remaining:ratio"]
    assert 'slo_service="a\\"} or vector(1) #\\\\", slo_name="b\\nc: d"}' in left


@pytest.mark.parametrize(
    ("slo", "words"),
    [
        (replace(SLO, window="month:Europe/Berlin"), r"calendar month \(Europe/Berlin\), and Prometheus knows only"),
        (replace(SLO, window=""), "is no window"),
        (replace(SLO, total_query="sum(r)"), r"does not say its window: write {{.window}} where"),
        (replace(SLO, bad_query="", total_query=""), "does not say its window"),
    ],
)
def test_what_has_no_rules(slo: Slo, words: str) -> None:
    with pytest.raises(NoRules, match=words):
        write_rules([slo])


def test_one_slo_twice() -> None:
    with pytest.raises(NoRules, match="stands there twice"):
        write_rules([SLO, SLO])


# --- beside Sloth's

WINDOWS_OF_7_DAYS = (
    BurnAlert("page", "1h", "5m", Fraction(8, 100)),
    BurnAlert("page", "6h", "30m", Fraction(125, 1000)),
    BurnAlert("ticket", "1d", "2h", Fraction(20, 100)),
    BurnAlert("ticket", "3d", "6h", Fraction(42, 100)),
)


def golden(path: Path) -> list[Rule]:
    """Sloth's rules; its templates for Go become plain words first."""
    text = re.sub(r'\{\{"(\{\{[^"]*\}\})"\}\}', r"\1", path.read_text()).replace("{{ .version }}", "v")
    text = re.sub(r"(?m)^(\s+title: )(.*\n\s+.*)$", lambda found: found[1] + repr(" ".join(found[2].split())), text)
    documents = [one for one in yaml.safe_load_all(text) if one]
    return [rule for one in documents for group in one.get("spec", one)["groups"] for rule in group["rules"]]


def by_slo(found: list[Rule], label: str) -> dict[str, list[Rule]]:
    """The rules of each SLO; alerts have no label of it, but their expressions do."""
    names: dict[str, list[Rule]] = {}
    for rule in found:
        name = rule["labels"].get(label) or re.findall(label + r'="([^"]*)"', rule["expr"])[0]
        names.setdefault(name, []).append(rule)
    return names


def as_ours(expression: str, days: int, sloths: str) -> str:
    """Sloth's expression with our labels, and its word for the whole window as ours."""
    words = {
        "sloth_id": "slo_id",
        "sloth_service": "slo_service",
        "sloth_slo": "slo_name",
        "sloth_window": "slo_window",
    }
    for theirs, ours in words.items():
        expression = expression.replace(theirs, ours)
    return meaning(re.sub(rf"\b{sloths}\b|(?<=ratio_rate){sloths}\b", f"{days}d", expression))


@pytest.mark.parametrize(
    ("given", "wanted", "days", "sloths", "alerts"),
    [
        ("in-base.yaml", "out-base.yaml.tpl", 30, "30d", ALERTS),
        ("in-base.yaml", "out-base-28d.yaml.tpl", 28, "4w", ALERTS),
        ("in-base.yaml", "out-base-custom-windows-7d.yaml.tpl", 7, "1w", WINDOWS_OF_7_DAYS),
        ("in-base-k8s.yaml", "out-base-k8s.yaml.tpl", 30, "30d", ALERTS),
        ("in-multifile.yaml", "out-multifile.yaml.tpl", 30, "30d", ALERTS),
        ("in-multifile-k8s.yaml", "out-multifile-k8s.yaml.tpl", 30, "30d", ALERTS),
        ("in-openslo.yaml", "out-openslo.yaml.tpl", 30, "30d", ALERTS),
    ],
)
def test_the_same_as_sloths(
    real_data: Path, given: str, wanted: str, days: int, sloths: str, alerts: tuple[BurnAlert, ...]
) -> None:
    """The same windows recorded by the same expressions, the same alerts at the same error ratios.

    By intent these differ: labels are `slo_*`, for ours are not Sloth's series; over the whole window Sloth averages
    the ratios of five minutes, we divide the sums; targets are exact (0.999, not 0.9990000000000001, and a budget of
    0.001); windows are in days (28d, not 4w); there is no `sloth_slo_info`; words of alerts are our own. OpenSLO's
    objectives are numbered only where there are several, and get alerts, which Sloth gives them none of.
    """
    folder = real_data / "slo-sloth/test/integration/prometheus/testdata"
    read = slo_files.read((folder / given).read_bytes(), period_days=days)
    assert read.refused == ()
    ours = by_slo(rules(*read.slos, alerts=alerts), "slo_id")
    theirs = by_slo(golden(folder / wanted), "sloth_id")
    numbered = given == "in-openslo.yaml"
    assert [f"{name}-0" if numbered else name for name in ours] == list(theirs)
    for mine, other in zip(ours.values(), theirs.values(), strict=True):
        same(mine, other, days, sloths, numbered)


def same(ours: list[Rule], theirs: list[Rule], days: int, sloths: str, numbered: bool) -> None:
    wanted = {
        as_ours(rule["record"], days, sloths): as_ours(rule["expr"], days, sloths)
        for rule in theirs
        if rule.get("record", "sloth_slo_info") != "sloth_slo_info"
    }
    if numbered:
        wanted = {name: words.replace('slo1-0"', 'slo1"') for name, words in wanted.items()}
    found = recorded(ours)
    assert list(found) == list(wanted)
    whole = f"slo:sli_error:ratio_rate{days}d"
    for name, words in wanted.items():
        if name == whole and "sum_over_time" not in found[name]:
            assert found[name] == found["slo:sli_error:ratio_rate5m"].replace("[5m]", f"[{days}d]")
        elif name in ("slo:objective:ratio", "slo:error_budget:ratio"):
            assert number(found[name]) == pytest.approx(number(words), rel=1e-9)
        else:
            # Sloth sets one more pair of brackets around 1 - a/b
            assert found[name] == words or f"({found[name]})" == words, name
    mine, other = thresholds(ours), thresholds(theirs)
    if numbered:
        assert (list(mine), list(other)) == (["page", "ticket"], [])
        return
    assert mine.keys() == other.keys()
    for severity, pairs in other.items():
        assert [span for span, _ in mine[severity]] == [span for span, _ in pairs]
        assert [limit for _, limit in mine[severity]] == pytest.approx([limit for _, limit in pairs], rel=1e-9)
    for mine_alert, other_alert in zip(alerts_of(ours), alerts_of(theirs), strict=True):
        assert mine_alert["alert"] == other_alert["alert"]
        assert (
            mine_alert["labels"].items()
            >= {name: word for name, word in other_alert["labels"].items() if name != "sloth_severity"}.items()
        )


def alerts_of(found: list[Rule]) -> list[Rule]:
    return [rule for rule in found if "alert" in rule]


def number(expression: str) -> float:
    """Of vector(a) or vector(1-a)."""
    words = expression.removeprefix("vector(").removesuffix(")")
    return 1 - float(words[2:]) if words.startswith("1-") else float(words)


# --- by Prometheus itself


@pytest.fixture
def promtool() -> str:
    found = shutil.which("promtool")
    if not found:
        pytest.skip("promtool, of Debian's package prometheus, is not here")
    return found


def asked(promtool: str, *arguments: object) -> str:
    done = subprocess.run([promtool, *map(str, arguments)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_promtool_takes_them(promtool: str, tmp_path: Path) -> None:
    odd = replace(SLO, name="b\n\"c\\'", service="ü: #", target=Fraction(1, 3), window="7d", labels={"0-ü": ("x",)})
    slos = [SLO, odd, replace(SLO, name="all", target=Fraction(1)), replace(SLO, name="none", target=Fraction(0))]
    slos += [replace(SLO, name="good", bad_query="", good_query=GOOD, window="1d")]
    slos += [replace(SLO, name="ratio", bad_query="", total_query="", ratio_query="avg_over_time(q[{{.window}}])")]
    (tmp_path / "rules.yaml").write_text(write_rules(slos))
    assert "SUCCESS" in asked(promtool, "check", "rules", "--lint-fatal", tmp_path / "rules.yaml")


def test_promtool_takes_those_of_others(promtool: str, real_data: Path, tmp_path: Path) -> None:
    for path in sorted((real_data / "slo-sloth").glob("examples/*.y*ml")):
        slos = [one for one in slo_files.read(path.read_bytes()).slos if one.total_query or one.ratio_query]
        if slos and path.name != "victoria-metrics.yml":  # not PromQL
            (tmp_path / "rules.yaml").write_text(write_rules(slos))
            asked(promtool, "check", "rules", "--lint-fatal", tmp_path / "rules.yaml")


def test_alerts_fire_above_their_thresholds_and_not_at_them(promtool: str, tmp_path: Path) -> None:
    """15 bad of 1,000 burn 15 times as fast as 99.9 % allows, 14 only 14 times: a page is due above 14.4."""
    (tmp_path / "rules.yaml").write_text(write_rules([SLO, replace(SLO, name="calm", bad_query=BAD.replace("5", "4"))]))
    minutes = 60 * 7
    case = {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": 'r{code="500"}', "values": f"0+15x{minutes}"},
                    {"series": 'r{code="400"}', "values": f"0+5x{minutes}"},
                    {"series": 'r{code="200"}', "values": f"0+980x{minutes}"},
                ],
                "alert_rule_test": [
                    {
                        "eval_time": "6h",
                        "alertname": "SLOBudgetBurn",
                        "exp_alerts": [alert("page"), alert("ticket"), alert("ticket", "calm")],
                    },
                ],
                "promql_expr_test": [
                    {
                        "expr": 'round(slo:current_burn_rate:ratio{slo_name="checkout"}, 0.001)',
                        "eval_time": "6h",
                        "exp_samples": [
                            {
                                "labels": "{"
                                'slo_id="shop-checkout", slo_service="shop", slo_name="checkout", slo_window="5m"}',
                                "value": 15,
                            }
                        ],
                    }
                ],
            }
        ],
    }
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump(case))
    asked(promtool, "test", "rules", tmp_path / "tests.yaml")


def alert(severity: str, name: str = "checkout") -> dict[str, dict[str, str]]:
    """As promtool expects it."""
    return {
        "exp_labels": {
            "slo_id": f"shop-{name}",
            "slo_service": "shop",
            "slo_name": name,
            "slo_severity": severity,
        },
        "exp_annotations": {
            "title": f"({severity}) shop {name}: the error budget burns too fast.",
            "summary": f"shop {name}: the error budget burns faster than its window allows.",
        },
    }
