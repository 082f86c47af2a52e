"""How what lies in areas follows when they change. A room registers at start; none is known here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Sentence
from grids.models import AreaJob

Heir = Callable[[int, float, float], str]


@dataclass(frozen=True, slots=True)
class Shift:
    """Which rows may go elsewhere and where to, before anything is written.

    ``level`` is the column of ``Placed`` the rows are found by, ``names`` the areas there by id.
    ``heir(area id, lon, lat)`` names what a row goes to, "" when it stays; only where ``by_place`` does the
    position matter. ``leaves`` and ``enters`` are streets and districts the ground belongs to no more, and
    then; ``ends`` those of them that end.
    """

    level: str
    names: Mapping[int, str]
    by_place: bool
    heir: Heir
    leaves: frozenset[int] = frozenset()
    enters: frozenset[int] = frozenset()
    ends: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Flow:
    """How many rows go from one area to another; ``parts`` counts them by what they are in words."""

    source: str
    target: str
    count: int
    parts: tuple[tuple[Sentence, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one room says of a change: what moves (``what`` in words), what stays, what deserves a look.

    ``query`` finds the rows that move in that room's own list, for those who may open it.
    """

    what: Sentence
    flows: tuple[Flow, ...]
    stay: int
    remarks: tuple[Sentence, ...] = ()
    list_name: str = ""
    query: str = ""

    @property
    def moving(self) -> int:
        """How many rows go elsewhere."""
        return sum(flow.count for flow in self.flows)


@dataclass(frozen=True, slots=True)
class Follower:
    """One room's part: say what would move; settle the few things that must change with the areas, in
    their transaction; then move at most so many rows, each with the job's mark in one transaction, and
    return how many were found (0: none is left)."""

    outlook: Callable[[Shift, datetime], Outlook]
    settle: Callable[[AreaJob, datetime], None]
    follow: Callable[[AreaJob, int, datetime], int]


_followers: dict[str, Follower] = {}


def follower_register(name: str, follower: Follower) -> None:
    """Have a room's rows follow. A bar of the same name (``grids.uses``) then stands in no change's way
    that says what follows. Registering the same name again replaces it."""
    _followers[name] = follower


def followers() -> Sequence[tuple[str, Follower]]:
    """All rooms that follow, in a fixed order."""
    return sorted(_followers.items())
