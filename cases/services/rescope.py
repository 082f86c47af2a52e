"""Cases follow when areas change: open ones with an event, one case a transaction."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models import Case
from cases.permissions import role_for
from cases.selectors import one_locked, parts_of
from cases.services.clocks import case_rearm
from cases.services.events import event_append
from cases.services.naming import named_person
from cases.services.rungs.taking import case_settle
from cases.services.tell import event_tell
from cases.workflow import BY_ACTION, OPEN, Action, Stage
from core.errors import Conflict
from grids.access import Access, access_for
from grids.models import Area, AreaJob
from grids.services.area_jobs import job_claimed, job_mark
from grids.services.holding import area_held, grid_held
from grids.succession import area_now, heir_at, heirs_in_force, passed_to

ROOM = "cases.open"
LOOKS = 5
_LEVELS = ("district", "street", "community", "grid")


def cases_follow(job: AreaJob, limit: int, now: datetime) -> int:
    """Move at most ``limit`` open cases of a job to where they lie now; returns how many were found, 0 when
    none is left.

    Which are left is read from the cases and the job's mark, so a run that was killed is carried on by any
    other, and two at once share the work.
    """
    rows = open_concerned(job).filter(pk__gt=job.cursors.get(ROOM, 0)).order_by("pk")
    found, known = list(rows.values_list("pk", flat=True)[:limit]), Known(now, job)
    for pk in found:
        if not _follow(job, pk, known):
            break
    return len(found)


def open_concerned(job: AreaJob) -> QuerySet[Case]:
    """The open cases a job is about."""
    return Case.objects.filter(**{f"{job.level}_id__in": job.area_ids}, stage__in=OPEN)


class Known:
    """What one run has read of areas and people already, under a job or none; what changes meanwhile is
    seen when a grid is held, and then read anew."""

    def __init__(self, now: datetime, job: AreaJob | None = None) -> None:
        self.now, self.job = now, job
        self._grids: dict[int, list[Area]] = {}
        self._codes: dict[int, str] = {}
        self._access: dict[int, Access] = {}

    def place(self, case: Case) -> Area | None:
        """The grid a case belongs to: its own while that is in force, else what follows it at its position.

        Ground that passed between two grids in force under the job takes its cases along. None when the grid
        was retired and nothing follows it. The grid stays so until the caller's transaction ends.
        """
        for _look in range(LOOKS):
            grid = self._grid_of(case)
            if grid is None or area_held(grid):
                return grid
            self._grids.clear()
        return None

    def _grid_of(self, case: Case) -> Area | None:
        passed = passed_to(self.job, case.grid_id, case.lon, case.lat) if self.job else None
        return heir_at(self._in_force(passed or case.grid_id), case.lon, case.lat)

    def _in_force(self, grid_id: int) -> list[Area]:
        if grid_id not in self._grids:
            grid = area_now(grid_id)
            self._grids[grid_id] = [grid] if grid.valid_to is None else heirs_in_force(grid_id)
        return self._grids[grid_id]

    def codes(self, case: Case) -> dict[str, str]:
        """The codes of the areas a case lies in, by level."""
        if unknown := set(case.area_ids) - self._codes.keys():
            self._codes |= dict(Area.objects.filter(pk__in=unknown).values_list("pk", "code"))
        return {level: self._codes[pk] for level, pk in zip(_LEVELS, case.area_ids, strict=True)}

    def access(self, person: User) -> Access:
        """The scopes of a person."""
        if person.pk not in self._access:
            self._access[person.pk] = access_for(person, now=self.now)
        return self._access[person.pk]


def case_put_right(*, case: Case, now: datetime) -> dict[str, Any]:
    """Put a case that comes to life again, in the caller's step, where it belongs after areas changed.

    Returns the codes before and after for its event, nothing when it lies there already.

    Raises:
        Conflict: its grid was retired and nothing follows it.
    """
    if grid_held(case.grid_id) == case.area_ids:
        return {}
    known = Known(now)
    grid = known.place(case)
    if grid is None:
        raise Conflict(_("The grid of this case was retired and nothing follows it. Report it anew."))
    if _columns(grid) == case.area_ids:
        return {}
    before = known.codes(case)
    case.district_id, case.street_id, case.community_id, case.grid_id = _columns(grid)
    return {"areas": {"from": before, "to": known.codes(case)}}


def _follow(job: AreaJob, case_id: int, known: Known) -> bool:
    """Handle one case with the job's mark; False when another process is at the job, or was here before."""
    with transaction.atomic():
        held = job_claimed(job.pk)
        if held is None or held.cursors.get(ROOM, 0) >= case_id:
            return False
        case = one_locked(Case.objects.filter(pk=case_id, stage__in=OPEN))
        moved = case is not None and case_rescope(case=case, job=job, known=known)
        job_mark(job=held, room=ROOM, at=case_id, moved=moved)
    return True


def case_rescope(*, case: Case, job: AreaJob, known: Known) -> bool:
    """Bring one open case, locked by the caller, to the areas it lies in now; False when it is there already.

    The version moves, and a named person who holds no role there any more is followed by one who does.
    """
    grid = known.place(case)
    if grid is None or _columns(grid) == case.area_ids:
        return False
    before, assignee = known.codes(case), case.assignee_id
    timers = case_settle(case=case, now=known.now)
    case.district_id, case.street_id, case.community_id, case.grid_id = _columns(grid)
    case.version += 1
    _reassign(case, known)
    event = event_append(
        case=case,
        action=Action.RESCOPE,
        actor_id=None,
        role="",
        now=known.now,
        from_stage=case.stage,
        data={"areas": {"from": before, "to": known.codes(case)}, "job": job.pk, "kind": str(job.kind)},
    )
    case.save()
    case_rearm(case=case, now=known.now, known=timers)
    event_tell(case=case, event=event, previous_assignee=assignee, now=known.now)
    return True


def _columns(grid: Area) -> tuple[int, ...]:
    return (grid.district_id or 0, grid.street_id or 0, grid.community_id or 0, grid.pk)


def _reassign(case: Case, known: Known) -> None:
    person, claim = case.assignee, BY_ACTION.get((Action.CLAIM, Stage(case.stage)))
    if person is None or claim is None:
        return
    parts = parts_of(case)
    if role_for(known.access(person), case, claim, parts) is None:
        case.assignee = named_person(case, Stage(case.stage), known.now, parts)


def underway() -> Q:
    """The WHERE of open cases that a job under way is still to bring to their place."""
    where = Q(pk__in=[])
    for job in AreaJob.objects.filter(state=AreaJob.State.RUNNING).defer("facts", "ground"):
        where |= Q(**{f"{job.level}_id__in": job.area_ids}, pk__gt=job.cursors.get(ROOM, 0))
    return where
