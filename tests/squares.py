"""Three plain squares in the place of the districts, for replays in tests."""

from datetime import date

from shapely import box

from cases.services.catalogue_load import catalogue_load
from grids.models import Area, MapVersion
from grids.services.rows import lineage, outline_columns
from grids.services.units import district_units_create
from tests.cast import NOW

SQUARES = {
    "500106": ("沙坪坝区", (106.30, 29.50, 106.40, 29.60)),
    "500157": ("两江新区（原江北区）", (106.50, 29.50, 106.60, 29.60)),
    "500115": ("长寿区", (107.00, 29.80, 107.10, 29.90)),
}


def build_squares() -> None:
    """The three districts, each with one street, one community and one grid, and the whole catalogue."""
    catalogue_load()
    for code, (name, bounds) in SQUARES.items():
        parent: Area | None = None
        for level, digits in (("district", ""), ("street", "001"), ("community", "001"), ("grid", "001")):
            code += digits
            parent = Area.objects.create(
                level=level,
                code=code,
                name=name,
                short_name=name,
                valid_from=date(2020, 1, 1),
                **lineage(parent),
                **outline_columns(box(*bounds)),
            )
            if level == "street":
                district_units_create(district=Area.objects.get(code=code[:6]), actor_id=None, now=NOW)
    MapVersion.objects.create(number=int(Area.objects.latest("pk").pk) + 1)
