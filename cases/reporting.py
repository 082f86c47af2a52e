"""What stands between a filled-in report and filing it: a look at similar cases nearby."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from cases.inputs import Place, clean_named
from cases.lists import row_of
from cases.photos import addresses
from cases.selectors import first_photos, similar_cases
from core.errors import BadInput
from core.services.idempotency import done_before
from grids.access import Access


def similar_to(access: Access, raw: Mapping[str, Any], *, now: datetime) -> list[dict[str, Any]]:
    """Rows of open cases like the one being reported, with ``distance`` and the first ``photo``.

    None while the place is unknown.
    """
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
    photos = first_photos([case for case, _metres in found])
    return [
        row_of(case, now) | {"distance": f"{round(metres)} m", "photo": _thumb(photos.get(case.pk))}
        for case, metres in found
    ]


def _thumb(photo_id: UUID | None) -> str:
    return addresses(photo_id)["thumb_url"] if photo_id else ""


def sent_before(access: Access, key: str) -> bool:
    """Whether a report with this key was filed already, so that it is answered and not asked about again."""
    return done_before(actor=f"user:{access.user_id}", key=key)
