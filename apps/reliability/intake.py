"""Files of SLOs on their way in: read together, so that one may name what stands in another. No database."""

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from apps.common.refused import BadInput
from apps.reliability import windows
from apps.reliability.formats import slo_files, yaml_documents
from apps.reliability.formats.definitions import Slo, twice
from apps.reliability.formats.sloth import PERIOD_DAYS, WINDOW
from apps.reliability.formats.yaml_documents import NotADocument

MAX_FILES = 200
MAX_BYTES = 4 * 1024 * 1024  # of all files
MAX_SLOS = 200
NO_WINDOW_IN_QUERIES = "its queries do not say their window: {{.window}} belongs where the range stands"
_SEPARATOR = re.compile(rb"^---(?:\s|$)", re.MULTILINE)
_NOTHING = re.compile(rb"(?:\s|#[^\n]*\n|%[^\n]*\n)*")


class Place(NamedTuple):
    """Where a document stands: the number, from 1, within its file."""

    file: str
    document: int


@dataclass(frozen=True)
class Problem:
    """Why a document cannot be taken; `path` is the field, such as `spec.objectives[0].target`."""

    place: Place
    path: str
    reason: str

    def __str__(self) -> str:
        file = f"{self.place.file}, d" if self.place.file else "D"
        return f"{file}ocument {self.place.document}{', ' if self.path else ''}{self.path}: {self.reason}"


class SLOsRefused(BadInput):
    """Nothing of the files is taken, for these reasons."""

    def __init__(self, problems: Sequence[Problem], *, documents: int = 0) -> None:
        self.problems, self.documents = list(problems), documents
        count = len(self.problems)
        super().__init__(f"Nothing is imported: {count} thing{'' if count == 1 else 's'} to mend.")
        self.errors: dict[str, list[str]] = defaultdict(list)
        for one in self.problems:
            self.errors[str(one)[: -len(one.reason) - 2]].append(one.reason)


@dataclass(frozen=True)
class Unkept:
    """An SLO that has no place here, not even without figures; its document is kept all the same."""

    place: Place
    name: str
    reason: str


@dataclass(frozen=True)
class Taken:
    """What files hold; `slos` say their document by its number among all of `documents`, `places` where that is."""

    documents: tuple[Mapping[str, Any], ...]
    places: Mapping[int, Place]
    slos: tuple[Slo, ...]
    unkept: tuple[Unkept, ...]
    problems: tuple[Problem, ...]
    period_days: int

    @property
    def written(self) -> str:
        """The documents as one list in JSON, fields in their order."""
        return json.dumps(self.documents, ensure_ascii=False)

    @property
    def unmeasured(self) -> dict[str, str]:
        """By the names of SLOs, why they are not measured here."""
        told = {slo.full_name: why for slo in self.slos if (why := why_unmeasured(slo))}
        return told | {one.name: one.reason for one in self.unkept}

    @property
    def digest(self) -> str:
        """SHA-256 of all that matters of them."""
        return hashlib.sha256(f"{self.period_days}\n{self.written}".encode()).hexdigest()


def take(files: Sequence[tuple[str, bytes]], *, period_days: int = PERIOD_DAYS) -> Taken:
    """Reads files (name, bytes) as one; what is wrong with any is among `problems`.

    Raises BadInput for more files or bytes than are read at once.
    """
    if len(files) > MAX_FILES or sum(len(data) for _, data in files) > MAX_BYTES:
        raise BadInput(f"At most {MAX_FILES} files with {MAX_BYTES // 1024**2} MiB in all are read at once.")
    problems: list[Problem] = []
    documents: list[dict[str, Any]] = []
    places: dict[int, Place] = {}
    for name, data in files:
        try:
            for number, raw in yaml_documents.read(data):
                documents.append(raw)
                places[len(documents)] = Place(name, number)
        except NotADocument as error:
            problems.append(Problem(Place(name, _document_at(data, error.line)), "", str(error)))
    found = slo_files.read_documents(list(enumerate(documents, 1)), period_days=period_days)
    again = set(twice(found.slos))
    problems += [Problem(places[one.document], one.path, one.reason) for one in found.refused if one not in again]
    problems += _twice(found.slos, places)
    slos, unkept = _with_a_place(found.slos, places)
    if not documents and not problems:
        problems.append(Problem(Place(files[0][0] if files else "", 1), "", "there is no document in it."))
    if len(slos) > MAX_SLOS:
        raise BadInput(f"{len(slos):,} SLOs are more than the {MAX_SLOS} that are taken at once. Split the files.")
    return Taken(tuple(documents), places, slos, unkept, tuple(problems), period_days)


