"""Every reader of what comes from outside: what it reads, and the exceptions by which alone it may refuse."""

import contextlib
import tempfile
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from rest_framework.exceptions import ParseError

from apps.audit import canonical, statement
from apps.audit.canonical import NotCanonical
from apps.audit.statement import NotAStatement
from apps.common import instants, markdown, strict_json, text
from apps.common.endpoints.body import StrictJSONParser, TooLargeBody
from apps.common.lists import plain_cell
from apps.common.refused import BadInput
from apps.delivery import feature_files, gherkin, meaning
from apps.delivery.feature_files import NotReadable
from apps.delivery.gherkin import NotGherkin
from apps.organization import people_csv
from apps.organization.people_csv import PeopleRefused
from apps.reliability import intake as slo_intake
from apps.reliability import pushed, usage
from apps.reliability.formats import counts_csv, openmetrics, slo_files, yaml_documents
from apps.reliability.formats.counts_csv import NotCounts
from apps.reliability.formats.openmetrics import NotOpenMetrics
from apps.reliability.formats.openslo_writing import NotWritable, write_openslo
from apps.reliability.formats.prometheus_rules import NoRules, write_rules
from apps.reliability.formats.yaml_documents import NotADocument
from apps.signoff import dossier
from apps.specs import intake, manifest, report
from apps.specs.formats import report_format
from apps.specs.report import NO_ZONE, NotAReport
from apps.specs.running import suites, supervising
from apps.specs.running.suites import NotASuite
from portal import logs
from portal.backup import manifest as backup
from portal.backup.manifest import NotABackup

CORPUS = Path(__file__).parents[1] / "corpus"


@dataclass(frozen=True)
class Parser:
    """A reader of bytes; `modules` are those whose reading it tries. What it gives may be stored, unless said so."""

    read: Callable[[bytes], Any]
    refuses: tuple[type[Exception], ...]
    modules: tuple[str, ...]
    storable: bool = True


def as_text(data: bytes) -> str:
    """Bytes as the text that a form or a body may hold: what is not UTF-8 becomes lone surrogates."""
    return data.decode("utf-8", "surrogateescape")


def _archive(data: bytes) -> Any:
    sources, refused = feature_files.archive_sources(data, name="shop.zip")
    reading = feature_files.read(sources, title="shop", refused=refused)
    return [(one.path, one.text) for one in reading.files], reading.refused


def _body(data: bytes) -> Any:
    return StrictJSONParser().parse(BytesIO(data))


def _members(data: bytes) -> Any:
    return list(strict_json.members(data))


def _taken(data: bytes) -> Any:
    return intake.take([intake.of_bytes("report", data)])


def _suites(data: bytes) -> Any:
    registered = suites.registered(tomllib.loads(as_text(data)))
    return [(suites.begun(one, "Scenario: a"), suites.fails(one, "... failed")) for one in registered.values()]


def _backup(data: bytes) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / backup.NAME).write_bytes(data)
        return backup.read(Path(folder)).version


def _slos(data: bytes) -> Any:
    """What was read goes out again, in every form that has words for it."""
    found = slo_files.read(data)
    for slo in () if found.refused else found.slos:
        with contextlib.suppress(NotWritable):
            slo_files.read(write_openslo([slo]).encode())
        with contextlib.suppress(NoRules):
            yaml_documents.read(write_rules([slo]).encode())
    return found, [str(one) for one in found.refused]


def _taken_slos(data: bytes) -> Any:
    taken = slo_intake.take([("slos.yaml", data)])
    return taken.written, taken.unmeasured, [str(one) for one in taken.problems]


def _counts(data: bytes) -> Any:
    good = counts_csv.condition("<= 50") if b"value" in data[:40] else None
    if good is not None:
        counts_csv.read_values(data)
    return counts_csv.read(data, good=good)


def _grown(data: bytes) -> Any:
    samples = openmetrics.read(data)
    selected = openmetrics.selector("requests_total")
    with contextlib.suppress(NotOpenMetrics):
        openmetrics.counts(samples, good=selected, total=selected)
    return samples


def _markdown(data: bytes) -> str:
    written = as_text(data).encode("utf-8", "replace").decode()
    html = markdown.render_markdown(written)
    assert len(html) <= 12 * len(written) + 60_000, "a few words become a page that nobody can load"
    return str(html)


