"""Reads of places, units and postings for maps and choices; each within a scope."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import May
from core.errors import NotFound
from grids.access import Access, postings_in_force
from grids.models import Area, Posting

_LINEAGE = ("parent", "district", "street", "community")
_NO_OUTLINES = tuple(f"{name}__outline" for name in _LINEAGE)


def areas_seen(access: Access) -> QuerySet[Area]:
    """Areas in force where a person works or which they configure, with their lineage, not outlined."""
    where = access.area_q(May.SEE_CASES) | access.area_q(May.CONFIGURE)
    rows = Area.objects.filter(where, valid_to__isnull=True).select_related(*_LINEAGE)
    return rows.defer("outline", *_NO_OUTLINES)


def area_seen(access: Access, code: str) -> Area:
    """One area of the scope by its code, a retired one too.

    Raises:
        NotFound: none such in the scope.
    """
    where = access.area_q(May.SEE_CASES) | access.area_q(May.CONFIGURE)
    rows = Area.objects.filter(where, code=code).select_related(*_LINEAGE)
    area = rows.defer("outline", *_NO_OUTLINES).first()
    if area is None:
        raise NotFound(_("There is no such area, or it lies outside your scope."))
    return area


def outlined(access: Access, *, level: str, parent: str = "") -> QuerySet[Area]:
    """Areas of the scope that can be drawn, of one level, below ``parent`` (a code) at any height."""
    where = access.area_q(May.SEE_CASES) | access.area_q(May.CONFIGURE)
    rows = Area.objects.filter(where, level=level, valid_to__isnull=True, outline__isnull=False)
    if parent:
        above = ("parent", "district", "street", "community")
        rows = rows.filter(Q(*((f"{name}__code", parent) for name in above), _connector=Q.OR))
    return rows.only("code", "name", "short_name", "level", "made_up", "code_provisional", "outline")


def units_seen(access: Access) -> QuerySet[Unit]:
    """Active units that work in the districts of the scope, and those that work everywhere."""
    placed = {area_id for ids in access.areas.values() for area_id in ids}
    rows = Area.objects.filter(pk__in=placed)
    codes = {top or own for own, top in rows.values_list("code", "district__code")}
    mine = {unit_id for ids in access.units.values() for unit_id in ids} | access.own_units
    codes |= set(Unit.objects.filter(pk__in=mine).values_list("district_code", flat=True))
    if not codes:
        return Unit.objects.none()
    here = Q(district_code__in=codes) | Q(district_code="")
    return Unit.objects.filter(here, active=True).select_related("calendar")


def postings_of(access: Access, *, now: datetime) -> QuerySet[Posting]:
    """One's own postings in force."""
    rows = postings_in_force(now).filter(user_id=access.user_id or 0).order_by("role", "pk")
    return rows.select_related("area", "unit", "deputy_of").defer("area__outline")
