"""An edit racing a signature, at the web as it runs: nobody's name stands below a text that they were not shown."""

import html
import re
from functools import partial

import pytest

from apps.audit.verify import verify_log
from apps.delivery.models import Story, StoryVersion
from apps.signatures.models import Signature
from apps.signoff.models import StorySignOff
from portal.up.browser import Page
from tests.cast import Cast
from tests.faults.portal import Portal
from tests.faults.visitors import Answer, Visitor, at_once
from tests.signoff.promises import make_promise, text_of

pytestmark = pytest.mark.long
RACES = 200


def test_an_edit_racing_a_signature_leaves_none_on_a_text_that_was_not_shown(web: Portal, cast: Cast) -> None:
    """Without the comparison of digests nobody is told what changed. That a signature holds for its own digest alone is
    what keeps it off later texts, even where the locks are taken away.
    """
    promise = make_promise(cast, stories=1)
    (story,) = promise.stories
    lena, ruth = Visitor(web.port, cast.lena), Visitor(web.port, cast.ruth)
    sign, edit = f"/stories/{story.key}/sign-off/", f"/stories/{story.key}/edit/"
    first = {"signature": 0, "edit": 0}
    for number in range(RACES):
        if number % 20 == 0:
            lena.confirm()
        promise.prove()
        page = lena.page(sign)
        form, editor = page.form("digest"), ruth.form(edit, "text")
        assert form and editor
        told = {"text": text_of(story.title, outcome=f"order {number} is placed"), "reason": "users asked for it"}
        signed, edited = at_once(
            [partial(lena.post, sign, form, {"meaning": "ACCEPT"}), partial(ruth.post, edit, editor, told)]
        )
        assert edited.status == 302, edited.text
        first[_assert_nothing_unseen(story.pk, form.fields["key"], _text_on(page), signed)] += 1
    assert all(first.values()), first
    assert Signature.objects.filter(subject=story.key).count() == first["signature"]
    assert verify_log().ok


def _text_on(page: Page) -> str:
    found = re.search(r'<pre class="source"[^>]*>(.*?)</pre>', page.text, re.DOTALL)
    assert found, page.text
    return html.unescape(found[1])


def _assert_nothing_unseen(story: int, key: str, shown: str, answer: Answer) -> str:
    """Which came first."""
    now = Story.objects.select_related("epic").get(pk=story)
    assert not now.is_signed, "the edited text counts as signed"
    assert (now.epic.signed_story_count, now.epic.broken_story_count) == (0, 1)
    if not answer.receipt:
        assert answer.status == 409, answer.text
        assert "changed while you were reading" in answer.text
        assert not Signature.objects.filter(idempotency_key__startswith=key).exists()
        return "edit"
    sign_off = StorySignOff.objects.select_related("signature", "version").get(signature__key=answer.receipt)
    assert sign_off.version.text.strip() == shown.strip()
    assert sign_off.digest == sign_off.signature.digest == sign_off.version.digest
    latest = StoryVersion.objects.filter(story=story).latest("number")
    assert latest.number == sign_off.version.number + 1
    return "signature"
