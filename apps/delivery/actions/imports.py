"""Imports of feature files: what was read becomes epics and stories, in one short transaction.

The log gets one entry for the import as a whole, with the digest of all files, and one for each epic and story that it
makes, changes, archives or brings back: so the life of each is found by its key, and an import that finds nothing
new leaves nothing in the log.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.audit import queries as audit
from apps.audit.acts import act, canonical_digest, nothing_changed, record
from apps.common.collecting import collecting_later
from apps.common.refused import BadInput, Refused
from apps.delivery import queries, rules
from apps.delivery.actions.columns import drift, recount_all
from apps.delivery.actions.epics import add_epic, restore_epic
from apps.delivery.actions.initiatives import add_initiative, clean_line
from apps.delivery.actions.locks import lock_epics
from apps.delivery.actions.stories import record_text
from apps.delivery.actions.texts import BATCH, NewText, title_of, write_stories, write_texts
from apps.delivery.feature_files import FeatureFile, Reading, Refusal, directory_title
from apps.delivery.models import Epic, Initiative, Story
from apps.organization import actions as organization
from apps.organization.actions.locks import lock_organization
from apps.organization.models import Person
from apps.organization.models.seats import HeldSeat

SHOWN_REFUSALS = 5


class ImportRefused(BadInput):
    """Files were refused and nobody said to skip them: nothing was imported. `refused` has all of them."""

    def __init__(self, refused: list[Refusal]) -> None:
        self.refused = refused
        shown = [f"{one.file}, line {one.line}: {one.reason}" for one in refused[:SHOWN_REFUSALS]]
        more = [f"And {len(refused) - SHOWN_REFUSALS} more."] if len(refused) > SHOWN_REFUSALS else []
        files = "One file cannot be a story" if len(refused) == 1 else f"{len(refused)} files cannot be stories"
        super().__init__(" ".join([f"{files}, so nothing was imported.", *shown, *more]))


@dataclass
class ImportResult:
    """What an import found and did; `epics` to `steps` are of the files accepted, the next four are stories."""

    files: int = 0
    epics: int = 0
    stories: int = 0
    scenarios: int = 0
    outlines: int = 0
    steps: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    archived: int = 0
    refused: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    initiative: Initiative | None = None

    def as_json(self) -> dict[str, Any]:
        """As `import_features --json` prints it."""
        names = "files epics stories scenarios outlines steps new changed unchanged archived".split()
        refused = [{"file": one.file, "line": one.line, "reason": one.reason} for one in self.refused]
        return {**{name: getattr(self, name) for name in names}, "refused": refused}


def count_reading(reading: Reading) -> ImportResult:
    """The counts that need no database."""
    stories = [file for file in reading.files if file.is_story]
    return ImportResult(
        files=reading.total,
        epics=len({file.directory for file in stories}),
        stories=len(stories),
        scenarios=reading.counts.scenarios,
        outlines=reading.counts.outlines,
        steps=reading.counts.steps,
        refused=list(reading.refused),
    )


@collecting_later()
@act
def import_features(
    *,
    initiative_title: str,
    files: Reading,
    by: Person,
    at: datetime | None = None,
    skip_refused: bool = False,
    whole: bool = True,
    reference: str = "",
) -> ImportResult:
    """Makes epics of directories and stories of files, matched again by path within the initiative.

    `at` is since when the texts hold, where that is longer than now. `whole`: stories whose files are gone are
    archived. A refused file leaves its story as it was. Raises ImportRefused unless `skip_refused`, Refused for an
    instant in the future or before the text it replaces.
    """
    title = clean_line(initiative_title, what="The initiative's title")
    initiative = queries.initiative_titled(title)
    # What was asked for on a page or by the API has a key.
    seat = rules.check_may_import_features(initiative, by=by, is_operators=not reference)
    rules.check_not_in_the_future(at)
    if not files.total:
        raise BadInput(f"There is no *.feature file in {files.title}.")
    if files.refused and not skip_refused:
        raise ImportRefused(files.refused)
    result = count_reading(files)
    stories = [file for file in files.files if file.is_story]
    if initiative and whole and _is_as_before(initiative, files):
        result.initiative, result.unchanged = initiative, len(stories)
        nothing_changed()
        return result
    if initiative is None and not stories:
        nothing_changed()
        return result
    is_new = False
    if initiative is None:
        root = lock_organization()  # another import may be starting it
        initiative = queries.initiative_titled(title)
        is_new = initiative is None
    if initiative is None:
        initiative = add_initiative(
            root=root, title=title, purpose="", restricted=False, is_demo=by.is_demo, by=by, seat=seat
        )
    result.initiative = initiative
    work = _Import(initiative, files, by=by, seat=seat, at=at, result=result)
    if not is_new:
        work.lock()
    work.take(stories)
    if whole:
        work.archive_missing({file.path for file in stories} | {one.file for one in files.refused})
    work.settle()
    if not work.touched:
        nothing_changed()
        return result
    record(
        "initiative.features_imported",
        subject=initiative.key,
        digest=canonical_digest({file.path: file.sha256 for file in files.files}),
        by=by,
        seat=seat,
        title=title,
        sentence="imported "
        + ("one story" if result.stories == 1 else "{stories} stories")
        + " of "
        + ("one file" if result.files == 1 else "{files} files")
        + " into {subject} “{title}”",
        reference=reference,
        facts={**result.as_json(), "refused": len(result.refused), **({"text_at": at} if at else {})},
    )
    return result


def _is_as_before(initiative: Initiative, files: Reading) -> bool:
    """Whether the imported stories in work are those of the files, each with its text: without a row as an object.

    What was known when the files were read is still so if the log has no entry more: no act without its entry.
    """
    known = files.known
    if known.initiative_id != initiative.pk or known.log_size != audit.head().size:
        known = queries.known_texts(initiative)
    stories = [file for file in files.files if file.is_story]
    return (
        not files.refused
        and len(stories) == len(known.texts)
        and all((file.path, file.sha256) in known.texts for file in stories)
    )


class _Import:
    """The steps of one import, on locked rows."""

    def __init__(
        self,
        initiative: Initiative,
        reading: Reading,
        *,
        by: Person,
        seat: HeldSeat | None,
        at: datetime | None,
        result: ImportResult,
    ) -> None:
        self.initiative, self.reading, self.by, self.seat = initiative, reading, by, seat
        self.now = timezone.now()
        self.text_at, self.at = at, at or self.now
        self.result = result
        self.epics: dict[int, Epic] = {}
        self.known: dict[str, Story] = {}
        self.touched: set[int] = set()

    def lock(self) -> None:
        """Epics and stories that the initiative has; one that this import starts has none."""
        # Another import of the same initiative waits here.
        Initiative.objects.select_for_update(of=("self",)).get(pk=self.initiative.pk)
        epic_ids = self.initiative.epics.exclude(path="").values_list("pk", flat=True)
        self.epics = lock_epics(epic_ids)
        found = queries.stories_at_paths(self.initiative).select_related("version", "team__scope")
        rows = found.defer("version__text", "version__narrative").order_by("pk").select_for_update(of=("self",))
        for story in rows:
            before = self.known.get(story.path)
            if before is None or before.archived_at or not story.archived_at:
                story.epic = self.epics[story.epic_id]
                self.known[story.path] = story

    def take(self, files: Iterable[FeatureFile]) -> None:
        """Each file becomes, changes, brings back or leaves its story."""
        epics = self._epics_of(files)
        new: list[FeatureFile] = []
        changed: list[NewText] = []
        back: list[Story] = []
        previous: dict[int, str] = {}
        for file in files:
            story = self.known.get(file.path)
            if story is None:
                new.append(file)
                continue
            if story.archived_at:
                back.append(story)
            version = story.version
            if version and version.text_sha256 == file.sha256:
                self.result.unchanged += not story.archived_at
                continue
            self.result.changed += not story.archived_at
            if version and self.at < version.at:
                raise Refused(
                    f"{file.path}: the text of {story.key} holds since {version.at:%Y-%m-%d %H:%M} UTC, so its next "
                    "text cannot be older. Name a later instant, or none."
                )
            previous[story.pk] = story.digest
            changed.append(NewText(story, version.number + 1 if version else 1, file.text, file.sha256, file.read()))
        self.result.new = len(new) + len(back)
        made = self._make(new, epics)
        self._bring_back(back)
        texts = [*made, *changed]
        write_texts(texts=texts, author=self.by, seat=self.seat, reason="", at=self.at, written_at=self.now)
        for one in made:
            self._tell("story.created", one.story, drifts=True)
        for one in changed:
            before = previous[one.story.pk]
            differs = one.story.digest != before
            self._tell("story.edited", one.story, drifts=differs, previous=before, meaning_changed=differs)
        for story in back:
            self._tell("story.restored", story, drifts=True)
            self.result.notes.append(f"{story.key} is back: {story.path}.")

    def archive_missing(self, present: set[str]) -> None:
        """Stories whose files are gone."""
        gone = [story for path, story in self.known.items() if path not in present and not story.archived_at]
        empty = {file.path for file in self.reading.files if not file.is_story}
        moved = {story.digest: story for story in self.known.values() if story.path in present and story.digest}
        for story in gone:
            story.archived_at = self.now
            self._tell("story.archived", story, drifts=True)
            to = moved.get(story.digest)
            words = "its file holds no feature any more" if story.path in empty else "its file is gone"
            words = f"its file was moved to {to.path}, which is {to.key}" if to else words
            self.result.notes.append(f"{story.key} is archived: {words} ({story.path}).")
        Story.objects.bulk_update(gone, ["archived_at"], batch_size=BATCH)
        self.result.archived = len(gone)

    def settle(self) -> None:
        """Counters of the epics touched, once each."""
        touched = [self.epics[pk] for pk in sorted(self.touched)]
        recount_all(touched, at=dict.fromkeys(self.touched, self.now))
        for epic in touched:
            if not epic.story_count:
                self.result.notes.append(f"{epic.key} “{epic.title}” holds no story any more.")

    def _epics_of(self, files: Iterable[FeatureFile]) -> dict[str, Epic]:
        """The epic of each directory, made or brought back where there is none."""
        by_path: dict[str, Epic] = {}
        for epic in sorted(self.epics.values(), key=lambda one: (one.archived_at is None, one.pk)):
            by_path[epic.path] = epic
        needed = sorted({file.directory for file in files})
        missing = [directory for directory in needed if directory not in by_path]
        for key, directory in zip(organization.take_keys("E", len(missing)) if missing else [], missing, strict=True):
            epic = add_epic(
                key=key,
                initiative=self.initiative,
                title=directory_title(directory, self.reading.title),
                summary="",
                team=None,
                promised_for="",
                path=directory,
                by=self.by,
                seat=self.seat,
            )
            by_path[directory] = self.epics[epic.pk] = epic
        for directory in needed:
            epic = by_path[directory]
            if epic.archived_at:
                restore_epic(epic, by=self.by, seat=self.seat, at=self.now)
                self.touched.add(epic.pk)
                self.result.notes.append(f"{epic.key} “{epic.title}” is back: its folder was imported again.")
        return by_path

    def _make(self, files: list[FeatureFile], epics: dict[str, Epic]) -> list[NewText]:
        if not files:
            return []
        stories = []
        features = [file.read() for file in files]
        for key, file, feature in zip(organization.take_keys("S", len(files)), files, features, strict=True):
            title = title_of(feature, file.path.rpartition("/")[2])
            stories.append(Story(key=key, epic=epics[file.directory], path=file.path, title=title, created_at=self.now))
        write_stories(stories)
        self.known.update({story.path: story for story in stories})
        return [
            NewText(story, 1, file.text, file.sha256, feature)
            for story, file, feature in zip(stories, files, features, strict=True)
        ]

    def _bring_back(self, stories: list[Story]) -> None:
        for story in stories:
            story.archived_at = None
        Story.objects.bulk_update(stories, ["archived_at"], batch_size=BATCH)

    def _tell(self, event: str, story: Story, *, drifts: bool, previous: str = "", **facts: object) -> None:
        self.touched.add(story.epic_id)
        drifted = drifts and drift(story.epic, at=self.now)
        record_text(
            event,
            story,
            by=self.by,
            seat=self.seat,
            previous=previous,
            facts={"imported": True, "drifted": drifted, **facts},
            at=self.text_at,
        )
