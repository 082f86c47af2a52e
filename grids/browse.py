"""Reads for the administrator's pages and exports. Each takes an ``Access``."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from shapely.geometry.base import BaseGeometry

from accounts.models import Unit, User
from accounts.roles import Line, May, Role
from core.calendars import usual_calendar
from core.errors import NotFound, Sentence
from core.models import AuditEntry
from grids.access import Access
from grids.geo.shapes import outline_to_geojson
from grids.models import Area, Posting
from grids.permissions import NO_AREA, NO_PERSON, NO_UNIT, district_codes, person_q, posting_q
from grids.selectors import areas_in

# Degrees (as the side of a square that may be lost) by which outlines are simplified for a map.
_COARSENESS = {"district": 0.0008, "street": 0.0004, "community": 0.0002, "grid": 0.0001}
_BELOW = {"district": "street", "street": "community", "community": "grid"}
MOST_OUTLINES = 3000
MOST_EXPORTED = 100_000

ACTIONS: dict[str, Sentence] = {
    "area.load": _("Loaded"), "area.add": _("Added"), "area.rename": _("Renamed"),
    "area.move": _("Moved"), "area.outline": _("Outline changed"), "area.retire": _("Retired"),
    "area.split": _("Split"), "area.merge": _("Merged"), "area.border": _("Border moved"),
    "area.abolish": _("District abolished"),
    "posting.add": _("Posted"), "posting.end": _("Posting ended"), "posting.withdraw": _("Posting withdrawn"),
    "user.create": _("Login made"), "user.deactivate": _("Login closed"),
    "user.reactivate": _("Login opened again"), "user.password_reset": _("New initial password"),
    "user.password_change": _("Password changed"), "absence.enter": _("Absence entered"),
    "absence.change": _("Absence changed"), "absence.end": _("Absence ended"),
    "absence.withdraw": _("Absence withdrawn"), "duty.add": _("Duty turn entered"),
    "duty.end": _("Duty turn ended"), "duty.slot": _("Duty turn set"),
    "unit.add": _("Added"), "unit.change": _("Changed"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Past:
    """One line of a history: what, when, who, and the facts in words."""

    label: Sentence
    at: datetime
    who: str
    text: str


def areas_found(
    access: Access, *, q: str = "", level: str = "", parent: str = "", state: str = ""
) -> QuerySet[Area]:
    """Areas an administrator looks after, narrowed; ``state`` "retired" or "all", else those in force."""
    rows = areas_in(access, May.CONFIGURE, level=level).select_related("parent", "district")
    if words := q.replace("\x00", "").strip()[:60]:
        rows = rows.filter(Q(name__icontains=words) | Q(code__startswith=words))
    if parent:
        rows = rows.filter(parent__code=parent)
    elif not words and not level:
        rows = rows.filter(level=Area.Level.DISTRICT)
    if state == "all":
        return rows
    return rows.filter(valid_to__isnull=state != "retired")


def area_opened(access: Access, *, parent: str = "", **wanted: str) -> Area | None:
    """Whose children a list shows: the area asked for, or the only district when nothing is asked."""
    if parent:
        return area_seen(access, parent)
    if any(wanted.get(name) for name in ("q", "level", "state")):
        return None
    districts = list(areas_found(access)[:2])
    return districts[0] if len(districts) == 1 else None


def area_seen(access: Access, code: str) -> Area:
    """One area of the scope with its ancestors, without its outline; NotFound otherwise."""
    joins = ("parent", "district", "street", "community")
    area = areas_in(access, May.CONFIGURE).select_related(*joins).filter(code=code).first()
    if area is None:
        raise NotFound(NO_AREA)
    return area


def people_found(access: Access, *, q: str = "", state: str = "") -> QuerySet[User]:
    """People who work in the scope; ``state`` "closed" or "all", else those with an open login."""
    rows = User.objects.filter(person_q(access)).select_related("unit")
    if words := q.replace("\x00", "").strip()[:60]:
        rows = rows.filter(Q(name__icontains=words) | Q(username__icontains=words))
    return rows if state == "all" else rows.filter(is_active=state != "closed")


def person_seen(access: Access, username: str) -> User:
    """One of them; NotFound otherwise."""
    person = User.objects.filter(person_q(access), username=username).select_related("unit").first()
    if person is None:
        raise NotFound(NO_PERSON)
    return person


def postings_seen(access: Access) -> QuerySet[Posting]:
    """Postings in the scope, past ones too, newest first."""
    rows = Posting.objects.filter(posting_q(access)).select_related("user", "area", "unit", "deputy_of")
    return rows.defer("area__outline").order_by("-starts_at", "-pk")


def still_held(rows: QuerySet[Posting], now: datetime) -> QuerySet[Posting]:
    """Those in force or still to come."""
    return rows.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))


def units_found(access: Access, *, q: str = "", line: str = "") -> QuerySet[Unit]:
    """Units of the administrator's districts."""
    rows = Unit.objects.filter(district_code__in=district_codes(access)).select_related("parent", "calendar")
    if words := q.replace("\x00", "").strip()[:60]:
        rows = rows.filter(Q(name__icontains=words) | Q(code__icontains=words))
    return rows.filter(line=line) if line else rows


