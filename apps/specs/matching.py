"""Which scenario, or example row, of which story a reported case ran. Pure.

In this order: by manifest; by the digest of what the report says was executed; by name, where the report does not say
what was executed. Whatever is not matched to exactly one scenario or row is unknown, and says why in words. What is
matched to a text that holds no longer is stale. Neither greens anything.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from apps.delivery import meaning
from apps.specs.manifest import Entry, Manifest
from apps.specs.paths import ending_with, shared
from apps.specs.report import Case, Report, Status

MANIFEST, DIGEST, NAME = "MANIFEST", "DIGEST", "NAME"


class Known(NamedTuple):
    """A scenario (row 0) or example row of one version of a story; `since` is when that text began to hold.

    `place` is (examples, row) as behave counts; None for a plain scenario, or where nobody asked.
    """

    pickle: int
    story: int
    story_key: str
    path: str
    version: int
    is_current: bool
    feature: str
    since: datetime
    scenario_digest: str
    run_digest: str
    name: str
    row: int
    line: int
    position: int
    place: tuple[int, int] | None = None


class Located(NamedTuple):
    """A case, the number of its report, and when it ran, if the report says so."""

    case: Case
    report: int
    at: datetime | None


class Match(NamedTuple):
    """What a case ran: `known`, or else `unknown` says why not.

    `twin` tells apart scenarios of one text that execute the same and mean the same: 0 for the first.
    """

    known: Known | None = None
    by: str = ""
    is_stale: bool = False
    unknown: str = ""
    twin: int = 0


class Hit(NamedTuple):
    """Texts of one story that a case may have run, before twins are told apart."""

    candidates: tuple[Known, ...]
    by: str
    is_stale: bool


def located(reports: Iterable[Report], ran_at: datetime | None = None) -> list[Located]:
    """Every case of `reports`, in order; `ran_at` holds for those of which the report does not say when they ran."""
    return [
        Located(case, number, case.started_at or report.started_at or ran_at)
        for number, report in enumerate(reports)
        for case in report.cases
    ]


def wanted_digests(cases: Iterable[Located], manifest: Manifest | None) -> set[str]:
    """Run digests whose texts `exact` needs to know."""
    found = {one.case.run_digest for one in cases if one.case.run_digest}
    if manifest:
        found |= {entry.run_digest for one in cases if (entry := manifest.find(one.case))}
    return found


def wanted_names(cases: Iterable[Located]) -> set[str]:
    """Feature names whose stories `by_name` needs to know."""
    return {meaning.plain(name) for one in cases for _, name in one.case.origins}


def exact(cases: Sequence[Located], known: Iterable[Known], manifest: Manifest | None) -> list[Match | None]:
    """The match of each case by manifest or digest; None where it must be looked for by name."""
    texts = _Texts(known)
    hits: list[Hit | Match | None] = []
    for one in cases:
        entry = manifest.find(one.case) if manifest else None
        hits.append(_by_manifest(one.case, entry, texts) if entry else _by_digest(one.case, texts))
    return _one_each(cases, hits, texts)


def by_name(cases: Sequence[Located], known: Iterable[Known]) -> list[Match]:
    """The match of each case by the names of its feature and scenario, at the instant it ran."""
    texts = _Texts(known)
    stories = _Stories(texts)
    return [_by_name(one, stories, texts) for one in cases]


class _Texts:
    """What the stories' texts execute, to be found by digest; and the twins in them."""

    def __init__(self, known: Iterable[Known]) -> None:
        self.all = sorted(known, key=lambda one: (one.story, -one.version, one.position))
        self.by_digest: dict[str, list[Known]] = defaultdict(list)
        self.current: dict[tuple[int, str, str], list[Known]] = defaultdict(list)
        self._twins: dict[int, int] = {}
        counted: dict[tuple[int, int, str, str], int] = defaultdict(int)
        for one in self.all:
            self.by_digest[one.run_digest].append(one)
            if one.is_current:
                self.current[one.story, one.scenario_digest, one.run_digest].append(one)
            same = (one.story, one.version, one.scenario_digest, one.run_digest)
            if number := counted[same]:
                self._twins[one.pickle] = number
            counted[same] = number + 1

    def twin(self, one: Known) -> int:
        return self._twins.get(one.pickle, 0)

    def match(self, one: Known, by: str) -> Match:
        """`one`, or what the current text holds of the same meaning instead; stale where that is nothing."""
        twin = self.twin(one)
        same = self.current.get((one.story, one.scenario_digest, one.run_digest), ())
        if twin < len(same):
            return Match(same[twin], by, twin=twin)
        return Match(one, by, is_stale=True, twin=twin)


