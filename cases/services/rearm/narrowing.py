"""Which open cases a change can touch, and what reckoning them anew needs, read for many at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Unit
from accounts.roles import May
from cases.deadlines import BESIDE_CLOCK, PLAN_OWED, STAGE, Promise
from cases.limits import KEEPERS, squad_code, stages_of
from cases.models import Case, RearmJob, UnitPart
from cases.selectors import plan_dates
from cases.services.clocks import subject_of
from cases.workflow import OPEN, Stage
from core.calendar_seed import OFFICES
from core.calendars import default_code
from core.models import Timer
from grids.access import Access
from grids.models import Area

PORTION = 1000
NOBODY = Q(pk__in=[])
EVERYBODY = ~NOBODY
RUNNING = Q(clock_since__isnull=False)
RESTING = Q(clock_since__isnull=True, clock_total__gt=0)
ARMED = (Timer.State.ARMED, Timer.State.PAUSED, Timer.State.ASIDE)
OF_CLOCK = frozenset({STAGE, *BESIDE_CLOCK})
_TIMER = ("subject", "rule", "level", "generation", "due_at")
_NEEDED = (
    "number", "stage", "track", "filed_at", "dispatched_at", "finished_at", "extensions", "assignee_id",
    "plan_owed", "limit_value", "limit_unit", "due_at", "yellow_at", "clock_since", "clock_spent",
    "clock_total", "clock_limit", "clock_calendar_id", "clock_rung", "clock_beside", "clock_generation",
    "escalation", "first_due_at", "condition_id", "condition__track", "lead_unit_id",
    "lead_unit__calendar_id", "lead_unit__kind", "street__code", "district__code",
)  # fmt: skip
Armed = Mapping[tuple[str, int], datetime]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case with what reckoning it anew needs: the lead part, the date of its plan, the armed timers."""

    case: Case
    parts: Sequence[UnitPart]
    finish_by: Promise | None
    armed: Armed


def touched(kind: str, facts: Mapping[str, Any]) -> QuerySet[Case]:
    """The open cases a change can touch, by what its job keeps of it.

    A new handling limit concerns a case whatever its clock does; all else concerns clocks that run.
    """
    rows = Case.objects.filter(stage__in=OPEN)
    if kind == RearmJob.Kind.CONDITION:
        value, unit = facts["limit"]
        rows = rows.filter(condition_id=facts["condition"], limit_value__isnull=False)
        return rows.exclude(limit_value=value, limit_unit=unit)
    return rows.filter(RUNNING, concerned(kind, facts))


def concerned(kind: str, facts: Mapping[str, Any]) -> Q:
    """The WHERE of cases whose clock, running or resting, follows from what changes."""
    if kind == RearmJob.Kind.LIMITS:
        return _any(_at(row["stage"], row["track"]) for row in facts["limits"])
    if kind == RearmJob.Kind.LADDER:
        return _any(_at(row["stage"], row["track"]) for row in (*facts["rungs"], *facts["removed"]))
    if kind == RearmJob.Kind.CALENDAR:
        return _by_calendar(facts["calendar"])
    if kind == RearmJob.Kind.CONDITION:
        return Q(condition_id=facts["condition"])
    return Q()


def _any(parts: Iterable[Q]) -> Q:
    return reduce(or_, parts, NOBODY)


def _at(stage: str, track: str) -> Q:
    """The cases at a stage and on a track, each "" for every one; ``limits.track_of`` in SQL."""
    where = Q(stage=stage) if stage else EVERYBODY
    if not track:
        return where
    reported = Q(filed_at__isnull=True, condition__isnull=False)
    filed = Q(filed_at__isnull=False) | Q(condition__isnull=True)
    return where & (reported & Q(condition__track=track) | filed & Q(track=track))


def _by_calendar(code: str) -> Q:
    """Those whose clock runs by a calendar, or would by the rules in force; those that count days in it."""
    usual = [kind.value for kind in Unit.Kind if default_code(kind) == code]
    unit = Q(lead_unit__calendar__code=code) | Q(lead_unit__calendar__isnull=True, lead_unit__kind__in=usual)
    where = Q(clock_calendar__calendar__code=code) | Q(stage=Stage.HANDLE) & unit
    where |= Q(stage__in=[stage for kind in usual for stage in stages_of(kind)])
    own = Unit.objects.filter(active=True, calendar__code=code, kind__in=KEEPERS)
    where |= _any(_kept_by(*row) for row in own.values_list("kind", "code", "district_code"))
    return where | ~Q(plan_owed="") if code == OFFICES else where


def _kept_by(kind: str, code: str, district: str) -> Q:
    """The cases that a squad, station or bureau with a calendar of its own has the stages of."""
    place = (
        Q(street__code=code.removesuffix(squad_code("")))
        if kind == Unit.Kind.SQUAD
        else Q(district__code=district)
    )
    return place & Q(stage__in=stages_of(kind))


def within_access(access: Access | None) -> Q:
    """The WHERE of an administrator's cases; of all of them for the operator, who has no scope."""
    return Q() if access is None else access.placed_q(May.CONFIGURE)


def within_job(job: RearmJob) -> Q:
    """The WHERE of the cases of a job."""
    if job.everywhere:
        return Q()
    by_level: dict[str, list[int]] = defaultdict(list)
    for pk, level in job.areas.values_list("pk", "level"):
        by_level[level].append(pk)
    return _any(Q(**{f"{level}_id__in": ids}) for level, ids in by_level.items())


def areas_of(access: Access) -> list[Area]:
    """The areas an administrator is posted to, as a job keeps them."""
    return list(Area.objects.filter(pk__in=access.area_ids(May.CONFIGURE)).defer("outline").order_by("code"))


def portions(rows: QuerySet[Case]) -> Iterator[list[Loaded]]:
    """All of these cases, a thousand at a time in order of id; four queries each."""
    after = 0
    while found := loaded(rows, after):
        yield found
        after = found[-1].case.pk


def loaded(rows: QuerySet[Case], after: int, most: int = PORTION) -> list[Loaded]:
    """The next of these cases behind an id, at most so many."""
    rows = (
        rows.filter(pk__gt=after)
        .select_related("condition", "lead_unit", "street", "district")
        .only(*_NEEDED)
    )
    cases = list(rows.order_by("pk")[:most])
    handled = [case.pk for case in cases if case.stage == Stage.HANDLE]
    leads = UnitPart.objects.filter(case_id__in=handled, active=True, kind=UnitPart.Kind.LEAD)
    parts = {part.case_id: part for part in leads}
    dates, armed = plan_dates(handled), _armed(cases)
    return [
        Loaded(case, [parts[case.pk]] if case.pk in parts else [], dates.get(case.pk), armed[case.pk])
        for case in cases
    ]


def _armed(cases: Sequence[Case]) -> Mapping[int, Armed]:
    """What is armed of each case, by rule and level."""
    by_subject = {subject_of(case.pk): case for case in cases}
    found: dict[int, dict[tuple[str, int], datetime]] = {case.pk: {} for case in cases}
    rows = Timer.objects.filter(subject__in=list(by_subject), state__in=ARMED).order_by()
    for subject, rule, level, generation, due_at in rows.values_list(*_TIMER):
        case = by_subject[subject]
        if belongs(case, rule, generation):
            found[case.pk][rule, level] = due_at
    return found


def belongs(case: Case, rule: str, generation: int) -> bool:
    """Whether a timer is reckoned from the rules, and is not left from an earlier reckoning of the clock."""
    return rule == PLAN_OWED or (rule in OF_CLOCK and generation == case.clock_generation)
