"""Components: what they print, what they escape, and that every color on every ground can be read."""

import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django import forms
from django.conf import settings
from django.template import engines
from django.test import RequestFactory
from django.urls import NoReverseMatch, include, path

from apps.common.instants import ago_words, day_words
from apps.common.templatetags.components import initials
from apps.common.tones import TONES, tone_of

# Components belong to the cellar: no room needs to be there.
urlpatterns = [path("", include("apps.common.urls"))]
pytestmark = pytest.mark.urls(__name__)

STATIC = Path(settings.BASE_DIR) / "static"
TEMPLATES = Path(settings.BASE_DIR) / "templates"
NOW = datetime(2026, 11, 23, 10, 42, tzinfo=UTC)


def rendered(source: str, **context: object) -> str:
    return (
        engines["django"].from_string(source).render(context, RequestFactory().get("/epics/?state=SIGNED&sort=title"))
    )


# --- Colors -------------------------------------------------------------------------------------------------


def colors() -> dict[str, tuple[str, str]]:
    sheet = (STATIC / "css/tokens.css").read_text()
    return {
        name: (light, dark)
        for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", sheet)
    }


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, WCAG 2.2."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


GROUNDS = ("ground", "panel", "raised", "sunken", "hover", "press")
TONE_NAMES = ("good", "attention", "bad", "info", "neutral")
TEXT_PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "accent", "bad", "good") for ground in GROUNDS),
    *(("ink-3", ground) for ground in ("ground", "panel", "raised", "sunken", "hover")),
    *((tone, f"{tone}-ground") for tone in TONE_NAMES),
    *((tone, ground) for tone in TONE_NAMES for ground in ("panel", "ground", "sunken")),
    *(("ink", f"{tone}-ground") for tone in TONE_NAMES),
    *((f"face-{n}", f"face-{n}-ground") for n in range(1, 7)),
    ("on-accent", "accent-ground"),
    ("on-accent", "accent-press"),
    ("ink", "selection"),
]
LINE_PAIRS = [("field-line", ground) for ground in ("panel", "sunken", "ground")] + [("accent", g) for g in GROUNDS]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_PAIRS)
def test_text_can_be_read(ink: str, ground: str, theme: int) -> None:
    assert contrast(colors()[ink][theme], colors()[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("line", "ground"), LINE_PAIRS)
def test_lines_around_fields_and_focus_can_be_seen(line: str, ground: str, theme: int) -> None:
    assert contrast(colors()[line][theme], colors()[ground][theme]) >= 3


def test_colors_stand_in_tokens_alone() -> None:
    for sheet in (STATIC / "css").glob("*.css"):
        text = re.sub(r"@media print \{.*", "", sheet.read_text(), flags=re.S)
        if sheet.name != "tokens.css":
            assert not re.search(r"#[0-9a-f]{3,8}\b|rgb\(", text), sheet.name


# --- Icons and states ---------------------------------------------------------------------------------------


def symbols() -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons/sprite.svg").read_text()))


def test_every_state_has_a_drawn_icon_and_a_word() -> None:
    for state, tone in TONES.items():
        assert tone.icon in symbols(), state
        assert tone.word, state


def test_every_icon_named_in_a_template_is_drawn() -> None:
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text()
        named = re.findall(r'{% icon "([\w-]+)"', text) + re.findall(r'icon_name="([\w-]+)"', text)
        assert set(named) <= symbols(), template


def test_no_template_holds_what_the_content_security_policy_forbids() -> None:
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text()
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|hx-on|javascript:", text), template
        for tag in re.findall(r"<script[^>]*>", text):
            assert "src=" in tag or "application/json" in tag, (template, tag)


def test_chip_says_icon_and_word() -> None:
    chip = rendered('{% chip "BROKEN" %}')
    assert 'class="chip attention"' in chip
    assert "sprite.svg#broken" in chip
    assert "Broken by edit" in chip


def test_chip_takes_other_words_and_escapes_them() -> None:
    assert "S-371 &lt;b&gt;" in rendered('{% chip "bad" words %}', words="S-371 <b>")


def test_a_state_nobody_listed_is_neutral_and_says_its_name() -> None:
    assert tone_of("HALF_DONE") == ("neutral", "neutral", "Half done")


# --- Instants -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(seconds=-5), "in a moment"),
        (timedelta(seconds=50), "1 min ago"),
        (timedelta(minutes=38), "38 min ago"),
        (timedelta(minutes=59, seconds=40), "1 h ago"),
        (timedelta(hours=5), "5 h ago"),
        (timedelta(hours=23, minutes=40), "1 d ago"),
        (timedelta(days=13), "13 d ago"),
        (timedelta(days=40), "14 Oct"),
        (timedelta(days=400), "19 Oct 2025"),
        (timedelta(days=-3), "in 3 d"),
        (timedelta(days=-60), "22 Jan 2027"),
    ],
)
def test_ago(distance: timedelta, words: str) -> None:
    assert ago_words(NOW - distance, NOW) == words


