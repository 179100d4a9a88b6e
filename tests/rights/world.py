"""Everybody in every relation to an open and to a restricted initiative, and things in every state that acts ask for.

Whatever is restricted carries the word HUSHED, so that an answer which tells of it can be told.
"""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

from allauth.account.internal.flows.login import (
    _AUTHENTICATION_METHODS_USER_SESSION_KEY,
    AUTHENTICATION_METHODS_SESSION_KEY,
)
from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.audit import actions as audit
from apps.audit.queries import entries
from apps.delivery import actions as delivery
from apps.delivery.actions import Planned
from apps.delivery.feature_files import pack
from apps.delivery.models import NFR, Epic, EpicDemand, FeatureImport, Initiative, Story
from apps.desk.models import Notification
from apps.integrations import actions as integrations
from apps.organization import actions as organization
from apps.organization.models import Delegation, Membership, Person, Scope, Seat, Service, ServiceDependency, Team
from apps.organization.roles import Role
from apps.reliability import actions as reliability
from apps.reliability.actions import Agreed, Meant, Reviewed
from apps.reliability.counts import DAY, batch_of, seconds_of
from apps.reliability.models import SLA, SLI, SLO, Decision, NineCase, Policy, Resource
from apps.reliability.nine_case import Weighed
from apps.signoff import actions as signoff
from apps.signoff.models import Waiver
from apps.specs import actions as specs
from apps.specs.models import Execution, Run
from tests.cast import (
    Cast,
    DelegationFactory,
    MembershipFactory,
    PersonFactory,
    SeatFactory,
    ServiceFactory,
    TeamFactory,
    forget_seats,
    in_days,
    make_cast,
)
from tests.rights.deciding import make_decided, open_decision, write_policy
from tests.signoff.promises import confirmed, key, text_of
from tests.specs.evidence import behave_feature, import_bytes

HUSHED = "Zanzibar"
# Roles as the table's cells name them, in the order of the grid.
SHORT: dict[Role, str] = {
    Role.TECHNICAL_PRODUCT_MANAGER: "TPM",
    Role.ENTERPRISE_ARCHITECT: "EA",
    Role.SRE_ORGANIZATION_LEAD: "SOL",
    Role.PRODUCT_OWNER: "PO",
    Role.SOLUTION_ARCHITECT: "SA",
    Role.SRE_LEAD: "SRL",
    Role.BUSINESS_ANALYST: "BA",
    Role.ENGINEERING_TEAM_LEAD: "ETL",
    Role.SRE: "SRE",
}
# Where the nine hold their seats, seen from the thing: its initiative, the organization, another initiative, the team.
RELATIONS = ("own", "above", "other", "team")
# One person each. `involved` wrote, signed and asked for things on both sides; `held` had their mail changed lately.
SINGLE = ("executive", "auditor", "administrator", "member", "involved", "held", "service", "anonymous")
SUITE = {"folder": "/srv/shop/features", "command": ["behave", "--outfile={report}", "{features}"]}


@dataclass
class Kit:
    """The things of one initiative."""

    word: str
    suite: str
    initiative: Initiative
    epic: Epic
    needed: Epic
    spare: Epic
    story: Story
    signed: Story
    nfr: NFR
    # Promised by the epic, and one of its experience that is not.
    receipt: str
    waiver: Waiver
    run: Run
    execution: Execution
    feature_import: FeatureImport
    sli: SLI
    spare_sli: SLI
    resource: Resource
    demand: EpicDemand
    nine_case: NineCase
    slo: SLO
    spare_slo: SLO
    sla: SLA
    # One that waits for signatures, one that was decided and froze the epic, and the policy of the initiative.
    decision: Decision
    decided: Decision
    policy: Policy
    seat: Seat
    delegation: Delegation


@dataclass
class World:
    """People by name (`own PO`, `executive`), the two kits, and what belongs to the organization."""

    cast: Cast
    team: Team
    service: Service
    platform: Service
    needs: ServiceDependency
    membership: Membership
    notification: Notification
    token: Any
    spare_token: Any
    people: dict[str, Person] = field(default_factory=dict)
    kits: dict[str, Kit] = field(default_factory=dict)
    others: dict[str, Person] = field(default_factory=dict)
    sessions: dict[str, str] = field(default_factory=dict)

    @cached_property
    def hidden_keys(self) -> frozenset[str]:
        """Keys by which what is restricted is known; but W-2, which the page of search gives as an example."""
        kit = self.kits["restricted"]
        things = (
            kit.initiative,
            kit.epic,
            kit.needed,
            kit.spare,
            kit.story,
            kit.signed,
            kit.nfr,
            kit.run,
            kit.sli,
            kit.resource,
            kit.nine_case,
            kit.slo,
            kit.sla,
            kit.decision,
            kit.decided,
            kit.policy,
        )
        return frozenset({kit.receipt, kit.execution.key, kit.feature_import.key, *(one.key for one in things)})

    def headers(self, name: str) -> dict[str, str]:
        """As which this one asks: signed in, having just confirmed who they are; a program has its token."""
        if name == "service":
            return {"HTTP_AUTHORIZATION": f"Bearer {self.token}"}
        return {} if name == "anonymous" else {"HTTP_COOKIE": f"{settings.SESSION_COOKIE_NAME}={self.sessions[name]}"}


