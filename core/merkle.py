"""Merkle trees over SHA-256, as in RFC 9162 section 2.1. Pure.

Leaves and nodes are hashed with different prefixes, so that neither can pass for the other. Hashes are
64 hex digits.
"""

import hashlib
from collections.abc import Iterable, Sequence

EMPTY = hashlib.sha256(b"").hexdigest()


def leaf_hash(content: bytes) -> str:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + content).hexdigest()


def node_hash(left: str, right: str) -> str:
    """The hash of two subtrees side by side."""
    return hashlib.sha256(b"\x01" + bytes.fromhex(left) + bytes.fromhex(right)).hexdigest()


def root_of(hashes: Iterable[str]) -> str:
    """The root over leaf hashes, or over the roots of equal subtrees with 2**n leaves each (the last may
    have fewer); memory grows with the logarithm of their number."""
    stack: list[tuple[int, str]] = []
    for current in hashes:
        height = 0
        while stack and stack[-1][0] == height:
            current, height = node_hash(stack.pop()[1], current), height + 1
        stack.append((height, current))
    if not stack:
        return EMPTY
    root = stack.pop()[1]
    while stack:
        root = node_hash(stack.pop()[1], root)
    return root


def path_of(hashes: Sequence[str], index: int) -> list[str]:
    """What ``root_from`` needs to climb from leaf ``index`` to the root, lowest first."""
    if len(hashes) <= 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if index < split:
        return [*path_of(hashes[:split], index), root_of(hashes[split:])]
    return [*path_of(hashes[split:], index - split), root_of(hashes[:split])]


def root_from(leaf: str, index: int, size: int, path: Sequence[str]) -> str:
    """The root that leaf hash ``index`` of ``size`` and its path lead to; "" when they don't fit."""
    if size <= 1 or not 0 <= index < size:
        return leaf if size == 1 and index == 0 and not path else ""
    if not path:
        return ""
    split = 1 << (size - 1).bit_length() - 1
    if index < split:
        below = root_from(leaf, index, split, path[:-1])
        return node_hash(below, path[-1]) if below else ""
    below = root_from(leaf, index - split, size - split, path[:-1])
    return node_hash(path[-1], below) if below else ""
