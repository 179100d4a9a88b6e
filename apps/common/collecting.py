"""The garbage collector, put off while much is read that holds no garbage."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collecting_later() -> Iterator[None]:
    """For imports: rows in their tens of thousands, which the collector would look through again and again in vain.

    It took a quarter of an import's time. Whatever does form a cycle meanwhile is collected after; other threads of
    the process wait with theirs as long.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
