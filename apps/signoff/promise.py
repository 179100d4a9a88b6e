"""What an epic promises, as one root: the Merkle tree over its typed leaves, and the difference of two promises.

Each leaf names its type, so that kinds of leaf added later do not alter roots already signed. The promise holds no
verdict: a run, a budget or a held game day moves what the signer sees (`dossier.py`), never what was promised.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import rfc8785

from apps.audit import merkle


@dataclass(frozen=True)
class Leaf:
    """One promised thing: what kind, its key, the SHA-256 of its meaning as hex; the title is not hashed."""

    type: str
    key: str
    digest: str
    title: str = ""

    def row(self) -> dict[str, str]:
        """The leaf as JSON, title included."""
        return {"type": self.type, "key": self.key, "digest": self.digest, "title": self.title}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Leaf":
        return cls(type=row["type"], key=row["key"], digest=row["digest"], title=row.get("title", ""))


def promise_root(leaves: Iterable[Leaf]) -> str:
    """The root as 64 hex digits: RFC 6962 tree over the canonical JSON of each leaf, by type and key."""
    ordered = sorted(leaves, key=lambda leaf: (leaf.type, leaf.key))
    return merkle.root_of(
        [
            merkle.leaf_hash(rfc8785.dumps({"type": leaf.type, "key": leaf.key, "digest": leaf.digest}))
            for leaf in ordered
        ]
    ).hex()


@dataclass(frozen=True)
class PromiseDifference:
    """What came, went and changed between two promises; `changed` holds (old, new)."""

    added: list[Leaf]
    removed: list[Leaf]
    changed: list[tuple[Leaf, Leaf]]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    @property
    def words(self) -> str:
        """Such as "1 changed (S-342), 2 added (S-350, W-1)"."""
        parts = [
            (len(self.changed), "changed", [new.key for _, new in self.changed]),
            (len(self.added), "added", [leaf.key for leaf in self.added]),
            (len(self.removed), "taken out", [leaf.key for leaf in self.removed]),
        ]
        return ", ".join(
            f"{count} {word} ({', '.join(keys[:5])}{', …' if count > 5 else ''})"
            for count, word, keys in parts
            if count
        )


def promise_difference(old: Iterable[Leaf], new: Iterable[Leaf]) -> PromiseDifference:
    """Compares by type and key."""
    before = {(leaf.type, leaf.key): leaf for leaf in old}
    after = {(leaf.type, leaf.key): leaf for leaf in new}
    return PromiseDifference(
        added=[leaf for name, leaf in after.items() if name not in before],
        removed=[leaf for name, leaf in before.items() if name not in after],
        changed=[
            (before[name], leaf)
            for name, leaf in after.items()
            if name in before and before[name].digest != leaf.digest
        ],
    )
