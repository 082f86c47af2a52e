"""The queries behind the invariants. Each returns the numbers of the cases that break the rule."""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat, LPad, Replace, Substr, TruncDate

from accounts.roles import May, roles_that_may
from cases.models import ActionPlan, Case, CaseEvent, CaseRequest, CaseSerial, Photo, UnitPart
from cases.services.rescope import underway
from cases.workflow import (
    BY_ITSELF,
    DONE,
    OF_THE_SYSTEM,
    OPEN,
    STEPS,
    Action,
    Answer,
    Stage,
    Step,
    moves_version,
    targets,
)
from core.models import OutboxDelivery
from grids.access import postings_in_force, retired_into
from grids.models import Area

OUTBOX_PATIENCE = timedelta(hours=1)
_ZONE = ZoneInfo("Asia/Shanghai")
_AFTER_FILING = frozenset(
    {Stage.PLAN, Stage.APPROVE, Stage.DISPATCH, Stage.HANDLE, Stage.CHECK, Stage.CALL_BACK}
)
_MOVING = tuple(
    {step.action.value for step in STEPS if step.sources and moves_version(step)}
    | {Action.RESCOPE.value, Action.REARM.value}
)
_ALONE = frozenset({Action.RESCOPE, Action.ESCALATE, Action.REARM})
_OPEN = [stage.value for stage in sorted(OPEN)]
_COUNTED = {
    "returns": Action.RETURN_DISPATCH,
    "reworks": Action.REWORK,
    "supervisions": Action.SUPERVISE,
    "appeals": Action.APPEAL,
    "objections": Action.OBJECT,
    "reopens": Action.REOPEN,
}
Names = QuerySet[Any, Any]


def stage_off(now: datetime) -> Names:
    """The stage of the case is not the one its last event led to."""
    return _numbers(Case.objects.annotate(last=_last("to_stage")).exclude(stage=F("last")))


def head_off(now: datetime) -> Names:
    """The number or the hash of the last event is not what the case says; or there is no event."""
    rows = Case.objects.annotate(last_seq=_last("seq"), last_hash=_last("hash"))
    right = Q(events_count=F("last_seq"), head_hash=F("last_hash"))
    return _numbers(rows.filter(~right | Q(last_seq__isnull=True)))


def gaps(now: datetime) -> Names:
    """The number of events differs from the number of the last one, so one is missing."""
    return _numbers(Case.objects.annotate(there=_events_counted()).exclude(there=F("events_count")))


def path_broken(now: datetime) -> Names:
    """An event that does not start where the one before it ended; the first starts nowhere."""
    before = CaseEvent.objects.filter(
        case_id=OuterRef("case_id"), seq=OuterRef("seq") - 1, to_stage=OuterRef("from_stage")
    )
    first = Q(seq=1, from_stage="")
    return _of_events(CaseEvent.objects.exclude(first).filter(~Exists(before)))


def not_in_table(now: datetime) -> Names:
    """An event whose action, start and end no row of the table allows."""
    allowed = Q(pk__in=[])
    for step in STEPS:
        for source in step.sources or (None,):
            ends = [stage.value for stage in sorted(targets(step, source))]
            allowed |= Q(
                action=step.action.value, from_stage=source.value if source else "", to_stage__in=ends
            )
    # A case that follows its areas is open, and nobody stands behind it.
    followed = Q(action__in=_ALONE, actor__isnull=True, role="", from_stage__in=_OPEN)
    others = Q(action__in=[action.value for action in OF_THE_SYSTEM - _ALONE])
    of_system = Q(followed | others, from_stage=F("to_stage"))
    return _of_events(CaseEvent.objects.exclude(allowed | of_system))


def version_off(now: datetime) -> Names:
    """The version of the case, or of its last event, does not count the steps that move it."""
    rows = Case.objects.annotate(moves=_events_counted(action__in=_MOVING), told=_last("version"))
    return _numbers(rows.exclude(version=F("moves") + 1, told=F("version")))


def counters_off(now: datetime) -> Names:
    """A counter on the case differs from the events it counts."""
    rows = Case.objects.all()
    right = Q()
    for column, action in _COUNTED.items():
        rows = rows.annotate(**{f"{column}_there": _events_counted(action=action)})
        right &= Q(**{column: F(f"{column}_there")})
    # A complaint is recorded by whoever called, or is the reporter's own answer.
    answered = Q(action=Action.ANSWER, data__satisfied=Answer.NO.value)
    complained = _events_where(Q(action=Action.DISSATISFIED) | answered)
    rows, right = rows.annotate(complained=complained), right & Q(complaints=F("complained"))
    return _numbers(rows.exclude(right))


