"""Text at the boundary: what one database takes and the other refuses must not get in."""

from apps.common.refused import BadInput


def clean_text(text: str, *, what: str = "The text", limit: int = 100_000) -> str:
    """`text` with line ends as LF.

    Raises BadInput for NUL and lone surrogates (legal in SQLite, an error in PostgreSQL) and for more than
    `limit` characters.
    """
    if "\x00" in text:
        raise BadInput(f"{what} holds a NUL character, which cannot be stored. Take it out and send again.")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BadInput(f"{what} is not valid Unicode at character {error.start + 1}.") from error
    if len(text) > limit:
        raise BadInput(f"{what} has {len(text):,} characters; at most {limit:,} are allowed.")
    return text.replace("\r\n", "\n").replace("\r", "\n")
