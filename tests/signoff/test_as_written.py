"""What is signed is the stored text: where that is not what its digest names, nothing is signed, and pages say so."""

from hashlib import sha256
from time import perf_counter

import pytest

from apps.common.refused import Refused
from apps.delivery.actions.nfrs import create_nfr
from apps.delivery.models import NFR, StoryVersion
from apps.signatures.models import Signature
from apps.signoff.actions import attest_nfr
from apps.signoff.models import EpicSignOff, NFRAttestation
from tests.cast import Cast, in_days, signed_in
from tests.signoff.promises import Promise, make_promise, text_of
from tests.signoff.test_pages import hidden
from tests.tampering import rewrite

pytestmark = pytest.mark.django_db

FORGED = text_of("Pay in way 1", outcome="the customer pays twice")


def sha(text: str) -> str:
    return sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "columns",
    [
        {"text": FORGED},
        {"text": FORGED, "text_sha256": sha(FORGED)},
        {"text": "no story any more", "text_sha256": sha("no story any more")},
        {"text": "", "text_sha256": sha("")},
        {"digest": "ab" * 32},
        {"text_sha256": "ab" * 32},
    ],
)
def test_an_epic_is_not_signed_over_another_text_than_its_digests_name(
    promise: Promise, columns: dict[str, str]
) -> None:
    story = promise.stories[0]
    rewrite(StoryVersion.objects.filter(story=story), **columns)
    with pytest.raises(Refused, match=f"The stored text of {story.key} is not the one that its digest names") as caught:
        promise.sign()
    assert caught.value.status == 409
    assert not EpicSignOff.objects.exists()
    page = signed_in(promise.cast.maria).get(f"/epics/{promise.epic.key}/sign-off/")
    assert f"The stored text of {story.key} is not the one" in page.content.decode()
    assert "dossier" not in hidden(page)


def test_nor_is_it_rejected(promise: Promise) -> None:
    rewrite(StoryVersion.objects.filter(story=promise.stories[1]), text=FORGED)
    with pytest.raises(Refused, match="changed outside the portal"):
        promise.sign(meaning="REJECT", comment="No.")


@pytest.fixture
def nfr(promise: Promise) -> NFR:
    made = create_nfr(epic_key=promise.epic.key, title="Cold start", statement="Under 2 s.", by=promise.cast.maria)
    attest(promise, made)
    return made


def attest(promise: Promise, nfr: NFR) -> NFRAttestation:
    return attest_nfr(
        nfr_key=nfr.key, digest=nfr.digest, verdict="MET", words="So.", until_on=in_days(9), by=promise.cast.priya
    )


@pytest.mark.parametrize("columns", [{"statement": "Under 200 s."}, {"title": "Warm start"}])
def test_a_requirement_of_other_words_is_neither_signed_nor_attested(
    promise: Promise, nfr: NFR, columns: dict[str, str]
) -> None:
    NFR.objects.filter(pk=nfr.pk).update(**columns)
    with pytest.raises(Refused, match=f"The stored text of {nfr.key} is not the one that its digest names"):
        promise.sign()
    with pytest.raises(Refused, match=f"The stored text of {nfr.key} is not the one that its digest names"):
        attest(promise, nfr)
    page = signed_in(promise.cast.priya).get(f"/nfrs/{nfr.key}/attest/")
    assert f"The stored text of {nfr.key} is not the one" in page.content.decode()
    assert "digest" not in hidden(page)
    assert NFRAttestation.objects.count() == 1


def test_pages_that_sign_stories_say_so_too(cast: Cast) -> None:
    made = make_promise(cast)
    made.prove()
    story = made.stories[0]
    rewrite(StoryVersion.objects.filter(story=story), text=FORGED)
    with pytest.raises(Refused, match=f"The stored text of {story.key} is not"):
        made.sign_stories()
    client = signed_in(cast.lena)
    page = client.get(f"/stories/{story.key}/sign-off/")
    assert f"The stored text of {story.key} is not the one" in page.content.decode()
    assert "digest" not in hidden(page)
    several = client.get(f"/epics/{made.epic.key}/stories/sign-off/").content.decode()
    assert f"The stored text of {story.key} is not the one" in several
    assert f'id="sign-{story.key}" value="{story.key}={story.digest}=' in several
    assert several.count(" disabled") == 1
    assert not Signature.objects.exists()


@pytest.mark.long
def test_eight_hundred_stories_are_read_again_in_seconds(cast: Cast) -> None:
    made = make_promise(cast, stories=800)
    made.prove()
    made.sign_stories()
    shown = made.dossier()
    began = perf_counter()
    made.sign(shown=shown)
    took = perf_counter() - began
    assert took < 10, took
