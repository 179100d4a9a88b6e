"""The promise root and the difference of promises: pure."""

from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from apps.signoff.promise import Leaf, promise_difference, promise_root

leaves = st.lists(
    st.builds(
        Leaf,
        st.sampled_from(["story", "nfr", "waiver"]),
        st.from_regex(r"[A-Z]-\d{1,3}", fullmatch=True),
        st.text("0123456789abcdef", min_size=64, max_size=64),
    ),
    unique_by=lambda leaf: (leaf.type, leaf.key),
    max_size=12,
)


@given(leaves, st.randoms())
def test_order_and_titles_do_not_count(some: list[Leaf], chance: "object") -> None:
    shuffled = [Leaf(leaf.type, leaf.key, leaf.digest, "another title") for leaf in some]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert promise_root(shuffled) == promise_root(some)
    assert not promise_difference(some, shuffled)


@given(leaves, leaves)
def test_two_promises_have_one_root_only_if_nothing_differs(one: list[Leaf], other: list[Leaf]) -> None:
    assert (promise_root(one) == promise_root(other)) == (not promise_difference(one, other))


def test_a_leaf_of_another_type_is_another_promise() -> None:
    assert promise_root([Leaf("story", "X-1", "0" * 64)]) != promise_root([Leaf("nfr", "X-1", "0" * 64)])


def test_the_difference_in_words() -> None:
    old = [Leaf("story", "S-1", "a" * 64), Leaf("story", "S-2", "b" * 64)]
    new = [Leaf("story", "S-1", "c" * 64), Leaf("nfr", "NFR-1", "d" * 64)]
    assert promise_difference(old, new).words == "1 changed (S-1), 1 added (NFR-1), 1 taken out (S-2)"


def test_the_root_of_one_promise_never_changes() -> None:
    """Signed roots are for good: the recipe, written out here by hand, must not move."""
    nfr = b'{"digest":"' + b"11" * 32 + b'","key":"NFR-1","type":"nfr"}'
    story = b'{"digest":"' + b"00" * 32 + b'","key":"S-1","type":"story"}'
    leaves = b"".join(sha256(b"\x00" + leaf).digest() for leaf in (nfr, story))
    root = promise_root([Leaf("story", "S-1", "00" * 32), Leaf("nfr", "NFR-1", "11" * 32)])
    assert root == sha256(b"\x01" + leaves).hexdigest()
    assert root == "1e04dc6f987fd64ca5502ac0af1c70e9ed2be11bbd27a51438db78b23116d60d"
