"""Changing areas as the cast does: preview, then apply what was previewed, then let everything follow."""

import json
from datetime import datetime
from itertools import count
from typing import Any

from shapely import box
from shapely.geometry import mapping

from accounts.roles import Role
from grids.access import grants_recompute
from grids.models import Area, AreaJob, Posting
from grids.services.area_jobs import area_jobs_run
from grids.services.change_plan import ChangePlan
from grids.services.changes import change_apply, change_preview
from tests.cast import BEGAN, NOW, World

GRID, NEXT = "500115001001001", "500115001001002"  # 107.00–107.01 and 107.01–107.02, both 29.80–29.81
COMMUNITY, OTHER_COMMUNITY = "500115001001", "500115001002"
ABOVE = "500115001002001"  # north of GRID, in the other community
_keys = count(1)
# Straight through GRID from south to north: the part left of it is the western one.
THROUGH = ((107.004, 29.79), (107.004, 29.82))


def geojson(*boxes: tuple[float, float, float, float]) -> str:
    """A FeatureCollection of boxes (west, south, east, north)."""
    features = [{"type": "Feature", "properties": {}, "geometry": mapping(box(*one))} for one in boxes]
    return json.dumps({"type": "FeatureCollection", "features": features})


def wish(kind: str, area: str = GRID, **more: Any) -> dict[str, Any]:
    """What an administrator asks for."""
    return {"kind": kind, "area": area, "reason": "网格调整"} | more


SPLIT = wish("split", cut=THROUGH)
MERGE = wish("merge", others=[NEXT])
RETIRE = wish("retire", successors=[NEXT])
BORDER = wish("border", others=[NEXT], cut=((107.004, 29.79), (107.004, 29.82)))
MOVE = wish("move", to=OTHER_COMMUNITY)
ABOLISH = wish("abolish", "500115", to="500106")
EVERY = {"split": SPLIT, "merge": MERGE, "retire": RETIRE, "border": BORDER, "move": MOVE, "abolish": ABOLISH}


def preview(world: World, raw: dict[str, Any], who: str = "admin", now: datetime = NOW) -> ChangePlan:
    """What it would do."""
    return change_preview(access=world.access(who, now), raw=raw, now=now)


def apply(world: World, raw: dict[str, Any], who: str = "admin", token: str = "", key: str = "") -> AreaJob:
    """Do it, on a fresh preview unless a token is given; nothing has followed yet."""
    token = token or preview(world, raw, who).token
    answer = change_apply(
        access=world.access(who), raw=raw, token=token, now=NOW, key=key or f"c-{next(_keys)}"
    )
    return AreaJob.objects.get(pk=answer["job"])


def change(world: World, raw: dict[str, Any], who: str = "admin") -> AreaJob:
    """The whole change, with all that follows."""
    job = apply(world, raw, who)
    area_jobs_run(now=NOW)
    job.refresh_from_db()
    return job


def made(job: AreaJob) -> list[Area]:
    """The grids a change made, by code."""
    return list(Area.objects.filter(code__in=job.facts["made"]).order_by("code"))


def both_districts(world: World) -> None:
    """Let the administrator of 长寿 look after 沙坪坝 too, as when one district passes to another."""
    Posting.objects.create(
        user=world.people["admin"], role=Role.ADMINISTRATOR, area=world.areas["500106"], starts_at=BEGAN
    )
    grants_recompute(world.people["admin"])
