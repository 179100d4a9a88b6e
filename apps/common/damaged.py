"""A row with bytes that are no text: nothing in the portal writes them, so somebody did who could open the database."""

import logging
import sqlite3

from apps.common.refused import Damaged

logger = logging.getLogger(__name__)
# SQLite keeps whatever it is told to; PostgreSQL takes no such bytes.
_NO_TEXT = "Could not decode to UTF-8"
SENTENCE = (
    "A row that is needed here cannot be read: it holds bytes that are no text, which the portal never wrote. "
    "Verifying the log says whether it is one that the log vouches for. Tell an administrator."
)


def damaged_of(error: BaseException) -> Damaged | None:
    """The refusal for an error that comes of such a row, noted for the operator; else None."""
    cause = error.__cause__ if isinstance(error.__cause__, sqlite3.Error) else error
    if not isinstance(cause, sqlite3.Error) or _NO_TEXT not in str(cause):
        return None
    logger.error("damaged: %s", without_text(cause))
    return Damaged(SENTENCE)


def without_text(error: BaseException) -> str:
    """What the database says of such a row, without the words of somebody that it quotes."""
    return str(error).partition(" with text ")[0]
