"""Reads of cases. Each takes an ``Access``: a selector without a scope does not exist."""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import May
from cases.deadlines import Promise
from cases.lamps import lamp_q
from cases.marks import mark_q
from cases.models import (
    ActionPlan,
    Case,
    CaseEvent,
    Lamp,
    Photo,
    SavedFilter,
    StandingPlan,
    UnitPart,
)
from cases.veil import covered_case, covered_photo, is_inside
from cases.words import SPOKEN, together
from cases.workflow import CHECKERS, OPEN, Stage
from core.bulk import rows_with_many
from core.errors import NotFound
from grids.access import Access
from grids.geo.shapes import box_around, metres_between

# The contact is joined so that the caller's name can be covered in the words.
_LIST_JOINS = (
    "case_class", "condition", "district", "street", "community", "grid", "lead_unit", "assignee", "contact",
)  # fmt: skip
# Not whoever has the task: a mark gives it to another without a new version, and a row waited for comes
# back with what was joined to it before the wait.
_LOCK_KEYS = ("case_class", "condition", "lead_unit", "district", "grid")
_LOCK_JOINS = (*_LOCK_KEYS, "contact")
_LOCK_HEAVY = ("district__outline", "grid__outline")
# Outlines weigh tens of kilobytes; no list draws them.
_NO_OUTLINES = tuple(f"{area}__outline" for area in ("district", "street", "community", "grid"))
_NUMBER = re.compile(r"[0-9]{19}")
_NO_CASE = _("There is no such case, or it lies outside your area.")


def case_q(access: Access) -> Q:
    """The WHERE of the cases a person may see: in their areas, with a part of their units, or their own.

    With units the ids are one list put together from three: an OR across two tables can use no index,
    and the whole table would be walked for a unit's list.
    """
    where = access.placed_q(May.SEE_CASES)
    if access.user_id is not None:
        where |= Q(reporter_id=access.user_id)
        if access.roles & CHECKERS:
            # Named by the station to check in a place that is not theirs.
            where |= Q(assignee_id=access.user_id, checker_named=True)
    units = access.unit_ids(May.SEE_CASES)
    if not units:
        return where
    parts = UnitPart.objects.filter(unit_id__in=units, active=True).order_by().values("case_id")
    return Q(pk__in=parts.union(Case.objects.filter(where).order_by().values("pk"), all=True))


def cases_for(access: Access) -> QuerySet[Case]:
    """Every case in the scope, with what a list shows."""
    return listed(Case.objects.filter(case_q(access)))


