"""What of a case stays covered for those who hold no role where it lies: handling units, and reporters who
look at their own report from elsewhere.

They need the place and the task, not who reported it (design/workflow: the unit never learns the reporter).
Rows are covered in memory, for showing alone; nobody saves what came through here.
"""

from collections.abc import Iterable
from typing import Any

from cases.masking import without_phones
from cases.models import Case, CaseEvent, Photo
from grids.access import Access


def is_inside(access: Access, case: Case) -> bool:
    """Whether somebody holds any role on an area the case lies in."""
    return bool(access.roles_in(case.area_ids))


def covered_case(case: Case, *, inside: bool) -> Case:
    """The case, for those outside without the phone numbers people write into words and addresses."""
    if not inside:
        case.description, case.address = without_phones(case.description), without_phones(case.address)
    return case


def covered_events(events: Iterable[CaseEvent], *, inside: bool) -> list[CaseEvent]:
    """The history, for those outside without who reported and without phone numbers in what was said.

    The hash of an event whose words were masked is withheld, here and where the next event repeats it:
    trying the ten thousand numbers that fit the mask would tell which one it is.
    """
    found = list(events)
    if inside:
        return found
    withheld = False
    for event in found:
        data, event.data = event.data, _covered(event.data)
        event.previous_hash = "" if withheld else event.previous_hash
        withheld = event.data != data
        event.hash = "" if withheld else event.hash
        if event.seq == 1:  # every history begins with the report
            event.actor = None
    return found


def _covered(value: Any) -> Any:
    if isinstance(value, str):
        return without_phones(value)
    if isinstance(value, dict):
        return {name: _covered(part) for name, part in value.items()}
    return [_covered(part) for part in value] if isinstance(value, list) else value


def covered_photo(access: Access, photo: Photo, *, inside: bool) -> Photo:
    """The photo; where and when it was taken, as the camera wrote it, only inside and for its uploader."""
    mine = access.user_id is not None and photo.uploaded_by_id == access.user_id
    if not inside and not mine:
        photo.lon = photo.lat = photo.taken_at = None
    return photo
