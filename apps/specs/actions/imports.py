"""Taking in what a test runner reported: one act, whole or not at all."""

import hashlib
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError
from django.utils import timezone

from apps.audit.acts import act, nothing_changed, record
from apps.common.collecting import collecting_later
from apps.common.refused import BadInput
from apps.common.text import clean_text
from apps.delivery import actions as delivery
from apps.delivery.models import Initiative, Story
from apps.organization import actions as organization
from apps.organization import queries as organization_queries
from apps.organization.models import Person
from apps.specs import matching, queries, rules
from apps.specs.actions.rows import counted_from, write_results
from apps.specs.actions.turns import record_turns
from apps.specs.actions.verdicts import Proof, prove
from apps.specs.manifest import Manifest
from apps.specs.matching import Located, Match
from apps.specs.models import Run
from apps.specs.report import Report, Status

# The log's entry names at most so many things that the run is about.
MAX_ABOUT = 1_000
COUNTED = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "errors": Status.ERROR,
    "skipped": Status.SKIPPED,
    "pending": Status.PENDING,
    "undefined": Status.UNDEFINED,
    "ambiguous": Status.AMBIGUOUS,
}


@dataclass(frozen=True)
class Imported:
    """`created` False: the same bytes came before, and nothing was changed.

    `after`: the run as which they came before; it knew less of the stories, so they were matched again.
    """

    run: Run
    created: bool
    after: Run | None = None


@collecting_later()
def import_results(
    *,
    reports: Sequence[Report],
    format: str,
    source: str,
    revision: str,
    channel: str,
    by: Person,
    digest: str,
    manifest: Manifest | None = None,
    initiative: Initiative | None = None,
    stories: Collection[int] | None = None,
    reports_digest: str = "",
    ran_at: datetime | None = None,
) -> Imported:
    """Stores `reports` as one run, each case matched to what it ran or unknown, and judges the stories anew.

    The same `digest` again changes nothing, unless results of it that were unknown are known by now: then it is a run
    of its own. `ran_at` says when it ran where the reports do not; reports of which nobody says count from when they
    came first, by `reports_digest`. Only stories that `by` may read count, and only those of `initiative`
    where given, or of `stories` (primary keys); a command of the operator's, or a suite, finds all. Raises Refused with
    nothing stored.
    """
    within = _within(by, channel, initiative, stories)
    digest = _digest_within(digest, within)
    try:
        return _import(
            reports=reports,
            format=format,
            source=source,
            revision=revision,
            channel=channel,
            by=by,
            digest=digest,
            manifest=manifest,
            within=within,
            reports_digest=reports_digest,
            ran_at=ran_at,
        )
    except IntegrityError:
        # Two at once sent the same bytes: the other was first.
        if run := _last_of(digest):
            return Imported(run, created=False)
        raise


@act
def _import(
    *,
    reports: Sequence[Report],
    format: str,
    source: str,
    revision: str,
    channel: str,
    by: Person,
    digest: str,
    manifest: Manifest | None,
    within: queries.Within,
    reports_digest: str,
    ran_at: datetime | None,
) -> Imported:
    organization_queries.held_seats(by, fresh=True)
    initiative = within.initiative
    seat = rules.check_may_import_results(by=by, initiative=initiative)
    before = _last_of(digest)
    if before and not before.counts["unknown"]:
        nothing_changed()
        return Imported(before, created=False)
    cases = matching.located(reports, ran_at)
    matches = _matched(cases, manifest, within)
    if before and sum(match.known is None for match in matches) >= before.counts["unknown"]:
        nothing_changed()
        return Imported(before, created=False)
    stories = _locked(matches, by=by)
    now = timezone.now()
    ran_at = min((report.started_at for report in reports if report.started_at), default=ran_at)
    rules.check_ran_in_the_past(max((one.at for one in cases if one.at), default=ran_at), now)
    first = queries.came_first(reports_digest) if reports_digest else None
    came_at = first.received_at if first and not ran_at else now
    rules.check_same_texts(stories, {m.known.story: m.known.version for m in matches if m.known and m.known.is_current})
    if not _is_operators(channel, by):
        seat = rules.check_may_prove(stories, by=by) or seat
    (key,) = organization.take_keys("R", 1)
    run = Run.objects.create(
        key=key,
        channel=channel,
        format=format,
        tool=_tools(reports),
        source=_line(source, what="The name of the file", limit=500),
        revision=_line(revision, what="The revision", limit=100),
        initiative=initiative,
        ran_at=ran_at,
        received_at=now,
        received_by=by,
        delegated_by_id=seat.delegated_by_id if seat else None,
        digest=_digest_after(digest, before) if before else digest,
        reports_digest=reports_digest,
        counts=counts_of([one.case.status for one in cases], matches),
        notes=[*_when(came_at, now), *_notes(reports, cases)],
    )
    write_results(run, cases, matches, came_at=came_at)
    turned = prove(run=run, proofs=_proofs(cases, matches, came_at=came_at), stories=stories)
    record(
        "run.imported",
        subject=run.key,
        digest=run.digest,
        by=by,
        seat=seat,
        title=run.source,
        sentence="imported {subject} with {cases} results of "
        + ("one story" if len(stories) == 1 else "{stories} stories")
        + ", {passed} passed",
        about=_about(stories),
        facts={
            **run.counts,
            "format": run.format,
            "channel": str(run.channel),
            "revision": run.revision,
            "ran_at": run.ran_at,
            "stories": len(stories),
            **({"again_after": before.key} if before else {}),
        },
    )
    record_turns(run=run, stories=turned)
    return Imported(run, created=True, after=before)


