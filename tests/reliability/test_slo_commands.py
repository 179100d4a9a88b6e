"""`import_slos` and `export_slos`: what comes out is what went in, with what was changed since."""

import json
import shutil
import subprocess
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.reliability import actions
from apps.reliability.formats import yaml_documents
from apps.reliability.models import SLI, SLO, SLOImport
from tests.reliability.test_import_slos import INDICATOR, OPENSLO, SLOTH, shop
from tests.reliability.world import World

__all__ = ["shop"]


def said(command: str, *words: str | Path, **options: Any) -> str:
    """What a command prints."""
    out = StringIO()
    call_command(command, *map(str, words), stdout=out, **options)
    return out.getvalue()


def documents(text: str) -> list[dict[str, Any]]:
    """Of a YAML text."""
    return [raw for _, raw in yaml_documents.read(text.encode())]


def written(tmp_path: Path, *texts: str) -> list[Path]:
    """Files of these texts."""
    paths = [tmp_path / f"{place}.yaml" for place in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text)
    return paths


@pytest.mark.usefixtures("shop")
def test_import(world: World, tmp_path: Path) -> None:
    paths = written(tmp_path, SLOTH, OPENSLO, INDICATOR)
    told = said("import_slos", *paths)
    assert told.splitlines()[0] == "3 documents, 3 SLOs: 3 defined, 0 changed."
    assert "No source measures these yet: manage.py measure_slis SLO-" in told
    assert "“latency-0” is not measured here: its queries do not say their window" in told
    assert said("import_slos", tmp_path).startswith("3 documents; everything was so already, nothing changed.")
    row = json.loads(said("import_slos", *paths, "--json", by="priya"))
    assert (row["documents"], row["slos"], row["refused"]) == (3, 3, [])
    assert row["keys"] == ["SLO-2", "SLO-3", "SLO-4"]


def test_refused(world: World, tmp_path: Path) -> None:
    paths = written(tmp_path, SLOTH, "a: &b 1\n")
    out = StringIO()
    with pytest.raises(CommandError, match="Nothing is imported: 2 things to mend."):
        call_command("import_slos", *map(str, paths), "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["documents"], told["slos"]) == (1, 0)
    assert [(one["file"], one["document"], one["path"]) for one in told["refused"]] == [
        (str(paths[1]), 1, ""),
        (str(paths[0]), 1, "service"),
    ]
    assert told["refused"][0]["reason"].startswith("Line 1: aliases refused")
    with pytest.raises(CommandError, match="Document 1, service: there is no service “shop” here"):
        said("import_slos", paths[0])
    with pytest.raises(CommandError, match="No such file"):
        said("import_slos", tmp_path / "absent.yaml")
    with pytest.raises(CommandError, match="Nobody active has the username “who”"):
        said("import_slos", paths[0], by="who")
    assert not SLOImport.objects.exists()


@pytest.mark.usefixtures("shop")
def test_documents_go_out_as_they_came(world: World, tmp_path: Path) -> None:
    said("import_slos", *written(tmp_path, OPENSLO, INDICATOR))
    first, last = documents(said("export_slos", "SLO-2"))
    assert (first, last) == (documents(INDICATOR)[0], documents(OPENSLO)[0])
    assert list(last["spec"]) == ["service", "indicatorRef", "timeWindow", "budgetingMethod", "objectives"]
    everything = documents(said("export_slos", stderr=StringIO()))
    assert [one["metadata"]["name"] for one in everything] == ["speed", "latency", "slo-1"]


@pytest.mark.usefixtures("shop")
def test_what_was_changed_is_said(world: World, tmp_path: Path) -> None:
    said("import_slos", *written(tmp_path, SLOTH, OPENSLO, INDICATOR))
    for key, target in (("SLO-2", "0.9995"), ("SLO-3", "0.98")):
        slo = SLO.objects.get(key=key)
        change: dict[str, Any] = {"title": slo.title, "window": slo.window, "rationale": "Users said so."}
        actions.change_slo(slo_key=key, target=Decimal(target), **change, by=world.priya)
    (sloth,) = documents(said("export_slos", "slo-2", format="sloth"))
    assert sloth["slos"][0]["objective"] == 99.95
    assert [one["target"] for one in documents(said("export_slos", "SLO-3"))[1]["spec"]["objectives"]] == [0.98, 0.9]
    sli = SLO.objects.get(key="SLO-2").sli
    total = "sum(rate(https[{{.window}}]))"
    kept: dict[str, Any] = {
        "title": sli.title,
        "good_means": sli.good_means,
        "kind": sli.kind,
        "source": SLI.Source.PROMETHEUS,
    }
    actions.edit_sli(sli_key=sli.key, **kept, good_query=f"{total} > 0", total_query=total, by=world.priya)
    (sloth,) = documents(said("export_slos", "SLO-2", format="sloth"))
    assert sloth["slos"][0]["sli"]["events"] == {"error_query": f"({total}) - ({total} > 0)", "total_query": total}


def test_what_was_never_a_file_is_written_too(world: World) -> None:
    (one,) = documents(said("export_slos", "SLO-1"))
    assert (one["metadata"], one["spec"]["service"]) == (
        {"name": "slo-1", "displayName": "Checkout answers in time"},
        "E-1",
    )
    assert one["spec"]["objectives"] == [{"target": 0.99}]


def test_what_a_format_cannot_say(world: World) -> None:
    with pytest.raises(CommandError, match="“slo-1” has no queries of good and of all events"):
        said("export_slos", "SLO-1", format="prometheus")
    with pytest.raises(CommandError, match="There is no SLO SLO-9"):
        said("export_slos", "SLO-9")
    err = StringIO()
    assert "slo-1" not in said("export_slos", format="prometheus", stderr=err)
    assert err.getvalue().startswith("Left out: “slo-1” has no queries")


def test_examples_of_others_go_out_as_they_came(world: World, real_data: Path) -> None:
    for path in sorted((real_data / "slo-openslo/spec/examples").rglob("*.yaml")):
        before = SLO.objects.count()
        row = json.loads(said("import_slos", path, "--json", scope="E-1"))
        assert SLO.objects.count() - before == row["created"]
        found, given = documents(said("export_slos", *row["keys"], stderr=StringIO())), documents(path.read_text())
        # Of a document without a place here, such as one of a window of hours, all that there is tells.
        assert found == given if row["keys"] else all(one in found for one in given)
    for path in sorted((real_data / "slo-sloth/examples").glob("*getting-started.y*ml")):
        row = json.loads(said("import_slos", path, "--json", scope="E-1"))
        sloths = documents(said("export_slos", *row["keys"], format="sloth"))
        if "openslo" not in path.name:
            assert sloths == documents(path.read_text())


def test_rules_are_taken_by_promtool(world: World, real_data: Path, tmp_path: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool, of Debian's package prometheus, is not here")
    row = json.loads(said("import_slos", real_data / "slo-sloth/examples/getting-started.yml", "--json", scope="E-1"))
    (tmp_path / "rules.yaml").write_text(said("export_slos", *row["keys"], format="prometheus"))
    done = subprocess.run([promtool, "check", "rules", str(tmp_path / "rules.yaml")], capture_output=True, text=True)
    assert (done.returncode, "SUCCESS" in done.stdout) == (0, True), done.stderr
