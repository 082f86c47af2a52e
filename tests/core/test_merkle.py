"""The tree of the digests: every leaf's path leads to the root, and no other leaf's does."""

import hashlib

import pytest

from core.merkle import EMPTY, leaf_hash, node_hash, path_of, root_from, root_of

LEAVES = [leaf_hash(str(n).encode()) for n in range(67)]


def split_root(hashes: list[str]) -> str:
    """The definition of RFC 9162, word for word."""
    if len(hashes) < 2:
        return hashes[0] if hashes else EMPTY
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return node_hash(split_root(hashes[:split]), split_root(hashes[split:]))


def test_the_empty_tree_and_the_empty_leaf_are_those_of_the_standard() -> None:
    assert hashlib.sha256(b"").hexdigest() == EMPTY
    assert leaf_hash(b"") == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"


@pytest.mark.parametrize("size", range(68))
def test_the_streamed_root_is_the_one_of_the_definition(size: int) -> None:
    assert root_of(iter(LEAVES[:size])) == split_root(LEAVES[:size])


@pytest.mark.parametrize("size", [1, 2, 3, 8, 13, 64, 67])
def test_every_path_leads_to_the_root(size: int) -> None:
    leaves = LEAVES[:size]
    for index, leaf in enumerate(leaves):
        path = path_of(leaves, index)
        assert root_from(leaf, index, size, path) == root_of(leaves)
        assert root_from(LEAVES[-1] if leaf != LEAVES[-1] else EMPTY, index, size, path) != root_of(leaves)
        assert root_from(leaf, index, size, [*path, EMPTY]) != root_of(leaves)
        assert root_from(leaf, (index + 1) % size, size, path) != root_of(leaves) or size == 1


def test_roots_of_whole_subtrees_make_the_same_root() -> None:
    blocks = [root_of(LEAVES[at : at + 8]) for at in range(0, len(LEAVES), 8)]
    assert root_of(blocks) == root_of(LEAVES)


@pytest.mark.parametrize(("index", "size"), [(-1, 4), (4, 4), (0, 0), (7, 1)])
def test_a_place_outside_the_tree_leads_nowhere(index: int, size: int) -> None:
    assert root_from(LEAVES[0], index, size, [EMPTY]) == ""