def listed(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Cases picked within a scope, with what a list shows."""
    return rows.select_related(*_LIST_JOINS).defer(*_NO_OUTLINES)


def case_for(access: Access, number: str) -> Case:
    """One case by number or UUID, for reading: phone numbers in its words are covered.

    Raises:
        NotFound: none such in the scope.
    """
    return covered_case(case_in_clear(access, number))


def case_in_clear(access: Access, number: str) -> Case:
    """The same as it was written, for the look behind the mask and for what writes.

    Raises:
        NotFound: none such in the scope.
    """
    case = cases_for(access).select_related("reporter", "merged_into").filter(_named(number)).first()
    if case is None:
        raise NotFound(_NO_CASE)
    return case


def case_anywhere(number: str) -> Case:
    """One case by number or UUID for whatever asks without a scope, such as a command.

    Raises:
        NotFound: there is none.
    """
    case = listed(Case.objects.filter(_named(number))).first()
    if case is None:
        raise NotFound(_NO_CASE)
    return case


def case_locked(access: Access, number: str) -> Case:
    """The same, locked until the transaction ends."""
    found = cases_locked(Case.objects.filter(case_q(access)).filter(_named(number)))
    if not found:
        raise NotFound(_NO_CASE)
    return found[0]


def cases_locked(rows: QuerySet[Case], *, wanted: int = 1, skip_locked: bool = False) -> list[Case]:
    """These cases, ``wanted`` of them, locked until the transaction ends, in order of id.

    What a step looks at is joined to them. When that changed while the lock was waited for, such as the
    grid of a case that was moved, PostgreSQL answers without the case or without what was joined; asked
    once more it answers with what is there now.
    """
    rows = rows.select_related(*_LOCK_JOINS).defer(*_LOCK_HEAVY).order_by()
    if wanted > 1:
        rows = rows.order_by("pk")
    held = rows.select_for_update(of=("self",), skip_locked=skip_locked)
    found = list(held)
    return found if len(found) >= wanted and all(map(_is_whole, found)) else list(held.all())


def one_locked(rows: QuerySet[Case]) -> Case | None:
    """The one case of these rows, locked, for whatever asks without a scope; None where there is none."""
    return next(iter(cases_locked(rows)), None)


def _is_whole(case: Case) -> bool:
    return all(getattr(case, name) or not getattr(case, f"{name}_id") for name in _LOCK_KEYS)


def pair_locked(access: Access, number: str, into: str) -> tuple[Case, Case | None]:
    """A case and the second one a merger changes: the one it was merged into, else the one named.

    Both are locked in order of id, so that two mergers across can't wait for each other. The second is
    None where there is none in the scope.

    Raises:
        NotFound: no such case in the scope.
    """
    seen = Case.objects.filter(case_q(access)).order_by()
    these, that = seen.filter(_named(number)), seen.filter(_named(into))
    ids = these.values("pk").union(these.values("merged_into"), that.values("pk"), all=True)
    wanted = set(ids.values_list("pk", flat=True)) - {None}
    found = cases_locked(Case.objects.filter(pk__in=wanted), wanted=len(wanted))
    case = next((row for row in found if _is_named(row, number)), None)
    if case is None:
        raise NotFound(_NO_CASE)
    others = [row for row in found if row.pk != case.pk and case.merged_into_id in (None, row.pk)]
    return case, next(iter(others), None)


def _named(number: str) -> Q:
    # A UUID has 32 hex digits with or without hyphens; a number has 19 digits.
    bare = _bare(number)
    if len(bare) == 32 and all(sign in "0123456789abcdef" for sign in bare):
        return Q(uuid=bare)
    return Q(number=number) if _NUMBER.fullmatch(number) else Q(pk__in=[])


def _is_named(case: Case, number: str) -> bool:
    return number == case.number or _bare(number) == case.uuid.hex


def _bare(number: str) -> str:
    return number.replace("-", "").lower()


def parts_of(case: Case) -> list[UnitPart]:
    """All parts of a case, past ones too, with their units."""
    if case.dispatched_at is None:
        return []  # no unit was ever sent for
    return list(case.parts.select_related("unit", "signed_by").order_by("-active", "-kind", "pk"))


def events_of(case: Case) -> QuerySet[CaseEvent]:
    """The chain of a case the caller may see, oldest first; words stand in it as digests."""
    return case.events.select_related("actor").order_by("seq")


def history_told(case: Case) -> list[CaseEvent]:
    """The history of a case the caller may see, oldest first, with the words said in each event."""
    return events_told(events_of(case))


def events_told(rows: QuerySet[CaseEvent]) -> list[CaseEvent]:
    """Events with the words said in each, for showing alone: what came through here is not saved."""
    events = list(rows.prefetch_related("said"))
    for event in events:
        event.words_in_clear = any(name in event.data for name in SPOKEN)  # type: ignore[attr-defined]
        event.data = together(event.data, event.said.all())
    return events


def photos_of(case: Case) -> QuerySet[Photo]:
    """The photos of a case the caller may see, without those taken away."""
    return case.photos.filter(removed_at__isnull=True).order_by("event_seq", "uploaded_at")


def photo_for(access: Access, photo_id: str) -> Photo:
    """A photo of a case in the scope, or one uploaded by this person and not used yet.

    Raises:
        NotFound: neither.
    """
    mine = Q(case__isnull=True, uploaded_by_id=access.user_id) if access.user_id else Q(pk__in=[])
    seen = Q(case__in=Case.objects.filter(case_q(access)).values("pk"))
    known = _photo_pk(photo_id)
    there = Photo.objects.filter(mine | seen, removed_at__isnull=True)
    photo = there.filter(pk=known).select_related("case").first() if known else None
    if photo is None:
        raise NotFound(_("There is no such photo."))
    return covered_photo(access, photo, inside=photo.case is None or is_inside(access, photo.case))


def _photo_pk(photo_id: str) -> UUID | None:
    try:
        return UUID(str(photo_id))
    except ValueError:
        return None


def current_plan(case: Case) -> ActionPlan | None:
    """The newest version of the case's action plan."""
    return case.plans.select_related("lead_unit", "author", "approver").order_by("-version").first()


def approved_plan(case: Case) -> tuple[ActionPlan, list[Unit]] | None:
    """The newest approved version with its assisting units."""
    rows = case.plans.filter(state=ActionPlan.State.APPROVED).select_related("lead_unit")
    found = rows_with_many(rows.order_by("-version", "assisting_units__code"), "assisting_units")
    return found[0] if found else None


def plan_dates(case_ids: Collection[int]) -> dict[int, Promise]:
    """By when the plans these cases were dispatched on say they are finished, by the case's id."""
    if not case_ids:
        return {}
    rows = ActionPlan.objects.filter(
        case_id__in=case_ids, state=ActionPlan.State.APPROVED, decided_at__lte=F("case__dispatched_at")
    )
    said = rows.order_by("case_id", "version").values_list("case_id", "finish_by", "past_limit")
    return {case_id: Promise(by, past_limit) for case_id, by, past_limit in said}


def plan_date(case: Case, stage: str) -> Promise | None:
    """The same of one case, for a clock that runs in this stage."""
    return plan_dates([case.pk] if stage == Stage.HANDLE else []).get(case.pk)


def plans_of(case: Case) -> QuerySet[ActionPlan]:
    """All versions, newest first, with their measures."""
    rows = case.plans.select_related(
        "lead_unit", "author", "approver", "decided_for", "template", "campaign_plan__campaign"
    )
    return rows.prefetch_related("measures", "assisting_units").order_by("-version")


def standing_plan_for(case: Case, *, on: date) -> tuple[StandingPlan, list[Unit]] | None:
    """The standing plan in force for the case's class with its assisting units: its street's, else its
    district's."""
    rows = StandingPlan.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=on),
        case_class_id=case.case_class_id,
        area_id__in=[case.street_id, case.district_id],
        state=StandingPlan.State.APPROVED,
        valid_from__lte=on,
        lead_unit__active=True,
    )
    rows = rows.select_related("lead_unit").order_by("version", "assisting_units__code")
    found = rows_with_many(rows, "assisting_units")
    return min(found, key=lambda known: known[0].area_id != case.street_id, default=None)


