"""Search: keys jump, words find, what is restricted stays unknown."""

import pytest

from apps.delivery import actions as delivery
from apps.organization.models import Person, Scope
from apps.reliability import actions as reliability
from apps.signoff import actions as signoff
from tests.cast import Cast, PersonFactory, ServiceFactory, TeamFactory, in_days, signed_in
from tests.reliability.test_policy import WANTED
from tests.reliability.world import make_sli, make_slo
from tests.signoff.promises import Promise, make_promise

pytestmark = pytest.mark.django_db


def asked(person: Person, text: str) -> str:
    response = signed_in(person).get("/search/", {"q": text})
    assert response.status_code == 200, response.headers
    return " ".join(response.content.decode().split())


def jump(person: Person, text: str) -> str:
    """Where the key leads; "" where nothing is found by it."""
    response = signed_in(person).get("/search/", {"q": text})
    return response.headers.get("Location", "")


def test_keys_jump(promise: Promise) -> None:
    cast = promise.cast
    sign_off = promise.sign()
    nfr = delivery.create_nfr(epic_key=promise.epic.key, title="Fast", statement="Below 300 ms", by=cast.maria)
    waiver = signoff.ask_waiver(
        epic_key=promise.epic.key, criterion="run_green", subject="", reason="Broken runner", owner=cast.tomas,
        until_on=in_days(9), by=cast.maria,
    )  # fmt: skip
    team = TeamFactory.create(key="team-payments")
    service = ServiceFactory.create(key="checkout-api", team=team)
    receipt = sign_off.signature.key
    expected = {
        promise.epic.key: f"/epics/{promise.epic.key}/",
        promise.epic.key.lower(): f"/epics/{promise.epic.key}/",
        f"  {promise.stories[0].key} ": f"/stories/{promise.stories[0].key}/",
        cast.initiative.key: f"/initiatives/{cast.initiative.key}/",
        nfr.key: f"/epics/{promise.epic.key}/",
        waiver.key: f"/waivers/{waiver.key}/",
        receipt: f"/receipts/{receipt}/",
        "team-payments": "/teams/team-payments/",
        "Checkout-API": f"/services/{service.scope.key}/",
        cast.maria.key: "/people/maria/",
    }
    assert {text: jump(cast.lena, text) for text in expected} == expected


@pytest.mark.parametrize(
    "text",
    [
        "E-999",
        "S-0",
        "X-1",
        "E-",
        "E-99999999999999",
        "W-1",
        "SIG-1",
        "IMP-1",
        "R-1",
        "SLO-1",
        "SLI-1",
        "D-1",
        "POL-1",
        "CASE-1",
        "E-²",
    ],
)
def test_a_key_of_nothing_says_so(cast: Cast, text: str) -> None:
    assert "Nothing is called so" in asked(cast.maria, text)


def test_a_plain_word_searches_even_where_a_team_is_called_so(promise: Promise) -> None:
    TeamFactory.create(key="checkout", title="Those who check out")
    html = asked(promise.cast.maria, "checkout")
    assert "Checkout in one page" in html
    assert "/teams/checkout/" in html


def test_words_find_in_every_kind(promise: Promise) -> None:
    TeamFactory.create(key="one", title="Checkout team")
    ServiceFactory.create(key="two", title="Checkout service")
    PersonFactory.create(name="Charlie Checkout")
    promise.add_story("Leave the checkout")
    html = asked(promise.cast.maria, "CHECKOUT")
    for words in (
        "Checkout in one page",
        "Leave the checkout",
        "Checkout that nobody abandons",
        "Charlie Checkout",
        "Checkout team",
        "Checkout service",
    ):
        assert words in html


def test_all_words_must_be_there_in_any_order(promise: Promise) -> None:
    assert "Checkout in one page" in asked(promise.cast.maria, "page checkout")
    assert "Nothing is called so" in asked(promise.cast.maria, "page teapot")


def test_letters_beyond_ascii_are_found_in_any_case(cast: Cast) -> None:
    make_promise(cast, stories=0, title="Übergabe an die Kasse")
    assert "Übergabe" in asked(cast.maria, "übergabe")
    assert "Tomás Novák" in asked(cast.maria, "NOVÁK")


