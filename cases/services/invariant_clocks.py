"""The queries behind the invariants of clocks and timers. Each returns the numbers that break the rule."""

from datetime import datetime
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from cases.deadlines import PLAN_OWED, PRESENCE, REPLY, STAGE, SUSPENSION, Level
from cases.models import Case, CaseEvent
from cases.workflow import DONE, OPEN, Action, Stage
from core.models import Timer

Names = QuerySet[Any, Any]
_OPEN = [stage.value for stage in sorted(OPEN)]
_DONE = [stage.value for stage in sorted(DONE - {Stage.MERGED})]


def clock_off(now: datetime) -> Names:
    """Open without a clock that runs or rests; resting without a reason; done with one; moments that don't
    fit."""
    rests = Q(suspended_until__isnull=False)
    runs = Q(clock_since__isnull=False, due_at__isnull=False, yellow_at__isnull=False)
    wrong = Q(stage__in=_OPEN) & ~rests & ~runs
    wrong |= Q(stage__in=_OPEN) & rests & (Q(clock_since__isnull=False) | Q(due_at__isnull=False))
    wrong |= ~Q(stage__in=_OPEN) & (Q(clock_since__isnull=False) | Q(due_at__isnull=False))
    wrong |= Q(stage__in=_DONE, clock_total__gt=0) | Q(yellow_at__gt=F("due_at"))
    return Case.objects.filter(wrong).order_by("number").values_list("number", flat=True)


def timers_off(now: datetime) -> Names:
    """A rule that runs without its armed timer, or armed after the end or while resting."""
    subject = Concat(Value("case:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    armed = Timer.objects.filter(subject=subject, state=Timer.State.ARMED)
    of_stage = Exists(armed.filter(rule=STAGE, generation=OuterRef("clock_generation")))
    wrong = Q(clock_since__isnull=False) & ~Q(of_stage)
    wrong |= Q(clock_since__isnull=True) & Q(Exists(armed.filter(rule=STAGE)))
    wrong |= ~Q(stage__in=_OPEN) & Q(Exists(armed))
    wrong |= Q(suspended_until__isnull=False) & ~Q(Exists(armed.filter(rule=SUSPENSION)))
    for mark, rule in (("plan_owed", PLAN_OWED), ("reply_from", REPLY), ("presence", PRESENCE)):
        # Fired is settled as well: it says once that something is late.
        known = Timer.objects.filter(subject=subject, rule=rule).exclude(state=Timer.State.SUPERSEDED)
        wrong |= Q(stage__in=_OPEN) & ~Q(**{mark: ""}) & ~Q(Exists(known))
    return Case.objects.filter(wrong).order_by("number").values_list("number", flat=True)


def rungs_off(now: datetime) -> Names:
    """A case says it is late, or how far up the ladder it is, and its history does not."""
    told = CaseEvent.objects.filter(case=OuterRef("pk"), action=Action.ESCALATE, data__rule=STAGE)
    reached = Exists(told.filter(data__level=OuterRef("clock_rung")))
    late = Exists(told.filter(data__level__gte=Level.OVERDUE))
    wrong = (Q(clock_rung__gt=0) & ~Q(reached)) | (Q(overdue_at__isnull=False) & ~Q(late))
    return Case.objects.filter(wrong).order_by("number").values_list("number", flat=True)
