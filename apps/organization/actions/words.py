"""Words that come in from outside, made fit to be stored."""

from apps.common.refused import BadInput
from apps.common.text import clean_text


def one_line(text: str, *, what: str, limit: int, needed: bool = False) -> str:
    """`text` on one line, trimmed. Raises BadInput where it is too long, holds what cannot be stored, or is missing."""
    cleaned = " ".join(clean_text(text, what=what, limit=10 * limit).split())
    if len(cleaned) > limit:
        raise BadInput(f"{what} has {len(cleaned):,} characters; at most {limit:,} are allowed.")
    if needed and not cleaned:
        raise BadInput(f"{what} is missing.")
    return cleaned
