"""Who may bring in evidence, and when: sentences for the reader.

Checks of persons return the seat in which they act, for the log; a service account holds none.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from apps.common.refused import BadInput, NotAllowed, Refused, refusal
from apps.delivery import queries as delivery
from apps.delivery.models import Epic, Initiative, Story
from apps.organization import queries as organization
from apps.organization.models import Person, Scope
from apps.organization.models.seats import HeldSeat
from apps.signatures import queries as signatures
from apps.specs import queries
from apps.specs.models import Execution
from apps.specs.report import Status
from apps.specs.running.suites import Suite

# A runner's clock may be ahead of ours by a little.
CLOCKS_DIFFER = timedelta(minutes=10)


def check_may_import_results(*, by: Person, initiative: Initiative | None = None) -> HeldSeat | None:
    """Results of a test run, for stories of `initiative`, or of whatever the report names."""
    scopes = (initiative.scope,) if initiative else ()
    if seat := organization.seat_for(by, "specs.import_results", *scopes):
        return seat
    if by.is_service and organization.has_right(by, "specs.import_results"):
        return None
    if initiative and organization.seat_for(by, "specs.import_results"):
        # Seats on single epics of it are asked story by story.
        return None
    raise NotAllowed(
        "Importing results takes a seat that builds, runs or owns the stories, such as Engineering Team Lead,"
        " Business Analyst or SRE, and you hold none."
    )


def check_may_prove(stories: Iterable[Story], *, by: Person) -> HeldSeat | None:
    """Change what is proven of each of `stories`, which are loaded with their scopes."""
    seat = None
    refused = []
    for story in stories:
        found = organization.seat_for(by, "specs.import_results", *delivery.story_scopes(story))
        seat = seat or found
        if found is None and not (by.is_service and organization.has_right(by, "specs.import_results")):
            refused.append(story.key)
    if refused:
        more = f" and {len(refused) - 5} more" if len(refused) > 5 else ""
        raise NotAllowed(
            f"The report holds results of {', '.join(refused[:5])}{more}, for which none of your seats lets you import"
            " results. Nothing was stored: import for one initiative of yours, or ask who holds a seat there."
        )
    return seat


def check_ran_in_the_past(ran_at: datetime | None, now: datetime) -> None:
    """A run of tomorrow would stay the latest for ever, and would pass for newer than any text."""
    if ran_at and ran_at > now + CLOCKS_DIFFER:
        raise BadInput(
            f"The report says it ran at {ran_at:%Y-%m-%d %H:%M} UTC, which is in the future. If its times have no zone,"
            " say in which they are."
        )


def check_same_texts(stories: Iterable[Story], versions: dict[int, int]) -> None:
    """No text changed between reading it and locking it; `versions` are the numbers that were read."""
    for story in stories:
        number = story.version.number if story.version else 0
        if story.pk in versions and versions[story.pk] != number:
            raise Refused(f"{story.key} was edited while its results came in. Nothing was stored: send them again.")


def check_may_record_by_hand(story: Story, *, by: Person) -> HeldSeat:
    """Say of scenarios that they passed or failed when tried by hand. Never by a program."""
    seat = organization.seat_for(by, "specs.record_by_hand", *delivery.story_scopes(story))
    if seat is None:
        raise NotAllowed(
            f"Recording results of {story.key} by hand takes a seat as Business Analyst, SRE or Engineering Team Lead"
            f" of {story.epic.key} or above, and you hold none."
        )
    if story.archived_at or story.epic.archived_at:
        raise Refused(f"{story.key} is archived; nothing more is proven of it.")
    if not story.scenario_count:
        raise Refused(f"{story.key} has no scenario with a step yet, so there is nothing to try.")
    return seat


def check_not_for_own_signature(story: Story, *, status: str, seat: HeldSeat, by: Person) -> None:
    """Who signed a story at this meaning does not say by hand that it passes again: that would keep their own word.

    Nor does whose seat it was signed in, or who acts for one of them.
    """
    if status != Status.PASSED or not story.is_signed:
        return
    # A rejection takes the signature back, so the latest is the one that stands.
    latest = next(iter(signatures.signatures_on(story.key)), None)
    signer, signed_for = story.signed_by_id, latest.delegated_by_id if latest else None
    if signer and {signer, signed_for} & {by.pk, seat.delegated_by_id or by.pk}:
        doer = seat.doer(signer, signed_for, actor=by.pk)
        doer = doer[0].upper() + doer[1:]
        raise NotAllowed(
            f"{doer} signed {story.key}, so somebody else has to say that it passes. That it fails, you may."
        )


def check_suite_is_registered(name: str) -> Suite:
    """The suite of that name in the settings."""
    suite = queries.registered_suites().get(name)
    if suite is None:
        raise BadInput(f"No suite is registered as “{name[:50]}”. The operator registers suites in the settings.")
    return suite


def check_may_request_execution(
    suite: Suite, *, by: Person, epic: Epic | None = None, story: Story | None = None
) -> HeldSeat:
    """Have the portal run a suite: whole, for one epic or for one story, which it has to cover."""
    of = epic or (story.epic if story else None)
    if of and suite not in queries.suites_of(of):
        raise Refused(f"Suite “{suite.title}” does not cover {of.key}; what it covers stands in the settings.")
    scopes = _scopes_of(suite, epic, story)
    seat = organization.seat_for(by, "specs.request_execution", *scopes) if scopes else None
    if seat is None:
        raise NotAllowed(
            "Running a suite takes a seat that builds, runs or owns the stories, such as Engineering Team Lead,"
            " Business Analyst or SRE, on something that the suite covers, and you hold none there."
        )
    return seat


def check_has_something_to_run(suite: Suite, *, epic: Epic | None = None, story: Story | None = None) -> None:
    """There is a story with scenarios."""
    stories = queries.covered_stories(suite)
    if epic:
        stories = stories.filter(epic=epic)
    if story:
        stories = stories.filter(pk=story.pk)
    if not stories.exists():
        thing = story or epic
        what = thing.key if thing else f"What suite “{suite.title}” covers"
        raise Refused(f"{what} has no scenarios to run.")


def check_may_cancel_execution(execution: Execution, *, by: Person) -> HeldSeat | None:
    """Stop an execution: who asked for it, or who may ask for one like it."""
    suite = queries.registered_suites().get(execution.suite)
    scopes = _scopes_of(suite, execution.epic, execution.story)
    seat = organization.seat_for(by, "specs.request_execution", *scopes) if scopes else None
    if seat is None and execution.asked_by_id != by.pk:
        raise NotAllowed("Only who asked for it may cancel it, or a seat that may ask for the same, and you hold none.")
    return seat


def _scopes_of(suite: Suite | None, epic: Epic | None, story: Story | None) -> list[Scope]:
    if story:
        return list(delivery.story_scopes(story))
    if epic:
        return [epic.scope]
    return queries.covered_scopes(suite) if suite else []


def offers(epic: Epic, story: Story | None = None, *, by: Person) -> list[tuple[Suite, str]]:
    """The suites that cover the epic, each with why `by` may not run it for the epic or story, "" where they may."""
    return [
        (suite, refusal(check_may_request_execution, suite, by=by, epic=None if story else epic, story=story))
        for suite in queries.suites_of(epic)
    ]
