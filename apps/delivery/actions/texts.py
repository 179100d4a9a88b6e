"""Texts of stories becoming versions, scenarios and pickles: parts of other acts, without an entry of their own."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from apps.common.refused import BadInput
from apps.common.rows import insert_rows, update_rows
from apps.common.text import clean_text
from apps.delivery import gherkin
from apps.delivery.models import Pickle, Scenario, Story, StoryVersion
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat

# Values of one statement stay below what SQLite takes.
BATCH = 500
MAX_TITLE = 500
SHOWN_PROBLEMS = 5
_VERSION = (
    "story_id",
    "number",
    "text",
    "text_sha256",
    "digest",
    "name",
    "narrative",
    "scenarios_without_rows",
    "outlines",
    "steps",
    "author_id",
    "delegated_by_id",
    "reason",
    "at",
    "written_at",
)


class NotAStory(BadInput):
    """The text cannot be a story; `problems` has each line and its words."""

    def __init__(self, problems: Sequence[gherkin.Problem]) -> None:
        self.problems = tuple(problems)
        more = len(self.problems) - SHOWN_PROBLEMS
        shown = [str(problem) for problem in self.problems[:SHOWN_PROBLEMS]]
        super().__init__(" ".join([*shown, *([f"And {more} more."] if more > 0 else [])]))


@dataclass(frozen=True)
class NewText:
    """A text that becomes the next version of a story."""

    story: Story
    number: int
    text: str
    sha256: str
    feature: gherkin.Feature


def read_story(text: str) -> tuple[str, gherkin.Feature]:
    """The text as it is stored, and what it says. Raises BadInput; NotAStory where it has lines that are wrong."""
    text = clean_text(text, limit=2 * gherkin.MAX_BYTES)
    try:
        feature = gherkin.parse(text)
    except gherkin.NotGherkin as error:
        raise NotAStory(error.problems) from error
    if feature is None:
        words = "There is no feature. Begin with “Feature:” and its name, then write what the user needs."
        raise NotAStory([gherkin.Problem(1, words)])
    if not feature.name.strip():
        raise NotAStory([gherkin.Problem(feature.line, f"Give it a name after “{feature.keyword}:”.")])
    return text, feature


def text_sha256(text: str) -> str:
    """The digest of the exact text, as hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_stories(stories: Sequence[Story]) -> None:
    """Stores stories that are new, before their texts."""
    names = [field.attname for field in Story._meta.concrete_fields if not field.primary_key]
    rows = [[getattr(story, name) for name in names] for story in stories]
    insert_rows(Story, names, [tuple(v.value if isinstance(v, Enum) else v for v in row) for row in rows])
    keys = Story.objects.order_by().values_list("key", "pk")
    pks = dict(_in_batches(keys, "key__in", [story.key for story in stories]))
    for story in stories:
        story.pk = pks[story.key]
        story._state.adding = False


def write_texts(
    *,
    texts: Sequence[NewText],
    author: Person,
    seat: HeldSeat | None,
    reason: str,
    at: datetime,
    written_at: datetime,
) -> None:
    """Stores the versions with their scenarios and pickles, and moves the stories' columns to them.

    `seat` is the one in which `author` writes, `at` since when the texts hold. A handful of statements for a thousand
    stories.
    """
    whose = seat.delegated_by_id if seat else None
    versions = [
        _version(new, author=author, delegated_by_id=whose, reason=reason, at=at, written_at=written_at)
        for new in texts
    ]
    insert_rows(StoryVersion, _VERSION, [tuple(getattr(version, name) for name in _VERSION) for version in versions])
    keys = StoryVersion.objects.order_by().values_list("story_id", "number", "pk")
    pks = {(story, number): pk for story, number, pk in _in_batches(keys, "story__in", [new.story.pk for new in texts])}
    for new, version in zip(texts, versions, strict=True):
        version.pk = pks[new.story.pk, new.number]
        version._state.adding = False
        new.story.version = version
        if new.story.digest != new.feature.digest:  # what means the same stays what it was, signed or not
            new.story.digest = new.feature.digest
            # Without a single step there is nothing to prove: it is a draft, however many scenarios it names.
            has_steps = any(scenario.steps for scenario in new.feature.scenarios)
            new.story.scenario_count = len(new.feature.scenarios) if has_steps else 0
        new.story.title = title_of(new.feature, new.story.title)
    _write_scenarios(texts)
    changes = [(s.version_id, s.digest, s.scenario_count, s.title, s.pk) for s in (new.story for new in texts)]
    update_rows(Story, ["version", "digest", "scenario_count", "title"], changes)


def _version(
    new: NewText, *, author: Person, delegated_by_id: int | None, reason: str, at: datetime, written_at: datetime
) -> StoryVersion:
    counts = gherkin.counts(new.feature)
    return StoryVersion(
        story=new.story,
        number=new.number,
        text=new.text,
        text_sha256=new.sha256,
        digest=new.feature.digest,
        name=new.feature.name,
        narrative=new.feature.narrative,
        scenarios_without_rows=counts.scenarios,
        outlines=counts.outlines,
        steps=counts.steps,
        author=author,
        delegated_by_id=delegated_by_id,
        reason=reason,
        at=at,
        written_at=written_at,
    )


def title_of(feature: gherkin.Feature, otherwise: str) -> str:
    """The feature's name on one line, cut to what a title holds."""
    name = " ".join(feature.name.split()) or otherwise
    return name if len(name) <= MAX_TITLE else name[: MAX_TITLE - 1] + "…"


def _write_scenarios(texts: Sequence[NewText]) -> None:
    insert_rows(
        Scenario,
        ["version", "position", "name", "rule", "is_outline", "line", "digest"],
        (
            (new.story.version_id, position, one.name, one.rule, one.outline, one.line, one.digest)
            for new in texts
            for position, one in enumerate(new.feature.scenarios, start=1)
        ),
    )
    keys = Scenario.objects.order_by().values_list("version_id", "position", "pk")
    found = _in_batches(keys, "version__in", [new.story.version_id for new in texts])
    pks = {(version, position): pk for version, position, pk in found}
    insert_rows(
        Pickle,
        ["story", "scenario", "position", "name", "row", "line", "run_digest"],
        (
            (new.story.pk, pks[new.story.version_id, within], position, one.name, one.row, one.line, one.run_digest)
            for new in texts
            for position, (within, one) in enumerate(_pickles(new.feature), start=1)
        ),
    )


def _pickles(feature: gherkin.Feature) -> Iterator[tuple[int, gherkin.Pickle]]:
    """What a runner executes, each with the number of its scenario."""
    for number, scenario in enumerate(feature.scenarios, start=1):
        for pickle in scenario.pickles:
            yield number, pickle


def _in_batches(rows: Any, condition: str, values: Sequence[Any]) -> Iterator[Any]:
    for start in range(0, len(values), BATCH):
        yield from rows.filter(**{condition: values[start : start + BATCH]})
