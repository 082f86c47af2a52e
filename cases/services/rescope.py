"""Cases follow when areas change: open ones with an event, one case a transaction."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from accounts.models import User
from cases.models import Case
from cases.permissions import role_for
from cases.selectors import parts_of
from cases.services.events import event_append
from cases.services.naming import named_person
from cases.services.tell import event_tell
from cases.workflow import BY_ACTION, OPEN, Action, Stage
from grids.access import access_for
from grids.models import Area, AreaJob
from grids.services.area_jobs import job_claimed, job_mark
from grids.services.holding import area_held
from grids.succession import area_now, heir_at, heirs_in_force, passed_to

ROOM = "cases.open"
LOOKS = 5


def cases_follow(job: AreaJob, limit: int, now: datetime) -> int:
    """Move at most ``limit`` open cases of a job to where they lie now; returns how many were found, 0 when
    none is left.

    Which are left is read from the cases and the job's mark, so a run that was killed is carried on by any
    other, and two at once share the work.
    """
    rows = open_concerned(job).filter(pk__gt=job.cursors.get(ROOM, 0)).order_by("pk")
    found = list(rows.values_list("pk", flat=True)[:limit])
    for pk in found:
        if not _follow(job.pk, pk, now):
            break
    return len(found)


def open_concerned(job: AreaJob) -> QuerySet[Case]:
    """The open cases a job is about."""
    return Case.objects.filter(**{f"{job.level}_id__in": job.area_ids}, stage__in=OPEN)


def place_now(case: Case, job: AreaJob | None = None) -> Area | None:
    """The grid a case belongs to now: its own while that is in force, else what follows it at its position.

    Under a job, ground that passed between two grids in force takes its cases along. None when the grid was
    retired and nothing follows it. The grid stays as it is until the caller's transaction ends.
    """
    for _look in range(LOOKS):
        grid = _grid_now(case, job)
        if grid is None or area_held(grid):
            return grid
    return None


def _grid_now(case: Case, job: AreaJob | None) -> Area | None:
    grid = area_now(case.grid_id)
    if grid.valid_to is not None:
        return heir_at(heirs_in_force(grid.pk), case.lon, case.lat)
    passed = passed_to(job, grid.pk, case.lon, case.lat) if job else None
    return area_now(passed) if passed else grid


def _follow(job_id: int, case_id: int, now: datetime) -> bool:
    """Handle one case with the job's mark; False when another process is at the job, or was here before."""
    with transaction.atomic():
        job = job_claimed(job_id)
        if job is None or job.cursors.get(ROOM, 0) >= case_id:
            return False
        rows = Case.objects.select_related("case_class").select_for_update(of=("self",))
        case = rows.filter(pk=case_id, stage__in=OPEN).first()
        moved = case is not None and case_rescope(case=case, job=job, now=now)
        job_mark(job=job, room=ROOM, at=case_id, moved=moved)
    return True


def case_rescope(*, case: Case, job: AreaJob, now: datetime) -> bool:
    """Bring one open case, locked by the caller, to the areas it lies in now; False when it is there already.

    The version moves, and a named person who holds no role there any more is followed by one who does.
    """
    grid = place_now(case, job)
    if grid is None or _columns(grid) == case.area_ids:
        return False
    before, assignee = _codes(case), case.assignee_id
    case.district_id, case.street_id, case.community_id, case.grid_id = _columns(grid)
    case.version += 1
    _reassign(case, now)
    event = event_append(
        case=case,
        action=Action.RESCOPE,
        actor_id=None,
        role="",
        now=now,
        from_stage=case.stage,
        data={"areas": {"from": before, "to": _codes(case)}, "job": job.pk, "kind": str(job.kind)},
    )
    case.save()
    event_tell(case=case, event=event, previous_assignee=assignee, now=now)
    return True


def _columns(grid: Area) -> tuple[int, ...]:
    return (grid.district_id or 0, grid.street_id or 0, grid.community_id or 0, grid.pk)


def _codes(case: Case) -> dict[str, Any]:
    rows = dict(Area.objects.filter(pk__in=case.area_ids).values_list("level", "code"))
    return {level: rows[level] for level in ("district", "street", "community", "grid")}


def _reassign(case: Case, now: datetime) -> None:
    person, claim = case.assignee, BY_ACTION.get((Action.CLAIM, Stage(case.stage)))
    if person is None or claim is None:
        return
    parts = parts_of(case)
    if role_for(access_for(person, now=now), case, claim, parts) is None:
        heir: User | None = named_person(case, Stage(case.stage), now, parts)
        case.assignee = heir


def underway() -> Q:
    """The WHERE of open cases that a job under way is still to bring to their place."""
    where = Q(pk__in=[])
    for job in AreaJob.objects.filter(state=AreaJob.State.RUNNING):
        where |= Q(**{f"{job.level}_id__in": job.area_ids}, pk__gt=job.cursors.get(ROOM, 0))
    return where
