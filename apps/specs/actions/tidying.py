"""What may go of executions: their output, and folders that a killed worker left. Runs and results stay."""

from pathlib import Path

from django.conf import settings
from django.utils import timezone

from apps.common.tidying import keep_for, tidies
from apps.specs.models import Execution
from apps.specs.running.workplace import remove

_UNFINISHED = [Execution.State.WAITING, Execution.State.RUNNING]


@tidies("outputs of executions", when="PORTAL_KEEP_DAYS after they ended")
def tidy_outputs(dry_run: bool) -> int:
    """What suites wrote on their way; what came of it stands in their runs."""
    old = Execution.objects.filter(finished_at__lt=timezone.now() - keep_for()).exclude(output="")
    return old.count() if dry_run else old.update(output="")


@tidies("folders of executions (executions/*)", when="once nobody works in them")
def tidy_folders(dry_run: bool) -> int:
    """On this machine: a worker that was killed leaves its folder, and removes it only where it tries again."""
    unfinished = set(Execution.objects.filter(state__in=_UNFINISHED).values_list("key", flat=True))
    folders = [path for path in (Path(settings.VAR) / "executions").glob("*-*") if _key(path) not in unfinished]
    for path in [] if dry_run else folders:
        remove(path)
    return len(folders)


def _key(folder: Path) -> str:
    return folder.name.rpartition("-")[0]
