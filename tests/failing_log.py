"""A log that the database refuses to write, as where its disk is full: acts must roll back with it."""

from django.db import connection

_WORDS = "the disk is full"


def fail_the_log(event: str = "") -> None:
    """From here on the database refuses every new entry of the log, or of this event alone."""
    when = f"WHEN (NEW.event = '{event}')" if event else ""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER log_fails BEFORE INSERT ON audit_entry {when}"
                f" BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
            )
            return
        cursor.execute(
            "CREATE FUNCTION log_fails() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{_WORDS}' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER log_fails BEFORE INSERT ON audit_entry FOR EACH ROW {when} EXECUTE FUNCTION log_fails()"
        )