# --- by manifest, by digest


def _by_manifest(case: Case, entry: Entry, texts: _Texts) -> Hit | Match:
    if case.run_digest and case.run_digest != entry.run_digest:
        return _unknown(f"The manifest names {entry.story} here, but the steps that ran are not those exported for it.")
    fits = [
        one
        for one in texts.by_digest.get(entry.run_digest, ())
        if one.story_key == entry.story and one.scenario_digest == entry.scenario_digest and one.row == entry.row
    ]
    if not fits:
        return _unknown(f"The manifest names {entry.story} here, which has and had no such scenario.")
    newest = _newest(fits)
    return Hit(tuple(newest), MANIFEST, not newest[0].is_current)


def _by_digest(case: Case, texts: _Texts) -> Hit | Match | None:
    fits = texts.by_digest.get(case.run_digest, ()) if case.run_digest else ()
    if case.scenario_digest:
        fits = [one for one in fits if one.scenario_digest == case.scenario_digest]
    if not fits:
        return None
    story = _one_story(case, fits)
    if isinstance(story, Match):
        return story
    newest = _newest([one for one in fits if one.story == story])
    return Hit(tuple(newest), DIGEST, not newest[0].is_current)


def _one_story(case: Case, fits: Sequence[Known]) -> int | Match:
    """The story meant where several hold, or held, what ran: that of the same path, else the only current one."""
    if len({one.story for one in fits}) == 1:
        return fits[0].story
    shares = {one.story: shared(case.uri, one.path) for one in fits}
    nearest = [story for story, share in shares.items() if share and share == max(shares.values())]
    if len(nearest) == 1:
        return nearest[0]
    fits = [one for one in fits if not nearest or one.story in nearest]
    holding = {one.story for one in fits if one.is_current}
    if len(holding) == 1:
        return holding.pop()
    keys = sorted({one.story_key for one in fits}, key=lambda key: (len(key), key))
    return _unknown(
        f"{_listed(keys)} all hold this scenario, and the report does not say which is meant. Import it with the"
        " manifest of their export, or for one initiative."
    )


def _newest(fits: Sequence[Known]) -> list[Known]:
    newest = max(one.version for one in fits)
    return [one for one in fits if one.version == newest]


# --- twins: several scenarios of one text that execute the same


def _one_each(cases: Sequence[Located], hits: Sequence[Hit | Match | None], texts: _Texts) -> list[Match | None]:
    found: list[Match | None] = []
    twins: dict[tuple[int, tuple[Known, ...]], dict[int, Hit]] = defaultdict(dict)
    for number, (one, hit) in enumerate(zip(cases, hits, strict=True)):
        if not isinstance(hit, Hit):
            found.append(hit)
            continue
        if len(hit.candidates) == 1:
            found.append(_matched(hit.candidates[0], hit, texts))
            continue
        found.append(None)
        twins[one.report, hit.candidates][number] = hit
    for (_, candidates), together in twins.items():
        _tell_apart(candidates, cases, together, texts, found)
    return found


def _tell_apart(
    candidates: tuple[Known, ...],
    cases: Sequence[Located],
    hits: dict[int, Hit],
    texts: _Texts,
    found: list[Match | None],
) -> None:
    """As many cases as twins: they are the same in the same order. Else only the line can tell."""
    in_order = sorted(hits, key=lambda number: (cases[number].case.line or 0, number))
    for place, number in enumerate(in_order):
        if len(in_order) == len(candidates):
            fits = [candidates[place]]
        else:
            fits = [one for one in candidates if one.line == cases[number].case.line]
        if len(fits) == 1:
            found[number] = _matched(fits[0], hits[number], texts)
        else:
            found[number] = _unknown(
                f"{candidates[0].story_key} has {len(candidates)} scenarios or rows that execute the same, and the"
                " report does not say which this is."
            )


