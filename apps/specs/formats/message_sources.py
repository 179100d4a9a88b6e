"""What Cucumber Messages say of the text that ran: sources, documents, pickles.

A pickle is trusted only as far as its source bears it out: the source is parsed by `delivery.gherkin`, and
the scenario's digest stands only where the pickle says the same steps as that parse.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from apps.delivery import gherkin, meaning
from apps.specs.formats import json_node, keywords
from apps.specs.formats.json_node import Node
from apps.specs.report import path_of

_TYPES = {
    "Context": gherkin.StepType.CONTEXT,
    "Action": gherkin.StepType.ACTION,
    "Outcome": gherkin.StepType.OUTCOME,
    "Unknown": gherkin.StepType.UNKNOWN,
}
_MARKDOWN = "text/x.cucumber.gherkin+markdown"
# Steps of all rows of a stream's sources: a few kilobytes of text may hold 10,000, which take 50 ms. A source that is
# refused took up to 100 ms and counts as if it held as many as take so long.
MAX_STEPS = 1_000_000
_REFUSED_STEPS = 25_000


@dataclass(frozen=True, slots=True)
class Ran:
    """What one test case executed. `steps` by the id of the pickle step."""

    feature_name: str
    name: str
    uri: str
    line: int | None
    row: tuple[int, int] | None
    steps: dict[str, gherkin.Step]
    run_digest: str | None
    scenario_digest: str | None
    note: str
    path: str

    def step(self, key: str) -> gherkin.Step:
        """The pickle step of that id; raises NotAReport where the pickle has none."""
        found = self.steps.get(key)
        if found is None:
            raise Node(None, self.path).refusal(f"the pickle has no step “{key[:60]}”.")
        return found


@dataclass(frozen=True, slots=True)
class _Pickle:
    uri: str
    name: str
    line: int | None
    nodes: tuple[str, ...]
    steps: tuple[tuple[str, gherkin.Step], ...]
    path: str


@dataclass(frozen=True, slots=True)
class _Source:
    text: str
    media_type: str


class Sources:
    """Sources and documents by uri, pickles by id, and where in a file each node of a document stands."""

    def __init__(self) -> None:
        self._sources: dict[str, _Source] = {}
        self._features: dict[str, str] = {}
        self._lines: dict[str, int] = {}
        self._rows: dict[str, tuple[int, int]] = {}
        self._keywords: dict[str, str] = {}
        self._pickles: dict[str, _Pickle] = {}
        self._sources_read: dict[str, _SourceRead] = {}
        self._steps_read = 0
        self._ran: dict[str, Ran] = {}

    def take_source(self, node: Node) -> None:
        """A file's text. It is parsed only when a case needs it."""
        text = node.text("data", limit=2 * 1024 * 1024)
        self._sources[node.text("uri")] = _Source(text, node.text("mediaType", ""))

    def take_document(self, node: Node) -> None:
        """The lines and keywords of a document's nodes, which pickles refer to by id."""
        feature = node.child("feature")
        if feature.value is None:
            return
        self._features[node.text("uri", "")] = feature.text("name", "")
        for child in feature.items("children"):
            if child.has("rule"):
                for inner in child.child("rule").items("children"):
                    self._child(inner)
            else:
                self._child(child)

    def _child(self, node: Node) -> None:
        for kind in ("background", "scenario"):
            if not node.has(kind):
                continue
            found = node.child(kind)
            self._place(found)
            for step in found.items("steps"):
                self._place(step)
                self._keywords[step.text("id")] = step.text("keyword", "").strip()
            for number, table in enumerate(found.items("examples"), 1):
                for row_number, row in enumerate(table.items("tableBody"), 1):
                    self._place(row)
                    self._rows[row.text("id")] = (number, row_number)

    def _place(self, node: Node) -> None:
        line = _line(node)
        if line is not None:
            self._lines[node.text("id", "")] = line

    def take_pickle(self, node: Node) -> None:
        """What a runner executes: a scenario or one row."""
        key = node.text("id")
        if key in self._pickles:
            raise node.refusal(f"the pickle “{key[:60]}” stands twice.")
        nodes = _ids(node)
        # Older streams give a pickle no place of its own; its last node is the row, or else the scenario
        line = _line(node) or (self._lines.get(nodes[-1]) if nodes else None)
        self._pickles[key] = _Pickle(
            uri=node.text("uri"),
            name=node.text("name", ""),
            line=line,
            nodes=nodes,
            steps=tuple(self._steps(node)),
            path=node.path,
        )

    def _steps(self, node: Node) -> Iterator[tuple[str, gherkin.Step]]:
        nodes = list(node.items("steps"))
        steps = [self._step(step) for step in nodes]
        if not all(step.has("type") for step in nodes):
            steps = list(keywords.typed(steps, node.text("language", "") or None))
        for step_node, step in zip(nodes, steps, strict=True):
            yield step_node.text("id"), step

    def _step(self, node: Node) -> gherkin.Step:
        nodes = _ids(node)
        kind = node.text("type", "Unknown")
        if kind not in _TYPES:
            raise node.child("type").refusal(f"“{kind[:60]}” is not a type of step.")
        argument = node.child("argument")
        return gherkin.Step(
            type=_TYPES[kind],
            keyword=self._keywords.get(nodes[0], "") if nodes else "",
            text=node.text("text"),
            doc_string=_doc_string(argument),
            table=_table(argument),
            line=self._lines.get(nodes[0], 0) if nodes else 0,
        )

    def has(self, key: str) -> bool:
        """Whether the stream has said this pickle."""
        return key in self._pickles

    def ran(self, key: str) -> Ran:
        """What the test case of pickle `key` executed, with the digests its source bears out."""
        if key not in self._ran:
            self._ran[key] = self._run(self._pickles[key])
        return self._ran[key]

    def _run(self, pickle: _Pickle) -> Ran:
        source = self._read(pickle.uri)
        feature_name = self._features.get(pickle.uri, "") if source.name is None else source.name
        run_digest = meaning.run_digest(feature_name, pickle.name, [step for _, step in pickle.steps])
        scenario_digest = source.scenario_digest(run_digest, pickle.line)
        note = source.problem
        if source.name is not None and scenario_digest is None:
            note = "The source in the stream does not hold what the pickle says."
        return Ran(
            feature_name=feature_name,
            name=pickle.name,
            uri=path_of(pickle.uri),
            line=pickle.line,
            row=self._rows.get(pickle.nodes[-1]) if pickle.nodes else None,
            steps=dict(pickle.steps),
            run_digest=run_digest,
            scenario_digest=scenario_digest,
            note=note,
            path=pickle.path,
        )

    def notes(self) -> Iterator[str]:
        """Which sources could not be read, once each."""
        for uri, source in self._sources_read.items():
            if source.problem:
                yield f"{path_of(uri)}: {source.problem}"

    def _read(self, uri: str) -> "_SourceRead":
        if uri not in self._sources_read:
            source = self._sources.get(uri)
            is_too_much = source is not None and self._steps_read >= MAX_STEPS
            self._sources_read[uri] = _SourceRead(None, _TOO_MUCH) if is_too_much else _read(source)
            self._steps_read += self._sources_read[uri].steps
        return self._sources_read[uri]


