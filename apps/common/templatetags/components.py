"""Small components, one tag each: what stands inside a line, a cell or a title.

Written in Python rather than as includes since a list page prints some of them hundreds of times.
The tags are built in (settings), so no page loads them.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.http import QueryDict
from django.template import Context, Library
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from apps.common.instants import ago_words, day_words, exact_words
from apps.common.tones import Tone, tone_of

register = Library()

NOTHING = SafeString("")
WHOLE_DIGEST = re.compile(r"\b[0-9a-f]{64}\b")


@register.simple_tag
def icon(name: str, css: str = "", words: str = "") -> SafeString:
    """One symbol of static/icons/sprite.svg. Silent for screen readers, unless `words` say what it means."""
    drawing = _drawing(str(name), str(css))
    return format_html('{}<span class="hidden-words">{}</span>', drawing, words) if words else drawing


@lru_cache(maxsize=500)
def _drawing(name: str, css: str) -> SafeString:
    href = f"{static('icons/sprite.svg')}#{name}"
    return format_html('<svg class="icon {}" aria-hidden="true"><use href="{}"></use></svg>', css, href)


@register.simple_tag
def chip(state: object, words: str = "", icon_name: str = "") -> SafeString:
    """A state as icon and word: `{% chip story.state %}`, `{% chip "attention" "S-371 broken by edit" %}`.

    `state` is a stored state or one of good, attention, bad, neutral, info; `words` replaces its usual word.
    """
    tone = tone_of(state)
    if not words and not icon_name:
        return _usual_chip(tone)
    return format_html(
        '<span class="chip {}">{}<span class="chip-words">{}</span></span>',
        tone.name,
        icon(icon_name or tone.icon),
        words or tone.word,
    )


@lru_cache(maxsize=500)
def _usual_chip(tone: Tone) -> SafeString:
    return format_html(
        '<span class="chip {}">{}<span class="chip-words">{}</span></span>', tone.name, icon(tone.icon), tone.word
    )


@register.simple_tag
def state_icon(state: object) -> SafeString:
    """Only the icon of a state in its color, its word for screen readers; for places that say the word beside it."""
    tone = tone_of(state)
    return format_html('<span class="tone {}">{}</span>', tone.name, icon(tone.icon, words=tone.word))


@register.simple_tag
def key(text: str, url: str = "") -> SafeString:
    """The short key of an object, such as E-12, as a link where a URL is given."""
    return (
        format_html('<a class="key" href="{}">{}</a>', url, text)
        if url
        else format_html('<span class="key">{}</span>', text)
    )


@register.simple_tag
def digest(value: str | bytes | None, length: int = 8, whole: bool = False, copy: bool = True) -> SafeString:
    """A digest in its short form, the whole of it as title, on paper and on the clipboard; `whole` prints all of it.

    Nothing stored prints a dash with words for screen readers.
    """
    if not value:
        return format_html(
            '<span class="quiet" aria-hidden="true">–</span><span class="hidden-words">{}</span>', "none"
        )
    text = value.hex() if isinstance(value, bytes) else value
    bare = text.rpartition(":")[2]
    shown = " ".join(bare[i : i + 8] for i in range(0, len(bare), 8)) if whole else bare[:length]
    button = copy_button(text, f"Copy digest {bare[:length]}") if copy else NOTHING
    return format_html(
        '<span class="digest{}"><code title="{}"{}>{}</code>{}</span>',
        " whole" if whole else "",
        text,
        NOTHING if whole else format_html(' data-whole="{}"', text),
        shown,
        button,
    )


@register.filter
def with_codes(text: str) -> SafeString:
    """A sentence whose digests are set as code, so that 64 digits do not shout; not a character of it changes."""
    return SafeString(WHOLE_DIGEST.sub(r"<code>\g<0></code>", conditional_escape(text)))


@register.simple_tag
def copy_button(text: str, words: str = "Copy") -> SafeString:
    """A small button that puts `text` on the clipboard; there only where scripts run."""
    return format_html(
        '<button type="button" class="copy needs-js" data-copy="{}" aria-label="{}" title="{}">{}</button>',
        text,
        words,
        words,
        icon("copy"),
    )


@register.simple_tag
def ago(at: datetime | None, none: str = "never", words: str = "") -> SafeString:
    """An instant as people say it, “38 min ago”, exact in UTC in its title and datetime; `none` where there is none.

    `words` stand for those of now, in what is drawn once and shown later.
    """
    if at is None:
        return format_html('<span class="quiet">{}</span>', none)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.astimezone(UTC).isoformat(),
        exact_words(at),
        words or ago_words(at, timezone.now()),
    )


@register.simple_tag
def instant(at: datetime | None, none: str = "never") -> SafeString:
    """An instant to the second in UTC, for receipts and logs."""
    if at is None:
        return format_html('<span class="quiet">{}</span>', none)
    return format_html('<time datetime="{}">{}</time>', at.astimezone(UTC).isoformat(), exact_words(at))


@register.simple_tag
def day(on: date | None, none: str = "no end") -> SafeString:
    """A calendar day, “15 Dec”, with its year where it is not this one."""
    if on is None:
        return format_html('<span class="quiet">{}</span>', none)
    words = day_words(on, timezone.now().astimezone(UTC).date())
    return format_html('<time datetime="{}" title="{}">{}</time>', on.isoformat(), f"{on.day} {on:%B %Y}", words)


def name_of(person: object) -> str:
    """The name to show for a person, or for a name that the log remembered as text."""
    if isinstance(person, str):
        return person
    for attribute in ("name", "get_full_name", "get_username"):
        value = getattr(person, attribute, "")
        if text := str(value() if callable(value) else value):
            return text
    return str(person)


def initials(name: str) -> str:
    """One or two capitals that stand for a name."""
    parts = [part for part in name.replace(".", " ").replace("-", " ").split() if part[0].isalnum()]
    if not parts:
        return "?"
    return (parts[0][0] + (parts[-1][0] if len(parts) > 1 else "")).upper()


@register.simple_tag
def face(person: object, css: str = "") -> SafeString:
    """The initials of a person in a circle, its hue chosen by name. A service account is a square with a machine."""
    name = name_of(person)
    if getattr(person, "is_service", False):
        return format_html('<span class="face machine {}" aria-hidden="true">{}</span>', css, icon("machine"))
    hue = hashlib.sha256(name.encode()).digest()[0] % 6 + 1
    return format_html('<span class="face f{} {}" aria-hidden="true">{}</span>', hue, css, initials(name))


@register.simple_tag
def person(who: object, detail: str = "", url: str = "", with_face: bool = True) -> SafeString:
    """A person: face, name and a line of detail, leading to their page where they have one."""
    if not who:
        return format_html('<span class="quiet">{}</span>', "nobody")
    href = url or (who.get_absolute_url() if hasattr(who, "get_absolute_url") else "")
    words = format_html('<span class="person-name">{}</span>', name_of(who))
    if detail:
        words = format_html('{}<span class="person-detail">{}</span>', words, detail)
    inner = format_html('{}<span class="person-words">{}</span>', face(who) if with_face else NOTHING, words)
    return (
        format_html('<a class="person" href="{}">{}</a>', href, inner)
        if href
        else format_html('<span class="person">{}</span>', inner)
    )


@register.simple_tag
def meter(value: float, words: str, tone: str = "good", maximum: float = 100, wide: bool = False) -> SafeString:
    """A bar of `value` out of `maximum` beside the words that say it; the words are not optional."""
    share = max(0.0, min(100.0, 100 * value / maximum)) if maximum else 0.0
    return format_html(
        '<span class="meter {}{}"><svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="{}" height="6"></rect></svg><span>{}</span></span>',
        tone_of(tone).name,
        " wide" if wide else "",
        f"{share:.1f}",
        words,
    )


@register.simple_tag
def crumb(words: str, url: str = "") -> SafeString:
    """One step of the breadcrumbs; the last one, without a URL, is the page itself."""
    if url:
        return format_html('<li><a href="{}">{}</a></li>', url, words)
    return format_html('<li aria-current="page">{}</li>', words)


def shut(words: SafeString, reason: str, css: str, of: str) -> SafeString:
    """A button that keeps its place, cannot be pressed and says why."""
    name = "why-" + hashlib.sha256(f"{of}|{words}|{reason}".encode()).hexdigest()[:10]
    return format_html(
        '<span class="shut">'
        '<button type="button" class="button {}" aria-disabled="true" aria-describedby="{}">{}</button>'
        '<span class="why" role="tooltip" id="{}">{}</span></span>',
        css.replace("primary", "").strip(),
        name,
        words,
        name,
        reason,
    )


def button_words(words: str, icon_name: str) -> SafeString:
    """What stands on a button."""
    return format_html("{}{}", icon(icon_name) if icon_name else NOTHING, words)


@register.simple_tag
def act_link(words: str, url: str, reason: str = "", icon_name: str = "", css: str = "") -> SafeString:
    """A link to an act's page as a button; shut, with `reason` as its tooltip, where the rule refuses.

    `reason` is what `refusal(rules.check_may_…)` returned. `css`: primary, danger, plain, small.
    """
    inner = button_words(words, icon_name)
    return (
        shut(inner, reason, css, url)
        if reason
        else format_html('<a class="button {}" href="{}">{}</a>', css, url, inner)
    )


@register.simple_tag
def act_button(
    words: str,
    reason: str = "",
    icon_name: str = "",
    css: str = "primary",
    name: str = "",
    value: str = "",
    of: str = "",
) -> SafeString:
    """The submit button of a form; shut where the rule refuses. `of` tells equal shut buttons of one page apart."""
    inner = button_words(words, icon_name)
    if reason:
        return shut(inner, reason, css, of or f"{name}{value}")
    sent = format_html(' name="{}" value="{}"', name, value) if name else NOTHING
    return format_html('<button type="submit" class="button {}"{}>{}</button>', css, sent, inner)


@register.simple_tag
def more(url: str, columns: int = 0, words: str = "Show more") -> SafeString:
    """The keyset link below a list: a last table row of so many columns, or a paragraph below other lists.

    With htmx the next rows take its place; they are picked from the answer by `tbody > tr` (or `li`).
    Prints nothing without a URL.
    """
    if not url:
        return NOTHING
    if columns:
        return format_html(
            '<tr class="more-row"><td class="more" colspan="{}"><a href="{}" hx-get="{}" hx-select="tbody > tr" '
            'hx-target="closest tr" hx-swap="outerHTML">{}</a></td></tr>',
            columns,
            url,
            url,
            words,
        )
    return format_html(
        '<li class="more"><a href="{}" hx-get="{}" hx-select="[data-list] > li" hx-target="closest li" '
        'hx-swap="outerHTML">{}</a></li>',
        url,
        url,
        words,
    )


@register.simple_tag(takes_context=True)
def sort_head(context: Context, words: str, field: str, css: str = "") -> SafeString:
    """A table head that sorts by `?sort=field`, and by `-field` when pressed again; keeps the other filters."""
    asked: Mapping[str, Any] = context["request"].GET
    now = asked.get("sort", "")
    query = asked.copy() if isinstance(asked, QueryDict) else QueryDict(mutable=True)
    query.pop("after", None)
    query["sort"] = f"-{field}" if now == field else field
    order, arrow = {field: ("ascending", "up"), f"-{field}": ("descending", "down")}.get(now, ("", ""))
    return format_html(
        '<th scope="col" class="{}"{}><a href="?{}">{}{}</a></th>',
        css,
        format_html(' aria-sort="{}"', order) if order else NOTHING,
        query.urlencode(),
        words,
        icon(arrow) if arrow else NOTHING,
    )


@register.simple_tag
def empty(
    title: str, words: str = "", url: str = "", action: str = "", icon_name: str = "", css: str = "primary"
) -> SafeString:
    """An empty state: what this page will show, and the next step."""
    step = (
        format_html('<div class="buttons"><a class="button {}" href="{}">{}</a></div>', css, url, action)
        if url
        else NOTHING
    )
    return format_html(
        '<div class="empty">{}<h3>{}</h3>{}{}</div>',
        icon(icon_name) if icon_name else NOTHING,
        title,
        format_html("<p>{}</p>", words) if words else NOTHING,
        step,
    )


@register.simple_tag
def criterion(state: object, words: str, detail: str = "", owner: object = "", url: str = "") -> SafeString:
    """One row of a gate: state, what it says, whose it is, and where to go. Put it in `<ul class="gate">`."""
    tone = tone_of(state)
    title = (
        format_html('<a class="gate-words" href="{}">{}</a>', url, words)
        if url
        else format_html('<span class="gate-words">{}</span>', words)
    )
    whose = format_html('<span class="nowrap">Owner: {}</span>', name_of(owner)) if owner else ""
    notes = format_html_join(" · ", "{}", ((note,) for note in (detail, whose) if note))
    shown = NOTHING if tone.name == "good" else chip(state)
    return format_html(
        '<li class="{}">{}<div>{}{}</div>{}</li>',
        tone.name,
        icon(tone.icon, words=f"{tone.word}: "),
        title,
        format_html('<p class="row-note">{}</p>', notes) if notes else NOTHING,
        shown,
    )
