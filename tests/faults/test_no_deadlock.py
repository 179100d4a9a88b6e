"""Acts that nest, over the same rows, from many threads: they wait for each other, and never for ever."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from apps.audit.verify import verify_log
from apps.common.refused import Refused
from apps.delivery import actions as delivery
from apps.delivery.models import Epic, Initiative, Story
from apps.delivery.queries import active_nfrs
from apps.delivery.states import StoryState
from apps.desk.actions import follow_log
from apps.organization.models import Person
from apps.organization.queries import today
from apps.signoff import actions
from apps.signoff.models import Waiver
from apps.signoff.tasks import sweep_promises
from tests.cast import Cast
from tests.delivery.work import read_files
from tests.faults.databases import Database, administering
from tests.faults.visitors import at_once
from tests.signoff.promises import Promise, confirmed, key, text_of
from tests.specs.evidence import behave_json, import_bytes

pytestmark = pytest.mark.long
THREADS, EACH = 8, 80
PATHS = [f"{folder}/{name}.feature" for folder in ("cart", "pay") for name in ("one", "two", "three")]


class Hands:
    """One thread's acts on the epics that all threads share, in an order of chance."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.chance = random.Random(seed)
        self.cast = cast
        self.did: Counter[str] = Counter()

    def act(self) -> None:
        acts: list[Callable[[], object]] = [
            self.sign_stories,
            self.sign_stories,
            self.reject_story,
            self.sign_epic,
            self.sign_epic,
            self.edit_story,
            self.import_features,
            self.import_results,
            self.import_results,
            self.write_story,
            self.attest,
            self.ask_waiver,
            self.decide_waiver,
            sweep_promises,
            follow_log,
        ]
        chosen = self.chance.choice(acts)
        try:
            chosen()
        except Refused:
            return
        self.did[chosen.__name__] += 1

    def person(self, name: str) -> Person:
        """As a request of its own reads them."""
        return Person.objects.get(username=name)

    def stories(self, count: int) -> list[Story]:
        """Some of both epics, in an order of chance."""
        return self.chance.sample(list(Story.objects.active()), count)

    def promise(self) -> Promise:
        return Promise(self.cast, self.chance.choice(list(Epic.objects.all())))

    def text(self, title: str) -> str:
        return text_of(title, outcome=f"order {self.chance.randrange(3)} is placed")

    def sign_stories(self) -> None:
        passing = list(Story.objects.active().in_state(StoryState.PASSING))
        shown = [actions.StoryShown(story.key, story.digest) for story in self.chance.sample(passing, len(passing))]
        if shown:
            self._sign(shown, meaning="ACCEPT", comment="")

    def reject_story(self) -> None:
        (story,) = self.stories(1)
        self._sign([actions.StoryShown(story.key, story.digest)], meaning="REJECT", comment="Not so.")

    def _sign(self, shown: list[actions.StoryShown], *, meaning: str, comment: str) -> None:
        by = self.person("lena")
        actions.sign_off_stories(
            shown=shown, meaning=meaning, by=by, authentication=confirmed(), comment=comment, key=key()
        )

    def sign_epic(self) -> None:
        meaning = self.chance.choice(["ACCEPT", "ACCEPT_WITH_EXCEPTIONS", "REJECT"])
        self.promise().sign(by=self.person("maria"), meaning=meaning, comment="As agreed.")

    def edit_story(self) -> None:
        (story,) = self.stories(1)
        version = story.versions.latest("number").number
        text, by = self.text(story.title), self.person("ruth")
        delivery.edit_story(story_key=story.key, text=text, by=by, base_version=version, reason="asked for")

    def import_features(self) -> None:
        files = read_files({path: self.text(path) for path in self.chance.sample(PATHS, 4)})
        delivery.import_features(
            initiative_title=self.cast.initiative.title, files=files, by=self.person("adam"), whole=False
        )

    def import_results(self) -> None:
        texts = [(story.path or "x.feature", story.version.text) for story in self.stories(4) if story.version]
        reports = [behave_json(text, path=f"features/{path}") for path, text in texts]
        import_bytes(*reports, by=self.person("maria"))

    def write_story(self) -> None:
        if Story.objects.count() < 3 * len(PATHS):
            epic, title = self.promise().epic, f"Story {self.chance.randrange(1000)}"
            delivery.create_story(epic_key=epic.key, text=self.text(title), by=self.person("ruth"))

    def attest(self) -> None:
        epic = self.promise().epic
        nfr = active_nfrs(epic).first() or delivery.create_nfr(
            epic_key=epic.key, title="Fast", statement="Under a second.", by=self.person("maria")
        )
        actions.attest_nfr(
            nfr_key=nfr.key,
            digest=nfr.digest,
            verdict="MET",
            words="Measured.",
            until_on=today() + timedelta(days=9),
            by=self.person("priya"),
        )

    def ask_waiver(self) -> None:
        actions.ask_waiver(
            epic_key=self.promise().epic.key,
            criterion="run_green",
            subject="",
            reason="The supplier is late.",
            owner=self.person("tomas"),
            until_on=today() + timedelta(days=9),
            by=self.person("tomas"),
        )

    def decide_waiver(self) -> None:
        waiver = Waiver.objects.filter(state=Waiver.State.ASKED).order_by("?").first()
        if waiver is not None:
            actions.grant_waiver(waiver_key=waiver.key, by=self.person(self.chance.choice(["maria", "priya"])))


def test_acts_over_shared_rows_never_deadlock(database: Database, cast: Cast) -> None:
    """With stories locked in the order of a form, or keys taken before rows are locked, PostgreSQL breaks acts off."""
    Initiative.objects.create(scope=cast.initiative)
    files = read_files({path: text_of(path) for path in PATHS})
    delivery.import_features(initiative_title=cast.initiative.title, files=files, by=cast.adam)
    hands = [Hands(cast, seed) for seed in range(THREADS)]

    def go_on(one: Hands) -> None:
        for _ in range(EACH):
            one.act()

    at_once([partial(go_on, one) for one in hands])
    did: Counter[str] = sum((one.did for one in hands), Counter())
    print(did)
    assert len(did) == 12, did
    assert verify_log().ok
    if database.server:
        with administering(database.server) as line:
            assert line.execute("SELECT sum(deadlocks) FROM pg_stat_database").fetchone() == (0,)