def everybody() -> list[str]:
    """The names of all who ask, in the order of the table's columns."""
    return [f"{relation} {short}" for relation in RELATIONS for short in SHORT.values()] + list(SINGLE)


def make_world() -> World:
    """All of it. `settings.SUITES` must hold `suites()`."""
    cast = make_cast()
    team, service, platform = _teams()
    secret = delivery.create_initiative(
        title=f"{HUSHED} merger", purpose=f"{HUSHED} stays quiet", restricted=True, by=cast.adam
    )
    for username in ("maria", "ruth", "lena", "priya", "tomas", "jonas", "vera"):
        person = cast.people[username]
        cast.seat(person, Role(cast.seat_of(username).role), secret.scope)
    people = _people(cast, team.scope, secret.scope)
    account = organization.add_service_account(username="ci", name="CI", by=forget_seats(cast.adam))
    _, secret_text = organization.create_token(person=account, name="push", expires_on=in_days(90), by=cast.adam)
    spare, _ = organization.create_token(person=account, name="spare", expires_on=in_days(90), by=cast.adam)
    membership = MembershipFactory.create(team=team, person=PersonFactory.create(username="worker"))
    people["service"] = account
    world = World(
        cast=cast,
        team=team,
        service=service,
        platform=platform,
        needs=organization.add_service_dependency(service=service, needs=platform, kind="SOFT", by=cast.adam),
        membership=membership,
        notification=Notification.objects.create(
            person=people["own PO"], entry_index=0, event="epic.created", words="It concerns you", url="/epics/"
        ),
        token=secret_text,
        spare_token=spare,
        people=people,
    )
    world.others = _others()
    opened = Initiative.objects.get_or_create(scope=cast.initiative)[0]
    world.kits = {
        "open": _kit(world, opened, word="Ordinary", suite="shop"),
        "restricted": _kit(world, secret, word=HUSHED, suite="bay"),
    }
    _mix(world)
    audit.verify()
    for name, person in people.items():
        if not person.is_service:
            world.sessions[name] = _session(forget_seats(person))
    return world


def suites() -> dict[str, Any]:
    """What the operator registered: one suite for each initiative."""
    return {"shop": {**SUITE, "covers": ["I-1"]}, "bay": {**SUITE, "covers": [f"{HUSHED} merger"]}}


def _teams() -> tuple[Team, Service, Service]:
    team = TeamFactory.create(key="orders", title="Orders")
    service = ServiceFactory.create(key="checkout", title="Checkout", team=team)
    ServiceFactory.create(key="queue", title="Queue")
    return team, service, ServiceFactory.create(key="platform", title="Platform")


def _people(cast: Cast, team: Scope, secret: Scope) -> dict[str, Person]:
    """The nine in each relation and whoever stands alone, each made with their seats."""
    places = {"own": [cast.initiative, secret], "above": [cast.organization], "other": [cast.elsewhere], "team": [team]}
    found: dict[str, Person] = {}
    for relation in RELATIONS:
        for role, short in SHORT.items():
            found[f"{relation} {short}"] = _seated(f"{relation}-{short.lower()}", [role], places[relation])
    both = [Role.PRODUCT_OWNER, Role.BUSINESS_ANALYST, Role.SRE_LEAD]
    found["executive"], found["auditor"], found["administrator"] = cast.emil, cast.ada, cast.adam
    found["member"] = cast.nobody
    found["involved"] = _seated("involved", both, places["own"])
    found["held"] = _seated("held", both, places["own"], credentials_changed_at=timezone.now())
    return found


def _seated(username: str, roles: list[Role], scopes: list[Scope], **more: Any) -> Person:
    person = PersonFactory.create(username=username, **more)
    for scope in scopes:
        for role in roles:
            SeatFactory.create(person=person, role=role, scope=scope)
    return person


