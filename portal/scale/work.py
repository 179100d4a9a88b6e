"""Epics with ten stories each, and runs with the results of what they proved."""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

from apps.audit.acts import act, canonical_digest, record
from apps.delivery.models import Epic, EpicService, Pickle, Scenario, Story, StoryVersion
from apps.delivery.states import StoryState
from apps.organization import actions as organization
from apps.organization.models import Person, Scope
from apps.specs.models import LatestResult, Result, Run
from apps.specs.report import Status
from portal.scale.rows import Table, go_on_behind
from portal.scale.staff import Staff
from portal.scale.texts import Told, drafts, whole_texts

STORIES = 10
# Epics that one run proves.
RUN_EPICS = 5
# What stories are, in a hundred; a signed one fails now and then.
_STATES = {
    StoryState.DRAFT: 5,
    StoryState.READY: 25,
    StoryState.BROKEN: 8,
    StoryState.FAILING: 7,
    StoryState.PASSING: 25,
    StoryState.SIGNED: 30,
}
_REGRESSED = 0.03
_COUNTED = {
    "signed_story_count": StoryState.SIGNED,
    "passing_story_count": StoryState.PASSING,
    "broken_story_count": StoryState.BROKEN,
    "failing_story_count": StoryState.FAILING,
}
_AIMS = ("Faster", "Safer", "Simpler", "Cheaper", "Clearer", "Better")
_THINGS = ("checkout", "search", "delivery", "returns", "gift cards", "invoices", "accounts", "catalog")


@dataclass(frozen=True)
class _Proven:
    """A scenario that ran: of which story and pickle, and what it means."""

    story: int
    pickle: int
    name: str
    scenario_digest: str
    run_digest: str
    status: Status


@act
def promise(*, count: int, staff: Staff, chance: Random, day: datetime) -> int:
    """So many epics with all that belongs to them, written in one transaction; how many rows."""
    return _Batch(staff, chance, day).write(count)


