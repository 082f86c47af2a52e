"""What becomes of a report: verified, fixed, corrected, moved, transferred."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.given import needed
from cases.models import Case
from cases.models.marks import PlanOwed
from cases.selectors import standing_plan_for
from cases.services.draw import drawn_for_field
from cases.services.naming import named_person
from cases.services.work import Work, class_set, parts_end, parts_replace
from cases.workflow import Stage, Track
from core.errors import BadInput
from core.history import digest
from grids.models import Area
from grids.selectors import grid_at
from grids.services.holding import area_held

_ZONE = ZoneInfo("Asia/Shanghai")


def verify(work: Work) -> None:
    case = work.case
    class_set(work)
    case.filed_at = case.filed_at or work.now
    work.standing_plan, assisting = standing_plan_for(case, on=_day(work.now)) or (None, [])
    if case.track == Track.DIRECT and work.standing_plan is None:
        # Without a plan approved beforehand nothing may skip the approval.
        case.track = Track.STANDARD
        work.data["track"] = case.track
    if case.track in (Track.DIRECT, Track.EMERGENCY):
        _hand_over(work, assisting)


def _hand_over(work: Work, assisting: list[Unit]) -> None:
    """Straight to the unit, with those that assist by the standing plan."""
    plan, named = work.standing_plan, work.given.lead_unit
    lead: Unit | None = named or (plan.lead_unit if plan else None)
    if lead is None:
        raise BadInput(
            _("No standing plan covers this emergency. Name the unit that handles it."), field="lead_unit"
        )
    if plan and work.case.track == Track.DIRECT and lead != plan.lead_unit:
        raise BadInput(
            _("The standing plan names %(unit)s, and only that was approved. Leave the unit out.")
            % {"unit": plan.lead_unit.name},
            field="lead_unit",
        )
    if plan and lead != plan.lead_unit:
        # In an emergency the officer may name another unit; the approved plan then does not speak for it.
        plan = work.standing_plan = None
    parts_replace(work, lead=lead, assisting=[unit for unit in assisting if unit.active] if plan else [])
    work.case.extensions = 0  # a unit begins with the whole limit, also when the case was opened again
    if plan is None:
        # It can't wait for a plan, so the plan is written and approved behind it.
        work.case.plan_owed = PlanOwed.OWED
        work.data["plan_owed"] = True
    else:
        work.data["standing_plan"] = {"id": plan.pk, "version": plan.version}


def fix(work: Work) -> None:
    class_set(work)
    case = work.case
    case.track = Track.ON_THE_SPOT
    case.filed_at = case.filed_at or work.now
    case.finished_at = work.now
    case.fixed_on_the_spot = True
    case.drawn_for_field = drawn_for_field(case.uuid, case.reworks)
    work.data |= {"track": case.track, "field_check": case.drawn_for_field}


def correct(work: Work) -> None:
    case = work.case
    work.data["before"] = {
        "class": case.case_class.key if case.case_class else "",
        "condition": case.condition.seq if case.condition else None,
        "address_digest": digest(case.address, settings.PERSON_SALT),
    }
    before = case.track
    class_set(work)
    if case.stage != Stage.VERIFY:
        # It walks the long way by now; only an emergency, once declared, stays one.
        case.track = before if before == Track.EMERGENCY else Track.STANDARD
        work.data["track"] = case.track
    _readdress(work)


def move(work: Work) -> None:
    """The place was wrong: another grid of the same district, with its scope and its people."""
    case, position = work.case, needed(work.given.position)
    grid = grid_at(position.lon, position.lat)
    if grid is not None and not area_held(grid):
        # It changed between the look and the hold: what follows it is found at the second look.
        grid = grid_at(position.lon, position.lat)
        grid = grid if grid is not None and area_held(grid) else None
    if grid is None:
        raise BadInput(
            _("This place lies outside every grid of the districts served here. Move the pin into the area."),
            field="position",
        )
    if grid.pk == case.grid_id:
        raise BadInput(_("This place lies in the grid the case is in already."), field="position")
    if grid.district_id != case.district_id:
        raise BadInput(
            _("This place lies in another district. Transfer the case to the body in charge there."),
            field="position",
        )
    work.data |= {"grid_before": case.grid.code, "grid": grid.code, "place_before": [case.lon, case.lat]}
    # Another street is another squad's, which has its whole limit.
    work.clock_anew = case.stage == Stage.VERIFY and grid.street_id != case.street_id
    _put(case, grid)
    case.lon, case.lat, case.accuracy = position.lon, position.lat, position.accuracy
    case.source_datum = position.datum
    _readdress(work)
    case.assignee = named_person(case, Stage(case.stage), work.now)


def _put(case: Case, grid: Area) -> None:
    case.street, case.community, case.grid = needed(grid.street), needed(grid.community), grid


def _readdress(work: Work) -> None:
    if work.given.address:
        # An address may name people, so the chain holds its digest, as it does for the report's.
        work.case.address = work.given.address
        work.data["address_digest"] = digest(work.case.address, settings.PERSON_SALT)


def drop(work: Work) -> None:
    """Back to verification or out of the house: no unit has a part any more."""
    parts_end(work)


def _day(now: datetime) -> date:
    return now.astimezone(_ZONE).date()
