"""Which day's digest covers a case's events, and the proof of it."""

from dataclasses import dataclass
from uuid import UUID

from cases.models import HeadDigest, HeadLeaf
from cases.models.digest import BLOCK
from core.merkle import path_of


@dataclass(frozen=True, slots=True)
class Cover:
    """The newest digest that holds the case, the case's leaf in it, and the path from leaf to root."""

    digest: HeadDigest
    leaf: HeadLeaf
    path: list[str]


def leaves_of(case_uuid: UUID) -> list[HeadLeaf]:
    """The case's leaves in days that are closed, oldest first."""
    closed = HeadDigest.objects.values("day")
    return list(HeadLeaf.objects.filter(case_uuid=case_uuid, day__in=closed).order_by("day", "position"))


def newest_cover(leaves: list[HeadLeaf]) -> Cover | None:
    """The proof for the newest of a case's leaves; reads at most one block of the day's tree."""
    if not leaves:
        return None
    leaf = leaves[-1]
    digest = HeadDigest.objects.get(day=leaf.day)
    block = leaf.position // BLOCK
    beside = HeadLeaf.objects.filter(
        day=leaf.day, position__gte=block * BLOCK, position__lt=(block + 1) * BLOCK
    )
    hashes = [other.hash for other in beside.order_by("position")]
    path = path_of(hashes, leaf.position % BLOCK) + path_of(digest.blocks, block)
    return Cover(digest, leaf, path)