def end_off(now: datetime) -> Names:
    """Done without an end, open with one, ended at another time than its last stage, or done and assigned."""
    done = [stage.value for stage in sorted(DONE)]
    wrong = Q(stage__in=done) & (Q(closed_at__isnull=True) | ~Q(closed_at=F("stage_since")))
    wrong |= Q(stage__in=done, assignee__isnull=False) | (~Q(stage__in=done) & Q(closed_at__isnull=False))
    return _numbers(Case.objects.filter(wrong))


def filed_off(now: datetime) -> Names:
    """Filed, or past filing, and something that belongs to filing is missing."""
    stages = [stage.value for stage in sorted(_AFTER_FILING)]
    incomplete = Q(case_class__isnull=True) | Q(condition__isnull=True) | Q(filed_at__isnull=True)
    other = Q(condition__isnull=False) & ~Q(condition__case_class_id=F("case_class_id"))
    return _numbers(
        Case.objects.filter((Q(stage__in=stages) | Q(filed_at__isnull=False)) & (incomplete | other))
    )


def units_off(now: datetime) -> Names:
    """The lead unit and the active lead part name different units, or only one of them is there."""
    lead = UnitPart.objects.filter(case_id=OuterRef("pk"), active=True, kind=UnitPart.Kind.LEAD)
    rows = Case.objects.annotate(held=Subquery(lead.order_by("pk").values("unit_id")[:1]))
    wrong = Q(held__isnull=True, lead_unit__isnull=False) | Q(held__isnull=False, lead_unit__isnull=True)
    return _numbers(rows.filter(wrong | (Q(held__isnull=False) & ~Q(held=F("lead_unit_id")))))


def number_off(now: datetime) -> Names:
    """Not of the right form, not of the district and day of the report, or given twice."""
    day = Replace(Cast(TruncDate("opened_at", tzinfo=_ZONE), CharField()), Value("-"), Value(""))
    rows = Case.objects.annotate(begins=Concat("filed_district_code", day, output_field=CharField()))
    twice = Case.objects.values("number").annotate(n=Count("pk")).filter(n__gt=1).order_by().values("number")
    right = Q(number__regex=r"^[0-9]{19}$", number__startswith=F("begins"))
    return _numbers(rows.filter(~right | Q(number__in=twice)))


def serial_off(now: datetime) -> Names:
    """A number that the serials of its district and day do not know."""
    day = TruncDate("opened_at", tzinfo=_ZONE)
    serials = CaseSerial.objects.filter(district_code=OuterRef("filed_district_code"), day=OuterRef("day"))
    rows = Case.objects.annotate(day=day, serial=Substr("number", 15, 5))
    # As text, since a number that was tampered with need not be a number.
    last = Subquery(serials.values(text=LPad(Cast("last", CharField()), 5, Value("0")))[:1])
    rows = rows.annotate(given=last)
    return _numbers(rows.filter(Q(given__isnull=True) | Q(serial__gt=F("given"))))


def place_off(now: datetime) -> Names:
    """An open case in an area that ended, or under other areas than its grid; those that a job under way is
    still to move are on their way."""
    right = Q(
        grid__valid_to__isnull=True,
        community__valid_to__isnull=True,
        street__valid_to__isnull=True,
        district__valid_to__isnull=True,
        grid__district_id=F("district_id"),
        grid__street_id=F("street_id"),
        grid__community_id=F("community_id"),
    )
    return _numbers(Case.objects.filter(stage__in=_OPEN).exclude(right).exclude(underway()))


def unseen(now: datetime) -> Names:
    """A case, open or done, that nobody posted to its district, or to the only one that followed it, sees."""
    posted = postings_in_force(now).filter(role__in=roles_that_may(May.SEE_CASES), user__is_active=True)
    districts = Area.objects.filter(level=Area.Level.DISTRICT)
    held = set(posted.filter(area__in=districts).values_list("area_id", flat=True))
    seen = held.union(*retired_into(held).values())
    return _numbers(Case.objects.exclude(district_id__in=seen))