def test_ago_is_exact_in_its_title_and_in_utc() -> None:
    at = datetime.fromisoformat("2026-11-23T11:44:07+01:00")
    html = rendered("{% ago at %}", at=at)
    assert 'datetime="2026-11-23T10:44:07+00:00"' in html
    assert 'title="23 Nov 2026 10:44:07 UTC"' in html
    assert "never" in rendered("{% ago None %}")


def test_day_says_the_year_where_it_is_another() -> None:
    assert day_words(date(2026, 12, 15), NOW.date()) == "15 Dec"
    assert day_words(date(2027, 12, 15), NOW.date()) == "15 Dec 2027"


# --- Digests, people ----------------------------------------------------------------------------------------

DIGEST = "9f3c81d041be0777c07d5a77aa90d21a9f3c81d041be0777c07d5a77aa90d21a"


def test_digest_is_short_with_the_whole_as_title_and_for_the_clipboard() -> None:
    html = rendered("{% digest value %}", value=DIGEST)
    assert ">9f3c81d0</code>" in html
    assert f'title="{DIGEST}"' in html
    assert f'data-copy="{DIGEST}"' in html


def test_a_digest_within_a_sentence_is_set_as_code_and_the_rest_escaped() -> None:
    html = rendered("{{ words|with_codes }}", words=f"I accept <b> at {'a1' * 32}.")
    assert html == f"I accept &lt;b&gt; at <code>{'a1' * 32}</code>."
    assert rendered("{{ words|with_codes }}", words="a1" * 33) == "a1" * 33


def test_digest_whole_none_and_bytes() -> None:
    assert "9f3c81d0 41be0777" in rendered("{% digest value whole=True %}", value=DIGEST)
    assert ">9f3c81d0</code>" in rendered("{% digest value %}", value=bytes.fromhex(DIGEST))
    assert "none" in rendered('{% digest "" %}')


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Maria Oliveira", "MO"), ("R. Diaz", "RD"), ("importer", "I"), ("Anna-Lena Maria Voss", "AV"), ("", "?")],
)
def test_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_person_leads_to_their_page_and_is_escaped() -> None:
    somebody = SimpleNamespace(name="<Maria>", get_absolute_url=lambda: "/people/P-1/")
    html = rendered('{% person who detail="Product Owner" %}', who=somebody)
    assert 'href="/people/P-1/"' in html
    assert "&lt;Maria&gt;" in html
    assert "nobody" in rendered("{% person None %}")


# --- Acts ---------------------------------------------------------------------------------------------------


def test_act_link_is_a_link_where_the_rule_allows() -> None:
    assert 'class="button primary" href="/x/"' in rendered('{% act_link "Sign" "/x/" "" css="primary" %}')


def test_act_link_is_shut_and_says_why_where_the_rule_refuses() -> None:
    html = rendered('{% act_link "Sign" "/x/" reason css="primary" %}', reason="You wrote S-1 & S-2.")
    assert "href" not in html.replace('<use href="', "")
    assert 'aria-disabled="true"' in html
    assert "You wrote S-1 &amp; S-2." in html
    described = re.search(r'aria-describedby="([\w-]+)"', html)
    assert described and f'id="{described[1]}"' in html


