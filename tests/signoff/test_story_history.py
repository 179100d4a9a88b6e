"""A story's texts, runs, signatures and regressions on one time line."""

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest

from apps.delivery.models import StoryVersion
from apps.signoff import actions, history
from apps.specs.models import Result
from tests.cast import signed_in
from tests.signoff.promises import Promise, confirmed
from tests.signoff.promises import key as form_key
from tests.signoff.test_regressions import run, text_of
from tests.specs.evidence import behave_json, import_bytes
from tests.specs.test_pages import words_of
from tests.tampering import rewrite

pytestmark = pytest.mark.django_db


def said(promise: Promise, **kwargs: object) -> list[str]:
    """The marks of the first story's history, the newest first."""
    found = history.story_history(promise.fresh(promise.stories[0])[0], **kwargs)  # type: ignore[arg-type]
    return [moment.mark.words for moment in found.moments]


def walk(promise: Promise) -> None:
    """Passed, signed before; failed, passed; edited, an old text ran late; passed; rejected."""
    story = promise.stories[0]
    old = text_of(story)
    run(promise, story, revision="a1")
    run(promise, story, status="failed", revision="b2")
    run(promise, story, revision="c3")
    promise.edit(story, outcome="something else happens")
    import_bytes(behave_json(old, path="late.feature"), by=promise.cast.tomas, revision="d4")
    run(promise, story, status="skipped", revision="e5")
    run(promise, story, revision="f6")
    actions.sign_off_story(
        shown=promise.shown(story)[0],
        meaning="REJECT",
        by=promise.cast.lena,
        authentication=confirmed(),
        comment="Too slow",
        key=form_key(),
    )


def test_everything_that_happened_stands_on_one_line_the_newest_first(promise: Promise) -> None:
    walk(promise)
    assert said(promise) == [
        "SIG-3 rejected",
        "R-6 passed",
        "R-5 incomplete",
        "R-4 stale",
        "Version 2",
        "Recovered",
        "R-3 passed",
        "Regressed",
        "R-2 failed",
        "R-1 passed",
        "SIG-1 signed",
        "Version 1",
    ]


def test_the_page_tells_it_in_words_and_as_a_strip(promise: Promise) -> None:
    walk(promise)
    story = promise.stories[0]
    client = signed_in(promise.cast.maria)
    assert f'href="/stories/{story.key}/history/"' in words_of(client, story.get_absolute_url())
    page = words_of(client, f"/stories/{story.key}/history/")
    assert page.count('class="moment"') == page.count('class="mark ') == 12
    assert "2 texts, 3 passing runs, 1 failing run, 2 other runs, 1 signature, 1 rejection, 1 regression." in page
    assert "0 of 1 passed, 1 failed" in page
    assert "1 of a text that held no longer" in page
    assert "<b>Ruth Adeyemi</b> wrote version 2: users asked for it" in page
    assert re.search(r'<b>Lena Brandt</b> rejected version 2.*?href="/receipts/SIG-3/"', page)
    assert "fails since R-2 (revision b2): “Pay in way 1 0”, at “Given a basket with 2 items”" in page
    assert "<title>R-2 failed</title>" in page
    part = words_of(client, f"/stories/{story.key}/history/", **{"HX-Request": "true"})
    assert part.lstrip().startswith('<div id="story-history"')


def test_all_of_it_as_csv(promise: Promise) -> None:
    walk(promise)
    for number in range(60):
        run(promise, promise.stories[0], revision=f"={number}")
    response = signed_in(promise.cast.maria).get(f"/stories/{promise.stories[0].key}/history/?as=csv")
    lines = list(csv.DictReader(StringIO(response.getvalue().decode())))
    assert len(lines) == 12 + 60
    assert [line["What"] for line in lines[60:]][:2] == ["SIG-3 rejected", "R-6 passed"]
    assert (lines[0]["Revision"], lines[0]["Cases"], lines[0]["Passed"]) == ("'=59", "1", "1")
    assert (lines[-1]["What"], lines[-1]["By"]) == ("Version 1", "Ruth Adeyemi")
    assert lines[-5]["Words"].startswith("found that signed S-1") and lines[-5]["By"] == "The portal"


def test_of_another_story_nothing_stands_there(promise: Promise) -> None:
    run(promise, promise.stories[1], status="failed")
    assert said(promise) == ["SIG-1 signed", "Version 1"]


def test_a_long_life_comes_in_parts_without_a_gap(promise: Promise) -> None:
    story = promise.stories[0]
    for number in range(90):
        run(promise, story, revision=str(number))
    # Several at one instant stay together.
    rows = list(Result.objects.filter(story=story).order_by("pk"))
    Result.objects.filter(pk__in=[row.pk for row in rows[45:55]]).update(at=rows[45].at)
    client = signed_in(promise.cast.maria)
    address, seen = f"/stories/{story.key}/history/", []
    while address:
        page = words_of(client, address)
        seen += re.findall(r"<title>(.*?)</title>", page.partition('<svg class="strip"')[2].partition("</svg>")[0])[
            ::-1
        ]
        more = re.search(r'href="(/stories/\S+?after=\S+?)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert len(seen) == len(set(seen)) == 92
    assert sorted(seen, key=lambda one: int(one.split()[0].partition("-")[2] or 0) if one[0] == "R" else 0)[-1] == (
        "R-90 passed"
    )


def test_an_address_that_names_no_instant_is_refused_in_words(promise: Promise) -> None:
    for after in ("yesterday", "2026-13-45T00:00:00Z", "2026-01-01T00:00:00"):
        response = signed_in(promise.cast.maria).get(f"/stories/{promise.stories[0].key}/history/?after={after}")
        assert response.status_code == 400
        assert "names no instant" in response.content.decode()


def test_a_text_that_an_import_says_is_older_stands_where_it_held(promise: Promise) -> None:
    version = StoryVersion.objects.get(story=promise.stories[0])
    run(promise, promise.stories[0])
    rewrite(StoryVersion.objects.filter(pk=version.pk), at=version.at - timedelta(days=400))
    assert said(promise)[-1] == "Version 1"


def test_a_restricted_story_has_no_history_for_others(promise: Promise) -> None:
    promise.epic.initiative.scope.restricted = True
    promise.epic.initiative.scope.save()
    address = f"/stories/{promise.stories[0].key}/history/"
    assert signed_in(promise.cast.nobody).get(address).status_code == 404
    assert signed_in(promise.cast.maria).get(address).status_code == 200
    assert signed_in(promise.cast.maria).get("/stories/S-999/history/").status_code == 404