class _Batch:
    """The rows of one transaction."""

    def __init__(self, staff: Staff, chance: Random, day: datetime) -> None:
        self.staff, self.chance, self.day = staff, chance, day
        self.by = Person.objects.get(pk=staff.people[0])
        self.told, self.drafts = whole_texts(), drafts()
        self.scopes = Table(Scope, "key", "kind", "title", "parent", "path", "worked_by", "restricted")
        self.epics = Table(
            Epic, "scope", "key", "title", "initiative", "team", "summary", "promised_for", "path", "created_at",
            "archived_at", "signed_promise", "signed_at", "rejected_at", "drifted_at", "regressed_at", "story_count",
            *_COUNTED,
        )  # fmt: skip
        self.services = Table(EpicService, "epic", "service", "linked_by", "linked_at")
        self.stories = Table(
            Story, "key", "epic", "team", "title", "points", "path", "created_at", "version_id", "digest",
            "scenario_count", "evidence_digest", "evidence_verdict", "evidence_at", "signed_digest", "signed_at",
            "signed_by",
        )  # fmt: skip
        self.versions = Table(
            StoryVersion, "story", "number", "text", "text_sha256", "digest", "name", "narrative",
            "scenarios_without_rows", "outlines", "steps", "author", "reason", "at", "written_at",
        )  # fmt: skip
        self.scenarios = Table(Scenario, "version", "position", "name", "rule", "is_outline", "line", "digest")
        self.pickles = Table(Pickle, "story", "scenario", "position", "name", "row", "line", "run_digest")
        self.runs = Table(
            Run, "key", "channel", "format", "tool", "source", "revision", "ran_at", "received_at", "received_by",
            "digest", "reports_digest", "counts", "notes",
        )  # fmt: skip
        self.results = Table(
            Result, "run", "position", "story", "pickle", "scenario_digest", "run_digest", "twin", "matched_by",
            "is_stale", "unknown", "status", "at", "failed_step", "feature_name", "name", "uri", "line", "message",
            "duration_ns", "attempts", "tried",
        )  # fmt: skip
        self.latest = Table(
            LatestResult, "story", "scenario_digest", "run_digest", "twin", "run", "position", "status", "ordered_at"
        )

    def write(self, count: int) -> int:
        epic_keys = organization.take_keys("E", count)
        story_keys = organization.take_keys("S", count * STORIES)
        run_keys = organization.take_keys("R", -(-count // RUN_EPICS))
        proven: list[_Proven] = []
        ran_at = self._ago()
        for number, key in enumerate(epic_keys):
            proven += self._epic(key, story_keys[number * STORIES : (number + 1) * STORIES], ran_at)
            if (number + 1) % RUN_EPICS == 0 or number + 1 == count:
                self._run(run_keys[number // RUN_EPICS], proven, ran_at)
                proven, ran_at = [], self._ago()
        # A story names its current version, which comes later: keys are checked when all is in.
        tables = (self.scopes, self.epics, self.services, self.stories, self.versions, self.scenarios, self.pickles,
                  self.runs, self.results, self.latest)  # fmt: skip
        rows = sum(table.write() for table in tables)
        go_on_behind(tables)
        return rows

    def _epic(self, key: str, story_keys: list[str], ran_at: datetime) -> list[_Proven]:
        chance = self.chance
        initiative, team = chance.choice(self.staff.initiatives), chance.choice(self.staff.teams)
        title = f"{chance.choice(_AIMS)} {chance.choice(_THINGS)} {key.removeprefix('E-')}"
        scope, pk = self.scopes.last + 1, self.epics.last + 1
        path = f"{initiative.path}{scope}/"
        self.scopes.add(key, str(Scope.Kind.EPIC), title, initiative.scope, path, team.scope, False)
        states: Counter[StoryState] = Counter()
        proven, regressed = [], False
        for number, story_key in enumerate(story_keys):
            (state,) = chance.choices(list(_STATES), list(_STATES.values()))
            states[state] += 1
            fails = state is StoryState.SIGNED and chance.random() < _REGRESSED
            regressed = regressed or fails
            proven += self._story(story_key, pk, f"{key}/{number}.feature", state, fails, ran_at)
        archived, judged = chance.random() < 0.02, chance.random()
        signed = self._ago() if judged < 0.25 else None
        self.epics.add(
            scope, key, title, initiative.pk, team.pk, "", f"2026-Q{chance.randrange(1, 5)}", key, self._ago(),
            self.day if archived else None,
            self._digest() if signed else "", signed,
            self.day if 0.25 <= judged < 0.3 else None,
            self.day if signed and judged < 0.03 else None,
            ran_at if signed and regressed else None,
            STORIES, *(states[state] for state in _COUNTED.values()),
        )  # fmt: skip
        self.services.add(pk, chance.choice(self.staff.services).pk, self.by.pk, self.day)
        row = {"key": key, "title": title, "initiative": initiative.key, "team": team.key, "summary": ""}
        record("epic.created", subject=key, digest=canonical_digest(row), by=self.by, title=title,
               about=[initiative.key], sentence="wrote the epic {subject} “{title}”")  # fmt: skip
        return proven

    def _story(self, key: str, epic: int, path: str, state: StoryState, fails: bool, ran_at: datetime) -> list[_Proven]:
        chance, pk, at = self.chance, self.stories.last + 1, self._ago()
        told = chance.choice(self.drafts if state is StoryState.DRAFT else self.told)
        before = (
            chance.choice([one for one in self.told[:9] if one is not told]) if state is StoryState.BROKEN else None
        )
        proven: list[_Proven] = []
        if before:
            proven = self._version(pk, 1, before, at, Status.PASSED)
        status = Status.FAILED if state is StoryState.FAILING or fails else Status.PASSED
        texted = self._version(pk, 2 if before else 1, told, at, status)
        ran = before or (told if state in (StoryState.FAILING, StoryState.PASSING, StoryState.SIGNED) else None)
        if ran is told:
            proven = texted
        is_signed = state is StoryState.SIGNED
        verdict = "" if ran is None else Story.Verdict.FAILED if status is Status.FAILED else Story.Verdict.PASSED
        self.stories.add(
            key, epic, None, told.feature.name, chance.choice((None, 1, 2, 3, 5, 8)), path, at,
            self.versions.last, told.feature.digest, len(told.feature.scenarios),
            ran.feature.digest if ran else "", str(verdict), ran_at if ran else None,
            told.feature.digest if is_signed else "", ran_at if is_signed else None, self.by.pk if is_signed else None,
        )  # fmt: skip
        return proven

    def _version(self, story: int, number: int, told: Told, at: datetime, status: Status) -> list[_Proven]:
        version = self.versions.add(
            story, number, told.text, told.sha256, told.feature.digest, told.feature.name, told.feature.narrative,
            told.counts.scenarios, told.counts.outlines, told.counts.steps, self.by.pk, "", at, at,
        )  # fmt: skip
        proven = []
        for position, one in enumerate(told.feature.scenarios, 1):
            scenario = self.scenarios.add(version, position, one.name, one.rule, one.outline, one.line, one.digest)
            for ran in one.pickles:
                pickle = self.pickles.add(story, scenario, position, ran.name, ran.row, ran.line, ran.run_digest)
                proven.append(_Proven(story, pickle, ran.name, one.digest, ran.run_digest, status))
        return proven

    def _run(self, key: str, proven: list[_Proven], ran_at: datetime) -> None:
        digest = self._digest()
        failed = sum(one.status is Status.FAILED for one in proven)
        counts = {"cases": len(proven), "passed": len(proven) - failed, "failed": failed}
        counts |= dict.fromkeys(
            ("errors", "skipped", "pending", "undefined", "ambiguous", "stale", "unknown", "refused"), 0
        )
        run = self.runs.add(
            key, str(Run.Channel.COMMAND), "behave-json", "behave", "report.json", digest[:12], ran_at, ran_at,
            self.by.pk, digest, digest, json.dumps(counts), "[]",
        )  # fmt: skip
        for position, one in enumerate(proven, 1):
            step = "Then it is done" if one.status is Status.FAILED else ""
            self.results.add(
                run, position, one.story, one.pickle, one.scenario_digest, one.run_digest, 0, "DIGEST", False, "",
                one.status.value, ran_at, step, "", one.name, "", None, "", 1_000_000, 1, "[]",
            )  # fmt: skip
            self.latest.add(one.story, one.scenario_digest, one.run_digest, 0, run, position, one.status.value, ran_at)
        record("run.imported", subject=key, digest=digest, by=self.by, title="report.json", facts=counts,
               sentence="imported {subject} with {cases} results, {passed} passed")  # fmt: skip

    def _ago(self) -> datetime:
        return self.day - timedelta(minutes=self.chance.randrange(1, 400 * 24 * 60))

    def _digest(self) -> str:
        return sha256(self.chance.randbytes(16)).hexdigest()
