"""Building the demo: people, epics in six states, runs and signatures, each by the act a person would do it with."""

import secrets
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from apps.audit.acts import demo_data
from apps.delivery import actions as delivery
from apps.delivery.actions.nfrs import create_nfr
from apps.delivery.actions.threads import add_dependency, link_service, link_slo
from apps.delivery.models import NFR, Epic, Initiative, Story
from apps.organization import actions as organization
from apps.organization.models import Person, Scope, Service, Team
from apps.organization.queries import today
from apps.reliability.models import SLI, SLO
from apps.signatures.reauthentication import Authentication
from apps.signoff import actions as signoff
from apps.signoff.signing import read_signing
from portal.demo import counts, deciding, headroom, itself, outside, runs
from portal.demo.epics import EPICS, DemoEpic
from portal.demo.people import INITIATIVE, ORGANIZATION, PEOPLE, PURPOSE, SERVICE_DEPENDENCIES, SERVICES, TEAMS

FEATURES = Path(__file__).parent / "features"


class Demo:
    """The shop while it is built: who and what is there, by name."""

    def __init__(self, password: str) -> None:
        # One hash for all: it costs 0.4 s, and they share the password anyway.
        self.password_hash = make_password(password)
        self.people: dict[str, Person] = {}
        self.initiative: Initiative
        self.epics: dict[str, Epic] = {}

    def person(self, username: str) -> Person:
        """Read anew, so that seats given meanwhile count."""
        return Person.objects.get(username=username)

    def stories(self, folder: str) -> list[Story]:
        return list(self.epics[folder].stories.filter(archived_at=None).order_by("pk"))


def load(*, password: str) -> None:
    """Fills an empty database with the shop; everybody's password is `password`. All of it or nothing."""
    demo = Demo(password)
    with transaction.atomic(), demo_data():
        _add_people(demo)
        _add_teams(demo)
        _add_initiative(demo)
        for planned in EPICS:
            _add_epic(demo, planned)
        _give_seats(demo)
        counts.load()
        for planned in EPICS:
            _link(demo, planned)
        _measure_wallet(demo)
        _deliver(demo)
        counts.load_late()
        deciding.load()
        headroom.load()
        itself.watch()
        outside.load()
        if settings.OWN_STORIES.is_dir():
            itself.load()


def _add_people(demo: Demo) -> None:
    first = PEOPLE[0]
    organization.create_administrator(
        username=first.username,
        name=first.name,
        password_hash=demo.password_hash,
        organization=ORGANIZATION,
        is_demo=True,
    )
    adam = demo.person(first.username)
    for someone in PEOPLE[1:]:
        organization.add_person(
            username=someone.username,
            name=someone.name,
            by=adam,
            email=f"{someone.username}@shop.example",
            time_zone=someone.zone,
            password_hash=demo.password_hash,
            is_demo=True,
        )


def _add_teams(demo: Demo) -> None:
    adam = demo.person("adam")
    for key, title, kind, purpose in TEAMS:
        team = organization.create_team(key=key, title=title, kind=kind, purpose=purpose, by=adam)
        for someone in PEOPLE:
            if someone.team == key:
                organization.join_team(team=team, person=demo.person(someone.username), by=adam)
    for key, title, team_key, users in SERVICES:
        team = Team.objects.get(scope__key=team_key)
        organization.create_service(key=key, title=title, team=team, users=users, by=adam)
    services = {service.scope.key: service for service in Service.objects.select_related("scope")}
    for service, needs, how in SERVICE_DEPENDENCIES:
        organization.add_service_dependency(service=services[service], needs=services[needs], kind=how, by=adam)


def _add_initiative(demo: Demo) -> None:
    adam = demo.person("adam")
    demo.initiative = delivery.create_initiative(title=INITIATIVE, purpose=PURPOSE, by=adam, is_demo=True)
    organization.grant_seat(
        person=demo.person("maria"), role="PRODUCT_OWNER", scope=demo.initiative.scope, by=adam, from_on=_since()
    )


def _add_epic(demo: Demo, planned: DemoEpic) -> None:
    maria = demo.person("maria")
    demo.epics[planned.folder] = epic = delivery.create_epic(
        initiative_key=demo.initiative.key,
        title=planned.title,
        summary=planned.summary,
        team_key=planned.team,
        promised_for=planned.promised_for,
        by=maria,
    )
    for title, statement in planned.nfrs:
        create_nfr(epic_key=epic.key, title=title, statement=statement, by=maria)


def _give_seats(demo: Demo) -> None:
    adam = demo.person("adam")
    for someone in PEOPLE[1:]:
        for role, where in someone.seats:
            scope = Scope.objects.get(key=where) if where else demo.initiative.scope
            if (someone.username, where) != ("maria", ""):
                person = demo.person(someone.username)
                organization.grant_seat(person=person, role=role, scope=scope, by=adam, from_on=_since())


def _since() -> date:
    return today() - timedelta(days=120)


def _link(demo: Demo, planned: DemoEpic) -> None:
    epic, jonas = demo.epics[planned.folder], demo.person("jonas")
    for service in planned.services:
        link_service(epic_key=epic.key, service_key=service, by=jonas)
    if planned.slo:
        link_slo(epic_key=epic.key, slo_key=SLO.objects.get(title=planned.slo).key, by=demo.person("priya"))
    for needed in planned.needs:
        add_dependency(epic_key=epic.key, needs_key=demo.epics[needed].key, kind="HARD", by=jonas)
    writer = demo.person("ruth")
    for path in sorted((FEATURES / planned.folder).glob("*.feature")):
        delivery.create_story(epic_key=epic.key, text=path.read_text(), team_key=planned.team, points=3, by=writer)


