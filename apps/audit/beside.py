"""What rooms above keep beside the log and the walk over it compares with its entries; they say so in their `ready`."""

# Dotted names: when rooms are made ready, no model can be imported yet.
CHECKS: list[str] = []


class BadEntry(Exception):
    """The entry at `index` breaks `rule`; None: a row outside the log's entries does."""

    def __init__(self, index: int | None, rule: str, words: str) -> None:
        super().__init__(words)
        self.index = index
        self.rule = rule
        self.words = words


def place_words(index: int | None, rule: str) -> str:
    """“Entry 12”, “The log’s head”, or “Beside the log” for a row that no entry tells of."""
    if index is not None:
        return f"Entry {index}"
    return "The log’s head" if rule == "head" else "Beside the log"


def verify_beside(check: str) -> None:
    """`check` takes nothing, and raises BadEntry for the first row that is not what its entry says."""
    CHECKS.append(check)
