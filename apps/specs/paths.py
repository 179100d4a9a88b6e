"""Comparing the path that a report gives with the path of a story's file: either may begin further up the tree."""


def shared(uri: str, path: str) -> int:
    """How many parts `uri` and `path` share from their ends, where one of them wholly ends with the other; else 0."""
    if not uri or not path:
        return 0
    ours, theirs = _parts(path), _parts(uri)
    short, long = sorted((ours, theirs), key=len)
    return len(short) if long[len(long) - len(short) :] == short else 0


def ending_with(path: str, stem: str) -> bool:
    """Whether `path`, as behave's JUnit writes it (dots for slashes, no suffix), is `stem` or ends with it."""
    dotted = ".".join(_parts(path.removesuffix(".feature")))
    return dotted == stem or dotted.endswith("." + stem)


def _parts(path: str) -> list[str]:
    return [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