@pytest.mark.parametrize("text", ["%", "_", "100%", "a' OR 1=1 --", "\\", "<script>alert(1)</script>", "word " * 500])
def test_what_looks_like_a_pattern_is_taken_as_written(promise: Promise, text: str) -> None:
    html = asked(promise.cast.maria, text)
    assert "Checkout in one page" not in html
    assert "<script>alert" not in html


def test_nothing_asked_says_what_can_be_found(cast: Cast) -> None:
    assert "What can be found" in asked(cast.maria, "   ")


@pytest.mark.parametrize("name", ["nobody", "adam"])
def test_the_restricted_is_as_unknown(promise: Promise, name: str) -> None:
    cast = promise.cast
    receipt = promise.sign().signature.key
    Scope.objects.filter(pk=cast.initiative.pk).update(restricted=True)
    # An administrator sits above every initiative, so only the other is kept out.
    kept_out = name == "nobody"
    person = cast.people[name]
    for key in (promise.epic.key, promise.stories[0].key, cast.initiative.key, receipt):
        assert (jump(person, key) == "") is kept_out
    assert ("Pay in way 1" not in asked(person, "pay way")) is kept_out
    assert ("Checkout" not in asked(person, "one page abandons")) or not kept_out


def promised(cast: Cast) -> None:
    """SLI-1 and SLO-1 of an epic, D-1 on it, RES-1 beside them, and POL-1 of its initiative."""
    made = make_promise(cast, stories=0)
    slo = make_slo(make_sli(made.epic.scope, cast.priya), cast.priya)
    reliability.open_decision(slo_key=slo.key, kind="BROKEN", cause_key="told", facts={}, by=cast.priya)
    reliability.write_policy(scope_key=cast.initiative.key, wanted=WANTED, by=cast.priya)
    disk = reliability.Meant(title="Disk of orders", limit=100.0, unit="GB")
    reliability.create_resource(scope_key=made.epic.key, meant=disk, by=cast.priya)


PROMISED = {
    "SLO-1": "/slos/SLO-1/",
    "sli-1": "/slis/SLI-1/",
    "D-1": "/decisions/D-1/",
    "POL-1": "/policies/POL-1/",
    "RES-1": "/resources/RES-1/",
}


def test_keys_of_reliability_jump(cast: Cast) -> None:
    promised(cast)
    assert {text: jump(cast.lena, text) for text in PROMISED} == PROMISED


def test_titles_of_reliability_are_found(cast: Cast) -> None:
    promised(cast)
    html = asked(cast.lena, "checkout answers")
    for address in ("/slos/SLO-1/", "/slis/SLI-1/", "/decisions/D-1/"):
        assert f'href="{address}"' in html
    assert "/policies/POL-1/" in asked(cast.lena, "nobody abandons")
    assert "/resources/RES-1/" in asked(cast.lena, "disk")


def test_what_reliability_says_of_the_restricted_is_as_unknown(cast: Cast) -> None:
    promised(cast)
    Scope.objects.filter(pk=cast.initiative.pk).update(restricted=True)
    assert {jump(cast.nobody, text) for text in PROMISED} == {""}
    for words in ("answers", "nobody abandons", "disk"):
        assert "Nothing is called so" in asked(cast.nobody, words)
    assert jump(cast.maria, "SLO-1") == "/slos/SLO-1/"


def test_archived_things_come_last_and_say_so(promise: Promise) -> None:
    delivery.archive_story(story_key=promise.stories[0].key, reason="Not needed", by=promise.cast.ruth)
    html = asked(promise.cast.maria, "pay in way")
    assert html.index("Pay in way 2") < html.index("Pay in way 1")
    assert "Archived" in html


def test_ten_of_a_kind_and_a_way_to_the_rest(cast: Cast) -> None:
    make_promise(cast, stories=12)
    html = asked(cast.maria, "pay in way")
    assert "The first 10 are shown" in html
    assert "/stories/?text=pay+in+way" in html
    assert "Pay in way 11" not in html
