"""Where the made-up cases lie: points inside real grids, invented addresses."""

import random
from dataclasses import dataclass

from citymgmt.demo.scenes import ROADS, SPOTS
from citymgmt.demo.story import Land, Story
from citymgmt.local.cast import NEXT_STREET, OTHER_STREET, STREET
from grids.models import Area
from grids.selectors import grid_index

_JITTER = 0.0009  # degrees, some hundred metres
_HOT_JITTER = 0.0002  # some twenty metres


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with an address in words; WGS 84 degrees."""

    lon: float
    lat: float
    address: str
    grid: Area


class Ground:
    """The grids of the communities at hand."""

    def __init__(self, communities: list[Area]) -> None:
        rows = Area.objects.filter(level=Area.Level.GRID, valid_to__isnull=True, parent__in=communities)
        self._grids: dict[int, list[Area]] = {}
        for grid in rows.select_related("street", "community", "district").defer("outline").order_by("code"):
            self._grids.setdefault(grid.community_id or 0, []).append(grid)
        self._communities = [area for area in communities if area.pk in self._grids]

    @property
    def land(self) -> Land:
        """Where the cast's own street, the neighbour's and the stranger's lie in the list."""
        streets = [area.street.code if area.street else "" for area in self._communities]
        return Land(
            len(streets), streets.count(STREET), streets.index(NEXT_STREET), streets.index(OTHER_STREET)
        )

    def spot(self, story: Story) -> Spot:
        """The place of a story; the same story always has the same one."""
        dice = story.dice("place")
        grids = self._grids[self._communities[story.community].pk]
        grid = grids[story.hot_spot % len(grids)] if story.hot_spot is not None else dice.choice(grids)
        lon, lat = point_inside(grid, dice, _JITTER if story.hot_spot is None else _HOT_JITTER)
        # The same corner has the same name every time.
        words = random.Random(f"{grid.code}:{story.hot_spot}") if story.hot_spot is not None else dice  # noqa: S311
        street, community = grid.street, grid.community
        name = f"{street.short_name if street else ''}{community.short_name if community else ''}"
        address = f"{name}{words.choice(ROADS)}{words.randint(1, 180)}号{words.choice(SPOTS)}"
        return Spot(lon, lat, address, grid)


def point_inside(grid: Area, dice: random.Random, jitter: float) -> tuple[float, float]:
    """Longitude and latitude within ``jitter`` degrees of a grid's centre and inside it."""
    centre = (grid.centre_lon or 0.0, grid.centre_lat or 0.0)
    for _try in range(6):
        lon, lat = (round(at + dice.uniform(-jitter, jitter), 6) for at in centre)
        if grid_index().find(lon, lat) == grid.pk:
            return lon, lat
    return centre
