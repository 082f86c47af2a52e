"""Everything about one case, read in a handful of queries."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import Unit, User
from accounts.roles import May
from cases.limits import rules_now
from cases.models import ActionPlan, Case, CaseEvent, Photo, ReporterContact, UnitPart
from cases.offers import offered_steps
from cases.selectors import case_for, history_told, parts_of, photos_of, plans_of
from cases.supervised import Watch, watches_of
from cases.veil import cover_of, covered_events, covered_parts, covered_photo, covered_plans, is_inside
from cases.workflow import Step
from core.masking import masked_name, masked_phone
from grids.access import Access

_PEOPLE = ("person", "former", "asked_by", "deputy_of")  # facts that hold the id of somebody


@dataclass(frozen=True, slots=True)
class Dossier:
    """One case with what hangs on it. ``reporter`` is masked, and None for those it is not meant for."""

    case: Case
    parts: Sequence[UnitPart]
    plans: Sequence[ActionPlan]
    photos: Sequence[Photo]
    steps: Sequence[Step]
    reporter: dict[str, str] | None
    watches: Sequence[Watch]


def dossier_of(access: Access, number: str, *, now: datetime) -> Dossier:
    """The dossier of a case, by number or UUID.

    Raises:
        NotFound: none such in the scope.
    """
    case = case_for(access, number)
    parts, inside, cover = parts_of(case), is_inside(access, case), cover_of(case)
    return Dossier(
        case,
        covered_parts(parts, cover),
        covered_plans(plans_of(case), cover),
        [covered_photo(access, photo, inside=inside) for photo in photos_of(case)],
        offered_steps(access, case, parts, rules_now()),
        _reporter(access, case),
        watches_of(case, now),
    )


def _reporter(access: Access, case: Case) -> dict[str, str] | None:
    # Never for the handling unit: a unit holds no role in areas.
    if not access.may_in(May.SEE_REPORTER, case.area_ids):
        return None
    contact: ReporterContact | None = getattr(case, "contact", None)
    return {
        "name": masked_name(contact.name) if contact else "",
        "phone": masked_phone(contact.phone) if contact else "",
        "follow_code": case.follow_code or "",
    }


def history_of(access: Access, number: str) -> list[tuple[CaseEvent, dict[str, Any]]]:
    """The events of a case, oldest first, each with its facts fit to show and who reported covered.

    Raises:
        NotFound: none such in the scope.
    """
    case = case_for(access, number)
    events = covered_events(history_told(case), cover_of(case), inside=is_inside(access, case))
    people = {e.data[name] for e in events for name in _PEOPLE if e.data.get(name)}
    units = {unit for e in events for unit in e.data.get("units", [])}
    names = {u.pk: str(u) for u in User.objects.filter(pk__in=people)} if people else {}
    codes = dict(Unit.objects.filter(pk__in=units).values_list("pk", "code")) if units else {}
    return [(event, _facts(event, names, codes)) for event in events]


def _facts(event: CaseEvent, names: dict[int, str], codes: dict[int, str]) -> dict[str, Any]:
    # Digests stand in the chain for personal data; nobody reads anything from them.
    facts = {name: value for name, value in event.data.items() if not name.endswith("_digest")}
    facts |= {name: names.get(facts[name], "") for name in _PEOPLE if name in facts}
    if "units" in facts:
        facts["units"] = [codes.get(unit, "") for unit in facts["units"]]
    return facts


def first_photos(case_ids: Collection[int]) -> dict[int, UUID]:
    """The id of the first photo of each of these cases, which the caller may see."""
    rows = Photo.objects.filter(case_id__in=case_ids, removed_at__isnull=True).order_by(
        "-event_seq", "-uploaded_at"
    )
    return {case_id: photo_id for case_id, photo_id in rows.values_list("case_id", "pk") if case_id}
