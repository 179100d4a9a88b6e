"""Reading runs and their results, as a person may."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.delivery.models import Epic
from apps.specs.models import Result, Run
from apps.specs.report import Status


def run_of_digest(digest: str) -> Run | None:
    """The run that took these bytes before."""
    return Run.objects.filter(digest=digest).first()


def came_first(reports_digest: str) -> Run | None:
    """The run with which these reports came first."""
    return Run.objects.filter(reports_digest=reports_digest).order_by("received_at", "pk").first()


def runs_outside(hidden: Collection[int]) -> QuerySet[Run]:
    """Runs that are not wholly about initiatives whose scopes are `hidden` from the reader."""
    found = Run.objects.select_related("received_by", "initiative__scope").order_by("-pk")
    if not hidden:
        return found
    own = Result.objects.filter(run=OuterRef("pk"))
    hiding = own.filter(story__epic__initiative__scope_id__in=hidden)
    open_ones = own.filter(story__isnull=False).exclude(story__epic__initiative__scope_id__in=hidden)
    readable = (~Exists(hiding) & ~Q(initiative__scope_id__in=hidden)) | Exists(open_ones)
    return found.filter(readable)


def filtered_runs(hidden: Collection[int], *, text: str = "", channel: str = "", epic: str = "") -> QuerySet[Run]:
    """Runs that are not hidden, the newest first, by words, way in, and an epic whose stories they touch."""
    found = runs_outside(hidden)
    if text:
        found = found.filter(Q(key__iexact=text) | Q(source__icontains=text) | Q(revision__istartswith=text))
    if channel:
        found = found.filter(channel=channel)
    if epic:
        readable = Epic.objects.outside(hidden).filter(key__iexact=epic)
        touching = Result.objects.filter(run=OuterRef("pk"), story__epic__in=readable.values("pk"))
        found = found.filter(Exists(touching))
    return found


def filtered_results(results: QuerySet[Result], *, show: str = "", text: str = "") -> QuerySet[Result]:
    """Those of `results` with a status, or that are `unknown`, `stale` or `not-passed`; by story or scenario."""
    if show == "unknown":
        results = results.filter(story=None)
    elif show == "stale":
        results = results.filter(is_stale=True)
    elif show == "not-passed":
        results = results.exclude(status=Status.PASSED)
    elif show:
        results = results.filter(status=show)
    if text:
        results = results.filter(Q(name__icontains=text) | Q(feature_name__icontains=text) | Q(story__key__iexact=text))
    return results


def results_outside(hidden: Collection[int], run: Run) -> QuerySet[Result]:
    """The run's results that are not hidden: where some are, the unknown ones are too, lest they tell."""
    found = Result.objects.filter(run=run).select_related("story").order_by("position")
    if not hidden or not found.filter(story__epic__initiative__scope_id__in=hidden).exists():
        return found
    return found.filter(story__isnull=False).exclude(story__epic__initiative__scope_id__in=hidden)


def counts_outside(hidden: Collection[int], run: Run) -> tuple[dict[str, int], bool]:
    """The run's counts over the results that are not hidden, and whether those are all."""
    if not hidden:
        return run.counts, True
    readable = results_outside(hidden, run).values_list("status", "is_stale", "story_id")
    rows = list(readable.order_by())
    if len(rows) == run.counts["cases"]:
        return run.counts, True
    counts = dict.fromkeys(run.counts, 0)
    for status, is_stale, story in rows:
        counts["cases"] += 1
        counts["errors" if status == Status.ERROR else status.lower()] += 1
        counts["stale"] += is_stale
        counts["unknown"] += story is None
    return counts, False
