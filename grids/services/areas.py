"""Add, rename and retire areas: one audited transaction each, guarded by the area's version."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.roles import May
from core.errors import BadInput, Conflict, NotFound
from core.services.audit import audit_write
from grids.access import Access
from grids.geo.shapes import Outline
from grids.models import Area, Succession
from grids.permissions import NO_AREA
from grids.policies import check_code, check_in_force, check_name, check_version, still_there
from grids.services.holding import areas_hold
from grids.services.once import configure_once
from grids.services.outlines import outline_read, overlaps_said
from grids.services.rows import (
    PARENT_LEVEL,
    day_of,
    grid_name,
    lineage,
    map_touch,
    outline_columns,
    short_name,
)

_LAST_SERIAL = 999


def area_add(
    *,
    access: Access,
    parent_code: str,
    now: datetime,
    key: str,
    name: str = "",
    code: str = "",
    outline: str = "",
    datum: str = "WGS84",
) -> dict[str, Any]:
    """Add a street, community or grid below an area in force; returns its code, name and ``warnings``.

    A grid may come without code and name: it gets the next free number of its community; numbers of
    retired grids are never given again. ``outline`` is GeoJSON text; ground it shares with a neighbour is
    a warning, since a grid is replaced by adding the new one before the old one is retired.

    Raises:
        BadInput: code, name or outline can't be used. NotFound: no such parent in the scope.
        Conflict: the code is taken or the parent is retired.
    """
    body = {"code": code, "name": name, "outline": outline, "datum": datum}
    return configure_once(
        access,
        f"areas/{parent_code}/add",
        body,
        key,
        now,
        lambda: _add(access, parent_code, name, code, outline_read(outline, datum), datum, now),
    )


def area_rename(
    *, access: Access, code: str, name: str, version: int | None, now: datetime, key: str
) -> dict[str, Any]:
    """Give an area another name; returns code and name.

    Raises:
        BadInput: no name. NotFound: outside the scope. AreaStale, VersionMissing: see ``version``.
    """
    body = {"name": name}
    return configure_once(
        access, f"areas/{code}/rename", body, key, now, lambda: _rename(access, code, name, version, now)
    )


def area_retire(
    *,
    access: Access,
    code: str,
    version: int | None,
    now: datetime,
    key: str,
    successors: Sequence[str] = (),
    reason: str = "",
) -> dict[str, Any]:
    """End an area's validity today; ``successors`` are codes of the same level. Returns code and day.

    Raises:
        Conflict: something still lies in it; the sentence names how many and what to do.
        BadInput: a successor that can't be. NotFound, AreaStale, VersionMissing: as above.
    """
    body = {"successors": sorted(successors), "reason": reason}
    return configure_once(
        access,
        f"areas/{code}/retire",
        body,
        key,
        now,
        lambda: _retire(access, code, version, list(successors), reason, now),
    )


def _add(
    access: Access, parent_code: str, name: str, code: str, outline: Outline | None, datum: str, now: datetime
) -> dict[str, Any]:
    parent = area_locked(access, parent_code)
    check_in_force(parent)
    level = _level_below(parent)
    code = code.strip() or _next_grid_code(parent, level)
    check_code(code, level)
    name = name.strip() or (grid_name(parent.short_name, int(code[-3:])) if level == "grid" else "")
    check_name(name)
    row = Area.objects.create(
        level=level,
        code=code,
        name=name,
        short_name=short_name(name),
        valid_from=day_of(now),
        code_provisional=not code.startswith(parent.code),
        **lineage(parent),
        **outline_columns(outline, datum=datum),
    )
    map_touch()
    _audit(access, "area.add", row, now, {}, {"name": name, "parent": parent.code, "outline": bool(outline)})
    return {"code": code, "name": name, "warnings": overlaps_said(row, outline) if outline else []}


def _rename(access: Access, code: str, name: str, version: int | None, now: datetime) -> dict[str, Any]:
    area = area_locked(access, code)
    check_version(area, version)
    check_name(name.strip())
    before = {"name": area.name}
    area.name, area.short_name = name.strip(), short_name(name.strip())
    area.version += 1
    area.save(update_fields=["name", "short_name", "version"])
    _audit(access, "area.rename", area, now, before, {"name": area.name})
    return {"code": code, "name": area.name}


def _retire(
    access: Access, code: str, version: int | None, successors: list[str], reason: str, now: datetime
) -> dict[str, Any]:
    held = _locked(access, code, *successors)
    area = held[code]
    check_version(area, version)
    check_in_force(area)
    heirs = [_successor(area, heir, held.get(heir)) for heir in dict.fromkeys(successors)]
    if in_the_way := still_there(area, now):
        raise Conflict(" ".join(str(sentence) for sentence in in_the_way))
    area.valid_to = day_of(now)
    area.version += 1
    area.save(update_fields=["valid_to", "version"])
    Succession.objects.bulk_create(Succession(old=area, new=heir, day=area.valid_to) for heir in heirs)
    map_touch()
    facts = {"valid_to": area.valid_to, "successors": [heir.code for heir in heirs]}
    _audit(access, "area.retire", area, now, {"valid_to": None}, facts, reason)
    return {"code": code, "valid_to": area.valid_to.isoformat()}


def area_locked(access: Access, code: str) -> Area:
    """An area of the administrator's scope, locked until the transaction ends; NotFound otherwise."""
    return _locked(access, code)[code]


def _locked(access: Access, code: str, *others: str) -> dict[str, Area]:
    """An area of the scope and those of the others that are in it, locked together."""
    rows = Area.objects.filter(access.area_q(May.CONFIGURE), code__in=[code, *others])
    held = areas_hold(rows.select_related("parent", "district", "street", "community"))
    found = {area.code: area for area in held}
    if code not in found:
        raise NotFound(NO_AREA)
    return found


def _level_below(parent: Area) -> str:
    for level, above in PARENT_LEVEL.items():
        if above == parent.level:
            return level
    raise BadInput(_("Nothing lies below a grid. Add it to the community."))


def _next_grid_code(community: Area, level: str) -> str:
    """The community's code and the number after the highest ever given, retired grids counted."""
    if level != "grid":
        raise BadInput(_("Give the official code of the area."), field="code")
    return grid_codes_next(community, 1)[0]


def grid_codes_next(community: Area, count: int) -> list[str]:
    """The next free grid codes of a community; numbers of retired grids are never given again.

    Raises:
        Conflict: there are not so many left.
    """
    used = Area.objects.filter(code__startswith=community.code, level="grid").values_list("code", flat=True)
    last = max((int(code[-3:]) for code in used), default=0)
    if last + count > _LAST_SERIAL:
        raise Conflict(_("This community has used up its 999 grid numbers. Add a community."))
    return [f"{community.code}{last + at:03d}" for at in range(1, count + 1)]


def _successor(area: Area, code: str, heir: Area | None) -> Area:
    if heir is None or heir.pk == area.pk or heir.level != area.level or heir.valid_to is not None:
        raise BadInput(
            _("%(code)s can't follow it: name another area of the same level, in force, in your district.")
            % {"code": code},
            field="successors",
        )
    return heir


def _audit(
    access: Access, action: str, area: Area, now: datetime, before: Any, after: Any, reason: str = ""
) -> None:
    audit_write(
        actor_id=access.user_id,
        action=action,
        subject=f"area:{area.code}",
        now=now,
        before=before,
        after=after,
        reason=reason,
    )