def requests_off(now: datetime) -> Names:
    """A case says something waits for a decision and no open request does, or the other way round."""
    rows, right = Case.objects.all(), Q()
    for kind in CaseRequest.Kind:
        waiting = CaseRequest.objects.filter(case_id=OuterRef("pk"), kind=kind, state=CaseRequest.State.OPEN)
        rows = rows.annotate(**{f"{kind.value}_open": Exists(waiting)})
        right &= Q(**{f"{kind.value}_asked": F(f"{kind.value}_open")})
    return _numbers(rows.exclude(right))


def suspended_off(now: datetime) -> Names:
    """Suspended in a stage that can't be, or without a granted request that has not ended."""
    stages = sorted(
        {source.value for step in STEPS if step.action is Action.DECIDE_SUSPENSION for source in step.sources}
    )
    granted = CaseRequest.objects.filter(
        case_id=OuterRef("pk"), kind=CaseRequest.Kind.SUSPENSION, state=CaseRequest.State.GRANTED,
        ended_at__isnull=True,
    )  # fmt: skip
    rows = Case.objects.filter(suspended_until__isnull=False)
    return _numbers(rows.exclude(Q(stage__in=stages) & Exists(granted)))


def photos_off(now: datetime) -> Names:
    """A photo bound to an event that is not there."""
    event = CaseEvent.objects.filter(case_id=OuterRef("case_id"), seq=OuterRef("event_seq"))
    rows = Photo.objects.filter(~Exists(event), case__isnull=False)
    return rows.order_by("pk").values_list("case__number", flat=True)


def own_step_judged(now: datetime) -> Names:
    """A step taken by whoever last took one of the steps it looks at."""
    wrong = Q(pk__in=[])
    for step in STEPS:
        for other in sorted(step.other_than):
            looked_at = CaseEvent.objects.filter(
                case_id=OuterRef("case_id"), action=other.value, seq__lt=OuterRef("seq")
            )
            last = looked_at.order_by("-seq").values("actor_id")[:1]
            wrong |= _taken(step) & Q(actor_id=Subquery(last))
    return _of_events(CaseEvent.objects.filter(wrong, actor__isnull=False))


def own_plan_decided(now: datetime) -> Names:
    """A plan whose author is its approver."""
    rows = ActionPlan.objects.filter(approver_id=F("author_id"))
    return rows.order_by("pk").values_list("case__number", flat=True)


def own_unit_checked(now: datetime) -> Names:
    """A check by somebody of a unit that handled; as far as rows tell, since people change units."""
    judged = reduce(or_, (_taken(step) for step in STEPS if step.other_unit))
    handled = UnitPart.objects.filter(
        Q(active=True) | Q(signed_at__isnull=False),
        case_id=OuterRef("case_id"),
        unit_id=OuterRef("actor__unit_id"),
        dispatched_at__lte=OuterRef("at"),
    )
    return _of_events(CaseEvent.objects.filter(judged, Exists(handled)))


def actor_off(now: datetime) -> Names:
    """What happens without anybody in somebody's name, or a step by nobody, in no guest's name either."""
    nobody = Q(actor__isnull=True, role="")
    alone = Q(action__in=[action.value for action in BY_ITSELF])
    wrong = (Q(action=Action.REASSIGN) & ~nobody) | (nobody & ~alone)
    return _of_events(CaseEvent.objects.filter(wrong))


def outbox_late(now: datetime) -> Names:
    """A delivery given up, or pending for longer than the patience of an hour."""
    late = Q(state=OutboxDelivery.State.PENDING, event__created_at__lt=now - OUTBOX_PATIENCE)
    rows = OutboxDelivery.objects.filter(late | Q(state=OutboxDelivery.State.DEAD))
    return rows.order_by("pk").values_list("event__subject", flat=True)


def _numbers(rows: QuerySet[Case]) -> Names:
    return rows.order_by("pk").values_list("number", flat=True)


def _of_events(rows: QuerySet[CaseEvent]) -> Names:
    return rows.order_by("pk").values_list("case__number", flat=True)


def _taken(step: Step) -> Q:
    """The events of one row of the table: an action is another step, with other rules, in another stage."""
    return Q(action=step.action.value, from_stage__in=[stage.value for stage in sorted(step.sources)])


def _last(column: str) -> Subquery:
    return Subquery(CaseEvent.objects.filter(case_id=OuterRef("pk")).order_by("-seq").values(column)[:1])


def _events_counted(**which: Any) -> Coalesce:
    return _events_where(Q(**which))


def _events_where(which: Q) -> Coalesce:
    rows = CaseEvent.objects.filter(which, case_id=OuterRef("pk")).order_by().values("case_id")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0)
