"""The one interpreter of the workflow table, and the only writer of a case's stage."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases import policies
from cases.given import Given
from cases.inputs import Place, clean
from cases.limits import Rules, rules_now
from cases.models import CampaignPlan, Case, CaseEvent
from cases.permissions import check_may_take
from cases.selectors import case_locked, pair_locked, parts_of
from cases.services.clocks import case_arm, clock_turn, subject_of
from cases.services.effects import EFFECTS
from cases.services.effects.asking import requests_lapse, suspension_end
from cases.services.effects.overseeing import calls_end
from cases.services.events import event_append
from cases.services.naming import named_person
from cases.services.rescope import case_put_right
from cases.services.rungs.taking import case_settle
from cases.services.tell import step_tell
from cases.services.work import Work, facts_of
from cases.workflow import (
    DONE,
    HANDLERS,
    TWO_CASES,
    WORK,
    Action,
    Guest,
    Stage,
    moves_version,
    target_of,
)
from core.errors import Stale, VersionMissing
from core.services.idempotency import fingerprint_of, run_once
from core.services.timers import timers_armed
from grids.access import Access


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
    campaign: CampaignPlan | None = None,
) -> dict[str, Any]:
    """Take one step on a case, in one transaction, once per key.

    ``raw`` is the step's input as ``cases.inputs.clean`` takes it; ``version`` the version of the case
    it was decided on; a ``quiet`` step tells nobody's inbox; ``campaign`` is the plan over several cases
    that are stepped on together. Returns
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
        work=lambda: _advance(number, action, access, raw, version, now, quiet, campaign),
        look_first=False,
    )


def _advance(
    number: str,
    action: str,
    access: Access,
    raw: Mapping[str, Any],
    version: int | None,
    now: datetime,
    quiet: bool,
    campaign: CampaignPlan | None,
) -> dict[str, Any]:
    if action in TWO_CASES:
        case, other = pair_locked(access, number, str(raw.get("into") or ""))
    else:
        case, other = case_locked(access, number), None
    return step_take(
        case=case, action=action, access=access, raw=raw, version=version, now=now, quiet=quiet, other=other,
        campaign=campaign,
    )  # fmt: skip


def step_take(
    *,
    case: Case,
    action: str,
    access: Access,
    raw: Mapping[str, Any],
    version: int | None,
    now: datetime,
    quiet: bool = False,
    other: Case | None = None,
    guest: Guest | None = None,
    campaign: CampaignPlan | None = None,
) -> dict[str, Any]:
    """Take a step on a case that is locked already, in the caller's transaction; a ``guest`` has no role.

    Raises and returns as ``case_advance``.
    """
    timers = case_settle(case=case, now=now, quiet=quiet)
    check_version(case, version)
    step = policies.check_offered(case, action)
    parts = parts_of(case)
    role = None if guest in step.guests else check_may_take(access, case, step, parts)
    rules = rules_now()
    policies.check_when(case, step, access, parts, rules)
    given = clean(step, raw, Place(case.district.code))
    policies.check_complete(case, step, given, parts, now)
    work = Work(
        case, step, given, access, role, now, parts, quiet=quiet, guest=guest, other=other,
        timers=timers, principal_id=access.stands_in_for(step.by, case.area_ids), campaign=campaign,
    )  # fmt: skip
    work.data = facts_of(work)
    previous_assignee = case.assignee_id
    if effect := EFFECTS.get(step.action):
        effect(work)
    return _settle(work, previous_assignee, rules)


def step_by_system(*, case: Case, action: Action, now: datetime, quiet: bool = False) -> dict[str, Any]:
    """Take a step of the table nobody takes by hand this time, such as a suspension that has run out.

    The case is locked already; the step asks for no role and no input, but has to fit the stage.

    Raises:
        Conflict: it does not fit the case as it is now.
    """
    step, parts, access = policies.check_offered(case, action), parts_of(case), Access(at=now)
    rules = rules_now()
    policies.check_when(case, step, access, parts, rules)
    work = Work(
        case, step, Given(), access, None, now, parts, quiet=quiet, timers=timers_armed(subject_of(case.pk))
    )
    if effect := EFFECTS.get(step.action):
        effect(work)
    return _settle(work, case.assignee_id, rules)


def check_version(case: Case, version: int | None) -> None:
    """Refuse what was decided on another version of the case: VersionMissing without one, Stale."""
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


def _settle(work: Work, previous_assignee: int | None, rules: Rules) -> dict[str, Any]:
    """Move the case, write its event, bind the photos, tell who must hear."""
    case, before = work.case, Stage(work.case.stage)
    situation = case.situation(
        has_standing_plan=work.standing_plan is not None,
        verdict=work.given.verdict,
        satisfied=work.given.satisfied,
    )
    after = target_of(work.step, before, situation)
    _remember(work)
    _enter(work, before, after)
    if moves_version(work.step):
        case.version += 1
    work.data |= clock_turn(
        case=case, step=work.step, before=before, verdict=work.given.verdict, rules=rules,
        now=work.clock_at or work.now, finish_by=work.finish_by,
        anew=work.clock_anew,
    )  # fmt: skip
    event = event_append(
        case=case,
        action=work.step.action,
        actor_id=work.access.user_id,
        role=work.role.value if work.role else _guest_role(work),
        now=work.now,
        from_stage=before.value,
        data=work.data,
    )
    case.save()
    case_arm(case=case, parts=work.parts, known=work.timers, rules=rules, now=work.now)
    step_tell(work=work, event=event, previous_assignee=previous_assignee)
    return answer_of(case, event) | work.answer


def _guest_role(work: Work) -> str:
    return work.guest.name.lower() if work.guest else ""


def _remember(work: Work) -> None:
    case, actor = work.case, work.access.user_id
    case.takers = case.takers | {work.step.action.value: actor}
    if work.step.action in WORK:
        case.takers[HANDLERS] = sorted({actor, *case.takers.get(HANDLERS, [])})


def _enter(work: Work, before: Stage, after: Stage) -> None:
    case = work.case
    if after is before:
        return
    case.stage, case.stage_since, case.checker_named = after, work.now, False
    requests_lapse(work)
    suspension_end(work)
    if after in DONE:
        case.closed_at, case.assignee = work.now, None
        calls_end(work)
        return
    if before in DONE:
        # Done cases stay where they were when areas changed; one that comes to life again follows.
        work.data |= case_put_right(case=case, now=work.now)
    case.closed_at = None
    if work.step.action is Action.REWORK and after is Stage.VERIFY:
        # The fix did not hold; from here the case goes the ordinary way.
        case.fixed_on_the_spot = False
    if after is Stage.CALL_BACK:
        case.failed_calls = 0  # tries to reach somebody count for this round alone
    case.assignee = named_person(case, after, work.now, work.parts)


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