def _report(name: str) -> Parser:
    module = f"apps.specs.formats.{name.replace('-', '_')}"
    more = {
        "behave-json": ("behave_quick", "json_node", "keywords"),
        "cucumber-messages": ("message_sources",),
        "junit": (),
        "cucumber-json": (),
    }[name]
    read = partial(report_format.read, format=name)
    return Parser(read, (NotAReport,), (module, *(f"apps.specs.formats.{one}" for one in more)))


SLO_FILES = ["slo_files", "definitions", "parts", "openslo", "openslo_fields", "openslo_writing", "sloth"]
SLO_FILES += ["prometheus_rules"]
GHERKIN = ("gherkin", "gherkin_lines", "gherkin_nodes", "gherkin_problems", "meaning")
PARSERS: dict[str, Parser] = {
    **{name: _report(name) for name in report_format.READERS},
    "any-report": Parser(_taken, (BadInput,), ("apps.specs.formats.report_format", "apps.specs.intake")),
    "report-start": Parser(report_format.detect, (), ("apps.specs.formats.report_format",)),
    "manifest": Parser(lambda data: manifest.read(data).entries, (NotAReport,), ("apps.specs.manifest",)),
    "gherkin": Parser(
        lambda data: gherkin.parse(as_text(data)), (NotGherkin,), tuple(f"apps.delivery.{name}" for name in GHERKIN)
    ),
    "meaning": Parser(lambda data: meaning.plain(as_text(data)), (), ("apps.delivery.meaning",), storable=False),
    "feature-archive": Parser(_archive, (NotReadable,), ("apps.delivery.feature_files",)),
    "people-csv": Parser(people_csv.parse, (PeopleRefused,), ("apps.organization.people_csv",)),
    "yaml-documents": Parser(yaml_documents.read, (NotADocument,), ("apps.reliability.formats.yaml_documents",)),
    "slo-files": Parser(_slos, (NotADocument,), tuple(f"apps.reliability.formats.{name}" for name in SLO_FILES)),
    "taken-slos": Parser(_taken_slos, (BadInput,), ("apps.reliability.intake",)),
    "counts-csv": Parser(_counts, (NotCounts,), ("apps.reliability.formats.counts_csv",)),
    "openmetrics": Parser(_grown, (NotOpenMetrics,), ("apps.reliability.formats.openmetrics",)),
    "pushed-counts": Parser(
        lambda data: pushed.read(_body(data)), (BadInput, ParseError, TooLargeBody), ("apps.reliability.pushed",)
    ),
    "pushed-usage": Parser(
        lambda data: usage.read(_body(data)), (BadInput, ParseError, TooLargeBody), ("apps.reliability.usage",)
    ),
    "strict-json": Parser(
        strict_json.parse, (strict_json.NotStrictJson,), ("apps.common.strict_json",), storable=False
    ),
    "strict-json-list": Parser(
        _members, (strict_json.NotStrictJson, strict_json.NotAList), ("apps.common.strict_json",), storable=False
    ),
    "json-body": Parser(_body, (ParseError, TooLargeBody), ("apps.common.endpoints.body",), storable=False),
    "instant": Parser(
        lambda data: instants.parse_instant(as_text(data)),
        (BadInput,),
        (
            "apps.common.instants",
            *("apps.delivery.management.commands.import_features", "apps.specs.management.commands.import_results"),
            *("apps.specs.api.run_import", "apps.signoff.api.history", "apps.signoff.dossier"),
            *("apps.signoff.views.regressions", "apps.reliability.management.commands.slo_status"),
        ),
    ),
    "report-instant": Parser(lambda data: report.instant(as_text(data), NO_ZONE), (), ("apps.specs.report",)),
    "zone": Parser(lambda data: intake.zone_named(as_text(data)), (BadInput,), ("apps.specs.intake",)),
    "text": Parser(lambda data: text.clean_text(as_text(data)), (BadInput,), ("apps.common.text",)),
    "cell": Parser(lambda data: plain_cell(as_text(data)), (), ("apps.common.lists",), storable=False),
    "markdown": Parser(_markdown, (), ("apps.common.markdown",), storable=False),
    "sealed-dossier": Parser(
        lambda data: dossier.unseal(as_text(data), person_key="P-1"), (BadInput,), ("apps.signoff.dossier",)
    ),
    "statement": Parser(statement.decode, (NotAStatement, NotCanonical), ("apps.audit.statement",), storable=False),
    "canonical-json": Parser(canonical.parse_canonical, (NotCanonical,), ("apps.audit.canonical",), storable=False),
    "suites-toml": Parser(
        _suites,
        (NotASuite, tomllib.TOMLDecodeError, RecursionError),
        ("apps.specs.running.suites", "portal.settings"),
        storable=False,
    ),
    "suite-output": Parser(supervising.plain, (), ("apps.specs.running.supervising",)),
    "backup-manifest": Parser(_backup, (NotABackup,), ("portal.backup.manifest",), storable=False),
    "log-line": Parser(lambda data: logs.readable(as_text(data)), (), ("portal.logs",), storable=False),
}

