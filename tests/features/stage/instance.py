"""A private instance: settings that cost no time, a fresh database for each scenario, a worker in this process."""

import shutil
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from stage import VAR
from stage.people import PASSWORD, PEOPLE, bring_people

# A suite that ran suites would have no end: what asks for one waits, as if its worker were busy.
NOT_DONE_HERE = {"specs.run_execution"}


class Worker:
    """Does what was rung for, in this process: by the task's name, after the commit, as a worker would."""

    def __init__(self) -> None:
        self.rung: list[tuple[str, Sequence[Any]]] = []
        current_app.loader.import_default_modules()

    def hear(self, name: str, args: Sequence[Any] = (), **options: Any) -> None:
        """Takes the place of `send_task`: there is no broker here, and none is waited for."""
        if name not in NOT_DONE_HERE:
            self.rung.append((name, args))

    def work(self) -> None:
        """Everything that was rung for until now, and what it rings for itself."""
        while self.rung:
            name, args = self.rung.pop(0)
            self.do(name, *args)

    def do(self, name: str, *args: Any) -> None:
        """One task, as the clock or a ring would start it."""
        current_app.tasks[name](*args)


def _signed_in(username: str) -> dict[str, str]:
    """The cookies of somebody who signed in by the form, this morning: every scenario begins with them."""
    client = Client()
    answer = client.post("/accounts/login/", {"login": username, "password": PASSWORD})
    assert answer.status_code == 302, f"{username} cannot sign in"
    return {name: morsel.value for name, morsel in client.cookies.items()}


class Instance:
    """The portal under the stories. One for a whole run of them; `begin` empties it."""

    def __init__(self) -> None:
        settings.ALLOWED_HOSTS = ["testserver"]
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        # What is left out only costs time: nobody attacks these passwords, no power fails.
        settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
        options = connection.settings_dict["OPTIONS"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
        self.worker = Worker()
        self._ring = patch.object(current_app, "send_task", self.worker.hear)
        self._ring.start()
        self._clock: Any = None
        self._late = timedelta()
        self._database = Path(str(settings.DATABASES["default"]["NAME"]))
        self._template = VAR / "template.sqlite3"
        self._beginnings: dict[tuple[str, ...], Path] = {}
        call_command("migrate", verbosity=0)
        bring_people(PASSWORD)
        self.signed_in = {someone.username: _signed_in(someone.username) for someone in PEOPLE}
        connection.close()
        self._database.replace(self._template)

    def begin(self) -> None:
        """A copy of the database with the people alone, and nothing remembered."""
        self._throw_away()
        shutil.copyfile(self._template, self._database)
        self.worker.rung.clear()
        cache.clear()

    def begin_with(self, beginning: tuple[str, ...], make: Callable[[], None]) -> None:
        """What many scenarios begin with, on an empty database: made once by the acts, copied afterwards."""
        if beginning in self._beginnings:
            self._throw_away()
            shutil.copyfile(self._beginnings[beginning], self._database)
            return
        make()
        connection.close()  # the last one to leave brings everything into the one file
        self._beginnings[beginning] = kept = VAR / f"beginning{len(self._beginnings)}.sqlite3"
        shutil.copyfile(self._database, kept)

    def end(self) -> None:
        """Today is today again."""
        self._stop_clock()
        self._late = timedelta()

    def close(self) -> None:
        """Gives everything back."""
        self._throw_away()
        self._ring.stop()
        shutil.rmtree(VAR, ignore_errors=True)

    def let_pass(self, days: int) -> None:
        """So many days later: every clock that the portal reads, and what it does by the clock."""
        self._stop_clock()
        self._late += timedelta(days=days)
        late, now = self._late, timezone.now

        def later() -> datetime:
            return now() + late

        self._clock = patch.object(timezone, "now", later)
        self._clock.start()
        self.worker.do("signoff.sweep_promises")

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.stop()
            self._clock = None

    def _throw_away(self) -> None:
        connection.close()
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._database}{suffix}").unlink(missing_ok=True)
