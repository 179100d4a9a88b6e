"""Comments in Markdown: safe, kept in the log as a commitment."""

import pytest

from apps.audit.models import Entry
from apps.common.markdown import render_markdown
from apps.common.refused import BadInput, NotAllowed
from apps.delivery import actions, queries
from tests.cast import signed_in
from tests.delivery.work import Work, last_entry


def test_on_epic_and_story(work: Work) -> None:
    actions.comment_on_epic(epic_key="E-1", text="When?", by=work.sam)
    actions.comment_on_story(story_key=work.cart.key, text="A *book*?", by=work.sam)
    assert [comment.text for comment in queries.comments_of(work.epic)] == ["When?"]
    assert [comment.text for comment in queries.comments_of(work.cart)] == ["A *book*?"]
    entry = last_entry()
    assert (entry.event, entry.subject) == ("story.commented", work.cart.key)
    assert b"A *book*" not in bytes(entry.body)


def test_refusals(work: Work) -> None:
    count = Entry.objects.count()
    with pytest.raises(BadInput, match="The comment is empty"):
        actions.comment_on_epic(epic_key="E-1", text=" \n", by=work.sam)
    with pytest.raises(NotAllowed, match="Commenting on E-1 takes a seat as"):
        actions.comment_on_epic(epic_key="E-1", text="Hi", by=work.nobody)
    assert Entry.objects.count() == count


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("<img src=x onerror=alert(1)>", "<img"),
        ("[a](javascript:alert(1))", 'javascript:alert(1)"'),
        ("![a](https://example.org/a.png)", "<img"),
        ("# Large", "<h1"),
        ("<b style='x'>b</b>", "<b "),
        ("[a](data:text/html,x)", 'href="data'),
    ],
)
def test_markdown_is_safe(text: str, never: str) -> None:
    assert never not in render_markdown(text)


def test_markdown_is_markdown() -> None:
    html = render_markdown("**so** [there](https://example.org)\n\n- one\n")
    assert "<strong>so</strong>" in html
    assert 'rel="noopener noreferrer nofollow"' in html
    assert "<li>one</li>" in html


def test_pages(work: Work) -> None:
    client = signed_in(work.sam)
    url = f"/stories/{work.cart.key}/comments/"
    answer = client.post(url, {"text": "Hello"})
    assert (answer.status_code, answer["Location"]) == (302, f"/stories/{work.cart.key}/#comments")
    partial = client.post("/epics/E-1/comments/", {"text": "**Hi**"}, headers={"HX-Request": "true"})
    assert "<strong>Hi</strong>" in partial.content.decode()
    empty = client.post(url, {"text": ""})
    assert (empty.status_code, "This field is required." in empty.content.decode()) == (400, True)
    nobody = signed_in(work.nobody).post(url, {"text": "my long words"})
    assert (nobody.status_code, "my long words" in nobody.content.decode()) == (403, True)
    assert client.get(url).status_code == 405
