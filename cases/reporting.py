"""What stands between a filled-in report and filing it: a look at similar cases nearby."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cases.inputs import Place, clean_named
from cases.lists import row_of
from cases.selectors import similar_cases
from core.errors import BadInput
from core.services.idempotency import done_before
from grids.access import Access


def similar_to(access: Access, raw: Mapping[str, Any], *, now: datetime) -> list[dict[str, Any]]:
    """Rows of open cases like the one being reported, with ``metres``; none while the place is unknown."""
    try:
        given = clean_named(("position",), {"position": raw.get("position")}, Place())
    except BadInput:
        return []
    if given.position is None:
        return []
    found = similar_cases(
        access,
        lon=given.position.lon,
        lat=given.position.lat,
        now=now,
        class_key=str(raw.get("case_class", "")).replace("\x00", ""),
    )
    return [row_of(case) | {"distance": f"{round(metres)} m"} for case, metres in found]


def sent_before(access: Access, key: str) -> bool:
    """Whether a report with this key was filed already, so that it is answered and not asked about again."""
    return done_before(actor=f"user:{access.user_id}", key=key)
