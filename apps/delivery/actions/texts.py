"""Texts of stories becoming versions, scenarios and pickles: parts of other acts, without an entry of their own."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from apps.common.refused import BadInput
from apps.common.text import clean_text
from apps.delivery import gherkin
from apps.delivery.models import Pickle, Scenario, Story, StoryVersion
from apps.organization.models import Person

# Values of one statement stay below what SQLite takes.
BATCH = 500
MAX_TITLE = 500
SHOWN_PROBLEMS = 5


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


def write_texts(*, texts: Sequence[NewText], author: Person, reason: str, at: datetime, written_at: datetime) -> None:
    """Stores the versions with their scenarios and pickles, and moves the stories' columns to them.

    `at` is since when the texts hold. A handful of statements for a thousand stories.
    """
    versions = StoryVersion.objects.bulk_create(
        [
            StoryVersion(
                story=new.story,
                number=new.number,
                text=new.text,
                text_sha256=text_sha256(new.text),
                digest=new.feature.digest,
                name=new.feature.name,
                narrative=new.feature.narrative,
                author=author,
                reason=reason,
                at=at,
                written_at=written_at,
            )
            for new in texts
        ],
        batch_size=BATCH,
    )
    _write_scenarios(list(zip(texts, versions, strict=True)))
    for new, version in zip(texts, versions, strict=True):
        new.story.version = version
        new.story.digest = new.feature.digest
        new.story.scenario_count = len(new.feature.scenarios)
        new.story.title = title_of(new.feature, new.story.title)
    Story.objects.bulk_update(
        [new.story for new in texts], ["version", "digest", "scenario_count", "title"], batch_size=BATCH
    )


def title_of(feature: gherkin.Feature, otherwise: str) -> str:
    """The feature's name on one line, cut to what a title holds."""
    name = " ".join(feature.name.split()) or otherwise
    return name if len(name) <= MAX_TITLE else name[: MAX_TITLE - 1] + "…"


def _write_scenarios(written: Sequence[tuple[NewText, StoryVersion]]) -> None:
    pairs = [
        (
            new.story,
            scenario,
            Scenario(
                version=version,
                position=position,
                name=scenario.name,
                rule=scenario.rule,
                is_outline=scenario.outline,
                line=scenario.line,
                digest=scenario.digest,
            ),
        )
        for new, version in written
        for position, scenario in enumerate(new.feature.scenarios, start=1)
    ]
    Scenario.objects.bulk_create([row for _, _, row in pairs], batch_size=BATCH)
    pickles: list[Pickle] = []
    before: Story | None = None
    position = 0
    for story, scenario, row in pairs:
        position = 0 if story is not before else position
        before = story
        for pickle in scenario.pickles:
            position += 1
            pickles.append(
                Pickle(
                    story=story,
                    scenario=row,
                    position=position,
                    name=pickle.name,
                    row=pickle.row,
                    line=pickle.line,
                    run_digest=pickle.run_digest,
                )
            )
    Pickle.objects.bulk_create(pickles, batch_size=BATCH)
