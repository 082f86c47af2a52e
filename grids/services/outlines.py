"""Outlines as people hand them in: GeoJSON text in one of three datums, and what they do to neighbours."""

from django.utils.translation import gettext_lazy as _

from core.errors import BadInput, Sentence
from grids.geo.datum import geometry_gcj02_to_wgs84
from grids.geo.shapes import (
    Outline,
    OutlineError,
    check_outline,
    find_flaws,
    outline_from_geojson,
    outline_from_wkb,
)
from grids.models import Area

# CGCS2000 and WGS 84 differ by centimetres, less than any outline is drawn to.
DATUMS = {"WGS84": "WGS 84", "CGCS2000": "CGCS2000", "GCJ02": "GCJ-02"}
# West, south, east, north in degrees of mainland China with its islands.
CHINA = (73.0, 3.0, 136.0, 54.0)
MOST_TEXT = 4_000_000

FLAWS: dict[str, Sentence] = {
    "not_geojson": _("This is no GeoJSON outline. Export a Polygon or MultiPolygon as GeoJSON."),
    "empty": _("This outline is empty. Draw at least three points."),
    "no_area": _("This outline has no area. Draw a Polygon or MultiPolygon."),
    "out_of_range": _("Positions are degrees: longitude first, up to 180, then latitude, up to 90."),
    "too_many_points": _("This outline has too many points. Simplify it to at most 200,000."),
    "unrepairable": _("Nothing is left of this outline once it is repaired. Draw it anew."),
    "elsewhere": _(
        "This outline does not lie in China. Check that longitude comes first and the datum is right."
    ),
}


def outline_read(geojson: str, datum: str) -> Outline | None:
    """A checked outline in WGS 84 from GeoJSON text in ``datum``; None from empty text.

    Raises:
        BadInput: with one of the sentences of ``FLAWS``.
    """
    if not geojson.strip():
        return None
    if datum not in DATUMS:
        raise BadInput(_("Choose the datum of the outline."), field="datum")
    if len(geojson) > MOST_TEXT:
        raise BadInput(FLAWS["too_many_points"], field="outline")
    try:
        outline = outline_from_geojson(geojson)
        return in_wgs84(outline, datum)
    except OutlineError as error:
        raise BadInput(FLAWS[error.reason], field="outline") from error
    except RecursionError as error:
        raise BadInput(FLAWS["not_geojson"], field="outline") from error


def in_wgs84(outline: Outline, datum: str) -> Outline:
    """Convert a checked outline; BadInput when it lies outside of China, OutlineError if nothing is left."""
    west, south, east, north = outline.bounds
    if west < CHINA[0] or south < CHINA[1] or east > CHINA[2] or north > CHINA[3]:
        raise BadInput(FLAWS["elsewhere"], field="outline")
    return check_outline(geometry_gcj02_to_wgs84(outline)) if datum == "GCJ02" else outline


def overlaps_said(area: Area, outline: Outline) -> list[str]:
    """Sentences for ground that a new outline shares with areas of its level in force, largest first."""
    west, south, east, north = outline.bounds
    near = Area.objects.filter(
        level=area.level,
        valid_to=None,
        outline__isnull=False,
        max_lon__gte=west,
        min_lon__lte=east,
        max_lat__gte=south,
        min_lat__lte=north,
    ).exclude(pk=area.pk)
    shapes = {row.short_name: outline_from_wkb(row.outline) for row in near[:50] if row.outline}
    mine = area.short_name
    flaws = [f for f in find_flaws({**shapes, mine: outline}) if f.kind == "overlap" and mine in f.names]
    return [
        str(
            _("It covers %(n)d m² of %(name)s, which keeps that ground until it is retired.")
            % {"n": round(flaw.square_metres), "name": next(n for n in flaw.names if n != mine)}
        )
        for flaw in flaws[:5]
    ]
