"""Imports asked for on a page: kept as a row, done by a worker, followed on the row's page.

A worker may die at any point: the row is claimed again once nobody was seen at it for a while, and what it did becomes
visible in the one transaction that also says it is done.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.audit.acts import act, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.common.ringing import ring
from apps.common.text import clean_text
from apps.delivery import feature_files, queries, rules
from apps.delivery.actions.imports import ImportRefused, ImportResult, count_reading, import_features
from apps.delivery.actions.initiatives import clean_line
from apps.delivery.models import FeatureImport
from apps.organization import actions as organization
from apps.organization.models import Person

# Reading is seen every few seconds; who writes has the row locked, and whoever claims it meanwhile waits.
SEEN_EVERY = timedelta(seconds=3)
LOST_AFTER = timedelta(seconds=20)
UNHEARD_AFTER = timedelta(seconds=10)
MAX_ATTEMPTS = 3
BATCH = 25


@act
def ask_feature_import(
    *,
    initiative_title: str,
    source: str,
    archive: bytes,
    by: Person,
    is_whole: bool = True,
    skip_refused: bool = False,
    text_at: datetime | None = None,
) -> FeatureImport:
    """Keeps an uploaded ZIP for a worker. Raises BadInput where it is none, or holds no feature file."""
    title = clean_line(initiative_title, what="The initiative's title")
    initiative = queries.initiative_titled(title)
    seat = rules.check_may_import_features(initiative, by=by)
    rules.check_not_in_the_future(text_at)
    source = clean_text(source, what="The file's name", limit=500).strip() or "archive.zip"
    try:
        sources, refused = feature_files.archive_sources(archive, name=source)
    except feature_files.NotReadable as error:
        raise BadInput(str(error)) from error
    if not sources and not refused:
        raise BadInput(f"There is no *.feature file in {source}.")
    (key,) = organization.take_keys("IMP", 1)
    asked = FeatureImport.objects.create(
        key=key,
        initiative_title=title,
        initiative=initiative,
        source=source,
        archive=archive,
        is_whole=is_whole,
        skip_refused=skip_refused,
        text_at=text_at,
        files_total=len(sources),
        asked_by=by,
    )
    record(
        "feature_import.asked",
        subject=key,
        digest=hashlib.sha256(archive).hexdigest(),
        by=by,
        seat=seat,
        title=title,
        sentence="asked to import {files} feature files into “{title}” ({subject})",
        facts={"files": len(sources), "skip_refused": skip_refused},
    )
    ring("delivery.import_features", asked.pk)
    return asked


def run_feature_import(pk: int) -> None:
    """Does what was asked, unless somebody else is at it or it is done."""
    asked = _claim(pk)
    if asked is None:
        return
    try:
        reading = _read(asked)
        _finish(pk=pk, attempt=asked.attempts, reading=reading)
    except ImportRefused as error:
        _refuse(pk=pk, attempt=asked.attempts, words=error.sentence, found=count_reading(reading))
    except (Refused, feature_files.NotReadable) as error:
        _refuse(pk=pk, attempt=asked.attempts, words=str(error), found=ImportResult())


def due_feature_imports() -> QuerySet[FeatureImport]:
    """Imports that nobody heard of, or that their worker left."""
    now = timezone.now()
    waiting = Q(state=FeatureImport.State.WAITING, asked_at__lt=now - UNHEARD_AFTER)
    left = Q(state=FeatureImport.State.RUNNING, seen_at__lt=now - LOST_AFTER)
    return FeatureImport.objects.filter(waiting | left).order_by("pk")


def _claim(pk: int) -> FeatureImport | None:
    """The import, for this worker alone; None where there is nothing to do."""
    with transaction.atomic():
        asked = FeatureImport.objects.select_for_update().filter(pk=pk).first()
        now = timezone.now()
        if asked is None or asked.is_finished:
            return None
        if asked.state == FeatureImport.State.RUNNING and asked.seen_at and asked.seen_at > now - LOST_AFTER:
            return None
        asked.state, asked.seen_at = FeatureImport.State.RUNNING, now
        asked.started_at = asked.started_at or now
        asked.attempts += 1
        asked.files_read = 0
        asked.save(update_fields=["state", "seen_at", "started_at", "attempts", "files_read"])
    if asked.attempts > MAX_ATTEMPTS:
        words = f"The worker stopped {MAX_ATTEMPTS} times while reading it. Import it in smaller parts."
        _refuse(pk=pk, attempt=asked.attempts, words=words, found=ImportResult())
        return None
    return asked


def _read(asked: FeatureImport) -> feature_files.Reading:
    sources, refused = feature_files.archive_sources(bytes(asked.archive or b""), name=asked.source)

    seen_at = timezone.now()

    def progress(count: int) -> None:
        nonlocal seen_at
        now = timezone.now()
        if count % BATCH == 0 or count == len(sources) or now - seen_at > SEEN_EVERY:
            seen_at = now
            mine = FeatureImport.objects.filter(pk=asked.pk, attempts=asked.attempts)
            mine.update(files_read=count, seen_at=now)

    title = asked.source.rpartition("/")[2].removesuffix(".zip")
    known = queries.known_texts(queries.initiative_titled(asked.initiative_title))
    return feature_files.read(sources, title=title, refused=refused, known=known, progress=progress)


@act
def _finish(*, pk: int, attempt: int, reading: feature_files.Reading) -> None:
    asked = FeatureImport.objects.select_for_update().get(pk=pk)
    if asked.is_finished or asked.attempts != attempt:
        nothing_changed()
        return
    result = import_features(
        initiative_title=asked.initiative_title,
        files=reading,
        by=asked.asked_by,
        at=asked.text_at,
        skip_refused=asked.skip_refused,
        whole=asked.is_whole,
        reference=asked.key,
    )
    asked.state, asked.finished_at = FeatureImport.State.DONE, timezone.now()
    asked.initiative, asked.archive = result.initiative, None
    asked.result = {**result.as_json(), "notes": result.notes}
    asked.save(update_fields=["state", "finished_at", "initiative", "archive", "result"])


@act
def _refuse(*, pk: int, attempt: int, words: str, found: ImportResult) -> None:
    asked = FeatureImport.objects.select_for_update().get(pk=pk)
    if asked.is_finished or asked.attempts != attempt:
        nothing_changed()
        return
    digest = hashlib.sha256(bytes(asked.archive or b"")).hexdigest()
    asked.state, asked.finished_at, asked.archive = FeatureImport.State.REFUSED, timezone.now(), None
    asked.problem, asked.result = words, {**found.as_json(), "notes": []}
    asked.save(update_fields=["state", "finished_at", "archive", "problem", "result"])
    record(
        "feature_import.refused",
        subject=asked.key,
        digest=digest,
        by=None,
        title=asked.initiative_title,
        sentence="refused to import {subject} into “{title}”",
        facts={"refused": len(found.refused)},
    )