def _matched(one: Known, hit: Hit, texts: _Texts) -> Match:
    return Match(one, hit.by, hit.is_stale, twin=texts.twin(one))


# --- by name


class _Stories:
    """Texts by story and version, and stories by the names that their texts bear or bore."""

    def __init__(self, texts: _Texts) -> None:
        self.versions: dict[int, dict[int, list[Known]]] = defaultdict(lambda: defaultdict(list))
        self.named: dict[str, set[int]] = defaultdict(set)
        self.key = {one.story: one.story_key for one in texts.all}
        for one in texts.all:
            self.versions[one.story][one.version].append(one)
            self.named[meaning.plain(one.feature)].add(one.story)

    def at(self, story: int, at: datetime | None) -> list[Known]:
        """The text that held at `at` (None: now); empty where there was none yet. Versions are newest first."""
        for version in self.versions[story].values():
            if version[0].is_current if at is None else version[0].since <= at:
                return version
        return []


def _by_name(one: Located, stories: _Stories, texts: _Texts) -> Match:
    case = one.case
    places = [(stem, meaning.plain(feature)) for stem, feature in case.origins]
    named = {story for _, feature in places for story in stories.named.get(feature, ())}
    if not named:
        return _unknown(f"No story has the name “{_short(case.feature_name)}” that the report gives.")
    keys = _listed(sorted(stories.key[story] for story in named))
    if case.run_digest:
        return _unknown(f"{keys} has the name of this feature, but no text of it executes the steps that ran here.")
    if one.at is None and case.status is Status.PASSED:
        return _unknown("The report says neither which steps ran nor when, so passing proves nothing of today’s text.")
    held = {story: text for story in named if (text := stories.at(story, one.at))}
    if not held:
        return _unknown(f"It ran before the text of {keys} that the portal knows: nothing says what text ran.")
    held = _at_the_path(held, places, case)
    if not held:
        return _unknown(f"{keys} has the name of this feature, but comes from another file, or had another name then.")
    name = meaning.plain_scenario_name(case.name)
    fits = [known for text in held.values() for known in text if meaning.plain(known.name) == name]
    if len({known.story for known in fits}) == 1 and len(fits) > 1 and case.row:
        fits = [known for known in fits if known.place == case.row]
    if len(fits) > 1 and case.line is not None:
        # Where names are equal, the line may still tell, as it does for cases that were skipped
        fits = [known for known in fits if known.line == case.line] or fits
    if len(fits) == 1:
        return texts.match(fits[0], NAME)
    if fits:
        holding = _listed(sorted({known.story_key for known in fits}))
        return _unknown(f"{holding}: {len(fits)} scenarios or rows bear this name.")
    return _unknown(f"{keys} has the name of this feature, but had no scenario of this name when it ran.")


def _at_the_path(held: dict[int, list[Known]], places: Sequence[tuple[str, str]], case: Case) -> dict[int, list[Known]]:
    """Of the stories that bore the name, those whose file is the reported one; those without a file where none is."""
    with_file, without = {}, {}
    for story, text in held.items():
        feature, path = meaning.plain(text[0].feature), text[0].path
        stems = {stem for stem, name in places if name == feature}
        if path and any(stem and ending_with(path, stem) for stem in stems):
            with_file[story] = text
        elif stems and (not path or stems == {""}):
            without[story] = text
    found = with_file or without
    if len(found) > 1 and case.uri:
        shares = {story: shared(case.uri, text[0].path) for story, text in found.items()}
        nearest = [story for story, share in shares.items() if share and share == max(shares.values())]
        if len(nearest) == 1:
            return {nearest[0]: found[nearest[0]]}
    return found


# --- words


def _unknown(words: str) -> Match:
    return Match(unknown=words)


def _listed(keys: Sequence[str]) -> str:
    if len(keys) == 1:
        return keys[0]
    return f"{', '.join(keys[:5])} and more" if len(keys) > 5 else f"{', '.join(keys[:-1])} and {keys[-1]}"


def _short(text: str) -> str:
    return text if len(text) <= 100 else text[:99] + "…"
