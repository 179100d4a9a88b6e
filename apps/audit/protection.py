"""Append-only in the database itself: the triggers, for SQLite and PostgreSQL.

Rows of rooms above that are written once are protected likewise (`never_changed`). The triggers are made by migrations
and asked for by `manage.py check --database default`, since SQLite loses a table's triggers when a migration remakes
the table. There is no switch that takes them off.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

NEVER_CHANGED = ("audit_entry", "audit_entry_about", "audit_verification")
NEVER_REMOVED = (*NEVER_CHANGED, "audit_entry_value", "audit_head")

_ALTERS_VALUE = (
    "NEW.value IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.erased_in IS NULL OR OLD.erased_in IS NOT NULL"
    " OR NEW.entry_id {differs} OLD.entry_id OR NEW.name {differs} OLD.name"
    " OR NEW.person {differs} OLD.person"
)
_SHRINKS_HEAD = "NEW.size <= OLD.size OR NEW.id {differs} OLD.id OR NEW.origin {differs} OLD.origin"
_NEXT_INDEX = '(SELECT COALESCE(MAX("index"), -1) + 1 FROM audit_entry)'
_CLOSED_ENTRY = "NEW.entry_id < (SELECT size FROM audit_head)"
_HEAD_STANDS = "EXISTS (SELECT 1 FROM audit_head)"

_PROTECTED = "the audit log is append-only: "


def _sqlite_refusal(table: str, moment: str, words: str, condition: str = "") -> dict[str, str]:
    name = f"{table}_{moment.lower()}"
    when = f" WHEN {condition}" if condition else ""
    return {
        name: f"CREATE TRIGGER {name} BEFORE {moment} ON {table}{when} BEGIN SELECT RAISE(ABORT, '{words}'); END",
    }


def _sqlite() -> dict[str, str]:
    made: dict[str, str] = {}

    def refuse(table: str, moment: str, words: str, condition: str = "") -> None:
        made.update(_sqlite_refusal(table, moment, _PROTECTED + words, condition))

    for table in NEVER_CHANGED:
        refuse(table, "UPDATE", f"{table} is never changed")
    for table in NEVER_REMOVED:
        refuse(table, "DELETE", f"{table} is never removed from")
    refuse("audit_entry_value", "UPDATE", "a value is erased or stays", _ALTERS_VALUE.format(differs="IS NOT"))
    refuse("audit_head", "UPDATE", "the head only grows", _SHRINKS_HEAD.format(differs="IS NOT"))
    # INSERT OR REPLACE removes a row without firing the delete trigger: so what is inserted must be new.
    refuse(
        "audit_entry",
        "INSERT",
        "the next index is due",
        f'NEW."index" IS NOT {_NEXT_INDEX}',
    )
    for table in ("audit_entry_about", "audit_entry_value"):
        refuse(table, "INSERT", "the entry is closed", _CLOSED_ENTRY)
    refuse("audit_head", "INSERT", "there is one head", _HEAD_STANDS)
    refuse(
        "audit_verification",
        "INSERT",
        "audit_verification is never changed",
        "NEW.id IS NOT NULL AND EXISTS (SELECT 1 FROM audit_verification WHERE id = NEW.id)",
    )
    return made


_RAISES = "USING ERRCODE = 'integrity_constraint_violation'"
_REFUSE = (
    "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
    f" $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0] {_RAISES}; END $$"
)


def _refuse_if(name: str, condition: str, words: str) -> str:
    """A trigger function for conditions that ask a table, which a trigger's WHEN may not."""
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN RAISE EXCEPTION '{_PROTECTED}{words}' {_RAISES}; END IF; RETURN NEW; END $$"
    )


def _postgresql_trigger(table: str, moment: str, function: str, condition: str = "") -> dict[str, str]:
    name = f"{table}_{moment.lower()}"
    each = "STATEMENT" if moment == "TRUNCATE" else "ROW"
    when = f" WHEN ({condition})" if condition else ""
    # ALWAYS: fires for replication roles too, by which a plain trigger is passed over.
    return {
        name: f"CREATE TRIGGER {name} BEFORE {moment} ON {table} FOR EACH {each}{when}"
        f" EXECUTE FUNCTION {function}; ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
    }


