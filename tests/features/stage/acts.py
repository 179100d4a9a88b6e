"""How it came to where a scenario begins: the portal's own acts, without the pages before them."""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from apps.delivery import actions as delivery
from apps.delivery.models import Epic, Initiative, Story
from apps.organization import actions as organization
from apps.organization.queries import today
from apps.reliability import actions as reliability
from apps.reliability.counts import HOUR, batch_of, seconds_of
from apps.signatures.reauthentication import Authentication
from apps.signoff import actions as signoff
from apps.signoff import queries
from apps.signoff.models import Waiver
from apps.specs import actions as specs
from apps.specs import intake
from apps.specs.models import Run
from stage.people import INITIATIVE, person_called
from stage.texts import FINE, behave_report, text_of

WRITER, SIGNER, OWNER, RUNNER, KEEPER = "Ruth", "Lena", "Maria", "Tomas", "Priya"


def story_called(title: str) -> Story:
    """The story of this title, with its current text."""
    return Story.objects.select_related("version", "epic").get(title=title)


def epic_called(title: str) -> Epic:
    """The epic of this title."""
    return Epic.objects.select_related("scope", "initiative__scope", "team__scope").get(scope__title=title)


def initiative_called(title: str) -> Initiative:
    """The initiative of this title."""
    return Initiative.objects.select_related("scope").get(scope__title=title)


def current_text(story: Story) -> str:
    """What it says now."""
    assert story.version, f"{story.key} has no text"
    return story.version.text


def write_epic(title: str, stories: Iterable[str], *, initiative: str = INITIATIVE, by: str = OWNER) -> Epic:
    """An epic that Maria wrote, with stories that Ruth wrote."""
    key = initiative_called(initiative).key
    epic = delivery.create_epic(initiative_key=key, title=title, by=person_called(by))
    for story in stories:
        write_story(epic, text_of(story), by=WRITER if by == OWNER else by)
    return epic


def write_story(epic: Epic, text: str, *, by: str = WRITER) -> Story:
    """A story of this text."""
    return delivery.create_story(epic_key=epic.key, text=text, by=person_called(by))


def change_story(title: str, text: str, *, by: str = WRITER) -> None:
    """Another text for the story."""
    story = story_called(title)
    number = story.version.number if story.version else 0
    delivery.edit_story(
        story_key=story.key, text=text, by=person_called(by), base_version=number, reason="customers asked for it"
    )


def promise_reliability(epic: Epic, *, by: str = KEEPER) -> None:
    """99 % of the epic's experience over 28 days, which it keeps: so Priya counted in the hour before."""
    who = person_called(by)
    sli = reliability.create_sli(
        scope_key=epic.key, title=f"{epic.title} answers", good_means="answered without an error", by=who
    )
    slo = reliability.create_slo(
        sli_key=sli.key,
        title=f"{epic.title} is there when it is needed",
        target=Decimal("0.99"),
        window="28d",
        rationale="Customers leave after two failures.",
        by=who,
    )
    delivery.link_slo(epic_key=epic.key, slo_key=slo.key, by=who)
    before = seconds_of(timezone.now()) // HOUR * HOUR - HOUR
    reliability.record_counts(batches={sli.key: batch_of([(before, 999, 1_000)], grain=HOUR)}, by=who)


def run_stories(stories: Iterable[Story], *, status: str = FINE, by: str = RUNNER) -> Run:
    """A run of these stories at their current texts, every scenario of which ended so."""
    texts = [current_text(story) for story in stories]
    names = {name: status for text in texts for name in _scenario_names(text)}
    return import_report(behave_report(*texts, statuses=names), by=by)


def import_report(report: bytes, *, by: str = RUNNER) -> Run:
    """A report that somebody brings in; of its own revision, so that no two are the same run."""
    revision = secrets.token_hex(4)
    taken = intake.take([intake.of_bytes("report.json", report)], format="behave-json", revision=revision)
    return specs.import_results(
        reports=taken.reports,
        format=taken.format,
        source=taken.source,
        revision=revision,
        channel=Run.Channel.COMMAND,
        by=person_called(by),
        digest=taken.digest,
    ).run


def sign_stories(stories: Iterable[Story], *, by: str = SIGNER) -> None:
    """An analyst accepts these stories at their current texts."""
    signoff.sign_off_stories(
        shown=[signoff.StoryShown(story.key, story.digest) for story in stories],
        meaning="ACCEPT",
        by=person_called(by),
        authentication=_confirmed(),
        comment="",
        key=secrets.token_hex(16),
    )


def take_back(story: Story, *, by: str = SIGNER) -> None:
    """Who signed the story rejects it."""
    signoff.sign_off_story(
        shown=signoff.StoryShown(story.key, story.digest),
        meaning="REJECT",
        by=person_called(by),
        authentication=_confirmed(),
        comment="It loses the basket.",
        key=secrets.token_hex(16),
    )


def sign_epic(title: str, *, by: str = OWNER, meaning: str = "ACCEPT") -> str:
    """A product owner accepts the epic as it stands, with a promise of its reliability: the key of the signature."""
    epic = epic_called(title)
    if not epic.slos.exists():
        promise_reliability(epic)
    shown, _, _ = queries.current_dossier(epic, at=timezone.now())
    sign_off = signoff.sign_off_epic(
        epic_key=epic.key,
        shown=shown,
        meaning=meaning,
        by=person_called(by),
        authentication=_confirmed(),
        comment="",
        key=secrets.token_hex(16),
    )
    return sign_off.signature.key


def try_by_hand(story: Story, *, by: str, status: str = "PASSED") -> Run:
    """Somebody tries every scenario of the story, and says how it ended."""
    return specs.record_by_hand(
        story_key=story.key,
        positions=range(1, story.scenario_count + 1),
        status=status,
        words="I went through it on my phone.",
        digest=story.digest,
        key=secrets.token_hex(16),
        by=person_called(by),
    )


def make_token(program: str, *, by: str) -> str:
    """A service account for the program, and the secret of its token."""
    account = organization.add_service_account(username=program, name=program.upper(), by=person_called(by))
    _, secret = organization.create_token(
        person=account, name="results", expires_on=today() + timedelta(days=30), by=person_called(by)
    )
    return secret


def ask_waiver(epic: str, days: int, *, by: str) -> Waiver:
    """For the one requirement of the epic."""
    return signoff.ask_waiver(
        epic_key=epic_called(epic).key,
        criterion="nfrs_attested",
        subject=epic_called(epic).nfrs.get().key,
        reason="The cache arrives next month.",
        owner=person_called("Jonas"),
        until_on=today() + timedelta(days=days),
        by=person_called(by),
    )


def grant_waiver(*, by: Iterable[str]) -> None:
    """Everybody of `by` says yes to the latest."""
    for first_name in by:
        signoff.grant_waiver(waiver_key=Waiver.objects.latest("pk").key, by=person_called(first_name))


def stories_of(epic: str) -> list[Story]:
    """The epic's stories, the oldest first."""
    return list(epic_called(epic).stories.select_related("version").filter(archived_at=None).order_by("pk"))


def _confirmed() -> Authentication:
    return Authentication("password", timezone.now())


def _scenario_names(text: str) -> list[str]:
    return [line.partition(":")[2].strip() for line in text.splitlines() if line.strip().startswith("Scenario")]
