"""Who must know what, by event: a table from the log's events to functions.

Each says whom an entry concerns and why. Nobody is told of what they did themselves, nor of what they may not read.
To tell of one more event, write its function here.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from apps.audit.queries import Reading
from apps.delivery import queries as delivery
from apps.delivery.models import NFR, Epic, Story
from apps.desk.known import Known, epic_scopes
from apps.desk.models import Notification
from apps.organization.models import Person
from apps.organization.roles import Role

MAX_WORDS = 500


@dataclass(frozen=True)
class Told:
    """One person, and why the entry concerns them. `epic` is what they must be able to read; None: it is about them.

    Several of one person with the same `fold` become the last of them, which then says `many` with their {count}.
    """

    person: Person | None
    words: str
    url: str
    epic: Epic | None = None
    fold: str = ""
    many: str = ""


Teller = Callable[[Reading, Known], Iterable[Told]]
TELLING: dict[str, Teller] = {}


def tells(*events: str) -> Callable[[Teller], Teller]:
    """Adds the function to the table."""

    def add(teller: Teller) -> Teller:
        TELLING.update(dict.fromkeys(events, teller))
        return teller

    return add


def tell(readings: Sequence[Reading]) -> list[Notification]:
    """The notifications that these entries call for, in their order."""
    concerned = [reading for reading in readings if reading.statement and reading.entry.event in TELLING]
    known = Known(concerned)
    last: dict[tuple[object, ...], tuple[Reading, Told]] = {}
    counts: dict[tuple[object, ...], int] = {}
    for reading in concerned:
        for told in _told(reading, known):
            assert told.person is not None  # noqa: S101 - _told left these out
            entry = reading.entry
            of: tuple[object, ...] = (told.fold, entry.person) if told.fold else (entry.pk,)
            place = (told.person.pk, entry.event, *of)
            if place in last and not told.fold:
                continue  # the first reason is the best
            last.pop(place, None)
            last[place] = (reading, told)
            counts[place] = counts.get(place, 0) + 1
    return [_notification(reading, told, counts[place]) for place, (reading, told) in last.items()]


def _told(reading: Reading, known: Known) -> Iterator[Told]:
    for told in TELLING[reading.entry.event](reading, known):
        person = told.person
        if person is None or not person.is_active or person.is_service or person.key == reading.entry.person:
            continue
        if told.epic is None or known.may_read(person, told.epic):
            yield told


def _notification(reading: Reading, told: Told, count: int) -> Notification:
    many = count > 1 and told.many and told.epic
    words = told.many.format(count=count) if many else told.words
    return Notification(
        person=told.person,
        entry_index=reading.entry.pk,
        event=reading.entry.event,
        words=words if len(words) <= MAX_WORDS else words[: MAX_WORDS - 1] + "…",
        url=told.epic.get_absolute_url() if many and told.epic else told.url,
        at=reading.line.at,
    )


def _facts(reading: Reading) -> dict[str, Any]:
    return dict(reading.statement.predicate.get("facts", {})) if reading.statement else {}


def _called(thing: Epic | Story) -> str:
    return f"{thing.key} “{thing.title}”"


# --- stories


def _owners(epic: Epic, known: Known) -> set[Person]:
    return known.holders(Role.PRODUCT_OWNER, on=[epic.scope])


@tells("story.signed_off")
def story_signed_off(reading: Reading, known: Known) -> Iterator[Told]:
    """The product owners of the epic: one story less to wait for."""
    story = known.stories.get(reading.entry.subject)
    if story is not None:
        epic = story.epic
        many = "{count} stories of " + _braced(_called(epic)) + " were signed."
        for person in _owners(epic, known):
            words = f"{_called(story)} of {epic.key} was signed."
            yield Told(person, words, story.get_absolute_url(), epic, f"signed {epic.key}", many)


@tells("story.rejected")
def story_rejected(reading: Reading, known: Known) -> Iterator[Told]:
    """Who wrote the text, and who leads the team."""
    story = known.stories.get(reading.entry.subject)
    if story is not None:
        author = story.version.author if story.version else None
        url = story.get_absolute_url()
        yield Told(author, f"{_called(story)}, which you wrote, was rejected.", url, story.epic)
        for person in known.holders(Role.ENGINEERING_TEAM_LEAD, on=delivery.story_scopes(story)):
            yield Told(person, f"{_called(story)} was rejected.", url, story.epic)


@tells("story.edited")
def story_edited(reading: Reading, known: Known) -> Iterator[Told]:
    """Where the meaning changed: who signed the story; and the product owners of the epic that drifted by it."""
    story = known.stories.get(reading.entry.subject)
    facts = _facts(reading)
    if story is None or not facts.get("meaning_changed"):
        return
    epic = story.epic
    if story.signed_by is not None and not story.is_signed:
        words = f"{_called(story)}, which you signed, means something else now: your signature no longer holds."
        many = "{count} stories of " + _braced(_called(epic)) + " that you signed mean something else now."
        yield Told(story.signed_by, words, story.get_absolute_url(), epic, f"edited {epic.key}", many)
    if facts.get("drifted"):
        yield from _drifted(epic, known)


@tells("story.created", "story.archived", "story.restored")
def story_came_or_went(reading: Reading, known: Known) -> Iterator[Told]:
    """The product owners, where a signed epic drifted by it."""
    story = known.stories.get(reading.entry.subject)
    if story is not None and _facts(reading).get("drifted"):
        yield from _drifted(story.epic, known)


def _drifted(epic: Epic, known: Known) -> Iterator[Told]:
    for person in _owners(epic, known):
        yield Told(person, f"{_called(epic)} is no longer what was signed.", epic.get_absolute_url(), epic)


# --- epics


@tells("epic.signed_off", "epic.rejected")
def epic_signed_off(reading: Reading, known: Known) -> Iterator[Told]:
    """As `signoff.queries.told_of`: product owners, architects, SRE leads, team leads, and who signed the stories."""
    epic = known.epics.get(reading.entry.subject)
    if epic is not None:
        done = "was signed off" if reading.entry.event == "epic.signed_off" else "was rejected"
        seats = known.holders(
            Role.PRODUCT_OWNER,
            Role.SOLUTION_ARCHITECT,
            Role.SRE_LEAD,
            Role.ENGINEERING_TEAM_LEAD,
            on=epic_scopes(epic),
        )
        for person in seats | known.signers[epic.pk]:
            yield Told(person, f"{_called(epic)} {done}.", epic.get_absolute_url(), epic)


@tells("epic.drifted")
def epic_drifted(reading: Reading, known: Known) -> Iterator[Told]:
    """The product owners."""
    epic = known.epics.get(reading.entry.subject)
    if epic is not None:
        yield from _drifted(epic, known)


# --- requirements, waivers, requests


@tells("nfr.attested")
def nfr_attested(reading: Reading, known: Known) -> Iterator[Told]:
    """The product owners."""
    nfr = known.nfrs.get(reading.entry.subject)
    if nfr is not None:
        verdict = _facts(reading).get("verdict", "")
        for person in _owners(nfr.epic, known):
            words = f"{nfr.key} “{nfr.title}” of {nfr.epic.key} was attested as {verdict}."
            yield Told(person, words, nfr.epic.get_absolute_url(), nfr.epic)


@tells("nfr.created", "nfr.edited")
def nfr_defined(reading: Reading, known: Known) -> Iterator[Told]:
    """The SRE leads, where they attest it; and the product owners of the epic that drifted by it."""
    nfr = known.nfrs.get(reading.entry.subject)
    if nfr is not None:
        attested = nfr.kind == NFR.Kind.ATTESTED
        for person in known.holders(Role.SRE_LEAD, on=[nfr.epic.scope]) if attested else ():
            words = f"{nfr.key} “{nfr.title}” of {nfr.epic.key} waits for you to attest it."
            yield Told(person, words, reverse("signoff:nfr_attest", args=[nfr.key]), nfr.epic)
        if _facts(reading).get("drifted"):
            yield from _drifted(nfr.epic, known)


@tells("waiver.asked")
def waiver_asked(reading: Reading, known: Known) -> Iterator[Told]:
    """The two who decide."""
    waiver = known.waivers.get(reading.entry.subject)
    if waiver is not None:
        for person in known.holders(Role.PRODUCT_OWNER, Role.SRE_LEAD, on=[waiver.epic.scope]):
            words = f"Waiver {waiver.key} of {_called(waiver.epic)} waits for a yes or no."
            yield Told(person, words, reverse("signoff:waiver_detail", args=[waiver.key]), waiver.epic)


@tells("waiver.granted", "waiver.refused")
def waiver_decided(reading: Reading, known: Known) -> Iterator[Told]:
    """Who asked, and who answers for it."""
    waiver = known.waivers.get(reading.entry.subject)
    if waiver is not None:
        done = reading.entry.event.partition(".")[2]
        url = reverse("signoff:waiver_detail", args=[waiver.key])
        words = f"Waiver {waiver.key} of {_called(waiver.epic)}"
        yield Told(waiver.asked_by, f"{words}, which you asked for, was {done}.", url, waiver.epic)
        yield Told(waiver.owner, f"{words}, which you own, was {done}.", url, waiver.epic)


@tells("sign_off.requested")
def sign_off_requested(reading: Reading, known: Known) -> Iterator[Told]:
    """The person asked."""
    key = reading.entry.subject
    thing = known.stories.get(key) or known.epics.get(key)
    if thing is not None:
        person = known.people.get(str(_facts(reading).get("asked_of", "")))
        epic = thing if isinstance(thing, Epic) else thing.epic
        yield Told(person, f"You are asked to sign {_called(thing)}.", thing.get_absolute_url(), epic)


# --- evidence


@tells("story.regressed")
def story_regressed(reading: Reading, known: Known) -> Iterator[Told]:
    """Who signed the story, who signed its epic, and who leads the team."""
    story, facts = known.stories.get(reading.entry.subject), _facts(reading)
    if story is not None:
        since = f"since run {facts['first_run']}"
        revision = f" (revision {facts['first_revision']})" if facts.get("first_revision") else ""
        # The entry itself, which the inbox shows below, names scenario and step.
        words = f"Signed {_called(story)} fails {since}{revision}."
        yield from _of_signed(story, known, words, f"{{count}} signed stories of {{epic}} fail {since}.", since)


@tells("story.recovered")
def story_recovered(reading: Reading, known: Known) -> Iterator[Told]:
    """The same."""
    story, facts = known.stories.get(reading.entry.subject), _facts(reading)
    if story is not None:
        since = f"since run {facts['run']}"
        words = f"Signed {_called(story)} fails no longer {since}."
        many = f"{{count}} signed stories of {{epic}} fail no longer {since}."
        yield from _of_signed(story, known, words, many, since)


def _of_signed(story: Story, known: Known, words: str, many: str, since: str) -> Iterator[Told]:
    epic, url = story.epic, story.get_absolute_url()
    many = many.replace("{epic}", _braced(_called(epic)))
    leads = known.holders(Role.ENGINEERING_TEAM_LEAD, on=delivery.story_scopes(story))
    for person in leads | ({story.signed_by, known.acceptors.get(epic.pk)} - {None}):
        yield Told(person, words, url, epic, f"{epic.key} {since}", many)


# --- seats


@tells("seat.granted")
def seat_granted(reading: Reading, known: Known) -> Iterator[Told]:
    """Whose seat it is."""
    yield _seat(reading, known, "holder_key", "You hold a new seat: {role} of {scope}.")


@tells("seat.ended")
def seat_ended(reading: Reading, known: Known) -> Iterator[Told]:
    """Whose seat it was."""
    yield _seat(reading, known, "holder_key", "Your seat as {role} of {scope} ends.")


@tells("seat.delegated")
def seat_delegated(reading: Reading, known: Known) -> Iterator[Told]:
    """Who acts in it now; whose it is did so."""
    yield _seat(reading, known, "delegate_key", "You may act as {role} of {scope} until {until}.")


@tells("delegation.revoked")
def delegation_revoked(reading: Reading, known: Known) -> Iterator[Told]:
    """Who acted in the seat."""
    yield _seat(reading, known, "delegate_key", "You no longer act in a seat of {scope} for somebody else.")


def _seat(reading: Reading, known: Known, whose: str, words: str) -> Told:
    facts = _facts(reading)
    person = known.people.get(str(facts.get(whose, "")))
    role = Role(facts["role"]).label if facts.get("role") in Role.values else ""
    said = words.format(role=role, scope=reading.entry.subject, until=facts.get("until_on", ""))
    return Told(person, said, person.get_absolute_url() if person else "")


# --- people


@tells("person.edited")
def mail_address_changed(reading: Reading, known: Known) -> Iterator[Told]:
    """Whose address it is: whoever reads the new mailbox may choose their password."""
    if "email" in _facts(reading).get("changed", []):
        words = "Your mail address was changed by an administrator"
        yield _about_oneself(reading, known, words, shut=bool(_facts(reading).get("shuts_signing")))


@tells("person.password_set")
def password_set_by_link(reading: Reading, known: Known) -> Iterator[Told]:
    """Whose password it is, unless it is their first."""
    if not _facts(reading).get("first"):
        words = "Your password was set anew by a one-time link"
        yield _about_oneself(reading, known, words, shut=bool(_facts(reading).get("shuts_signing")))


def _about_oneself(reading: Reading, known: Known, words: str, *, shut: bool) -> Told:
    person = known.people.get(reading.entry.subject)
    more = ": for some hours you sign only with a code or passkey that you had before" if shut else ""
    url = person.get_absolute_url() if person else ""
    return Told(person, f"{words}{more}. If you did not expect it, tell an auditor.", url)


# --- comments


@tells("story.commented")
def story_commented(reading: Reading, known: Known) -> Iterator[Told]:
    """Who wrote the story, who signed it, who commented before, and the product owners of its epic."""
    story = known.stories.get(reading.entry.subject)
    if story is None or _from_rejection(reading):
        return
    author = story.version.author if story.version else None
    people = {author, story.signed_by, *known.story_commenters[story.key], *_owners(story.epic, known)}
    for person in people - {None}:
        yield Told(person, f"A comment on {_called(story)}.", f"{story.get_absolute_url()}#comments", story.epic)


@tells("epic.commented")
def epic_commented(reading: Reading, known: Known) -> Iterator[Told]:
    """The seats of the epic, and who commented before."""
    epic = known.epics.get(reading.entry.subject)
    if epic is None or _from_rejection(reading):
        return
    seats = known.holders(Role.PRODUCT_OWNER, Role.SOLUTION_ARCHITECT, Role.SRE_LEAD, on=[epic.scope])
    for person in seats | known.commenters[epic.pk]:
        yield Told(person, f"A comment on {_called(epic)}.", f"{epic.get_absolute_url()}#comments", epic)


def _from_rejection(reading: Reading) -> bool:
    """The rejection itself is told of."""
    return str(_facts(reading).get("origin", "")).startswith("rejection")


def _braced(text: str) -> str:
    """`text` for a template that str.format fills."""
    return text.replace("{", "{{").replace("}", "}}")
