"""A comment on a page asks the database as often after many as after one."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.cast import signed_in
from tests.delivery.work import Work


def test_comments_cost_nothing_each(work: Work) -> None:
    client = signed_in(work.sam)
    url = "/epics/E-1/comments/"

    def post() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.post(url, {"text": "Hi"}, headers={"HX-Request": "true"}).status_code == 200
        return len(queries)

    first = post()
    for _ in range(19):
        post()
    assert post() == first
