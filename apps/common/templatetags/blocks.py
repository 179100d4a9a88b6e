"""Components that hold other markup: `{% section "Stories" %}…{% endsection %}`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.template import Library
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from apps.common.templatetags.components import NOTHING, ago, chip, icon
from apps.common.tones import tone_of

register = Library()


@register.simple_block_tag
def section(
    content: str,
    title: str,
    id: str = "",
    meta: str = "",
    beside: str = "",
    tone: str = "",
    foot: str = "",
    body: bool = False,
) -> SafeString:
    """A panel with a title: `{% section "Stories" id="stories" meta="5 of 14" %}…{% endsection %}`.

    `meta` stands at the right of the title and `beside` next to it (both may be markup made with `as`);
    `tone` colors the head; `body=True` gives the content its padding, tables and lists have their own.
    """
    name = id or slugify(title)
    look = tone_of(tone) if tone else None
    inner = format_html('<div class="panel-body stack">{}</div>', content) if body else content
    return format_html(
        '<section class="panel {}" id="{}" aria-labelledby="{}-title">'
        '<header class="panel-head">{}<h2 id="{}-title">{}</h2>{}{}</header>{}{}</section>',
        f"toned {look.name}" if look else "",
        name,
        name,
        icon(look.icon) if look else NOTHING,
        name,
        title,
        beside,
        format_html('<span class="meta">{}</span>', meta) if meta else NOTHING,
        inner,
        format_html('<footer class="panel-foot">{}</footer>', foot) if foot else NOTHING,
    )


@register.simple_block_tag
def fact(content: str, name: str) -> SafeString:
    """One line of `<dl class="facts">`."""
    return format_html("<div><dt>{}</dt><dd>{}</dd></div>", name, content)


@register.simple_block_tag
def callout(content: str, tone: str = "info", title: str = "", role: str = "") -> SafeString:
    """A few words set apart: what an act will do, what stands in the way. `role="alert"` for what just went wrong."""
    look = tone_of(tone)
    return format_html(
        '<div class="callout {}"{}>{}<div>{}<div>{}</div></div></div>',
        look.name,
        format_html(' role="{}"', role) if role else NOTHING,
        icon(look.icon),
        format_html("<strong>{}</strong>", title) if title else NOTHING,
        content,
    )


@register.simple_block_tag
def moment(content: str, at: datetime | None = None, tone: str = "neutral", icon_name: str = "") -> SafeString:
    """One entry of `<ol class="timeline">`: what happened, and when."""
    look = tone_of(tone)
    return format_html(
        '<li class="moment"><span class="moment-dot {}">{}</span><div><div>{}</div>{}</div></li>',
        look.name,
        icon(icon_name or look.icon),
        content,
        format_html('<div class="moment-when">{}</div>', ago(at)) if at else NOTHING,
    )


@register.simple_block_tag
def seat_cell(content: str, role: str, vacant: bool = False, conflict: str = "") -> SafeString:
    """One cell of the triad grid: the role, who holds it (the content), whether it is vacant or in conflict."""
    return format_html(
        '<div class="seat-cell"><span class="seat-role">{}</span>{}{}{}{}</div>',
        role,
        chip("VACANT") if vacant else NOTHING,
        content,
        chip("CONFLICT") if conflict else NOTHING,
        format_html('<p class="row-note">{}</p>', conflict) if conflict else NOTHING,
    )


MARKS = {"gone": ("−", "Removed: "), "came": ("+", "Added: "), "kept": ("\u00a0", ""), "place": ("", "")}


@register.inclusion_tag("components/_diff.html")
def diff(lines: Iterable[Any], words: str = "Difference") -> dict[str, Any]:
    """A difference of meaning: lines with `kind` (gone, came, kept, place), `text` and perhaps `keyword`.

    A line may be an object, a mapping or a pair (kind, text).
    """
    return {"lines": [_diff_line(line) for line in lines], "words": words}


def _diff_line(line: Any) -> dict[str, str]:
    if isinstance(line, tuple):
        kind, keyword, text = line[0], "", line[-1]
    elif isinstance(line, dict):
        kind, keyword, text = line["kind"], line.get("keyword", ""), line["text"]
    else:
        kind, keyword, text = line.kind, getattr(line, "keyword", ""), line.text
    mark, said = MARKS[kind]
    return {"kind": kind, "keyword": keyword, "text": text, "mark": mark, "said": said}


@register.inclusion_tag("components/_progress.html")
def progress(done: int, total: int, words: str, note: str = "") -> dict[str, Any]:
    """Work in the background: how much of it is done, what it is doing, and a note below. Total 0: not known yet."""
    return {"done": done, "total": total, "words": words, "note": note}
