"""Outlines for the maps of the pages."""

from typing import Any

from accounts.roles import May
from cases.selectors import case_for
from grids.access import Access
from grids.drawing import feature_collection
from grids.models import Area
from grids.selectors import areas_in

_BELOW = {"district": "street", "street": "community", "community": "grid", "grid": "grid"}
_DRAWN = ("code", "name", "short_name", "level", "made_up", "code_provisional", "outline")


def around_of(access: Access, number: str) -> dict[str, Any]:
    """The grid of a case.

    Raises:
        NotFound: no such case in the scope.
    """
    case = case_for(access, number)
    rows = Area.objects.filter(pk=case.grid_id, outline__isnull=False)
    return feature_collection(rows.only(*_DRAWN))


def areas_of(access: Access) -> dict[str, Any]:
    """Where somebody works, one level finer than they are posted; districts for units."""
    held = {access.levels[i] for ids in access.areas.values() for i in ids if i in access.levels}
    widest = next((level for level in _BELOW if level in held), "")
    if not widest:
        return districts()
    rows = areas_in(access, May.SEE_CASES, level=_BELOW[widest])
    return feature_collection(
        rows.filter(valid_to__isnull=True, outline__isnull=False).defer(None).only(*_DRAWN)
    )


def districts() -> dict[str, Any]:
    """The outlines of the districts served; no secret."""
    rows = Area.objects.filter(level=Area.Level.DISTRICT, valid_to__isnull=True, outline__isnull=False)
    return feature_collection(rows.only(*_DRAWN))
