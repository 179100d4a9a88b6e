"""The difference of meaning between two versions of a story, for the one who signs the newer.

Only what counts for the digests (``meaning.py``) is compared, so that the difference is empty exactly when
the digests are equal. Scenarios find their partner in the other version in this order: equal ones; of the
same rule and name; with the same steps and examples (renamed); last, those that share most lines, if more
than half. Lines within a changed scenario are those of its text, compared by meaning and shown as written:
And for Given is no difference.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from apps.delivery import meaning
from apps.delivery.gherkin import Examples, Feature, Scenario, Step

# Above these a thorough comparison would take seconds: then whole blocks are shown as gone and come
MOST_EQUAL_PAIRS = 10_000
MOST_GUESSES = 10_000


class Kind(StrEnum):
    """What became of a line."""

    GONE = "gone"
    CAME = "came"
    KEPT = "kept"


class Change(StrEnum):
    """What became of a scenario. RENAMED: by name or rule only, its steps and examples are the same."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RENAMED = "renamed"
    MOVED = "moved"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Line:
    """One line to show: ``depth`` 0 for a heading, 1 for a step, 2 for what belongs to a step or examples."""

    kind: Kind
    text: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class ScenarioDifference:
    """One scenario in both versions.

    ``old`` is None where it was added, ``new`` where it was removed. ``moved`` may come with any change.
    ``background_changed``: the steps before it are others, shown once in ``StoryDifference.backgrounds``.
    ``lines`` is its whole text, background excluded; all of one kind where it was added or removed.
    """

    change: Change
    old: Scenario | None
    new: Scenario | None
    moved: bool
    background_changed: bool
    lines: tuple[Line, ...]

    @property
    def name(self) -> str:
        """The name to call it by: the newer."""
        return (self.new or self.old).name  # type: ignore[union-attr]


@dataclass(frozen=True, slots=True)
class BackgroundDifference:
    """Steps that run before the ``scenarios`` named, and that changed."""

    lines: tuple[Line, ...]
    scenarios: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StoryDifference:
    """All that changed in what a story means.

    ``name`` and ``narrative`` are lines, empty where nothing changed. ``scenarios`` are those that changed in
    any way, in the order of the newer version, removed ones where they stood; ``kept`` counts the others.
    ``first`` if there is no older version.
    """

    name: tuple[Line, ...]
    narrative: tuple[Line, ...]
    backgrounds: tuple[BackgroundDifference, ...]
    scenarios: tuple[ScenarioDifference, ...]
    kept: int
    first: bool

    def __bool__(self) -> bool:
        return bool(self.name or self.narrative or self.scenarios)

    def of(self, change: Change) -> tuple[ScenarioDifference, ...]:
        """The scenarios with this change."""
        return tuple(scenario for scenario in self.scenarios if scenario.change == change)

    @property
    def words(self) -> str:
        """In one line: "1 scenario changed, 2 added; narrative changed"."""
        if not self:
            return "no change of meaning"
        amounts = [(len(self.of(change)), change) for change in Change]
        parts = [f"{amount} {change}" for amount, change in amounts if amount]
        if parts:
            amount, _, change = parts[0].partition(" ")
            parts[0] = f"{amount} scenario{'' if amount == '1' else 's'} {change}"
        heads = [word for word, lines in (("name", self.name), ("narrative", self.narrative)) if lines]
        head = f"{' and '.join(heads)} {'new' if self.first else 'changed'}" if heads else ""
        return "; ".join(part for part in (", ".join(parts), head) if part)


def difference(old: Feature | None, new: Feature | None) -> StoryDifference:
    """What changed from ``old`` to ``new``; None is no text: a first version, or a feature taken away."""
    before = old.scenarios if old else ()
    after = new.scenarios if new else ()
    partners = _partners(before, after)
    moved = _moved(partners)
    compared = [_compare(before[i], after[j], j in moved) for j, i in partners.items()]
    by_place: list[tuple[tuple[int, int], ScenarioDifference]] = [
        ((j, 1), scenario) for j, scenario in zip(partners, compared, strict=True)
    ]
    by_place += [((j, 1), _added(after[j])) for j in range(len(after)) if j not in partners]
    by_place += _removed(before, partners)
    scenarios = [scenario for _, scenario in sorted(by_place, key=lambda pair: pair[0])]
    changed = tuple(scenario for scenario in scenarios if scenario.change != Change.KEPT)
    return StoryDifference(
        name=_text_lines(old.name if old else "", new.name if new else ""),
        narrative=_text_lines(old.narrative if old else "", new.narrative if new else ""),
        backgrounds=_backgrounds(compared),
        scenarios=changed,
        kept=len(scenarios) - len(changed),
        first=old is None,
    )


