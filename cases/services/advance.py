"""The one interpreter of the workflow table, and the only writer of a case's stage."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import policies
from cases.barred import barred_from_checking
from cases.inputs import Place, clean
from cases.models import Case, CaseEvent, UnitPart
from cases.permissions import check_may_take
from cases.selectors import case_locked, parts_of
from cases.services.effects import EFFECTS
from cases.services.events import event_append
from cases.services.tell import step_tell
from cases.services.work import Work, facts_of, photos_attach
from cases.workflow import DONE, HANDLERS, STAGES, WORK, Action, Stage, moves_version, target_of
from core.errors import Stale, VersionMissing
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access
from grids.selectors import posted_person


def case_advance(
    *,
    number: str,
    action: str,
    access: Access,
    raw: Mapping[str, Any],
    version: int | None,
    key: str,
    now: datetime,
    quiet: bool = False,
) -> dict[str, Any]:
    """Take one step on a case, in one transaction, once per key.

    ``raw`` is the step's input as ``cases.inputs.clean`` takes it; ``version`` the version of the case
    it was decided on; a ``quiet`` step tells nobody's inbox. Returns
    ``{"number", "uuid", "stage", "version", "event", "action"}``, the same again for the same key.

    Raises:
        NotFound: no such case in the person's scope.
        VersionMissing, Stale: no version named, or an old one.
        Conflict, NotAllowed, BadInput: the step does not fit now, is not theirs, or is incomplete.
        KeyReused: the key belongs to another request.
    """
    return run_once(
        actor=f"user:{access.user_id}",
        key=key,
        fingerprint=fingerprint_of(method="POST", path=f"cases/{number}/steps/{action}", body=raw),
        now=now,
        work=lambda: _advance(case_locked(access, number), action, access, raw, version, now, quiet),
    )


def _advance(
    case: Case,
    action: str,
    access: Access,
    raw: Mapping[str, Any],
    version: int | None,
    now: datetime,
    quiet: bool,
) -> dict[str, Any]:
    _check_version(case, version)
    step = policies.check_offered(case, action)
    parts = parts_of(case)
    role = check_may_take(access, case, step, parts)
    policies.check_when(case, step, access, parts)
    given = clean(step, raw, Place(case.district.code))
    policies.check_complete(case, step, given, parts, now)
    work = Work(case, step, given, access, role, now, parts, quiet=quiet)
    work.data = facts_of(work)
    previous_assignee = case.assignee_id
    if effect := EFFECTS.get(step.action):
        effect(work)
    return _settle(work, previous_assignee)


def _check_version(case: Case, version: int | None) -> None:
    if version is None:
        raise VersionMissing(
            _("Say which version of the case this was decided on (If-Match). Open the case and try again."),
            version=case.version,
        )
    if version != case.version:
        raise Stale(
            format_lazy(
                _("Somebody was quicker: the case is now “{stage}”. Look at it again before you decide."),
                stage=Stage(case.stage).label,
            ),
            version=case.version,
            stage=case.stage,
        )


def _settle(work: Work, previous_assignee: int | None) -> dict[str, Any]:
    """Move the case, write its event, bind the photos, tell who must hear."""
    case, before = work.case, Stage(work.case.stage)
    after = target_of(work.step, before, case.situation(has_standing_plan=work.standing_plan is not None))
    _remember(work)
    _enter(work, before, after)
    if moves_version(work.step):
        case.version += 1
    event = event_append(
        case=case,
        action=work.step.action,
        actor_id=work.access.user_id,
        role=work.role.value if work.role else "",
        now=work.now,
        from_stage=before.value,
        data=work.data,
    )
    case.save()
    photos_attach(event=event, given=work.given, actor_id=work.access.user_id)
    step_tell(case=case, event=event, previous_assignee=previous_assignee, now=work.now, quiet=work.quiet)
    return answer_of(case, event)


def _remember(work: Work) -> None:
    case, actor = work.case, work.access.user_id
    case.takers = case.takers | {work.step.action.value: actor}
    if work.step.action in WORK:
        case.takers[HANDLERS] = sorted({actor, *case.takers.get(HANDLERS, [])})


def _enter(work: Work, before: Stage, after: Stage) -> None:
    case = work.case
    if after is before:
        return
    case.stage, case.stage_since = after, work.now
    if after in DONE:
        case.closed_at, case.assignee = work.now, None
        return
    if work.step.action is Action.REWORK and after is Stage.VERIFY:
        # The fix did not hold; from here the case goes the ordinary way.
        case.fixed_on_the_spot = False
    if after is Stage.CALL_BACK:
        case.failed_calls = 0  # tries to reach somebody count for this round alone
    case.assignee = named_person(case, after, work.now, work.parts)


def named_person(case: Case, stage: Stage, now: datetime, parts: Iterable[UnitPart] = ()) -> User | None:
    """Whose task it becomes on arrival: the person posted nearest who may do it, else nobody yet."""
    owners = STAGES[stage].owners
    if stage is Stage.VERIFY:
        reporter = case.takers.get(Action.REPORT)
        barred = {reporter} if reporter else set()
    elif stage is Stage.CHECK:
        barred = barred_from_checking(case, parts, now)
    else:
        return None
    return posted_person(roles=owners, area_ids=case.area_ids, now=now, barred=barred)


def answer_of(case: Case, event: CaseEvent) -> dict[str, Any]:
    """What a report or step answers with, and replays."""
    return {
        "number": case.number,
        "uuid": str(case.uuid),
        "stage": str(case.stage),
        "version": case.version,
        "action": str(event.action),
        "event": event.seq,
    }