def unit_seen(access: Access, code: str) -> Unit:
    """One of them; NotFound otherwise."""
    unit = units_found(access).filter(code=code).first()
    if unit is None:
        raise NotFound(NO_UNIT)
    return unit


def history_of(kind: str, key: str) -> list[Past]:
    """The last thirty changes of something the caller may see, newest first."""
    rows = AuditEntry.objects.filter(subject=f"{kind}:{key}").select_related("actor").order_by("-at", "-pk")
    return [
        Past(ACTIONS.get(row.action, row.action), row.at, str(row.actor or _("The system")), _facts(row))
        for row in rows[:30]
    ]


def _facts(row: AuditEntry) -> str:
    names = [*row.after, *(name for name in row.before if name not in row.after)]
    parts = [_fact(name, row.before.get(name), row.after.get(name)) for name in names]
    return "\n".join([*filter(None, parts), *filter(None, [row.reason])])


_FACTS: dict[str, Sentence] = {
    "name": _("Name"), "parent": _("Below"), "valid_to": _("Ends"), "successors": _("Followed by"),
    "role": _("Role"), "user": _("Person"), "place": _("Area or unit"), "starts_at": _("From"),
    "ends_at": _("Until"), "person": _("Person"), "deputy": _("Deputy"),
    "line": _("Line of work"), "active": _("State"), "calendar": _("Working time"),
}  # fmt: skip


def _fact(name: str, before: Any, after: Any) -> str:
    if name not in _FACTS or (before in (None, "") and after in (None, "", [])):
        return ""
    old, new = _plain(name, before), _plain(name, after)
    return f"{_FACTS[name]}: {old} → {new}" if old and old != new else f"{_FACTS[name]}: {new}"


def _plain(name: str, value: Any) -> str:
    if name == "role" and value in Role.values:
        return str(Role(value).label)
    if name == "line" and value in Line.values:
        return str(Line(value).label)
    if isinstance(value, bool):
        return str(_("Takes work") if value else pgettext_lazy("unit", "Closed"))
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = "" if value is None else str(value)
    return text[:10] if name.endswith("_at") else text


def outlines_geojson(access: Access, *, parent: str = "", level: str = "", own: str = "") -> dict[str, Any]:
    """A FeatureCollection of outlines in force below an area of the scope (without one: the districts).

    ``level`` chooses how deep; the next one by default. Simplified together, so that borders stay shared.
    """
    areas = _scope(access)
    if not parent:
        level = level or Area.Level.DISTRICT
    top = areas.filter(code=parent).first() if parent else None
    if parent and top is None:
        raise NotFound(NO_AREA)
    if top is not None:
        level = level or _BELOW.get(top.level, top.level)
        areas = areas.filter(Q(**{f"{top.level}_id": top.pk}) if top.level != "grid" else Q(pk=top.pk))
    rows = list(areas.filter(level=level, valid_to=None, outline__isnull=False)[:MOST_OUTLINES])
    return {"type": "FeatureCollection", "features": list(_features(rows, level, own))}


def _scope(access: Access) -> QuerySet[Area]:
    return Area.objects.filter(access.area_q(May.CONFIGURE) | access.area_q(May.SEE_CASES)).order_by("code")


def districts_geojson() -> dict[str, Any]:
    """The districts in force, which are no secret: a stranger's map of where a report can be made."""
    rows = Area.objects.filter(level=Area.Level.DISTRICT, valid_to=None, outline__isnull=False)
    return {
        "type": "FeatureCollection",
        "features": list(_features(list(rows.order_by("code")), "district", "")),
    }