# --- who is who


def _partners(before: Sequence[Scenario], after: Sequence[Scenario]) -> dict[int, int]:
    """Indexes in the newer version, with those in the older of the same scenarios."""
    partners: dict[int, int] = {}
    keys: tuple[Callable[[Scenario], Hashable], ...] = (
        lambda scenario: scenario.digest,
        lambda scenario: (scenario.rule, scenario.name, _body(scenario)),
        lambda scenario: (meaning.plain(scenario.rule), meaning.plain(scenario.name)),
        lambda scenario: _body(scenario) or object(),
    )
    for key in keys:
        _pair(partners, before, after, key)
    _guess(partners, before, after)
    return dict(sorted(partners.items()))


def _pair(
    partners: dict[int, int],
    before: Sequence[Scenario],
    after: Sequence[Scenario],
    key: Callable[[Scenario], Hashable],
) -> None:
    """Adds pairs of equal keys; of several with one key the first goes with the first."""
    taken = set(partners.values())
    free: dict[Hashable, list[int]] = {}
    for i, scenario in enumerate(before):
        if i not in taken:
            free.setdefault(key(scenario), []).append(i)
    for j, scenario in enumerate(after):
        if j not in partners and free.get(key(scenario)):
            partners[j] = free[key(scenario)].pop(0)


def _guess(partners: dict[int, int], before: Sequence[Scenario], after: Sequence[Scenario]) -> None:
    """Adds pairs that share more than half of their lines, the most alike first."""
    taken = set(partners.values())
    olds = {i: Counter(_body(scenario)) for i, scenario in enumerate(before) if i not in taken}
    news = {j: Counter(_body(scenario)) for j, scenario in enumerate(after) if j not in partners}
    if len(olds) * len(news) > MOST_GUESSES:
        return
    alike = []
    for j, new in news.items():
        for i, old in olds.items():
            likeness = 2 * (new & old).total() / max(1, new.total() + old.total())
            if likeness > 0.5:
                alike.append((-likeness, j, i))
    for _, j, i in sorted(alike):
        if j not in partners and i not in taken:
            partners[j] = i
            taken.add(i)


def _moved(partners: dict[int, int]) -> set[int]:
    """Indexes in the newer version of moved scenarios: those outside a longest run in old order."""
    order = list(partners.items())
    best: list[int] = []
    link: list[int] = []
    for at, (_, i) in enumerate(order):
        earlier = [k for k in range(at) if order[k][1] < i]
        link.append(max(earlier, key=lambda k: best[k], default=-1))
        best.append(best[link[at]] + 1 if earlier else 1)
    stays: set[int] = set()
    at = max(range(len(order)), key=lambda k: best[k], default=-1)
    while at >= 0:
        stays.add(order[at][0])
        at = link[at]
    return set(partners) - stays


def _removed(
    before: Sequence[Scenario], partners: dict[int, int]
) -> Iterable[tuple[tuple[int, int], ScenarioDifference]]:
    """Removed scenarios, each with its place: behind the scenario that it followed."""
    new_place = {i: j for j, i in partners.items()}
    place = -1
    for i, scenario in enumerate(before):
        if i in new_place:
            place = new_place[i]
        else:
            lines = _all(Kind.GONE, _scenario_lines(scenario))
            yield (place, 2), ScenarioDifference(Change.REMOVED, scenario, None, False, False, lines)


# --- one scenario


def _added(scenario: Scenario) -> ScenarioDifference:
    lines = _all(Kind.CAME, _scenario_lines(scenario))
    return ScenarioDifference(Change.ADDED, None, scenario, False, False, lines)


def _compare(old: Scenario, new: Scenario, moved: bool) -> ScenarioDifference:
    background_changed = _keys(_steps(old.background)) != _keys(_steps(new.background))
    if old.digest == new.digest:
        change = Change.MOVED if moved else Change.KEPT
    elif _body(old) == _body(new) and not background_changed:
        change = Change.RENAMED
    else:
        change = Change.CHANGED
    lines = _compare_lines(_scenario_lines(old), _scenario_lines(new))
    return ScenarioDifference(change, old, new, moved, background_changed, lines)


def _backgrounds(compared: Iterable[ScenarioDifference]) -> tuple[BackgroundDifference, ...]:
    """Changed backgrounds, each once, however many scenarios stand under it."""
    found: dict[Hashable, tuple[Scenario, Scenario, list[str]]] = {}
    for scenario in compared:
        if scenario.background_changed and scenario.old and scenario.new:
            pair = (_keys(_steps(scenario.old.background)), _keys(_steps(scenario.new.background)))
            found.setdefault(pair, (scenario.old, scenario.new, []))[2].append(scenario.name)
    return tuple(
        BackgroundDifference(_compare_lines(_steps(old.background), _steps(new.background)), tuple(names))
        for old, new, names in found.values()
    )


