"""Reads of changes of areas, for the pages and the API. Each takes an ``Access``."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.roles import May
from core.errors import NotFound
from grids.access import Access
from grids.geo.shapes import outline_to_geojson
from grids.models import Area, AreaJob
from grids.permissions import check_may_configure
from grids.services.change_plan import ChangePlan
from grids.services.rows import PARENT_LEVEL
from grids.services.wishes import Kind

MOST_CHOICES = 500
_GRID_KINDS = (Kind.SPLIT, Kind.MERGE, Kind.BORDER, Kind.MOVE, Kind.RETIRE)


def jobs_seen(access: Access) -> QuerySet[AreaJob]:
    """The changes of areas an administrator looks after, newest first.

    Raises:
        NotAllowed: not an administrator.
    """
    check_may_configure(access)
    areas = Area.objects.filter(access.area_q(May.CONFIGURE))
    return AreaJob.objects.filter(area__in=areas.values("pk")).select_related("area", "actor").defer(
        "area__outline", "ground"
    )  # fmt: skip


def job_seen(access: Access, job_id: int) -> AreaJob:
    """One of them; NotFound otherwise."""
    job = jobs_seen(access).filter(pk=job_id).first()
    if job is None:
        raise NotFound(_("There is no such change, or it lies outside your district."))
    return job


def job_page(access: Access, job_id: int) -> dict[str, Any]:
    """What the page of a change shows."""
    job = job_seen(access, job_id)
    codes = {name: set(job.facts.get(name, ())) for name in ("ended", "made", "altered", "heirs")}
    rows = Area.objects.filter(access.area_q(May.CONFIGURE), code__in=set().union(*codes.values()))
    areas = list(rows.defer("outline").order_by("code"))
    groups = {name: [area for area in areas if area.code in wanted] for name, wanted in codes.items()}
    return {"job": job, **groups}


def kinds_of(area: Area) -> Sequence[Kind]:
    """The ways in which an area in force can change by a job."""
    if area.valid_to is not None:
        return ()
    by_level = {Area.Level.GRID: _GRID_KINDS, Area.Level.DISTRICT: (Kind.ABOLISH,)}
    return by_level.get(Area.Level(area.level), (Kind.MOVE,))


def choices_for(access: Access, area: Area, kind: str) -> list[tuple[str, str]]:
    """Codes and names of the other areas a change of this kind may name."""
    rows = Area.objects.filter(access.area_q(May.CONFIGURE), valid_to=None).exclude(pk=area.pk)
    if kind == Kind.ABOLISH:
        rows = rows.filter(level=Area.Level.DISTRICT)
    elif kind == Kind.MOVE:
        rows = rows.filter(level=PARENT_LEVEL[area.level]).exclude(pk=area.parent_id or 0)
    elif kind == Kind.MERGE:
        rows = rows.filter(level=area.level, parent_id=area.parent_id)
    else:
        rows = rows.filter(level=area.level, district_id=area.district_id).filter(_beside(area))
    found = rows.defer("outline").order_by("code")[:MOST_CHOICES]
    return [(row.code, f"{row.short_name} {row.code}") for row in found]


def _beside(area: Area) -> Q:
    """Areas of the same parent, and those whose box touches this one's."""
    near = Q(parent_id=area.parent_id)
    if area.min_lon is None:
        return near
    reach = 1e-6
    return near | Q(
        max_lon__gte=area.min_lon - reach, min_lon__lte=(area.max_lon or 0) + reach,
        max_lat__gte=(area.min_lat or 0) - reach, min_lat__lte=(area.max_lat or 0) + reach,
    )  # fmt: skip


def drawn(plan: ChangePlan) -> dict[str, Any]:
    """The outlines as they would be, as GeoJSON."""
    shapes = [(new.code, new.name, "grid", new.outline) for new in plan.made]
    shapes += [(a.area.code, a.area.short_name, a.area.level, a.outline) for a in plan.altered if a.outline]
    features = [
        {
            "type": "Feature",
            "geometry": outline_to_geojson(outline),
            "properties": {"code": code, "name": f"{name} {code}", "level": level, "own": level == "grid"},
        }
        for code, name, level, outline in shapes
    ]
    return {"type": "FeatureCollection", "features": features}
