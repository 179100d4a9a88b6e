"""Files below PORTAL_VAR that nobody needs any more; of this machine alone."""

import os
import shutil
import time
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from django.conf import settings

from apps.common.tidying import keep_for, tidies

# A log that grows beyond it goes on from its beginning, with what it held beside it.
LOG_BYTES = 64 * 1024 * 1024
DAY = timedelta(days=1)


@tidies("logs of earlier runs (log/*.old)", when="after PORTAL_KEEP_DAYS")
def tidy_old_logs(dry_run: bool) -> int:
    """Logs that were set aside when `up` started anew, or when they had grown large."""
    return _remove(_older(_log_files("*.old"), keep_for()), dry_run)


@tidies("logs that grew large (set aside as .old)", when="beyond 64 MiB")
def tidy_large_logs(dry_run: bool) -> int:
    """Whoever writes them has them open: so what they hold is copied and cut off. A line between may be lost."""
    large = [path for path in _log_files("*.log") if path.stat().st_size > LOG_BYTES]
    for path in [] if dry_run else large:
        shutil.copyfile(path, path.with_suffix(".old"))
        os.truncate(path, 0)
    return len(large)


@tidies("backups and restores that were broken off", when="after a day")
def tidy_broken_backups(dry_run: bool) -> int:
    """What a killed `backup` or `restore` leaves: it never had its final name."""
    parts = [*Path(settings.BACKUPS).glob(".*.part-*"), *Path(settings.VAR).glob("*.restoring")]
    return _remove(_older(parts, DAY), dry_run)


def _log_files(pattern: str) -> Iterable[Path]:
    return (Path(settings.VAR) / "log").glob(pattern)


def _older(paths: Iterable[Path], age: timedelta) -> list[Path]:
    limit = time.time() - age.total_seconds()
    return [path for path in paths if path.stat().st_mtime < limit]


def _remove(paths: list[Path], dry_run: bool) -> int:
    for path in [] if dry_run else paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return len(paths)