# --- lines


@dataclass(frozen=True, slots=True)
class _Written:
    """A line as written, with what it means as its key."""

    key: Hashable
    text: str
    depth: int


def _scenario_lines(scenario: Scenario) -> list[_Written]:
    rule = _Written(("rule", meaning.plain(scenario.rule)), f"Rule: {scenario.rule}", 0)
    word = "Scenario Outline" if scenario.outline else "Scenario"
    name = _Written(("scenario", meaning.plain(scenario.name)), f"{word}: {scenario.name}".rstrip(), 0)
    return [*([rule] if scenario.rule else []), name, *_body_lines(scenario)]


def _body_lines(scenario: Scenario) -> list[_Written]:
    return _steps(scenario.steps) + [line for table in scenario.examples for line in _table(table)]


def _body(scenario: Scenario) -> tuple[Hashable, ...]:
    return _keys(_body_lines(scenario))


def _keys(lines: Iterable[_Written]) -> tuple[Hashable, ...]:
    return tuple(line.key for line in lines)


def _steps(steps: Iterable[Step]) -> list[_Written]:
    return [line for step in steps for line in _step(step)]


def _step(step: Step) -> Iterable[_Written]:
    yield _Written(("step", step.type, meaning.plain(step.text)), f"{step.keyword} {step.text}".rstrip(), 1)
    if doc_string := meaning.plain_doc_string(step.doc_string):
        yield _Written(("quote", "begin"), '"""', 2)
        for text in doc_string.split("\n"):
            yield _Written(("quoted", text), text, 2)
        yield _Written(("quote", "end"), '"""', 2)
    for row in step.table or ():
        yield _row("row", row)


def _table(table: Examples) -> Iterable[_Written]:
    yield _Written(("examples", meaning.plain(table.name)), f"Examples: {table.name}".rstrip(), 1)
    if table.header:
        yield _row("header", table.header)
    for row in table.rows:
        yield _row("example", row)


def _row(kind: str, cells: Sequence[str]) -> _Written:
    plain = tuple(meaning.plain(cell) for cell in cells)
    shown = (cell.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "\\n") for cell in plain)
    return _Written((kind, plain), f"| {' | '.join(shown)} |", 2)


def _all(kind: Kind, lines: Iterable[_Written]) -> tuple[Line, ...]:
    return tuple(Line(kind, line.text, line.depth) for line in lines)


def _text_lines(old: str, new: str) -> tuple[Line, ...]:
    old_words, new_words = (meaning.plain(" ".join(text.split())) for text in (old, new))
    if old_words == new_words:
        return ()
    pairs = ((Kind.GONE, old_words), (Kind.CAME, new_words))
    return tuple(Line(kind, words) for kind, words in pairs if words)


def _compare_lines(old: Sequence[_Written], new: Sequence[_Written]) -> tuple[Line, ...]:
    """Both texts as one, line by line; kept lines as the newer writes them."""
    old_keys, new_keys = _keys(old), _keys(new)
    start = _common(old_keys, new_keys)
    end = _common(old_keys[start:][::-1], new_keys[start:][::-1])
    old_middle, new_middle = old[start : len(old) - end], new[start : len(new) - end]
    return (
        *_all(Kind.KEPT, new[:start]),
        *_compare_middles(old_middle, new_middle),
        *_all(Kind.KEPT, new[len(new) - end :]),
    )


def _common(one: Sequence[Hashable], other: Sequence[Hashable]) -> int:
    """How many of the first are equal."""
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return same


def _compare_middles(old: Sequence[_Written], new: Sequence[_Written]) -> Iterable[Line]:
    numbers: dict[Hashable, int] = {}  # compared a thousand times, where a tuple is hashed anew each time
    old_keys, new_keys = ([numbers.setdefault(line.key, len(numbers)) for line in text] for text in (old, new))
    often = Counter(old_keys)
    if sum(often[key] for key in new_keys) > MOST_EQUAL_PAIRS:
        return (*_all(Kind.GONE, old), *_all(Kind.CAME, new))
    lines: list[Line] = []
    for word, i, i_end, j, j_end in SequenceMatcher(None, old_keys, new_keys, autojunk=False).get_opcodes():
        if word == "equal":
            lines += _all(Kind.KEPT, new[j:j_end])
        else:
            lines += _all(Kind.GONE, old[i:i_end])
            lines += _all(Kind.CAME, new[j:j_end])
    return lines
