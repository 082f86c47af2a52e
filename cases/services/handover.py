"""Passing tasks on: by the system when whoever has one can't keep it, and several at once by people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import deadlines as rule
from cases.given import Given
from cases.models import Case, CaseEvent
from cases.permissions import check_may_take, role_for
from cases.policies import NOBODY, check_holder, check_offered
from cases.selectors import case_locked, one_locked, parts_of
from cases.services.advance import answer_of, case_advance, check_version
from cases.services.clocks import case_rearm
from cases.services.events import event_append
from cases.services.naming import named_person
from cases.services.orphans import orphaned, tasks_of
from cases.services.rungs.taking import case_settle
from cases.services.tell import event_tell
from cases.workflow import BY_ACTION, STAGES, Action, Stage
from core.errors import BadInput, CityError, Conflict
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access, access_for
from grids.models import Absence
from grids.services.absences import absence_handed

POOL, RULE = "@pool", "@rule"  # to whom a task can go beside a login name
MOST, MOST_A_RUN = 100, 500
UNATTENDED = "unattended"  # half of the time has passed and nobody took it up: its timer has fired


def belongs_in_pool(stage: str, assignee_id: int | None) -> bool:
    """Whether a case waits for anybody of the role: its stage is somebody's work, and nobody has it."""
    spec = STAGES.get(Stage(stage))
    return spec is not None and spec.named and assignee_id is None


def orphans_reassign(*, now: datetime, people: Iterable[int] | None = None, limit: int = MOST_A_RUN) -> int:
    """Pass on the tasks of those who can't take them any more, each in its own transaction.

    Their posting ended or ran out, or the login is closed; only those of ``people`` when named. Returns
    how many were passed on.
    """
    found = list(orphaned(now=now, people=people).values_list("pk", flat=True)[:limit])
    return sum(task_reassign(case_id=pk, cause="posting", now=now) for pk in found)


def absences_hand_over(*, now: datetime) -> int:
    """Pass on the tasks of those whose absence has begun and who wanted it so; once an absence."""
    due = Absence.objects.filter(handed_at__isnull=True, starts_at__lte=now).order_by("starts_at", "pk")
    return sum(_absence(absence, now) for absence in due[:MOST_A_RUN])


def _absence(absence: Absence, now: datetime) -> int:
    with transaction.atomic():
        wanted = absence.hand_over and absence.ends_at > now
        tasks = list(tasks_of(absence.person_id).values_list("pk", flat=True)) if wanted else []
        holder = absence.person_id
        passed = sum(task_reassign(case_id=pk, cause="absence", now=now, holder=holder) for pk in tasks)
        absence_handed(absence=absence, now=now)
    return passed


def task_reassign(*, case_id: int, cause: str, now: datetime, holder: int | None = None) -> bool:
    """Pass one task on by the naming rule. With a ``holder``, as long as it is still theirs; without
    one, if whoever has it can't take it any more. Asked under the case's lock; False when not so.
    """
    with transaction.atomic():
        case = _locked(case_id)
        if case is None or case.assignee is None:
            return False
        if case.assignee.pk != holder if holder else _able(case, case.assignee, now):
            return False
        found = named_person(case, Stage(case.stage), now, parts_of(case), without=[case.assignee.pk])
        _pass_on(case, found, cause, now)
    return True


def task_to_pool(*, case_id: int, cause: str, now: datetime) -> bool:
    """Take a task from whoever has it and tell those who lead there; False when nobody has it.

    For whatever finds that nobody takes it up; ``cause`` as in ``cases.wording.CAUSES``.
    """
    with transaction.atomic():
        case = _locked(case_id)
        if case is None or belongs_in_pool(case.stage, case.assignee_id):
            return False
        _pass_on(case, None, cause, now)
    return True


def _locked(case_id: int) -> Case | None:
    """The case if it is in a stage of named work, locked; the system has no scope."""
    named = [stage.value for stage, spec in STAGES.items() if spec.named]
    return one_locked(Case.objects.filter(pk=case_id, stage__in=named))


