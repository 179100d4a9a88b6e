"""What a person found by trying: evidence marked as such."""

from collections.abc import Sequence

from django.utils import timezone

from apps.audit.acts import act, canonical_digest, nothing_changed, record
from apps.common.refused import BadInput, Refused
from apps.common.text import clean_text
from apps.delivery import actions as delivery
from apps.delivery import queries as delivery_queries
from apps.delivery.models import Pickle
from apps.organization import actions as organization
from apps.organization import queries as organization_queries
from apps.organization.models import Person
from apps.specs import queries, rules
from apps.specs.actions.imports import COUNTED
from apps.specs.actions.turns import record_turns
from apps.specs.actions.verdicts import Proof, prove
from apps.specs.models import Result, Run
from apps.specs.report import Status

ALLOWED = (Status.PASSED, Status.FAILED)
FORMAT = "by-hand"


@act
def record_by_hand(
    *, story_key: str, positions: Sequence[int], status: str, words: str, digest: str, key: str, by: Person
) -> Run:
    """Somebody tried scenarios (their `positions` in the current text, from 1) and saw them pass or fail.

    `digest` is the story's meaning as it was shown; `words` say what was done and seen. The same form (`key`) again
    returns the first run, filled in anew it is another. Raises Refused where the text changed meanwhile.
    """
    story = delivery.lock_story(story_key, by=by)
    words, found = _words(words), _status(status)
    sent = {"key": key, "story": story.key, "at": sorted(positions), "status": found.value, "words": words}
    own = canonical_digest({"format": FORMAT, "by": by.key, **sent})
    if before := queries.run_of_digest(own):
        nothing_changed()
        return before
    organization_queries.held_seats(by, fresh=True)
    seat = rules.check_may_record_by_hand(story, by=by)
    rules.check_not_for_own_signature(story, status=found, seat=seat, by=by)
    if digest != story.digest:
        raise Refused(f"{story.key} was edited since this page was shown. Look at the new text, and try that.")
    chosen = _chosen(list(delivery_queries.current_pickles(story)), positions, story.key)
    now = timezone.now()
    (run_key,) = organization.take_keys("R", 1)
    needs = queries.needed_by([story.pk])[story.pk]
    needed = {pickle: meaning for meaning, pickle in needs.meanings.items()}
    # Without a step nothing was tried, so nothing of it passed; that it fails, somebody may still say.
    unproven = {pickle.pk for pickle in chosen if needed[pickle.pk] in needs.bare and found is Status.PASSED}
    ended = [Status.SKIPPED if pickle.pk in unproven else found for pickle in chosen]
    counts = {"cases": len(chosen), **{name: ended.count(of) for name, of in COUNTED.items()}}
    run = Run.objects.create(
        key=run_key,
        channel=Run.Channel.HAND,
        format=FORMAT,
        source=f"{story.key}, tried by hand",
        ran_at=now,
        received_at=now,
        received_by=by,
        delegated_by_id=seat.delegated_by_id,
        digest=own,
        counts={**counts, "stale": 0, "unknown": 0, "refused": 0},
    )
    Result.objects.bulk_create(
        Result(
            run=run,
            position=place,
            story=story,
            pickle=pickle,
            scenario_digest=pickle.scenario.digest,
            run_digest=pickle.run_digest,
            twin=needed[pickle.pk][2],
            matched_by=Result.MatchedBy.HAND,
            status=status,
            at=now,
            feature_name=story.title,
            name=pickle.name,
            line=pickle.line,
            message=words,
        )
        for place, (pickle, status) in enumerate(zip(chosen, ended, strict=True), 1)
    )
    proofs = [
        Proof(story.pk, needed[pickle.pk], status, place, now)
        for place, (pickle, status) in enumerate(zip(chosen, ended, strict=True), 1)
    ]
    turned = prove(run=run, proofs=proofs, stories=[story])
    record(
        "story.recorded_by_hand",
        subject=story.key,
        digest=story.digest,
        by=by,
        seat=seat,
        title=story.title,
        sentence="tried {subject} “{title}” by hand: " + ", ".join(_told(len(chosen) - len(unproven), len(unproven))),
        about=[run.key, story.epic.key],
        reference=run.key,
        key=key,
        reason=words,
        facts={
            "scenarios": len(chosen) - len(unproven),
            "status": found.lower(),
            **({"without_steps": len(unproven)} if unproven else {}),
        },
    )
    record_turns(run=run, stories=turned)
    return run


def _told(tried: int, bare: int) -> list[str]:
    told = []
    if tried:
        told.append("one scenario {status}" if tried == 1 else "{scenarios} scenarios {status}")
    if bare:
        told.append(
            "one without a step proves nothing" if bare == 1 else "{without_steps} without a step prove nothing"
        )
    return told


def _words(words: str) -> str:
    words = clean_text(words, what="What you did and saw", limit=2_000).strip()
    if not words:
        raise BadInput("Say what you did and what you saw: nothing else proves a result recorded by hand.")
    return words


def _status(status: str) -> Status:
    if status not in ALLOWED:
        raise BadInput("Choose whether the scenarios passed or failed.")
    return Status(status)


def _chosen(pickles: Sequence[Pickle], positions: Sequence[int], key: str) -> list[Pickle]:
    wanted = set(positions)
    if not wanted:
        raise BadInput("Choose the scenarios that you tried.")
    found = [pickle for pickle in pickles if pickle.position in wanted]
    if len(found) != len(wanted):
        raise BadInput(f"{key} has no scenario {min(wanted - {pickle.position for pickle in pickles})}.")
    return found
