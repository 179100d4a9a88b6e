"""The badge of an SLO: what it says, the picture, and what makes its address unguessable."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.common.tones import ToneName, tone_of
from apps.reliability.percent import percent_up
from apps.reliability.showing import Shown

LONGEST_LABEL = 48
# Counts by the day come a day late; what is older than that says nothing of now.
COUNTS_STALE_AFTER = timedelta(hours=48)
TOKEN_LENGTH = 40
# White on each is read with a contrast of at least 4.5; a picture knows no theme.
COLORS: dict[ToneName, str] = {
    "good": "#1a7f37",
    "attention": "#8a5a00",
    "bad": "#c11c2b",
    "neutral": "#59636e",
    "info": "#0a5bd3",
}
HEIGHT, PADDING, LETTER = 20, 6, 6.6


@dataclass(frozen=True)
class Badge:
    """What it says: the SLO, and how it stands. `title` is for whoever points at it, or does not see it."""

    label: str
    words: str
    tone: ToneName
    title: str


def badge_of(told: Shown, *, at: datetime) -> Badge:
    """Grey where nobody knows: archived, stale, or without data."""
    slo = told.slo
    label = slo.title if len(slo.title) <= LONGEST_LABEL else f"{slo.title[: LONGEST_LABEL - 1]}…"
    words, tone = _said(told, at)
    as_of = f" As of {told.as_of:%Y-%m-%d %H:%M} UTC." if told.as_of else ""
    return Badge(label, words, tone, f"{slo.title}: {told.target_words} over {told.window_words}; {words}.{as_of}")


def _said(told: Shown, at: datetime) -> tuple[str, ToneName]:
    counted, budget = told.slo.sli.counts_until, told.stands.budget if told.stands else None
    if told.slo.archived_at:
        return "archived", "neutral"
    if budget is None or not budget.total:
        return "no data", "neutral"
    if told.is_stale or counted is None or at - counted > COUNTS_STALE_AFTER:
        return "stale", "neutral"
    state = tone_of(told.state)
    if not told.left_words:
        return f"{budget.bad:,} failed, none may", "bad" if budget.bad else "good"
    left = budget.remaining or Fraction(0)
    over = f"{percent_up(-left, 2)} over" if left < 0 else f"{told.left_words} left"
    return f"{state.word.lower()}, {over}", state.name


def picture(badge: Badge) -> SafeString:
    """The badge as SVG, without script, style or anything from elsewhere."""
    left, right = (round(len(text) * LETTER) + 2 * PADDING for text in (badge.label, badge.words))
    return format_html(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" aria-label="{title}">'
        '<title>{title}</title><rect width="{width}" height="{height}" rx="3" fill="#2f363d"/>'
        '<path d="M{left} 0h{flat}a3 3 0 0 1 3 3v{side}a3 3 0 0 1-3 3h-{flat}z" fill="{color}"/>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        '<text x="{padding}" y="14" textLength="{label_length}" lengthAdjust="spacingAndGlyphs">{label}</text>'
        '<text x="{start}" y="14" textLength="{words_length}" lengthAdjust="spacingAndGlyphs">{words}</text></g></svg>',
        width=left + right,
        height=HEIGHT,
        title=badge.title,
        left=left,
        flat=right - 3,
        side=HEIGHT - 6,
        color=COLORS[badge.tone],
        padding=PADDING,
        label_length=left - 2 * PADDING,
        label=badge.label,
        start=left + PADDING,
        words_length=right - 2 * PADDING,
        words=badge.words,
    )


def token_of(key: str, nonce: str, *, secret: str | None = None) -> str:
    """What the address carries: nobody makes it without the portal's secret."""
    made = salted_hmac("triad.reliability.badge", f"{key} {nonce}", secret=secret, algorithm="sha256")
    return made.hexdigest()[:TOKEN_LENGTH]


def is_token(token: str, key: str, nonce: str) -> bool:
    """Whether it is the one of this badge, by the present secret or one that was in use before."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return any(constant_time_compare(token, token_of(key, nonce, secret=secret)) for secret in secrets)
