"""What of a case stays covered: phone numbers and the caller's name in words, for everybody; and who on the
staff reported, for those who hold no role where it lies (handling units, and reporters who look at their own
report from elsewhere).

They need the place and the task, not who reported it (design/workflow: the unit never learns the reporter).
In clear a number is seen by the look behind the mask alone (``cases.services.reporter``). Rows are covered in
memory, for showing alone; nobody saves what came through here.
"""

from collections.abc import Callable, Iterable, Iterator

from cases.models import ActionPlan, Case, CaseEvent, Photo, ReporterContact, UnitPart
from cases.words import SPOKEN
from core.masking import has_phone, masked_name, redacted, without_phones
from grids.access import Access

Cover = Callable[[str], str]


def is_inside(access: Access, case: Case) -> bool:
    """Whether somebody holds any role on an area the case lies in."""
    return bool(access.roles_in(case.area_ids))


def cover_of(case: Case) -> Cover:
    """What covers phone numbers, and the name the caller left, in any text about the case."""
    contact: ReporterContact | None = getattr(case, "contact", None)
    name = contact.name.strip() if contact else ""
    if len(name) < 2:
        return without_phones
    return lambda text: without_phones(text).replace(name, masked_name(name))


def covered_case(case: Case) -> Case:
    """The case with the words and the address people wrote covered."""
    cover = cover_of(case)
    case.description, case.address = cover(case.description), cover(case.address)
    return case


def covered_events(
    events: Iterable[CaseEvent], cover: Cover, *, inside: bool, clear: bool = False
) -> list[CaseEvent]:
    """The history with what was said covered, and for those outside without who reported.

    The hash of an event that holds its words in clear, as those before words stood apart do, is withheld
    where they are covered, here and where the next event repeats it: trying the ten thousand numbers that
    fit the mask would tell which one it is.
    """
    found, withheld = list(events), False
    for event in found:
        data = event.data
        if not clear:
            event.data = {n: redacted(v, cover) if n in SPOKEN else v for n, v in data.items()}
        event.previous_hash = "" if withheld else event.previous_hash
        withheld = event.data != data and getattr(event, "words_in_clear", True)
        event.hash = "" if withheld else event.hash
        if not inside and event.seq == 1:  # every history begins with the report
            event.actor = None
    return found


def covered_parts(parts: list[UnitPart], cover: Cover) -> list[UnitPart]:
    """The units' parts, their results covered."""
    for part in parts:
        part.result = cover(part.result)
    return parts


def covered_plans(plans: Iterable[ActionPlan], cover: Cover) -> list[ActionPlan]:
    """Plans with their measures fetched, all their words covered."""
    found = list(plans)
    for plan in found:
        plan.decision = cover(plan.decision)
        for measure in plan.measures.all():
            measure.text, measure.comment = cover(measure.text), cover(measure.comment)
    return found


def hides_numbers(case: Case, events: Iterable[CaseEvent]) -> bool:
    """Whether a phone number stands in the words of a case as they were written."""
    said = [case.description, case.address, *(text for event in events for text in _texts(event))]
    return any(has_phone(text) for text in said)


def _texts(event: CaseEvent) -> Iterator[str]:
    for name in SPOKEN:
        value = event.data.get(name, "")
        yield from (
            value.values() if isinstance(value, dict) else value if isinstance(value, list) else [value]
        )


def covered_photo(access: Access, photo: Photo, *, inside: bool) -> Photo:
    """The photo; where and when it was taken, as the camera wrote it, only inside and for its uploader."""
    mine = access.user_id is not None and photo.uploaded_by_id == access.user_id
    if not inside and not mine:
        photo.lon = photo.lat = photo.taken_at = None
    return photo