def _measure_wallet(demo: Demo) -> None:
    """One requirement that an SLI measures, and one that a scenario proves."""
    epic, maria = demo.epics["wallet"], demo.person("maria")
    create_nfr(
        epic_key=epic.key,
        title="Paying works on any day of the week",
        statement="Of a week's payments, at most one of a thousand gets no answer.",
        by=maria,
        kind=NFR.Kind.MEASURED,
        sli=SLI.objects.get(title="Payments are answered").key,
        target=Decimal("0.999"),
        days=7,
    )
    create_nfr(
        epic_key=epic.key,
        title="Nobody pays by mistake",
        statement="Whoever closes the sheet has paid nothing.",
        by=maria,
        kind=NFR.Kind.SCENARIO,
        scenario=f"{epic.stories.get(title='Pay in two taps').key}:I change my mind",
    )


def _deliver(demo: Demo) -> None:
    """The six states: signed, drifted and ready again, ready, broken by edit, regressed, not begun."""
    _run(demo, "history", "checkout", "wallet", "returns", "search", revision="7c41f0a9")
    for folder in ("history", "checkout", "wallet", "returns", "search"):
        _sign_stories(demo, folder)
    for folder in ("history", "checkout", "wallet"):
        _attest(demo, folder)
    _waive_cold_start(demo)
    _sign_epic(demo, "history", "ACCEPT", "Checked against ten orders of my own.")
    _sign_epic(demo, "checkout", "ACCEPT_WITH_EXCEPTIONS", "Refund path checked with support.")
    _sign_epic(demo, "search", "ACCEPT", "")
    _edit(demo, "checkout", "Keep the basket when a payment is declined", "for 30 minutes", "Support asked how long.")
    _run(demo, "checkout", revision="a1b2c3d4")
    _sign_stories(demo, "checkout")
    _edit(demo, "returns", "Get a code instead of a label", "and by mail", "Codes were lost when phones were.")
    _run(demo, "search", revision="a1b2c3d4", failing="Find a word with two letters swapped")
    signoff.request_epic_sign_off(
        epic_key=demo.epics["wallet"].key,
        of=demo.person("maria"),
        words="Marketing opens on Monday.",
        by=demo.person("vera"),
    )
    delivery.comment_on_epic(
        epic_key=demo.epics["lockers"].key,
        text="Which lockers? **Two providers** answered so far.",
        by=demo.person("hanna"),
    )


def _run(demo: Demo, *folders: str, revision: str, failing: str = "") -> None:
    stories = [story for folder in folders for story in demo.stories(folder)]
    runs.import_run(stories, revision=revision, failing=failing, by=demo.person("vera"))


def _confirmed() -> Authentication:
    return Authentication("password", timezone.now())


def _sign_stories(demo: Demo, folder: str) -> None:
    stories = [story for story in demo.stories(folder) if story.state == "PASSING"]
    signoff.sign_off_stories(
        shown=[signoff.StoryShown(story.key, story.digest) for story in stories],
        meaning="ACCEPT",
        by=demo.person("lola"),
        authentication=_confirmed(),
        comment="",
        key=secrets.token_hex(16),
    )


def _attest(demo: Demo, folder: str) -> None:
    for nfr in demo.epics[folder].nfrs.filter(kind=NFR.Kind.ATTESTED):
        if not nfr.title.startswith("Cold start"):
            signoff.attest_nfr(
                nfr_key=nfr.key,
                digest=nfr.digest,
                verdict="MET",
                words="Measured on the staging site; the query stands in the team's notebook.",
                until_on=today() + timedelta(days=90),
                by=demo.person("priya"),
            )


def _waive_cold_start(demo: Demo) -> None:
    epic = demo.epics["checkout"]
    waiver = signoff.ask_waiver(
        epic_key=epic.key,
        criterion="nfrs_attested",
        subject=epic.nfrs.get(title__startswith="Cold start").key,
        reason="The first page after a deployment takes 3.1 s. The warm-up comes with the next release.",
        owner=demo.person("jonas"),
        until_on=today() + timedelta(days=22),
        by=demo.person("jonas"),
    )
    for username in ("maria", "priya"):
        signoff.grant_waiver(waiver_key=waiver.key, by=demo.person(username))


def _sign_epic(demo: Demo, folder: str, meaning: str, comment: str) -> None:
    epic = Epic.objects.select_related("scope", "initiative__scope", "team__scope").get(pk=demo.epics[folder].pk)
    shown = read_signing(epic, at=timezone.now()).shown
    signoff.sign_off_epic(
        epic_key=epic.key,
        shown=shown,
        meaning=meaning,
        by=demo.person("maria"),
        authentication=_confirmed(),
        comment=comment,
        key=secrets.token_hex(16),
    )


def _edit(demo: Demo, folder: str, title: str, words: str, reason: str) -> None:
    """Ruth adds `words` to the end of the story's last step."""
    story = demo.epics[folder].stories.select_related("version").get(title=title)
    version = story.version
    if version is not None:
        text = f"{version.text.rstrip()} {words}\n"
        delivery.edit_story(
            story_key=story.key, text=text, by=demo.person("ruth"), base_version=version.number, reason=reason
        )