def _document_at(data: bytes, line: int) -> int:
    """The number of the document in which a line stands, as far as separators tell."""
    before = b"\n".join(data.removeprefix(b"\xef\xbb\xbf").split(b"\n")[:line])
    begins = _SEPARATOR.match(before, _NOTHING.match(before).end())  # type: ignore[union-attr]
    return max(1, len(_SEPARATOR.findall(before)) + (0 if begins else 1))


def _twice(slos: Sequence[Slo], places: Mapping[int, Place]) -> list[Problem]:
    first: dict[tuple[str, str], Slo] = {}
    found = []
    for slo in slos:
        other = first.setdefault((slo.service, slo.full_name), slo)
        if other is not slo:
            here, there = places[slo.document], places[other.document]
            file = f" of {there.file}" if there.file != here.file else ""
            reason = f"the SLO “{slo.full_name}” of {slo.service} stands in document {there.document}{file} already."
            found.append(Problem(here, "", reason))
    return found


def _with_a_place(slos: Sequence[Slo], places: Mapping[int, Place]) -> tuple[tuple[Slo, ...], tuple[Unkept, ...]]:
    """Those that can be promised here; a document of which one cannot is kept whole."""
    without: dict[int, Slo] = {}
    for slo in slos:
        if not has_place(slo):
            without.setdefault(slo.document, slo)
    unkept = [Unkept(places[number], slo.name, slo.unmeasured) for number, slo in without.items()]
    return tuple(slo for slo in slos if slo.document not in without), tuple(unkept)


def has_place(slo: Slo) -> bool:
    """Whether it can be promised here: with a window that the portal knows, and a target above 0 %."""
    if not slo.target:
        return False
    try:
        windows.parse(slo.window)
    except ValueError:
        return False
    return True


# --- what the portal makes of one


class Measure(NamedTuple):
    """How it is measured: Prometheus's queries of good and of all events."""

    good_query: str
    total_query: str


def measure_of(slo: Slo) -> Measure:
    """Good events are all without the bad ones where a file names only these; both "" where it has no such queries."""
    if not slo.total_query:
        return Measure("", "")
    return Measure(slo.good_query or f"({slo.total_query.strip()}) - ({slo.bad_query.strip()})", slo.total_query)


def why_unmeasured(slo: Slo) -> str:
    """Why the portal cannot ask anybody for its counts; "" where it can."""
    if slo.unmeasured:
        return slo.unmeasured
    measure = measure_of(slo)
    if not measure.total_query:
        return "it has no queries of events"
    return "" if all(WINDOW.search(query) for query in measure) else NO_WINDOW_IN_QUERIES


def title_of(slo: Slo) -> str:
    """At most 200 characters on one line."""
    title = slo.display_name or slo.name
    if slo.objectives > 1:
        title = f"{title}, {slo.objective_name or f'objective {slo.objective}'}"
    return _shortened(title, 200)


def good_means(slo: Slo) -> str:
    """What a good event is, as far as the file says it."""
    if slo.threshold_query:
        signs = {"lte": "≤", "lt": "<", "gte": "≥", "gt": ">"}
        return f"a value {signs.get(slo.op, slo.op)} {float(slo.value or 0):.12g}"
    return (
        _shortened(slo.description, 500)
        or f"as the indicator {slo.indicator or slo.name} of {slo.service} has it"[:500]
    )


def _shortened(text: str, limit: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def path_of(slo: Slo) -> str:
    """The field in which its document says it."""
    at = f"[{slo.objective}]"
    if str(slo.raw.get("apiVersion")).startswith("openslo"):
        return f"spec.objectives{at}"
    return f"spec.slos{at}" if "apiVersion" in slo.raw else f"slos{at}"


def service_path_of(slo: Slo) -> str:
    """The field in which its document names the service."""
    return "spec.service" if "apiVersion" in slo.raw else "service"
