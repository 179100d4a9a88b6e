"""`Idempotency-Key`: exactly one effect, and the first answer again."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from apps.delivery.models import Comment, Epic
from apps.organization.actions.answers import AskedMeanwhile, begin_answer, forget_answers
from apps.organization.models import KeptAnswer
from tests.api.asking import pipeline_of, problem, send
from tests.cast import make_cast, signed_in
from tests.committed_db import CommittedDatabase
from tests.delivery.work import PAY, Work, entries, make_epic, work  # noqa: F401, a fixture
from tests.specs.evidence import behave_json

KEY = "a-key-of-the-caller"


@pytest.mark.django_db
def test_the_same_request_again_is_answered_alike_and_does_nothing(work: Work) -> None:  # noqa: F811
    maria, body = signed_in(work.maria), {"initiative": work.initiative.key, "title": "Gifts"}
    first = send(maria, "epics/", body, Idempotency_Key=KEY)
    log = entries()
    again = send(maria, "epics/", dict(reversed(body.items())), Idempotency_Key=KEY)
    assert (again.status_code, again.content) == (first.status_code, first.content) == (201, first.content)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.headers
    assert (Epic.objects.filter(title="Gifts").count(), entries()) == (1, log)


@pytest.mark.django_db
def test_without_a_key_each_request_counts(work: Work) -> None:  # noqa: F811
    maria, path = signed_in(work.maria), f"epics/{work.epic.key}/comments/"
    assert [send(maria, path, {"text": "Twice"}).status_code for _ in range(2)] == [201, 201]
    assert Comment.objects.count() == 2
    assert not KeptAnswer.objects.exists()


@pytest.mark.django_db
def test_another_request_under_the_same_key_is_refused(work: Work) -> None:  # noqa: F811
    maria, path = signed_in(work.maria), f"epics/{work.epic.key}/comments/"
    send(maria, path, {"text": "One"}, Idempotency_Key=KEY)
    for elsewhere, text in ((path, "Other"), (f"stories/{work.pay.key}/comments/", "One")):
        answer = send(maria, elsewhere, {"text": text}, Idempotency_Key=KEY)
        assert "was used for another request. Take a new one for each act." in problem(answer, 422)
    assert Comment.objects.count() == 1
    # Keys of two people have nothing to do with each other.
    assert send(signed_in(work.ruth), path, {"text": "Mine"}, Idempotency_Key=KEY).status_code == 201


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["short", "x" * 201, "with a blank", "with\ttab-in-it", "ümlaut-in-it"])
def test_a_key_has_a_shape(work: Work, key: str) -> None:  # noqa: F811
    answer = send(signed_in(work.maria), f"epics/{work.epic.key}/comments/", {"text": "x"}, Idempotency_Key=key)
    assert "8 to 200 printable characters" in problem(answer, 422)
    assert not Comment.objects.exists()


@pytest.mark.django_db
def test_a_refused_request_keeps_nothing_and_is_judged_anew(work: Work) -> None:  # noqa: F811
    jonas, path = signed_in(work.jonas), f"epics/{work.epic.key}/dependencies/"
    body = {"needs": "E-2", "kind": "HARD"}
    assert problem(send(jonas, path, body, Idempotency_Key=KEY), 409) == "There is no epic E-2."
    make_epic(work.cast, title="The other")
    assert send(jonas, path, body, Idempotency_Key=KEY).status_code == 201


@pytest.mark.django_db
def test_an_answer_is_kept_for_a_day(work: Work) -> None:  # noqa: F811
    maria, path = signed_in(work.maria), f"epics/{work.epic.key}/comments/"
    send(maria, path, {"text": "One"}, Idempotency_Key=KEY)
    with time_machine.travel(timezone.now() + timedelta(hours=23)):
        assert forget_answers() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        later = signed_in(work.maria)
        assert send(later, path, {"text": "Two"}, Idempotency_Key=KEY).status_code == 201
        assert KeptAnswer.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=50)):
        assert forget_answers() == 1


@pytest.mark.django_db
def test_a_report_sent_again_comes_back_as_it_was_answered(work: Work) -> None:  # noqa: F811
    """Without a key the second would be 200: the same report came before."""
    pipeline, report = pipeline_of(work.cast), behave_json(PAY)

    def push() -> Any:
        headers = {"Idempotency-Key": KEY}
        return pipeline.post("/api/v1/runs/?format=behave-json", report, content_type="text/plain", headers=headers)

    first, again = push(), push()
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["Location"] == first.headers["Location"]


@pytest.mark.django_db
def test_a_key_is_taken_once(work: Work) -> None:  # noqa: F811
    begin_answer(person=work.maria, key=KEY, request="one")
    with pytest.raises(AskedMeanwhile, match="The same was asked at the same moment"), transaction.atomic():
        begin_answer(person=work.maria, key=KEY, request="one")
    assert KeptAnswer.objects.count() == 1


def test_two_at_the_same_moment_have_one_effect(committed_db: CommittedDatabase) -> None:
    cast = make_cast()
    epic = make_epic(cast)
    browsers = [signed_in(cast.maria) for _ in range(4)]
    start, answers = threading.Barrier(len(browsers)), []

    def ask(browser: Any) -> None:
        start.wait(timeout=30)
        try:
            answers.append(send(browser, f"epics/{epic.key}/comments/", {"text": "Once"}, Idempotency_Key=KEY))
        finally:
            connection.close()

    threads = [threading.Thread(target=ask, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert [answer.status_code for answer in answers] == [201] * len(browsers)
    assert len({answer.content for answer in answers}) == 1
    assert Comment.objects.count() == 1
    assert [event for event, _ in entries()].count("epic.commented") == 1