def similar_cases(
    access: Access, *, lon: float, lat: float, now: datetime, class_key: str = ""
) -> list[tuple[Case, float]]:
    """Open cases in the scope near a place, with their distance in metres, nearest first; at most ten.

    Radius and age are settings (50 m, 24 h by default); with a class, only that class or none yet.
    """
    west, south, east, north = box_around(lon, lat, settings.SIMILAR_METRES)
    rows = cases_for(access).filter(
        lon__range=(west, east),
        lat__range=(south, north),
        opened_at__gte=now - timedelta(hours=settings.SIMILAR_HOURS),
        stage__in=OPEN,
    )
    kind, _dash, code = class_key.partition("-")
    if code:
        rows = rows.filter(Q(case_class__isnull=True) | Q(case_class__kind=kind, case_class__code=code))
    near = [(case, metres_between(lon, lat, case.lon, case.lat)) for case in rows[:200]]
    return sorted((n for n in near if n[1] <= settings.SIMILAR_METRES), key=lambda n: n[1])[:10]


def first_photos(cases: Collection[Case]) -> dict[int, UUID]:
    """For each of these cases, seen already, the id of its report's first photo; one query."""
    rows = Photo.objects.filter(case__in=cases, event_seq=1).order_by("case_id", "-uploaded_at", "-pk")
    return {case_id: photo for case_id, photo in rows.values_list("case_id", "pk") if case_id}


def saved_filters(access: Access) -> QuerySet[SavedFilter]:
    """The lists this person keeps, by name."""
    return SavedFilter.objects.filter(user_id=access.user_id or 0).order_by("name")


def stage_counts(access: Access) -> dict[Stage, int]:
    """How many cases of the scope stand in each open stage; stages without any are 0."""
    rows = Case.objects.filter(case_q(access), stage__in=OPEN)
    counts = dict(rows.order_by().values_list("stage").annotate(n=Count("pk")))
    return {stage: counts.get(stage.value, 0) for stage in Stage if stage in OPEN}


def lamp_counts(rows: QuerySet[Case], now: datetime) -> dict[Lamp, int]:
    """How many of these cases are under each lamp, in one query."""
    counts = {lamp.value: Count("pk", filter=lamp_q(lamp, now)) for lamp in Lamp}
    found = rows.filter(stage__in=OPEN).order_by().aggregate(**counts)
    return {lamp: found[lamp.value] for lamp in Lamp}


def stage_lamps(access: Access, now: datetime) -> dict[Stage, dict[str, int]]:
    """The open cases of the scope by stage: ``all`` of them, and by lamp. One query."""
    counts = {lamp.value: Count("pk", filter=lamp_q(lamp, now)) for lamp in Lamp}
    rows = Case.objects.filter(case_q(access), stage__in=OPEN).order_by().values("stage")
    names = ("all", *Lamp.values)
    found = {
        stage: dict(zip(names, numbers, strict=True))
        for stage, *numbers in rows.annotate(all=Count("pk"), **counts).values_list("stage", *names)
    }
    return {stage: found.get(stage.value, dict.fromkeys(names, 0)) for stage in Stage if stage in OPEN}


def my_reports(access: Access) -> QuerySet[Case]:
    """What this person reported, wherever it lies."""
    if access.user_id is None:
        return Case.objects.none()
    mine = Case.objects.filter(reporter_id=access.user_id)
    return mine.select_related(*_LIST_JOINS).defer(*_NO_OUTLINES)


def mark_counts(access: Access, marks: Sequence[str]) -> dict[str, int]:
    """How many open or done cases of the scope carry each of the marks, in one query."""
    counts = {mark: Count("pk", filter=mark_q([mark])) for mark in marks}
    return Case.objects.filter(case_q(access) & mark_q(list(marks))).aggregate(**counts)


def my_tasks(access: Access) -> QuerySet[Case]:
    """Open cases in the scope that wait for this person by name."""
    if access.user_id is None:
        return Case.objects.none()
    return cases_for(access).filter(assignee_id=access.user_id, stage__in=OPEN)


def urgent_in(access: Access, stage: Stage) -> QuerySet[Case]:
    """The cases of the scope in a stage, the most urgent first."""
    return urgent_first(cases_for(access).filter(stage=stage))


def urgent_first(rows: QuerySet[Case]) -> QuerySet[Case]:
    """In order of their deadlines; those whose clock rests come last."""
    return rows.order_by(F("due_at").asc(nulls_last=True), "stage_since", "pk")