def _able(case: Case, person: User, now: datetime) -> bool:
    claim = BY_ACTION[Action.CLAIM, Stage(case.stage)]
    return role_for(access_for(person, now=now), case, claim, parts_of(case)) is not None


def _pass_on(
    case: Case, person: User | None, cause: str, now: datetime, asked_by: int | None = None
) -> CaseEvent:
    timers = case_settle(case=case, now=now)
    former, case.assignee, case.checker_named = case.assignee_id, person, False
    data = {"former": former, "person": person.pk if person else None, "cause": cause}
    if cause == UNATTENDED:
        case.clock_beside |= rule.BESIDE_CLOCK[rule.POOL]
    if asked_by is not None:
        data["asked_by"] = asked_by
    event = event_append(
        case=case, action=Action.REASSIGN, actor_id=None, role="", now=now, from_stage=case.stage, data=data
    )
    case.save(update_fields=["assignee", "checker_named", "clock_beside", "events_count", "head_hash"])
    case_rearm(case=case, now=now, known=timers)
    event_tell(case=case, event=event, previous_assignee=former, now=now)
    return event


@dataclass(frozen=True, slots=True)
class Picked:
    """One task as it was seen when it was picked: version of the case, login of whoever had it."""

    number: str
    version: int
    held_by: str = NOBODY


def tasks_hand_over(
    *, access: Access, picked: Sequence[Picked], to: str, key: str, now: datetime
) -> dict[str, Any]:
    """Hand several tasks over, each in a transaction of its own, once per key.

    ``to`` is a login name, ``POOL``, or ``RULE`` for whomever the naming rule finds beside the one who
    has it. Only those who assign may name a person or the pool; by the rule everybody hands over their
    own. Returns ``{"done": [number], "refused": [{"number", "detail"}]}``; what was refused stays.

    Raises:
        BadInput: nothing or too much was picked, nobody named, or the key can't be kept.
    """
    if not 0 < len(picked) <= MOST:
        raise BadInput(_("Choose at least one task, and at most 100 at once."), field="tasks")
    if not to:
        raise BadInput(_("Choose who takes the tasks."), field="to")
    if not key or len(key) > 60:
        raise BadInput(_("Send an Idempotency-Key of 1 to 60 characters; a fresh UUID will do."), field="key")
    hand = _by_rule if to == RULE else _by_hand
    done: list[str] = []
    refused: list[dict[str, Any]] = []
    for task in {task.number: task for task in picked}.values():
        try:
            hand(access, task, to, f"{key}.{task.number[:19]}", now)
            done.append(task.number)
        except CityError as refusal:
            refused.append({"number": task.number, "detail": str(refusal)})
    return {"done": done, "refused": refused}


def _by_hand(access: Access, task: Picked, to: str, key: str, now: datetime) -> None:
    raw: Mapping[str, Any] = {"held_by": task.held_by} | ({} if to == POOL else {"person": to})
    action = Action.RELEASE if to == POOL else Action.ASSIGN
    case_advance(
        number=task.number, action=action, access=access, raw=raw, version=task.version, key=key, now=now
    )


def _by_rule(access: Access, task: Picked, to: str, key: str, now: datetime) -> None:
    run_once(
        actor=f"user:{access.user_id}",
        key=key,
        fingerprint=fingerprint_of(method="POST", path="hand-over", body=asdict(task)),
        now=now,
        work=lambda: _rule(access, task, now),
    )


def _rule(access: Access, task: Picked, now: datetime) -> dict[str, Any]:
    case = case_locked(access, task.number)
    check_version(case, task.version)
    step, parts = check_offered(case, Action.ASSIGN), parts_of(case)
    if case.assignee_id is None or case.assignee_id != access.user_id:
        check_may_take(access, case, step, parts)
    check_holder(case, Given(held_by=task.held_by), access, taking=False)
    without = [case.assignee_id] if case.assignee_id else []
    found = named_person(case, Stage(case.stage), now, parts, without=without)
    if found is None and case.assignee_id is None:
        raise Conflict(_("Nobody is there for it by the rule. Choose a person."))
    return answer_of(case, _pass_on(case, found, "asked", now, access.user_id))