def _last_of(digest: str) -> Run | None:
    """The last run of these bytes: they are taken again where more of them is known than the last time."""
    found = queries.run_of_digest(digest)
    while found and (later := queries.run_of_digest(_digest_after(digest, found))):
        found = later
    return found


def _digest_after(digest: str, before: Run) -> str:
    return hashlib.sha256(f"{digest}\nagain after {before.key}".encode()).hexdigest()


def _when(came_at: datetime, now: datetime) -> list[str]:
    if came_at == now:
        return []
    return [
        f"Neither the reports nor who sent them say when they ran. The same ones came first on {came_at:%Y-%m-%d} at"
        f" {came_at:%H:%M} UTC, so they count from then. If they ran again since, send them with the instant."
    ]


def counts_of(statuses: Sequence[str], matches: Sequence[Match]) -> dict[str, int]:
    """A run's counts; stale and unknown stand beside the status, not instead of it."""
    by_status = Counter(statuses)
    return {
        "cases": len(statuses),
        **{name: by_status[status] for name, status in COUNTED.items()},
        "stale": sum(match.is_stale for match in matches),
        "unknown": sum(match.known is None for match in matches),
        "refused": 0,
    }


def _is_operators(channel: str, by: Person) -> bool:
    """Whether it came by a command, or from a suite, of the operator's, who may read all."""
    return by.is_service and channel in (Run.Channel.COMMAND, Run.Channel.SUITE)


def _within(by: Person, channel: str, initiative: Initiative | None, stories: Collection[int] | None) -> queries.Within:
    operators = _is_operators(channel, by)
    hidden = frozenset() if operators else frozenset(organization_queries.hidden_scope_ids(by))
    return queries.Within(hidden, initiative, None if stories is None else frozenset(stories))


def _digest_within(digest: str, within: queries.Within) -> str:
    """From whom initiatives are hidden, the same bytes are another run: theirs proves less, and must not stand in the
    way of one that proves all, nor lead to it.
    """
    if not within.hidden or within.initiative:
        return digest
    return hashlib.sha256("\n".join([digest, *map(str, sorted(within.hidden))]).encode()).hexdigest()


def _matched(cases: Sequence[Located], manifest: Manifest | None, within: queries.Within) -> list[Match]:
    known = queries.texts_by_digest(matching.wanted_digests(cases, manifest), within)
    found = matching.exact(cases, known, manifest)
    rest = [one for one, match in zip(cases, found, strict=True) if match is None]
    if not rest:
        return [match for match in found if match]
    if within.stories is not None:
        # The manifest names all that a suite was given; today's texts may be others by now.
        words = "The suite was given no scenario of this name, or several, and the report does not say which ran."
        return [match or Match(unknown=words) for match in found]
    texts = queries.texts_by_name(
        matching.wanted_names(rest),
        [one.at for one in rest],
        within,
        with_places=any(one.case.row for one in rest if not one.case.run_digest),
    )
    named = iter(matching.by_name(rest, texts))
    return [match or next(named) for match in found]


def _locked(matches: Sequence[Match], *, by: Person) -> list[Story]:
    """The stories whose proof changes, their epics locked before them."""
    ids = {match.known.story for match in matches if match.known and not match.is_stale}
    epics = delivery.lock_epics(Story.objects.filter(pk__in=ids).values_list("epic_id", flat=True))
    stories = Story.objects.filter(pk__in=ids).select_related("version", "team__scope").order_by("pk")
    stories = stories.defer("version__text", "version__narrative")
    found = list(stories.select_for_update(of=("self",)))
    for story in found:
        story.epic = epics[story.epic_id]
    return found


def _proofs(cases: Sequence[Located], matches: Sequence[Match], *, came_at: datetime) -> list[Proof]:
    return [
        Proof(
            match.known.story,
            (match.known.scenario_digest, match.known.run_digest, match.twin),
            one.case.status,
            position,
            counted_from(one, came_at),
        )
        for position, (one, match) in enumerate(zip(cases, matches, strict=True), 1)
        if match.known and not match.is_stale
    ]


def _about(stories: Sequence[Story]) -> list[str]:
    epics = sorted({story.epic.key for story in stories})
    return [*epics, *(story.key for story in stories)][:MAX_ABOUT]


def _tools(reports: Sequence[Report]) -> str:
    return ", ".join(sorted({report.tool for report in reports if report.tool}))[:100]


def _notes(reports: Sequence[Report], cases: Sequence[Located]) -> list[str]:
    notes = [note for report in reports for note in report.notes]
    notes += [f"{one.case.name}: {one.case.note}" for one in cases if one.case.note]
    return [note[:500] for note in notes[:50]]


def _line(text: str, *, what: str, limit: int) -> str:
    line = " ".join(clean_text(text, what=what, limit=10 * limit).split())
    if len(line) > limit and what == "The revision":
        raise BadInput(f"{what} has {len(line)} characters; at most {limit} are kept.")
    return line if len(line) <= limit else line[: limit - 1] + "…"
