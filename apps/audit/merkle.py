"""The Merkle tree of RFC 6962 and RFC 9162: hashes, compact range, inclusion and consistency proofs. Pure.

A tree of n leaves is kept as its compact range: the roots of the perfect subtrees that make it up, the
largest first, one for each bit set in n. Appending costs as many hashes as the new leaf completes subtrees.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()

# The hash of the perfect subtree (level, index), over the leaves from index * 2**level to (index + 1) *
# 2**level.
NodeReader = Callable[[int, int], bytes]


class ProofError(Exception):
    """The proof does not show what it claims; the message says why."""


def leaf_hash(body: bytes) -> bytes:
    """SHA-256(0x00 || body), RFC 6962 section 2.1."""
    return sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), RFC 6962 section 2.1."""
    return sha256(b"\x01" + left + right).digest()


@dataclass
class CompactRange:
    """A tree as the roots of its perfect subtrees, the largest first."""

    size: int = 0
    nodes: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[bytes]:
        """Adds a leaf hash; returns the roots of the subtrees that it completes, the lowest first."""
        completed: list[bytes] = []
        node, ones = leaf, self.size
        while ones & 1:
            node = node_hash(self.nodes.pop(), node)
            completed.append(node)
            ones >>= 1
        self.nodes.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root hash; of no leaves, SHA-256 of nothing."""
        return _fold(self.nodes)

    def to_bytes(self) -> bytes:
        """The subtree roots one after the other."""
        return b"".join(self.nodes)

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> "CompactRange":
        """The range that `to_bytes` wrote. Raises ValueError where `data` cannot be one of `size` leaves."""
        if len(data) != HASH_BYTES * size.bit_count():
            raise ValueError(f"{len(data)} bytes are no compact range of {size} leaves")
        return cls(size, [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)])


def _fold(nodes: Sequence[bytes]) -> bytes:
    if not nodes:
        return EMPTY_ROOT
    root = nodes[-1]
    for node in reversed(nodes[:-1]):
        root = node_hash(node, root)
    return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes in their order."""
    tree = CompactRange()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


def needed_for_inclusion(index: int, size: int) -> list[list[tuple[int, int]]]:
    """For each hash of the inclusion proof the perfect subtrees (level, index) it folds, lowest hash first.

    RFC 9162 section 2.1.3.1. Raises ValueError unless 0 <= index < size.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} in a tree of {size}")
    return _path(index, 0, size)


def needed_for_consistency(old_size: int, new_size: int) -> list[list[tuple[int, int]]]:
    """For each hash of the consistency proof the perfect subtrees (level, index) it folds, in its order.

    RFC 9162 section 2.1.4.1. Raises ValueError unless 0 < old_size <= new_size.
    """
    if not 0 < old_size <= new_size:
        raise ValueError(f"no consistency proof from {old_size} to {new_size}")
    return _subproof(old_size, 0, new_size, True)


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of the tree of `size` leaves."""
    return [_fold([node(*place) for place in places]) for places in needed_for_inclusion(index, size)]


def consistency_proof(old_size: int, new_size: int, node: NodeReader) -> list[bytes]:
    """The hashes that show the tree of `new_size` leaves to extend the one of `old_size`."""
    return [_fold([node(*place) for place in places]) for places in needed_for_consistency(old_size, new_size)]


def _path(index: int, start: int, size: int) -> list[list[tuple[int, int]]]:
    if size == 1:
        return []
    split = _largest_power_below(size)
    if index < split:
        return [*_path(index, start, split), _perfect(start + split, size - split)]
    return [*_path(index - split, start + split, size - split), _perfect(start, split)]


def _subproof(old: int, start: int, size: int, whole: bool) -> list[list[tuple[int, int]]]:
    if old == size:
        return [] if whole else [_perfect(start, size)]
    split = _largest_power_below(size)
    if old <= split:
        return [*_subproof(old, start, split, whole), _perfect(start + split, size - split)]
    return [*_subproof(old - split, start + split, size - split, False), _perfect(start, split)]


def _largest_power_below(size: int) -> int:
    return 1 << (size - 1).bit_length() - 1


def _perfect(start: int, size: int) -> list[tuple[int, int]]:
    """The perfect subtrees that make up leaves start up to start + size, the largest first."""
    places = []
    while size:
        level = size.bit_length() - 1
        places.append((level, start >> level))
        start, size = start + (1 << level), size - (1 << level)
    return places


def check_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Raises ProofError unless `proof` leads from the leaf hash at `index` to `root` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofError(f"There is no leaf {index} in a tree of {size}.")
    _check_hashes([leaf, root, *proof])
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            raise ProofError("The proof is too long.")
        if at & 1 or at == last:
            found = node_hash(step, found)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofError("The proof is too short.")
    if found != root:
        raise ProofError("The proof leads to another root.")


def check_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Raises ProofError unless the tree of `new_size` extends the one of `old_size` (RFC 9162, 2.1.4.2).

    An empty old tree is refused: every tree extends it, so nothing would be shown.
    """
    if not 0 < old_size <= new_size:
        raise ProofError(f"Nothing can be shown from {old_size} leaves to {new_size}.")
    if old_size == new_size:
        if proof:
            raise ProofError("Two trees of one size need no proof.")
        if old_root != new_root:
            raise ProofError("Two trees of one size have different roots.")
        return
    if not proof:
        raise ProofError("The proof is empty.")
    _check_hashes([old_root, new_root, *proof])
    # A perfect old tree is itself the first hash, so the proof leaves it out.
    first, *rest = proof if old_size & (old_size - 1) else [old_root, *proof]
    at, last = old_size - 1, new_size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    found_old = found_new = first
    for step in rest:
        if last == 0:
            raise ProofError("The proof is too long.")
        if at & 1 or at == last:
            found_old, found_new = node_hash(step, found_old), node_hash(step, found_new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            found_new = node_hash(found_new, step)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofError("The proof is too short.")
    if found_old != old_root:
        raise ProofError("The proof leads to another old root.")
    if found_new != new_root:
        raise ProofError("The proof leads to another new root.")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise ProofError(f"A hash is not {HASH_BYTES} bytes long.")
