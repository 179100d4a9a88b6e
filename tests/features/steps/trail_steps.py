"""The log: what people read there, what somebody does to it past the portal, what it proves."""

from collections.abc import Callable

from behave import given, step, then, when
from behave.runner import Context
from django.db import DatabaseError, connection

from apps.audit.merkle import leaf_hash
from apps.audit.models import Entry, Verification
from stage.acts import epic_called
from stage.pages import Page
from stage.people import person_called
from stage.world import World, expect, world_of

AUDITOR = "Ada"
LOG = "/audit/"


def _entries(world: World, who: str) -> Page:
    return world.browser(who).open(LOG)


def _size(page: Page) -> int:
    """How many entries there are, by the number of the newest."""
    return max(int(row.split()[0]) for row in page.rows_with("") if row.split()[0].isdigit()) + 1


@then("the log of {epic:Words} tells {event:Words} {count:d} time")
def log_tells(context: Context, epic: str, event: str, count: int) -> None:
    """Filtered by the key of the epic."""
    page = world_of(context).browser(AUDITOR).open(f"{LOG}?key={epic_called(epic).key}")
    rows = page.rows_with(event)
    expect(len(rows) == count, page, f"{count} of “{event}”, not {len(rows)}")


@then("Ada reads in the log that {name:Words}, {seat:Words}, {did:Words}")
def reads_in_log(context: Context, name: str, seat: str, did: str) -> None:
    """In one and the same line."""
    page = _entries(world_of(context), AUDITOR)
    rows = [row for row in page.rows_with(did) if f"{name} {seat}".strip() in row]
    expect(bool(rows), page, f"a line of “{name}”, “{seat}”, with “{did}”")


@given("{who:Person} has read the log to its end")
def has_read_the_log(context: Context, who: str) -> None:
    """And remembers the newest entry."""
    world = world_of(context)
    world.read_to = _size(_entries(world, who))


@then("{who:Person} finds nothing new in the log")
def finds_nothing_new(context: Context, who: str) -> None:
    """Since it was read to its end."""
    world = world_of(context)
    page = _entries(world, who)
    expect(_size(page) == world.read_to, page, f"{world.read_to} entries, not {_size(page)}")


@when("{who:Person} opens the log")
def opens_the_log(context: Context, who: str) -> None:
    """Whoever they are."""
    _entries(world_of(context), who)


@then("{who:Person} reads the log")
def reads_the_log(context: Context, who: str) -> None:
    """Its newest entries stand there."""
    page = world_of(context).page(who)
    expect(page.status == 200 and bool(page.rows_with("epic.created")), page, "the entries")


@then("{who:Person} may not read the log")
def may_not_read_the_log(context: Context, who: str) -> None:
    """And is told why."""
    page = world_of(context).page(who)
    expect(page.status == 403 and "None of your seats lets you" in page.words, page, "a shut door")


# --- past the portal


def _rewrite(entry: Entry) -> None:
    """Another meaning, with the leaf that belongs to it: as well made as the true one."""
    body = bytes(entry.body).replace(b'"ACCEPT"', b'"REJECT"')
    assert body != bytes(entry.body), "this entry says nothing of an acceptance"
    _do('UPDATE audit_entry SET body = %s, leaf = %s WHERE "index" = %s', body, leaf_hash(body), entry.index)


def _delete(entry: Entry) -> None:
    _do('DELETE FROM audit_entry WHERE "index" = %s', entry.index)


def _backdate(entry: Entry) -> None:
    _do('UPDATE audit_entry SET at = %s WHERE "index" = %s', "2001-01-01T00:00:00.000000Z", entry.index)


_DID = {"rewrote": _rewrite, "deleted": _delete, "backdated": _backdate}


def _do(sql: str, *values: str | int | bytes) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def _take_triggers_off() -> None:
    """As only the owner of the database can."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP TRIGGER {name}")
        cursor.execute("PRAGMA foreign_keys=OFF")


def _rewrite_statement(who: str) -> None:
    said = f"I, {person_called(who).name}, accept everything for ever."
    _do("UPDATE signatures_signature SET statement = %s WHERE person_id = %s", said, person_called(who).pk)


@when("somebody with the database rewrote the statement that {who:Person} signed")
def rewrote_the_statement(context: Context, who: str) -> None:
    """With the triggers taken off before."""
    _take_triggers_off()
    _rewrite_statement(who)


@when("somebody with the database tries to rewrite the statement that {who:Person} signed")
def tries_to_rewrite_the_statement(context: Context, who: str) -> None:
    """With the triggers in their place."""
    _try(context, lambda: _rewrite_statement(who))


@step("somebody with the database {did:w} the entry of the signature of {epic:Words}")
def did_to_the_entry(context: Context, did: str, epic: str) -> None:
    """With the triggers taken off before."""
    _take_triggers_off()
    entry = Entry.objects.get(event="epic.signed_off", subject=epic_called(epic).key)
    world_of(context).entry = entry.index
    _DID[did](entry)


@when("somebody with the database tries to rewrite an entry in its place")
def tries_to_rewrite(context: Context) -> None:
    """With the triggers in their place."""
    _try(context, lambda: _do("UPDATE audit_entry SET event = 'nothing' WHERE \"index\" = 1"))


def _try(context: Context, did: Callable[[], None]) -> None:
    try:
        did()
        said = "done"
    except DatabaseError as error:
        said = str(error)
    world_of(context).answer = Page("the database", 0, said)


@then("the database answers {words:Words}")
def the_database_answers(context: Context, words: str) -> None:
    """What it said of the last statement."""
    answer = world_of(context).answer
    expect(words in answer.words, answer, f"“{words}”")


@when("{who:Person} has the log verified")
def has_the_log_verified(context: Context, who: str) -> None:
    """By the button; a worker walks the log, and its finding opens."""
    browser = world_of(context).browser(who)
    browser.open("/audit/verifications/")
    form = next(form for form in browser.page.forms if form.action == "/audit/verify/")
    browser.send(form)
    browser.open(Verification.objects.latest("pk").get_absolute_url())


@then("{who:Person} is told the place of that entry")
def is_told_the_place(context: Context, who: str) -> None:
    """Its number."""
    world = world_of(context)
    page = world.page(who)
    expect(f"Entry {world.entry}:" in page.words, page, f"“Entry {world.entry}”")
