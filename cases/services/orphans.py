"""Open tasks held by somebody who can't take them any more, found in one query."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.models import Case, UnitPart
from cases.workflow import BY_ACTION, STAGES, UNIT_ROLES, Action, Stage
from grids.access import postings_in_force

_NAMED = tuple(stage for stage, spec in STAGES.items() if spec.named)
_LEVELS = ("grid_id", "community_id", "street_id", "district_id")


def tasks_of(person_id: int) -> QuerySet[Case]:
    """The open cases whose task is this person's, the longest waiting first."""
    stages = [stage.value for stage in _NAMED]
    return Case.objects.filter(assignee_id=person_id, stage__in=stages).order_by("stage_since", "pk")


def orphaned(*, now: datetime, people: Iterable[int] | None = None) -> QuerySet[Case]:
    """Cases whose named person holds no role for the stage in that place, or in a unit with a part or up
    to two above it. May find a few too many (deeper units, an area's heirs), never too few: whoever
    passes a task on asks again under its lock.
    """
    rows = Case.objects.filter(assignee__isnull=False)
    if people is not None:
        rows = rows.filter(assignee_id__in=list(people))
    gone = Q(pk__in=[])
    for stage in _NAMED:
        roles = BY_ACTION[Action.CLAIM, stage].by
        able = _in_unit(now) if roles & UNIT_ROLES else _in_area(now, stage)
        gone |= Q(stage=stage.value) & (Q(assignee__is_active=False) | ~able)
    return rows.filter(gone).order_by("pk")


def _in_area(now: datetime, stage: Stage) -> Q:
    here = Q(pk__in=[])
    for level in _LEVELS:
        here |= Q(area_id=OuterRef(level))
    held = postings_in_force(now).filter(here, user_id=OuterRef("assignee_id"))
    return Q(Exists(held.filter(role__in=BY_ACTION[Action.CLAIM, stage].by)))


def _in_unit(now: datetime) -> Q:
    here = Q(unit_id=OuterRef("unit_id")) | Q(unit_id=OuterRef("unit__parent_id"))
    here |= Q(unit_id=OuterRef("unit__parent__parent_id"))
    held = postings_in_force(now).filter(here, user_id=OuterRef(OuterRef("assignee_id")), role__in=UNIT_ROLES)
    return Q(Exists(UnitPart.objects.filter(Exists(held), case_id=OuterRef("pk"), active=True)))