# Modules that use a reader of some format, but read nothing from outside by it.
NOT_READERS = {
    "apps.audit.management.commands.audit_verify": "writes JSON",
    "apps.audit.sentences": "reads values that the log itself wrote; a changed one is found by verifying",
    "apps.audit.views": "shows an entry's bytes, and whatever is no JSON as it is",
    "apps.common.endpoints.pages": "writes JSON",
    "apps.common.health": "reads the portal's own rings in the broker",
    "apps.common.rows": "writes JSON",
    "apps.organization.idempotency": "digests what the parser of bodies read",
    "apps.organization.views.people": "writes CSV",
    "apps.organization.management.commands.import_people": "writes JSON",
    "apps.integrations.management.commands.backfill_counts": "reads a day that an operator typed",
    "apps.integrations.management.commands.measure_slis": "writes JSON",
    "apps.integrations.own_requests": "reads counters that the portal's own web left",
    "apps.integrations.prometheus": "tried by answers of a server that lies: tests/integrations/test_prometheus.py",
    "apps.reliability.actions.headroom": "writes JSON",
    "apps.reliability.charts": "reads labels of months that the portal itself wrote",
    "apps.reliability.standing": "reads sums that a refresh stored",
    "apps.reliability.counts": "packs numbers for a digest",
    "apps.reliability.management.commands.import_slos": "writes JSON",
    "apps.reliability.management.commands.import_usage": "writes JSON; what it reads is counts-csv",
    "apps.reliability.models.decisions": "reads what the portal itself stored of a decision, which its digest proves",
    "apps.reliability.models.headroom": "reads what the portal itself stored of a review, which its digest proves",
    "apps.reliability.models.nine_cases": "reads what the portal itself stored of a case, which its digest proves",
    "apps.reliability.models.sources": "reads documents that it stored after they were read",
    "apps.reliability.queries.due": "reads instants that the portal itself stored of a decision",
    "apps.reliability.views.decided": "reads instants that the portal itself stored of a decision",
    "apps.specs.actions.rows": "writes JSON",
    "apps.specs.ci": "prints a script for others to run",
    "apps.specs.exports": "writes ZIP and JSON",
    "apps.specs.running.door": "asks the kernel who is at the door",
    "apps.specs.running.seccomp": "writes rules for the kernel",
    "portal.metrics": "tried by headers: tests/fuzz/test_text_fields.py",
    "portal.scale.work": "writes JSON",
    "portal.up.browser": "walks over the portal's own pages",
    "portal.up.start": "reads the portal's own answers",
}


def answer(parser: Parser, data: bytes) -> Any:
    """What comes of `data`: what was read, or the refusal, which has words and can be shown to whoever sent it."""
    try:
        found = parser.read(data)
    except parser.refuses as refused:
        words = str(refused)
        assert len(words.split()) >= 3, f"nobody can act on {words!r}"
        words.encode().decode()
        return refused
    if parser.storable:
        for word in _texts(found):
            assert "\0" not in word, "PostgreSQL does not take it"
            word.encode()
    return found


def _texts(value: Any) -> Any:
    """Every text within what was read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from _texts(list(value.items()))
    elif isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _texts(one)
    elif not isinstance(value, datetime | date) and hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            yield from _texts(getattr(value, name))


def samples(name: str) -> list[Path]:
    """The files of the corpus for this parser: such as it takes, and such as once did harm."""
    return sorted(path for path in (CORPUS / name).iterdir() if path.is_file())
