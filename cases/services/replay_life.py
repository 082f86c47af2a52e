"""One replayed request from report to close, as the people posted there would have taken it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.models import Case, FilingCondition
from cases.models.marks import PlanOwed
from cases.replay.pictures import tiny_picture
from cases.replay.place import Placed
from cases.replay.source import SourceRow
from cases.replay.times import moment, stands_at
from cases.services import replay_cast as cast_names
from cases.services.advance import case_advance
from cases.services.photos import photo_store
from cases.services.replay_cast import ReplayCast
from cases.services.report import Origin, case_report
from cases.workflow import Action, Guest, Stage, Track
from core.errors import Conflict
from grids.access import NOBODY, Access

# The clerk is reached under the hotline's own number; the source names no caller.
_HOTLINE_NUMBER = "12345"
_NEXT = {
    Stage.VERIFY: Action.VERIFY,
    Stage.PLAN: Action.SUBMIT_PLAN,
    Stage.APPROVE: Action.APPROVE,
    Stage.DISPATCH: Action.DISPATCH,
    Stage.HANDLE: Action.FINISH,
    Stage.CHECK: Action.PASS,
    Stage.CALL_BACK: Action.CLOSE,
}
# An emergency without a standing plan: the plan is written and approved behind it.
_OWED = {PlanOwed.OWED: Action.SUBMIT_PLAN, PlanOwed.SUBMITTED: Action.APPROVE}
_MOST_STEPS = 12
_ORDER = list(_NEXT)


@dataclass(slots=True)
class Life:
    """A row on its way. ``uuid`` names its case in every run; ``prefix`` begins its keys."""

    row: SourceRow
    opened: datetime
    place: Placed
    condition: FilingCondition
    cast: ReplayCast
    uuid: UUID
    prefix: str
    now: datetime  # the present of the run: nothing is taken after it

    @property
    def calls_back(self) -> bool:
        return self.row.source == "hotline"

    def arrived(self, stage: Stage) -> bool:
        """Whether an open request has come as far as it is to come; a direct one passes by some stages."""
        return self.row.closed is None and _ORDER.index(stage) >= _ORDER.index(stands_at(self.prefix))

    @property
    def unit(self) -> Unit:
        return self.cast.unit_for(self.place.district, self.condition.case_class.line)


def life_begin(life: Life) -> None:
    """Report the request at the moment it was opened, by whom its source names."""
    raw: dict[str, Any] = {
        "position": {"lon": life.place.lon, "lat": life.place.lat},
        "description": life.row.description,
        "address": life.row.address[:300],
        "case_class": life.condition.case_class.key,
        "condition": life.condition.seq,
    }
    access, guest = _reporter(life)
    if life.calls_back:
        raw["reporter_phone"] = _HOTLINE_NUMBER
    case_report(
        access=access,
        raw=raw,
        key=f"{life.prefix}:report",
        now=life.opened,
        uuid=life.uuid,
        origin=Origin(guest=guest, source_ref=life.row.source_id[:80]),
        quiet=True,
    )


def _reporter(life: Life) -> tuple[Access, Guest | None]:
    if life.calls_back:
        return life.cast.access(cast_names.hotline_of(life.place.district)), None
    return NOBODY, Guest.RESIDENT if life.row.source == "resident" else Guest.APP


def life_go_on(life: Life) -> None:
    """Take every step that is left, up to where the request stands in its source, or to the present.

    Raises:
        CityError: a step is refused.
    """
    for _step in range(_MOST_STEPS):
        case = Case.objects.select_related("lead_unit", "street").get(uuid=life.uuid)
        if not case.is_open or life.arrived(Stage(case.stage)):
            return
        if not _take(life, case, _next(case)):
            return
    raise Conflict(_("The case does not reach its end. Look at case %(number)s.") % {"number": case.number})


def _next(case: Case) -> Action:
    if case.stage != Stage.HANDLE:
        return _NEXT[Stage(case.stage)]
    if case.plan_owed:
        return _OWED[PlanOwed(case.plan_owed)]
    unsigned = case.parts.filter(active=True, signed_at__isnull=True).exists()
    return Action.SIGN_FOR if unsigned else Action.FINISH


def _take(life: Life, case: Case, action: Action) -> bool:
    last = action is (Action.CLOSE if case.somebody_to_call else Action.PASS)
    at = moment(action, life.opened, life.row.closed, life.prefix, last=last)
    # An update of the source may close what was open here; its steps come after those taken.
    at = max(at, case.stage_since)
    if at > life.now:
        return False
    access = _actor(life, case, action)
    case_advance(
        number=case.number,
        action=action,
        access=access,
        raw=_INPUT.get(action, _nothing)(life, case, access, at),
        version=case.version,
        key=f"{life.prefix}:{action}:{case.events_count}",
        now=at,
        quiet=True,
    )
    return True


def _actor(life: Life, case: Case, action: Action) -> Access:
    if action in (Action.SIGN_FOR, Action.FINISH):
        return life.cast.access(cast_names.handler_of(case.lead_unit.code if case.lead_unit else ""))
    if action in (Action.VERIFY, Action.PASS):
        which = 1 if action is Action.VERIFY else 2
        return life.cast.access(cast_names.officer_of(case.street.code, which))
    name = cast_names.bureau_of if action is Action.APPROVE else cast_names.station_of
    return life.cast.access(name(life.place.district))


Given = dict[str, Any]


def _nothing(life: Life, case: Case, access: Access, at: datetime) -> Given:
    return {}


def _verify(life: Life, case: Case, access: Access, at: datetime) -> Given:
    raw: Given = {
        "case_class": life.condition.case_class.key,
        "condition": life.condition.seq,
        "position": {"lon": life.place.lon, "lat": life.place.lat},
        "no_photo_reason": "历史件重放，来源数据没有照片",
    }
    # On an emergency the officer names the unit; elsewhere the standing plan or the station does.
    return raw | ({"lead_unit": life.unit.code} if life.condition.track == Track.EMERGENCY else {})


def _submit_plan(life: Life, case: Case, access: Access, at: datetime) -> Given:
    finish_by = max(life.row.closed or at, at + timedelta(days=1))
    return {
        "measures": ["到场核对", "处置并恢复原状"],
        "lead_unit": life.unit.code,
        "finish_by": finish_by.isoformat(),
    }


def _finish(life: Life, case: Case, access: Access, at: datetime) -> Given:
    photo = _photo(life, case, access, at, "after")
    return {"result": f"已按“{life.condition.closing}”处置"[:2000], "photos_after": [photo]}


def _pass(life: Life, case: Case, access: Access, at: datetime) -> Given:
    return {"photos": [_photo(life, case, access, at, "scene")]}


def _close(life: Life, case: Case, access: Access, at: datetime) -> Given:
    return {"words": "来源系统已办结"}


def _photo(life: Life, case: Case, access: Access, at: datetime, purpose: str) -> str:
    photo = photo_store(
        data=tiny_picture(purpose),
        user_id=access.user_id,
        now=at,
        made_up=True,
        photo_id=uuid5(life.uuid, f"{purpose}:{case.events_count}"),
    )
    return str(photo.pk)


_INPUT: dict[Action, Callable[[Life, Case, Access, datetime], Given]] = {
    Action.VERIFY: _verify,
    Action.SUBMIT_PLAN: _submit_plan,
    Action.FINISH: _finish,
    Action.PASS: _pass,
    Action.CLOSE: _close,
}
