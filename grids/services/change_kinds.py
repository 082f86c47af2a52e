"""The six ways areas change: each turns what was asked into a plan. They read and write nothing else."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from shapely.geometry import Point

from core.errors import BadInput, Conflict, Sentence
from grids.access import Access
from grids.following import Heir, Shift, followers
from grids.geo.cutting import (
    LEAST_PART,
    CutError,
    are_neighbours,
    fitted,
    halved,
    joined,
    pieces,
    place_among,
    tiled,
)
from grids.geo.shapes import Outline, only_areas, outline_from_wkb, square_metres
from grids.models import Area
from grids.policies import check_code, check_name, still_there
from grids.services.areas import grid_codes_next
from grids.services.change_ground import ancestors_altered, uncovered
from grids.services.change_plan import Altered, ChangePlan, Ground, NewGrid, area_named, plan_finish
from grids.services.rows import PARENT_LEVEL, grid_name
from grids.services.wishes import Kind, Wish
from grids.uses import bars_of

LEVEL = Area.Level
_CUTS: dict[str, Sentence] = {
    "no_line": _("Give two different positions for the cut."),
    "not_cut": _("This leaves a part without ground. Draw the line or the outlines across it."),
    "gap": _("The outlines leave ground of the old one uncovered. Let them cover all of it."),
    "overlap": _("The outlines overlap. Let each piece of ground lie in one of them."),
    "outside": _("An outline reaches beyond the ground that is divided. Keep inside its border."),
    "no_area": _("An outline has hardly any ground in it. Draw it anew."),
    "apart": _("These grids have no border in common. Choose neighbours."),
}


def plan_make(wish: Wish, *, access: Access | None, now: datetime) -> ChangePlan:
    """Work out what a wish does now; ``access`` None is the operator, who sees every district.

    Raises:
        NotFound: an area outside the scope. Conflict: one retired, or codes used up.
        BadInput: the wish can't be; ``field`` says what.
    """
    area = area_named(access, wish.area)
    try:
        plan = _KINDS[wish.kind](wish, area, access, now)
    except CutError as error:
        raise BadInput(_CUTS[error.reason], field="cut" if wish.cut else "outlines") from error
    followed = [name for name, _follower in followers()]
    for ended in plan.ended if plan.heir_codes else ():
        plan.errors += bars_of(ended, now, but=followed)
    return plan_finish(plan, access, now)


def _split(wish: Wish, area: Area, access: Access | None, now: datetime) -> ChangePlan:
    _check_grid(area)
    parts = _parts(_outline(area), wish)
    made = _new_grids(wish, area, parts)
    labels = [_label(new.code, new.name) for new in made]
    shift = Shift("grid", _names(area), True, lambda pk, lon, lat: labels[place_among(parts, lon, lat)])
    plan = ChangePlan(wish, area, shift, ended=[area], made=made, hold=[_parent(area)])
    plan.remarks += _in_pieces(made)
    return plan


def _merge(wish: Wish, area: Area, access: Access | None, now: datetime) -> ChangePlan:
    grids = [area, *(area_named(access, code) for code in wish.others if code != area.code)]
    if len(grids) < 2:
        raise BadInput(_("Choose the neighbours it is merged with."), field="others")
    for grid in grids:
        _check_grid(grid)
        if grid.community_id != area.community_id:
            raise BadInput(_("Only grids of one community are merged. Move them first."), field="others")
    made = _new_grids(wish, area, [joined([_outline(grid) for grid in grids])])
    label = _label(made[0].code, made[0].name)
    shift = Shift("grid", _names(*grids), False, lambda pk, lon, lat: label)
    return ChangePlan(wish, area, shift, ended=grids, made=made, hold=[_parent(area)])


def _retire(wish: Wish, area: Area, access: Access | None, now: datetime) -> ChangePlan:
    _check_grid(area)
    heirs = [area_named(access, code) for code in wish.successors]
    if any(h.level != LEVEL.GRID or h.district_id != area.district_id or h.pk == area.pk for h in heirs):
        raise BadInput(_("A grid is followed by other grids of its district."), field="successors")
    shift = Shift("grid", _names(area), len(heirs) > 1, _to_heirs(heirs))
    plan = ChangePlan(wish, area, shift, ended=[area], heirs=heirs, hold=[_parent(area)])
    if not heirs:
        plan.errors += still_there(area, now)
    if area.outline and (bare := uncovered(area)) >= LEAST_PART:
        plan.remarks.append(
            _("No grid will cover %(n)d m² of its ground, so nothing can be reported there.")
            % {"n": round(bare)}
        )
    return plan


def _border(wish: Wish, area: Area, access: Access | None, now: datetime) -> ChangePlan:
    if len(wish.others) != 1 or wish.others[0] == area.code:
        raise BadInput(_("Choose the neighbour on the other side of the border."), field="others")
    other = area_named(access, wish.others[0])
    _check_grid(area)
    _check_grid(other)
    if other.district_id != area.district_id:
        raise BadInput(_("Both grids have to lie in one district."), field="others")
    mine, theirs = _both_sides(wish, _outline(area), _outline(other))
    ground = [
        Ground(source.pk, target.pk, piece)
        for source, target, new in ((area, other, theirs), (other, area, mine))
        if square_metres(piece := only_areas(_outline(source).intersection(new))) >= 1.0
    ]
    if not ground:
        raise BadInput(_("The border stays where it is. Draw it elsewhere."), field="cut")
    shift = Shift("grid", _names(area, other), True, _over_the_border(area, other, ground, [mine, theirs]))
    sides = [area, other]
    altered = [Altered(area, mine), Altered(other, theirs)]
    altered += ancestors_altered([(piece.outline, *_sides(sides, piece)) for piece in ground])
    plan = ChangePlan(wish, area, shift, altered=altered, ground=ground)
    plan.left = [grid for grid in sides if any(piece.source == grid.pk for piece in ground)]
    plan.entered = [grid for grid in sides if any(piece.target == grid.pk for piece in ground)]
    return plan


def _move(wish: Wish, area: Area, access: Access | None, now: datetime) -> ChangePlan:
    if area.level == LEVEL.DISTRICT:
        raise BadInput(_("A district lies below nothing. Abolish it instead."), field="to")
    parent = area_named(access, wish.to)
    if parent.level != PARENT_LEVEL[area.level]:
        raise BadInput(_("It can't lie below an area of that level."), field="to")
    if parent.pk == area.parent_id:
        raise BadInput(_("It lies there already. Choose another."), field="to")
    old, new = _lineage(_parent(area)), _lineage(parent)
    left = [above for level, above in old.items() if new[level].pk != above.pk]
    entered = [above for level, above in new.items() if old[level].pk != above.pk]
    label = _label(parent.code, parent.short_name)
    shift = Shift(area.level, _names(area), False, lambda pk, lon, lat: label, *_wide(left, entered))
    plan = ChangePlan(wish, area, shift, left=left, entered=entered, hold=[*left, *entered])
    plan.altered = [Altered(area, parent=parent)]
    if area.outline:
        plan.altered += ancestors_altered([(_outline(area), _parent(area), parent)])
        if parent.outline and not are_neighbours(_outline(area), _outline(parent)):
            plan.remarks.append(_("It has no border in common with %(name)s.") % {"name": parent.short_name})
    return plan


def _abolish(wish: Wish, area: Area, access: Access | None, now: datetime) -> ChangePlan:
    if area.level != LEVEL.DISTRICT:
        raise BadInput(_("Only a district is abolished so. Retire this area instead."), field="area")
    heir = area_named(access, wish.to)
    if heir.level != LEVEL.DISTRICT or heir.pk == area.pk:
        raise BadInput(_("Choose the district its streets pass to."), field="to")
    streets = area.children.filter(valid_to=None).select_related("parent", "district").order_by("pk")
    label = _label(heir.code, heir.short_name)
    shift = Shift(
        "district", _names(area), False, lambda pk, lon, lat: label, *_wide([area], [heir]),
        ends=frozenset({area.pk}),
    )  # fmt: skip
    altered = [Altered(street, parent=heir) for street in streets]
    if area.outline and heir.outline:
        altered.append(Altered(heir, only_areas(_outline(area).union(_outline(heir)))))
    return ChangePlan(wish, area, shift, ended=[area], heirs=[heir], altered=altered, entered=[heir])


_KINDS: dict[str, Callable[[Wish, Area, Access | None, datetime], ChangePlan]] = {
    Kind.SPLIT: _split, Kind.MERGE: _merge, Kind.RETIRE: _retire, Kind.BORDER: _border, Kind.MOVE: _move,
    Kind.ABOLISH: _abolish,
}  # fmt: skip


def _parts(outline: Outline, wish: Wish) -> list[Outline]:
    """The parts the outline is cut into: along a line, by shapes laid over it, or as given."""
    if wish.cut:
        return list(halved(outline, *wish.cut))
    if wish.shapes and wish.fit:
        return fitted(outline, wish.shapes)
    if len(wish.shapes) > 1:
        return tiled(outline, wish.shapes)
    raise BadInput(
        _("Draw a line to cut along, or give the outlines of at least two parts."), field="outlines"
    )


def _both_sides(wish: Wish, mine: Outline, theirs: Outline) -> tuple[Outline, Outline]:
    parts = _parts(joined([mine, theirs]), wish)
    if len(parts) != 2:
        raise BadInput(
            _("A border has two sides. Give two outlines, the first for this grid."), field="outlines"
        )
    first, second = parts
    kept = first.intersection(mine).area + second.intersection(theirs).area
    swapped = second.intersection(mine).area + first.intersection(theirs).area
    # A line does not say which side is whose: each grid keeps the one that lets most ground stay.
    return (second, first) if wish.cut and swapped > kept else (first, second)


def _sides(grids: Sequence[Area], piece: Ground) -> tuple[Area, Area]:
    by_id = {grid.pk: _parent(grid) for grid in grids}
    return by_id[piece.source], by_id[piece.target]


def _over_the_border(area: Area, other: Area, ground: list[Ground], sides: list[Outline]) -> Heir:
    grids = [area, other]

    def heir(pk: int, lon: float, lat: float) -> str:
        point = Point(lon, lat)
        to = next((g.target for g in ground if g.source == pk and g.outline.intersects(point)), None)
        side = grids[place_among(sides, lon, lat)]
        return _label(side.code, side.short_name) if side.pk == to else ""

    return heir


def _to_heirs(heirs: Sequence[Area]) -> Heir:
    drawn = [heir for heir in heirs if heir.outline] or list(heirs)
    outlines = [_outline(heir) for heir in drawn if heir.outline]

    def heir(pk: int, lon: float, lat: float) -> str:
        if not drawn:
            return ""
        chosen = drawn[place_among(outlines, lon, lat)] if len(outlines) > 1 else drawn[0]
        return _label(chosen.code, chosen.short_name)

    return heir


def _new_grids(wish: Wish, area: Area, parts: Sequence[Outline]) -> list[NewGrid]:
    community = _parent(area)
    for given, name in ((wish.codes, "codes"), (wish.names, "names")):
        if given and len(given) != len(parts):
            raise BadInput(
                _("Give one for each of the %(n)d new grids, or none.") % {"n": len(parts)}, field=name
            )
    codes = wish.codes or grid_codes_next(community, len(parts))
    names = wish.names or [
        grid_name(community.short_name, int(code[-3:])) for code in codes if code.isdigit()
    ]
    for code, name in zip(wish.codes, names, strict=False):
        check_code(code, "grid")
        check_name(name)
    facts: dict[str, Any] = {"made_up": area.made_up, "datum": area.source_datum or "WGS84"}
    return [
        NewGrid(code, name, community, part, **facts)
        for code, name, part in zip(codes, names, parts, strict=True)
    ]


def _in_pieces(made: Sequence[NewGrid]) -> list[Sentence]:
    return [
        _("%(code)s would lie in %(n)d pieces.") % {"code": new.code, "n": len(pieces(new.outline))}
        for new in made
        if len(pieces(new.outline)) > 1
    ]


def _check_grid(area: Area) -> None:
    if area.level != LEVEL.GRID:
        raise BadInput(_("Only grids are changed so. Choose a grid."), field="area")


def _outline(area: Area) -> Outline:
    if not area.outline:
        raise Conflict(_("%(name)s has no outline yet. Import one first.") % {"name": area.short_name})
    return outline_from_wkb(area.outline)


def _parent(area: Area) -> Area:
    if area.parent is None:
        raise BadInput(_("A district lies below nothing. Abolish it instead."), field="area")
    return area.parent


def _lineage(parent: Area) -> dict[str, Area]:
    above = {"district": parent.district, "street": parent.street, "community": parent.community}
    return {level: area for level, area in (above | {parent.level: parent}).items() if area is not None}


def _wide(left: Sequence[Area], entered: Sequence[Area]) -> tuple[frozenset[int], frozenset[int]]:
    """The streets and districts among them, for which plans may stand."""
    wide = (LEVEL.STREET, LEVEL.DISTRICT)
    return (
        frozenset(area.pk for area in left if area.level in wide),
        frozenset(area.pk for area in entered if area.level in wide),
    )


def _names(*areas: Area) -> dict[int, str]:
    return {area.pk: _label(area.code, area.short_name) for area in areas}


def _label(code: str, name: str) -> str:
    return f"{name} {code}"