_TOO_MUCH = f"The sources before it hold {MAX_STEPS:,} steps, and no more are read of one run. Import it as several."


class _SourceRead:
    """The scenarios of one source, found by run digest and line; `name` None where it cannot be read. `steps`: what it
    took to read.
    """

    def __init__(self, feature: gherkin.Feature | None, problem: str = "", steps: int = 0) -> None:
        self.name = feature.name if feature else None
        self.problem = problem
        self.steps = steps
        self._by_line: dict[tuple[str, int], str] = {}
        self._by_run: dict[str, set[str]] = {}
        for scenario in feature.scenarios if feature else ():
            for pickle in scenario.pickles:
                self.steps += len(pickle.steps)
                self._by_line[pickle.run_digest, pickle.line] = scenario.digest
                self._by_run.setdefault(pickle.run_digest, set()).add(scenario.digest)

    def scenario_digest(self, run_digest: str, line: int | None) -> str | None:
        """The digest of the scenario with that pickle; without a line, of the only one that has it."""
        if line is not None:
            return self._by_line.get((run_digest, line))
        found = self._by_run.get(run_digest, set())
        return next(iter(found)) if len(found) == 1 else None


def _read(source: _Source | None) -> _SourceRead:
    if source is None:
        return _SourceRead(None, "The stream does not carry the source, so the scenario's digest is not known.")
    if source.media_type == _MARKDOWN:
        return _SourceRead(None, "The source is Gherkin in Markdown, which is not read here.")
    try:
        feature = gherkin.parse(source.text)
    except gherkin.NotGherkin as error:
        return _SourceRead(None, f"The source is refused as a story. {error}", _REFUSED_STEPS)
    return _SourceRead(feature, "" if feature else "The source holds no feature.")


def _line(node: Node) -> int | None:
    place = node.child("location")
    return None if place.value is None else place.line("line")


def _ids(node: Node) -> tuple[str, ...]:
    return json_node.cells(node.child("astNodeIds")) if node.has("astNodeIds") else ()


def _doc_string(argument: Node) -> str | None:
    if argument.value is None or not argument.has("docString"):
        return None
    return argument.child("docString").text("content", "", limit=json_node.MAX_DOC_STRING)


def _table(argument: Node) -> tuple[tuple[str, ...], ...] | None:
    if argument.value is None or not argument.has("dataTable"):
        return None
    rows = argument.child("dataTable").items("rows")
    return tuple(tuple(cell.text("value", "") for cell in row.items("cells")) for row in rows)
