"""The queries behind the invariants of clocks and timers. Each returns the numbers that break the rule."""

from datetime import datetime
from itertools import product
from typing import Any

from django.db.models import CharField, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Concat

from cases.deadlines import PLAN_OWED, PRESENCE, REPLY, STAGE, SUSPENSION, Level
from cases.limits import rules_now
from cases.models import Case, CaseEvent, Supervision
from cases.services.rungs.taking import OF_CLOCK
from cases.workflow import DONE, OPEN, Action, Stage, Track
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
    """A rule that runs without its armed timer; one armed for a clock that is no more, after the end or while
    resting."""
    subject = Concat(Value("case:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
    armed = Timer.objects.filter(subject=subject, state=Timer.State.ARMED)
    of_clock = armed.filter(rule__in=OF_CLOCK)
    of_stage = Exists(armed.filter(rule=STAGE, generation=OuterRef("clock_generation")))
    wrong = Q(clock_since__isnull=False) & ~Q(of_stage) & ~_ladder_over()
    wrong |= Q(Exists(of_clock.exclude(generation=OuterRef("clock_generation"))))
    wrong |= Q(clock_since__isnull=True) & Q(Exists(of_clock))
    wrong |= ~Q(stage__in=_OPEN) & Q(Exists(armed))
    wrong |= Q(suspended_until__isnull=False) & ~Q(Exists(armed.filter(rule=SUSPENSION)))
    for mark, rule in (("plan_owed", PLAN_OWED), ("reply_from", REPLY), ("presence", PRESENCE)):
        # Fired is settled as well: it says once that something is late.
        known = Timer.objects.filter(subject=subject, rule=rule).exclude(state=Timer.State.SUPERSEDED)
        wrong |= Q(stage__in=_OPEN) & ~Q(**{mark: ""}) & ~Q(Exists(known))
    return Case.objects.filter(wrong).order_by("number").values_list("number", flat=True)


def _ladder_over() -> Q:
    """The cases of which the last rung has fired where the city switched off the one that repeats."""
    rules, over = rules_now(), Q(pk__in=[])
    for stage, track in product(sorted(OPEN), Track) if rules.rungs else ():
        top = max((rung.level for rung in rules.ladder_of(stage, track)), default=0)
        if top < Level.LEVEL3:
            # Before it is verified a case goes by the track its condition asks for, as ``track_of`` has it.
            asks = Q(filed_at__isnull=True, condition__track=track)
            filed = Q(filed_at__isnull=False) | Q(condition__isnull=True)
            over |= Q(stage=stage, clock_rung__gte=top) & (asks | filed & Q(track=track))
    return over


def rungs_off(now: datetime) -> Names:
    """A case says it is late, how far up the ladder it is or that it is supervised for it, and neither its
    history nor the row of that supervision does."""
    told = CaseEvent.objects.filter(case=OuterRef("pk"), action=Action.ESCALATE, data__rule=STAGE)
    # PostgreSQL compares no column with what lies in a document, unless it is taken out as a number.
    told = told.annotate(level=Cast(KT("data__level"), IntegerField()))
    reached = Exists(told.filter(level__gte=OuterRef("clock_rung")))
    late = Exists(told.filter(level__gte=Level.OVERDUE))
    watched = Exists(Supervision.objects.filter(case=OuterRef("pk"), level__gte=OuterRef("escalation")))
    wrong = (Q(clock_rung__gt=0) & ~Q(reached)) | (Q(overdue_at__isnull=False) & ~Q(late))
    wrong |= Q(escalation__gt=0) & ~Q(watched)
    return Case.objects.filter(wrong).order_by("number").values_list("number", flat=True)