def test_act_button_sends_its_value_or_is_shut() -> None:
    assert 'name="meaning" value="ACCEPT"' in rendered('{% act_button "Go" name="meaning" value="ACCEPT" %}')
    assert 'type="button"' in rendered('{% act_button "Go" "Not yet." %}')


# --- Lists --------------------------------------------------------------------------------------------------


def test_more_stands_beside_an_href_and_vanishes_at_the_end() -> None:
    html = rendered('{% more "?after=5" columns=4 %}')
    assert 'href="?after=5" hx-get="?after=5"' in html
    assert 'colspan="4"' in html
    assert rendered('{% more "" columns=4 %}') == ""


def test_sort_head_turns_around_and_keeps_filters() -> None:
    html = rendered('{% sort_head "Title" "title" %}')
    assert 'aria-sort="ascending"' in html
    assert 'href="?state=SIGNED&amp;sort=-title"' in html
    assert "aria-sort" not in rendered('{% sort_head "State" "state" %}')


def test_gate_says_owner_and_state() -> None:
    html = rendered(
        '{% criterion "UNMET" "1 of 2 signed" "E-40 waits" owner url="/epics/E-40/" %}', owner="Lena Okafor"
    )
    assert 'E-40 waits · <span class="nowrap">Owner: Lena Okafor</span>' in html
    assert "Not met" in html
    assert 'href="/epics/E-40/"' in html


def test_diff_says_removed_and_added_in_words() -> None:
    html = rendered("{% diff lines %}", lines=[("gone", "2 items"), {"kind": "came", "keyword": "Then", "text": "<3>"}])
    assert "Removed: " in html
    assert "Added: " in html
    assert "&lt;3&gt;" in html


def test_section_is_named_by_its_title() -> None:
    html = rendered('{% section "Since last time" meta=meta %}<p>x</p>{% endsection %}', meta="<i>")
    assert 'id="since-last-time" aria-labelledby="since-last-time-title"' in html
    assert "&lt;i&gt;" in html
    assert "<p>x</p>" in html


# --- Forms --------------------------------------------------------------------------------------------------


class SmallForm(forms.Form):
    title = forms.CharField(help_text="As people speak of it.")
    words = forms.CharField(required=False)
    meaning = forms.ChoiceField(widget=forms.RadioSelect, choices=[("A", "Accept"), ("R", "Reject")])


def test_form_has_labels_help_and_says_what_is_optional() -> None:
    html = rendered("{% form_fields form %}", form=SmallForm())
    assert '<label for="id_title">' in html
    assert 'id="id_title_helptext"' in html
    assert html.count(">optional<") == 1
    assert "<legend" in html
    assert "error-summary" not in html


def test_form_errors_stand_beside_the_field_and_in_the_summary_and_typed_words_stay() -> None:
    html = rendered("{% form_fields form %}", form=SmallForm({"title": "", "words": "typed <long>"}))
    assert 'role="alert"' in html
    assert '<a href="#id_title">Title: This field is required.</a>' in html
    assert 'id="id_title_error"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert "typed &lt;long&gt;" in html


def test_choice_help_stands_below_its_choice() -> None:
    form = SmallForm()
    form.fields["meaning"].choice_help = {"R": "Say what is missing."}  # type: ignore[attr-defined]
    assert rendered("{% form_field form.meaning cards=True %}", form=form).count("Say what is missing.") == 1


# --- A window upstairs --------------------------------------------------------------------------------------


def test_panel_is_a_link_that_htmx_fills() -> None:
    html = rendered('{% panel "common:healthz" "Health" %}')
    assert 'hx-get="/healthz"' in html
    assert 'href="/healthz">Health' in html


def test_panel_prints_nothing_where_the_room_is_absent() -> None:
    assert rendered('{% panel "gamedays:calendar" "Game days" %}') == ""


def test_panel_raises_where_the_room_has_no_such_page() -> None:
    with pytest.raises(NoReverseMatch):
        rendered('{% panel "common:nothing" "Nothing" %}')