def _others() -> dict[str, Person]:
    """People to whom things are done."""
    left = PersonFactory.create(username="left", is_active=False, deactivated_at=timezone.now())
    SeatFactory.create(person=left, role=Role.SRE)
    invited = PersonFactory.create(username="invited", password="!")
    return {"left": left, "invited": invited, "target": PersonFactory.create(username="target")}


def _kit(world: World, initiative: Initiative, *, word: str, suite: str) -> Kit:
    """Written by Maria and Ruth, proven, and in part signed by Lena; `involved` took part in each step."""
    cast, involved = world.cast, forget_seats(world.people["involved"])
    maria, ruth, lena = (forget_seats(cast.people[name]) for name in ("maria", "ruth", "lena"))
    epic, needed, spare = (
        delivery.create_epic(
            initiative_key=initiative.key,
            title=f"{word} {title}",
            summary=f"{word} summary",
            team_key=world.team.scope.key,
            by=maria,
        )
        for title in ("epic", "ground", "spare")
    )
    texts = [text_of(f"{word} {title}") for title in ("pays", "leaves")]
    story = delivery.create_story(epic_key=epic.key, text=texts[0], by=involved)
    signed = delivery.create_story(epic_key=epic.key, text=texts[1], by=ruth)
    delivery.create_story(epic_key=needed.key, text=text_of(f"{word} rests"), by=ruth)
    nfr = delivery.create_nfr(epic_key=epic.key, title=f"{word} speed", statement=f"{word} answers fast", by=maria)
    delivery.link_service(epic_key=epic.key, service_key=world.service.scope.key, by=maria)
    sli = _sli(world, epic, f"{word} answers")
    resource = _resource(world, epic, f"{word} disk")
    slo, spare_slo = (_slo(world, sli, f"{word} {title}") for title in ("opens", "stays open"))
    delivery.link_slo(epic_key=epic.key, slo_key=slo.key, by=maria)
    delivery.add_dependency(epic_key=epic.key, needs_key=needed.key, kind="SOFT", by=forget_seats(cast.jonas))
    for thing_key in (epic.key, needed.key):
        delivery.comment_on_epic(epic_key=thing_key, text=f"{word} remark", by=maria)
    delivery.comment_on_story(story_key=story.key, text=f"{word} remark", by=maria)
    report = json.dumps([behave_feature(text, f"features/{at}.feature", {}) for at, text in enumerate(texts)])
    run = import_bytes(report.encode(), by=cast.tomas, revision=f"{word}-1", initiative=initiative).run
    signed.refresh_from_db()
    shown = [signoff.StoryShown(signed.key, signed.digest)]
    (sign_off,) = signoff.sign_off_stories(
        shown=shown, meaning="ACCEPT", by=involved, authentication=confirmed(), comment=f"{word} is well", key=key()
    )
    waiver = signoff.ask_waiver(
        epic_key=epic.key,
        criterion="stories_signed",
        subject="",
        reason=f"{word} can wait",
        owner=cast.maria,
        until_on=in_days(30),
        by=involved,
    )
    execution = specs.request_execution(suite_name=suite, epic_key=epic.key, by=forget_seats(cast.tomas))
    asked = delivery.ask_feature_import(
        initiative_title=initiative.title,
        source=f"{word}.zip",
        archive=archive(word),
        by=forget_seats(cast.vera),
    )
    seat = Seat.objects.get(person=world.people["own PO"], scope=initiative.scope)
    return Kit(
        word=word,
        suite=suite,
        initiative=initiative,
        epic=Epic.objects.get(pk=epic.pk),
        needed=needed,
        spare=spare,
        story=Story.objects.get(pk=story.pk),
        signed=Story.objects.get(pk=signed.pk),
        nfr=nfr,
        slo=slo,
        spare_slo=spare_slo,
        sla=_sla(world, slo, f"{word} Books"),
        decision=open_decision(slo, word=word, cast=cast),
        decided=make_decided(spare_slo, word=word, cast=cast),
        policy=write_policy(initiative.scope, word=word, cast=cast),
        receipt=sign_off.signature.key,
        waiver=waiver,
        run=run,
        execution=execution,
        feature_import=asked,
        sli=sli,
        spare_sli=_metered(world, epic, f"{word} spare"),
        resource=resource,
        demand=delivery.plan_demand(
            epic_key=epic.key, planned=Planned(resource.key, in_days(20), 7.0, f"{word} campaign"), by=maria
        ),
        nine_case=_nine_case(world, sli),
        seat=seat,
        delegation=DelegationFactory.create(seat=seat, delegate=PersonFactory.create(username=f"deputy-{suite}")),
    )


def _sli(world: World, epic: Epic, title: str) -> SLI:
    priya = forget_seats(world.cast.priya)
    return reliability.create_sli(scope_key=epic.scope.key, title=title, good_means=f"{title} in time", by=priya)


