"""The tree: against the vectors of transparency-dev/merkle, and its own laws."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.audit import merkle

SIZES = st.integers(min_value=1, max_value=200)


def leaves(count: int) -> list[bytes]:
    return [merkle.leaf_hash(str(number).encode()) for number in range(count)]


def tree_by_definition(hashes: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word by word."""
    if not hashes:
        return merkle.EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return merkle.node_hash(tree_by_definition(hashes[:split]), tree_by_definition(hashes[split:]))


def reader(hashes: list[bytes]) -> merkle.NodeReader:
    return lambda level, at: tree_by_definition(hashes[at << level : (at + 1) << level])


def vectors(folder: Path) -> list[dict[str, Any]]:
    found = [json.loads(path.read_text()) for path in sorted(folder.rglob("*.json"))]
    for vector in found:
        for name in ("root", "root1", "root2", "leafHash"):
            if name in vector:
                vector[name] = base64.b64decode(vector[name] or "")
        vector["proof"] = [base64.b64decode(one) for one in vector["proof"] or []]
    return found


def accepted(check: Any, **kwargs: Any) -> bool:
    try:
        check(**kwargs)
    except merkle.ProofError:
        return False
    return True


def test_inclusion_vectors(real_data: Path) -> None:
    found = vectors(real_data / "merkle-transparency" / "testdata" / "inclusion")
    answers = [
        (
            vector["wantErr"],
            accepted(
                merkle.check_inclusion,
                leaf=vector["leafHash"],
                index=vector["leafIdx"],
                size=vector["treeSize"],
                proof=vector["proof"],
                root=vector["root"],
            ),
        )
        for vector in found
    ]
    assert len(answers) == 98
    assert sum(good for _, good in answers) == 6
    assert all(good is not bad for bad, good in answers)


def test_consistency_vectors(real_data: Path) -> None:
    found = vectors(real_data / "merkle-transparency" / "testdata" / "consistency")
    answers = [
        (
            vector["wantErr"],
            accepted(
                merkle.check_consistency,
                old_size=vector["size1"],
                new_size=vector["size2"],
                old_root=vector["root1"],
                new_root=vector["root2"],
                proof=vector["proof"],
            ),
        )
        for vector in found
    ]
    assert len(answers) == 98
    assert sum(good for _, good in answers) == 6
    assert all(good is not bad for bad, good in answers)


@given(st.integers(min_value=0, max_value=150))
def test_compact_range_has_the_root_by_definition(count: int) -> None:
    assert merkle.root_of(leaves(count)) == tree_by_definition(leaves(count))


@given(st.integers(min_value=0, max_value=150))
def test_compact_range_survives_its_bytes(count: int) -> None:
    tree = merkle.CompactRange()
    for leaf in leaves(count):
        tree.append(leaf)
    again = merkle.CompactRange.from_bytes(count, tree.to_bytes())
    assert (again.size, again.root()) == (count, tree.root())


def test_compact_range_refuses_bytes_of_another_size() -> None:
    with pytest.raises(ValueError, match="no compact range of 3 leaves"):
        merkle.CompactRange.from_bytes(3, b"\x00" * 32)


def test_append_names_the_subtrees_it_completes() -> None:
    hashes, tree = leaves(64), merkle.CompactRange()
    for index, leaf in enumerate(hashes):
        for level, node in enumerate(tree.append(leaf), start=1):
            assert node == reader(hashes)(level, index >> level)


@given(SIZES, st.data())
def test_inclusion_proofs_hold_and_no_other_leaf_has_them(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    hashes = leaves(size)
    proof = merkle.inclusion_proof(index, size, reader(hashes))
    root = merkle.root_of(hashes)
    merkle.check_inclusion(leaf=hashes[index], index=index, size=size, proof=proof, root=root)
    for other in {index - 1, index + 1} & set(range(size)):
        with pytest.raises(merkle.ProofError):
            merkle.check_inclusion(leaf=hashes[index], index=other, size=size, proof=proof, root=root)
    with pytest.raises(merkle.ProofError):
        merkle.check_inclusion(leaf=hashes[index], index=index, size=size, proof=[*proof, root], root=root)


@given(SIZES, st.data())
def test_consistency_proofs_hold_and_no_other_history_has_them(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(min_value=1, max_value=size))
    hashes = leaves(size)
    proof = merkle.consistency_proof(old, size, reader(hashes))
    roots = {"old_root": merkle.root_of(hashes[:old]), "new_root": merkle.root_of(hashes)}
    merkle.check_consistency(old_size=old, new_size=size, proof=proof, **roots)
    forged = {**roots, "old_root": merkle.root_of([merkle.leaf_hash(b"forged"), *hashes[1:old]])}
    with pytest.raises(merkle.ProofError):
        merkle.check_consistency(old_size=old, new_size=size, proof=proof, **forged)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (-1, 4), (4, 4)])
def test_no_inclusion_proof_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        merkle.needed_for_inclusion(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 4), (5, 4)])
def test_no_consistency_proof_from_nothing_or_backwards(old: int, new: int) -> None:
    with pytest.raises(ValueError, match="no consistency proof"):
        merkle.needed_for_consistency(old, new)