def _postgresql() -> dict[str, str]:
    made: dict[str, str] = {}

    def add(table: str, moment: str, function: str, condition: str = "") -> None:
        made.update(_postgresql_trigger(table, moment, function, condition))

    def refuse(table: str, moment: str, words: str, condition: str = "") -> None:
        add(table, moment, f"audit_refuse('{_PROTECTED}{words}')", condition)

    for table in NEVER_CHANGED:
        refuse(table, "UPDATE", f"{table} is never changed")
    for table in NEVER_REMOVED:
        refuse(table, "DELETE", f"{table} is never removed from")
        refuse(table, "TRUNCATE", f"{table} is never removed from")
    different = "IS DISTINCT FROM"
    refuse("audit_entry_value", "UPDATE", "a value is erased or stays", _ALTERS_VALUE.format(differs=different))
    refuse("audit_head", "UPDATE", "the head only grows", _SHRINKS_HEAD.format(differs=different))
    add("audit_entry", "INSERT", "audit_next_index()")
    add("audit_entry_about", "INSERT", "audit_open_entry()")
    add("audit_entry_value", "INSERT", "audit_open_entry()")
    add("audit_head", "INSERT", "audit_one_head()")
    return made


TRIGGERS: dict[str, dict[str, str]] = {"sqlite": _sqlite(), "postgresql": _postgresql()}
FUNCTIONS: dict[str, list[str]] = {
    "sqlite": [],
    "postgresql": [
        _REFUSE,
        _refuse_if("audit_next_index", f'NEW."index" IS DISTINCT FROM {_NEXT_INDEX}', "the next index is due"),
        _refuse_if("audit_open_entry", _CLOSED_ENTRY, "the entry is closed"),
        _refuse_if("audit_one_head", _HEAD_STANDS, "there is one head"),
    ],
}


# By table: the migration that made its triggers, where the table is older.
SINCE: dict[str, tuple[str, str]] = {}


def never_changed(table: str, *uniques: tuple[str, ...], since: tuple[str, str] | None = None) -> None:
    """Rows of `table`, of a room above, are written once too: its triggers are among those that must stand.

    Said in the room's `ready`. `uniques` are its unique columns, by which INSERT OR REPLACE would remove a row. `since`
    is the migration that makes the triggers of a table that is older, such as ("delivery", "0009_never_changed"): an
    upgrade asks for those that stand before it migrates.
    """
    if since:
        SINCE[table] = since
    words = f"what was signed stays as it was: {table} is never changed"
    same = " OR ".join(
        " AND ".join(f'"{column}" = NEW."{column}"' for column in columns) for columns in (("id",), *uniques)
    )
    for moment in ("UPDATE", "DELETE"):
        TRIGGERS["sqlite"].update(_sqlite_refusal(table, moment, words))
    replaced = f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608
    TRIGGERS["sqlite"].update(_sqlite_refusal(table, "INSERT", words, replaced))
    for moment in ("UPDATE", "DELETE", "TRUNCATE"):
        TRIGGERS["postgresql"].update(_postgresql_trigger(table, moment, f"audit_refuse('{words}')"))


def protect(connection: BaseDatabaseWrapper) -> None:
    """Makes the triggers on `connection`'s database that do not stand; for migrations."""
    missing = missing_triggers(connection)
    with connection.cursor() as cursor:
        for function in FUNCTIONS[connection.vendor]:
            cursor.execute(function, None)
        for name in missing:
            cursor.execute(TRIGGERS[connection.vendor][name], None)


def missing_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of triggers that should stand in `connection`'s database and do not (on SQLite, not as made).

    Those of a table that is not there yet are not due.
    """
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        triggers = TRIGGERS[connection.vendor].items()
        expected = {name: sql for name, sql in triggers if name.rpartition("_")[0] in tables}
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = dict(cursor.fetchall())
            return sorted(name for name, sql in expected.items() if found.get(name) != sql)
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'A'")
        standing = {name for (name,) in cursor.fetchall()}
    return sorted(set(expected) - standing)