def _metered(world: World, epic: Epic, title: str) -> SLI:
    """What a source is asked for."""
    priya = forget_seats(world.cast.priya)
    sli = reliability.create_sli(
        scope_key=epic.scope.key,
        title=title,
        good_means=f"{title} in time",
        source=SLI.Source.PROMETHEUS,
        good_query=f'sum(rate(good{{of="{title}"}}[{{{{.window}}}}]))',
        total_query=f'sum(rate(all{{of="{title}"}}[{{{{.window}}}}]))',
        by=priya,
    )
    integrations.measure_sli(sli_key=sli.key, source="nowhere", by=priya)
    return sli


def _slo(world: World, sli: SLI, title: str) -> SLO:
    """A promise on it, with one day of counts: 90 of 100."""
    priya, start = forget_seats(world.cast.priya), seconds_of(timezone.now()) // DAY * DAY - DAY
    counts = batch_of([(start, 90, 100)], grain=DAY, errors=[(start, f"{title} broke", 10)])
    reliability.record_counts(batches={sli.key: counts}, by=priya)
    return reliability.create_slo(
        sli_key=sli.key, title=title, target=Decimal("0.99"), window="28d", rationale=f"{title}, since", by=priya
    )


def _sla(world: World, slo: SLO, counterparty: str) -> SLA:
    """What was promised outside beside it: less than the SLO asks."""
    agreed = Agreed(counterparty, Decimal("0.9"), "28d", f"{counterparty} get their fee back", in_days(-60))
    return reliability.agree_sla(slo_key=slo.key, agreed=agreed, by=forget_seats(world.cast.maria))


def _resource(world: World, epic: Epic, title: str) -> Resource:
    """A disk, with usage of one day and a review."""
    priya = forget_seats(world.cast.priya)
    meant = Meant(title=title, limit=100.0, unit="GB")
    made = reliability.create_resource(scope_key=epic.scope.key, meant=meant, by=priya)
    reliability.record_usage(resource_key=made.key, usage={in_days(-1): 60.0}, by=priya)
    reviewed = Reviewed(note=f"{title} is enough", next_review_on=in_days(30))
    reliability.review_headroom(resource_key=made.key, reviewed=reviewed, by=priya)
    return made


def _nine_case(world: World, sli: SLI) -> NineCase:
    """What a nine more would be worth."""
    weighed = Weighed(Fraction("0.999"), "$", Decimal(1_000), None, None, None)
    slo = sli.slos.earliest("pk")
    return reliability.save_nine_case(slo_key=slo.key, weighed=weighed, by=forget_seats(world.cast.priya))


def _mix(world: World) -> None:
    """What stands between the two initiatives: each epic needs one of the other, a run touches both, and somebody of
    another initiative was told of what became restricted since. A restricted story fails now and then.
    """
    opened, hidden, cast = world.kits["open"], world.kits["restricted"], world.cast
    reliability.share_badge(slo_key=opened.slo.key, by=forget_seats(cast.priya))
    for epic, needs in ((opened.epic, hidden.needed), (hidden.spare, opened.needed)):
        delivery.add_dependency(epic_key=epic.key, needs_key=needs.key, kind="SOFT", by=forget_seats(cast.jonas))
    texts = [text_of(f"{kit.word} {title}") for kit in (opened, hidden) for title in ("pays", "leaves")]
    report = json.dumps([behave_feature(text, f"features/{at}.feature", {}) for at, text in enumerate(texts)])
    opened.run = import_bytes(report.encode(), by=cast.tomas, revision="both").run
    rests = text_of(f"{HUSHED} rests")
    for at, status in enumerate(("passed", "failed") * 4):
        flaky = json.dumps([behave_feature(rests, "features/rests.feature", {HUSHED: status})])
        import_bytes(flaky.encode(), by=cast.tomas, revision=f"r{at}", initiative=hidden.initiative)
    told = entries(subject=hidden.epic.key)[0]
    Notification.objects.create(
        person=world.people["other PO"],
        entry_index=told.index,
        event=told.event,
        words="It concerns you",
        url="/epics/",
    )


def archive(word: str) -> bytes:
    """A ZIP with one feature file."""
    return pack([(f"{word}/one.feature", text_of(f"{word} arrives").encode())])


def _session(person: Person) -> str:
    """A session of somebody who signed in and confirmed with a password just now; its key."""
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    session[_AUTHENTICATION_METHODS_USER_SESSION_KEY] = str(person.pk)
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": timezone.now().timestamp(), "reauthenticated": True}
    ]
    session.save()
    return str(session.session_key)