def _features(rows: list[Area], level: str, own: str) -> Iterator[dict[str, Any]]:
    whole = shapely.from_wkb([bytes(row.outline or b"") for row in rows])
    drawn: Iterable[BaseGeometry] = (
        shapely.coverage_simplify(whole, _COARSENESS.get(level, 0.0)) if len(whole) else []
    )
    for row, outline in zip(rows, drawn, strict=True):
        about = {"code": row.code, "name": row.short_name, "level": row.level, "made_up": row.made_up}
        geometry = outline_to_geojson(shapely.set_precision(outline, 1e-6, mode="pointwise"))
        yield {"type": "Feature", "properties": about | {"own": row.code == own}, "geometry": geometry}


def areas_table(access: Access) -> Iterator[Iterable[Any]]:
    """Head and rows of the export of areas in force; what ``import_areas`` reads."""
    yield ("code", "name", "level", "parent_code", "valid_from")
    rows = areas_in(access, May.CONFIGURE).filter(valid_to=None).select_related("parent")
    for area in rows.order_by("code")[:MOST_EXPORTED]:
        yield (area.code, area.name, area.level, area.parent.code if area.parent else "", area.valid_from)


def postings_table(access: Access) -> Iterator[Iterable[Any]]:
    """Head and rows of the export of postings."""
    yield ("username", "name", "role", "area_code", "unit_code", "starts_at", "ends_at", "deputy_of")
    for held in postings_seen(access)[:MOST_EXPORTED]:
        yield (
            held.user.username, held.user.name, held.role, held.area.code if held.area else "",
            held.unit.code if held.unit else "", held.starts_at.isoformat(),
            held.ends_at.isoformat() if held.ends_at else "",
            held.deputy_of.username if held.deputy_of else "",
        )  # fmt: skip


def area_page(access: Access, code: str, *, now: datetime) -> dict[str, Any]:
    """What the page of an area shows."""
    area = area_seen(access, code)
    held = still_held(postings_seen(access).filter(area=area), now)
    return {
        "area": area,
        "path": [above for above in (area.district, area.street, area.community) if above],
        "children": area.children.filter(valid_to=None).defer("outline").order_by("code")[:100],
        "below": Area.Level(level_below(area)).label if level_below(area) else "",
        "successors": [row.new for row in area.successors.select_related("new")],
        "has_outline": area.min_lon is not None,
        "postings": held[:100],
        "history": history_of("area", code),
    }


def level_below(area: Area) -> str:
    """The level of what lies below an area; "" for a grid."""
    return _BELOW.get(area.level, "")


def siblings(area: Area) -> list[tuple[str, str]]:
    """Codes and names of areas in force beside this one: what may follow it."""
    rows = Area.objects.filter(parent_id=area.parent_id, level=area.level, valid_to=None).exclude(pk=area.pk)
    return [
        (row.code, f"{row.short_name} {row.code}") for row in rows.defer("outline").order_by("code")[:200]
    ]


def person_page(access: Access, username: str, *, now: datetime) -> dict[str, Any]:
    """What the page of a person shows; posts in other districts are not shown."""
    person = person_seen(access, username)
    postings = list(postings_seen(access).filter(user=person)[:100])
    return {
        "person": person,
        "held": [p for p in postings if p.ends_at is None or p.ends_at > now],
        "past": [p for p in postings if p.ends_at is not None and p.ends_at <= now],
        "history": history_of("user", person.username),
        "now": now,
        "oneself": person.pk == access.user_id,
    }


def posting_seen(access: Access, posting_id: int) -> Posting:
    """One posting of the scope; NotFound otherwise."""
    posting = postings_seen(access).filter(pk=posting_id).first()
    if posting is None:
        raise NotFound(_("There is no such posting, or it lies outside your district."))
    return posting


def unit_page(access: Access, code: str, *, now: datetime) -> dict[str, Any]:
    """What the page of a unit shows."""
    unit = unit_seen(access, code)
    held = still_held(postings_seen(access).filter(unit=unit), now)
    return {
        "unit": unit,
        "calendar": unit.calendar or usual_calendar(unit.kind),
        "postings": held[:100],
        "history": history_of("unit", code),
    }
