"""Signatures at once, with real commits: one of each pair, and nothing signed that was not shown."""

import threading
from collections.abc import Callable, Sequence
from functools import partial

from django.db import connection

from apps.audit.models import Entry
from apps.audit.verify import verify_log
from apps.common.refused import Refused
from apps.delivery.models import Story
from apps.organization.models import Person
from apps.organization.roles import Role
from apps.signatures.models import Signature
from apps.signoff import actions
from apps.signoff.models import EpicSignOff, StorySignOff
from tests.cast import PersonFactory, make_cast
from tests.committed_db import CommittedDatabase
from tests.signoff.promises import Promise, confirmed, key, make_promise

ROUNDS = 25


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each call returned, or its refusal; anything else that was raised is raised here."""
    results: list[object] = [None] * len(calls)
    start = threading.Barrier(len(calls))

    def run(number: int) -> None:
        start.wait()
        try:
            results[number] = calls[number]()
        except Exception as error:  # shown below
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, Exception) and not isinstance(result, Refused):
            raise result
    return results


def refusals(results: Sequence[object]) -> list[str]:
    return [str(result) for result in results if isinstance(result, Refused)]


def person(pk: int) -> Person:
    """As a request of its own reads it."""
    return Person.objects.get(pk=pk)


def as_person(pk: int, sign: Callable[..., object]) -> object:
    return sign(by=person(pk))


def ready() -> Promise:
    """Two stories, passing and signed."""
    promise = make_promise(make_cast())
    promise.prove()
    promise.sign_stories()
    return promise


def test_of_two_owners_who_sign_at_once_one_does(committed_db: CommittedDatabase) -> None:
    promise, second = ready(), PersonFactory.create()
    promise.cast.seat(second, Role.PRODUCT_OWNER, promise.epic.scope)
    owners = [promise.cast.maria.pk, second.pk]
    for number in range(1, 6):
        sign = partial(promise.sign, shown=promise.dossier())
        results = at_once(*[partial(as_person, pk, sign) for pk in owners])
        assert len(refusals(results)) == 1, results
        assert "already signed at just this promise" in refusals(results)[0]
        assert EpicSignOff.objects.filter(meaning="ACCEPT").count() == number
        promise.sign(meaning="REJECT", comment="Once more.")
    assert verify_log().ok


def test_a_form_sent_twice_at_once_signs_once(committed_db: CommittedDatabase) -> None:
    promise = ready()
    shown, sent, pk = promise.dossier(), key(), promise.cast.maria.pk
    results = at_once(*[lambda: promise.sign(by=person(pk), shown=shown, key=sent)] * 4)
    assert len({one.pk for one in results if isinstance(one, EpicSignOff)}) == 1
    assert refusals(results) == []
    assert Signature.objects.filter(subject=promise.epic.key).count() == 1
    assert Entry.objects.filter(event="epic.signed_off").count() == 1


def test_an_edit_and_a_signature_at_once_leave_no_signature_on_an_unseen_text(
    committed_db: CommittedDatabase,
) -> None:
    promise = make_promise(make_cast(), stories=1)
    (story,) = promise.stories
    lena, ruth = promise.cast.lena.pk, promise.cast.ruth.pk
    for number in range(ROUNDS):
        promise.prove()
        shown = promise.shown()[0]

        def sign(shown: actions.StoryShown = shown) -> object:
            return actions.sign_off_story(
                shown=shown, meaning="ACCEPT", by=person(lena), authentication=confirmed(), comment="", key=key()
            )

        def edit(number: int = number) -> object:
            return promise.edit(story, outcome=f"order {number} is placed", by=person(ruth))

        signed, edited = at_once(sign, edit)
        assert not isinstance(edited, Refused)
        now = Story.objects.get(pk=story.pk)
        assert not now.is_signed
        if isinstance(signed, Refused):
            assert "changed while you were reading" in str(signed)
        else:
            assert StorySignOff.objects.latest("pk").digest == shown.digest
        epic = promise.reread()
        assert (epic.signed_story_count, epic.broken_story_count) == (0, 1)
    assert verify_log().ok


def test_an_edit_and_the_owners_signature_at_once_leave_no_epic_that_looks_signed(
    committed_db: CommittedDatabase,
) -> None:
    promise = ready()
    story = promise.stories[0]
    maria, ruth = promise.cast.maria.pk, promise.cast.ruth.pk
    for number in range(ROUNDS):
        shown = promise.dossier()

        def sign(shown: object = shown) -> object:
            return promise.sign(by=person(maria), shown=shown)

        def edit(number: int = number) -> object:
            return promise.edit(story, outcome=f"order {number} is placed", by=person(ruth))

        signed, edited = at_once(sign, edit)
        assert not isinstance(edited, Refused)
        state = promise.reread().state
        # Signed first: it drifted with the edit. Edited first: this signature was refused, an older one has drifted.
        assert state == "DRIFTED" if isinstance(signed, EpicSignOff) else state in {"OPEN", "DRIFTED"}
        promise.prove()
        promise.sign_stories(story)
    assert verify_log().ok
