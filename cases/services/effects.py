"""What each step does to the case beside moving it. One function a step; none writes the stage."""

from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases import policies
from cases.given import needed
from cases.models import ActionPlan, Measure, UnitPart
from cases.permissions import role_for
from cases.selectors import approved_plan, current_plan, standing_plan_for
from cases.services.draw import drawn_for_field
from cases.services.work import Work, class_set, parts_reopen, parts_replace
from cases.workflow import BY_ACTION, Action, Stage, Track
from core.errors import BadInput, Conflict
from core.history import digest
from grids.access import access_for

_ZONE = ZoneInfo("Asia/Shanghai")


def _claim(work: Work) -> None:
    work.case.assignee = work.access.user
    work.data["person"] = work.access.user_id


def _assign(work: Work) -> None:
    case, person = work.case, needed(work.given.person)
    theirs = access_for(person, now=work.now)
    claim = BY_ACTION[Action.CLAIM, Stage(case.stage)]
    policies.check_assignee(case, claim, theirs, work.parts, role_for(theirs, case, claim, work.parts))
    case.assignee = person
    work.data["person"] = person.pk


def _verify(work: Work) -> None:
    case = work.case
    class_set(work)
    case.filed_at = case.filed_at or work.now
    work.standing_plan = standing_plan_for(case, on=_day(work.now))
    if case.track == Track.DIRECT and work.standing_plan is None:
        # Without a plan approved beforehand nothing may skip the approval.
        case.track = Track.STANDARD
        work.data["track"] = case.track
    if case.track in (Track.DIRECT, Track.EMERGENCY):
        _hand_over(work)


def _hand_over(work: Work) -> None:
    plan, named = work.standing_plan, work.given.lead_unit
    lead: Unit | None = named or (plan.lead_unit if plan else None)
    if lead is None:
        raise BadInput(
            _("No standing plan covers this emergency. Name the unit that handles it."), field="lead_unit"
        )
    if plan and work.case.track == Track.DIRECT and lead != plan.lead_unit:
        raise BadInput(
            _("The standing plan names %(unit)s, and only that was approved. Leave the unit out.")
            % {"unit": plan.lead_unit.name},
            field="lead_unit",
        )
    if plan and lead != plan.lead_unit:
        # In an emergency the officer may name another unit; the approved plan then does not speak for it.
        plan = work.standing_plan = None
    assisting = [unit for unit in plan.assisting_units.all() if unit.active] if plan else []
    parts_replace(work, lead=lead, assisting=assisting)
    if plan:
        work.data["standing_plan"] = {"id": plan.pk, "version": plan.version}


def _fix(work: Work) -> None:
    class_set(work)
    case = work.case
    case.track = Track.ON_THE_SPOT
    case.filed_at = case.filed_at or work.now
    case.finished_at = work.now
    case.fixed_on_the_spot = True
    case.drawn_for_field = drawn_for_field(case.uuid, case.reworks)
    work.data |= {"track": case.track, "field_check": case.drawn_for_field}


def _correct(work: Work) -> None:
    case = work.case
    work.data["before"] = {
        "class": case.case_class.key if case.case_class else "",
        "condition": case.condition.seq if case.condition else None,
        "address_digest": digest(case.address, settings.PERSON_SALT),
    }
    before = case.track
    class_set(work)
    if case.stage != Stage.VERIFY:
        # It walks the long way by now; only an emergency, once declared, stays one.
        case.track = before if before == Track.EMERGENCY else Track.STANDARD
        work.data["track"] = case.track
    if work.given.address:
        # An address may name people, so the chain holds its digest, as it does for the report's.
        case.address = work.given.address
        work.data["address_digest"] = digest(case.address, settings.PERSON_SALT)


def _submit_plan(work: Work) -> None:
    given, previous = work.given, current_plan(work.case)
    plan = ActionPlan.objects.create(
        case=work.case,
        version=previous.version + 1 if previous else 1,
        author=needed(work.access.user),
        lead_unit=needed(given.lead_unit),
        finish_by=needed(given.finish_by),
        submitted_at=work.now,
    )
    Measure.objects.bulk_create(
        Measure(plan=plan, seq=seq, text=text) for seq, text in enumerate(given.measures, 1)
    )
    if given.assisting_units:
        plan.assisting_units.set(given.assisting_units)
    work.data |= {
        "plan": plan.version,
        "measures": list(given.measures),
        "lead_unit": plan.lead_unit.code,
        "assisting_units": [unit.code for unit in given.assisting_units or ()],
        "finish_by": plan.finish_by.isoformat(),
    }


def _approve(work: Work) -> None:
    plan = _decide(work, ActionPlan.State.APPROVED, work.given.text)
    if plan and plan.finish_by <= work.now:
        raise Conflict(_("The finish date of this plan has passed. Return it for a new one."))


def _return_plan(work: Work) -> None:
    plan = _decide(work, ActionPlan.State.RETURNED, work.given.reason)
    comments = work.given.comments
    if plan is None or not comments:
        return
    measures = {measure.seq: measure for measure in plan.measures.all()}
    if unknown := set(comments) - set(measures):
        raise BadInput(_("The plan has no measure %(seq)d.") % {"seq": min(unknown)}, field="comments")
    for seq, comment in comments.items():
        measures[seq].comment = comment
    Measure.objects.bulk_update([measures[seq] for seq in comments], ["comment"])
    work.data["comments"] = {str(seq): text for seq, text in comments.items()}


def _decide(work: Work, state: ActionPlan.State, words: str) -> ActionPlan | None:
    """Settle the submitted plan. After a second complaint there may be none, or one approved before."""
    plan = current_plan(work.case)
    if plan is None or plan.state != ActionPlan.State.SUBMITTED:
        return None
    if plan.author_id == work.access.user_id:
        raise Conflict(_("A plan is decided by somebody other than its author."))
    plan.state, plan.approver, plan.decided_at, plan.decision = state, work.access.user, work.now, words
    plan.save(update_fields=["state", "approver", "decided_at", "decision"])
    work.data["plan"] = plan.version
    return plan


def _dispatch(work: Work) -> None:
    plan, given = approved_plan(work.case), work.given
    held = [part.unit for part in work.parts if part.active and part.kind == UnitPart.Kind.ASSISTING]
    lead = given.lead_unit or (plan.lead_unit if plan else work.case.lead_unit)
    assisting = list(plan.assisting_units.all()) if plan else held
    if given.assisting_units is not None:
        assisting = list(given.assisting_units)
    if lead is None:
        raise BadInput(_("Choose the lead unit."), field="lead_unit")
    _check_active(lead, *assisting)
    parts_reopen(work)
    parts_replace(work, lead=lead, assisting=assisting)
    if plan:
        work.data["plan"] = plan.version


def _check_active(*units: Unit) -> None:
    """A plan may be older than the end of a unit it names."""
    if gone := next((unit for unit in units if not unit.active), None):
        raise BadInput(
            _("%(unit)s does not work any more. Name the units anew, with the reason.") % {"unit": gone.name},
            field="lead_unit",
        )


def _sign_for(work: Work) -> None:
    for part in policies.own_parts(work.access, work.parts, work.step.part):
        if part.signed_at is None:
            _sign(work, part)
    if work.case.assignee_id is None:
        work.case.assignee = work.access.user


def _sign(work: Work, part: UnitPart) -> None:
    part.signed_at, part.signed_by = work.now, work.access.user
    part.save(update_fields=["signed_at", "signed_by"])
    work.data.setdefault("units", []).append(part.unit_id)


def _return_dispatch(work: Work) -> None:
    work.case.returns += 1
    _parts_end(work)


def _parts_end(work: Work) -> None:
    """No unit has a part any more, and so none sees the case; the rows stay."""
    work.case.lead_unit = None
    UnitPart.objects.filter(case=work.case, active=True).update(active=False)
    for part in work.parts:
        part.active = False


def _hand_in(work: Work) -> None:
    for part in policies.own_parts(work.access, work.parts, work.step.part):
        if part.handed_in_at is None:
            _hand_in_part(work, part)


def _hand_in_part(work: Work, part: UnitPart) -> None:
    if part.signed_at is None:
        part.signed_at, part.signed_by = work.now, work.access.user
    part.handed_in_at, part.result = work.now, work.given.result
    part.save(update_fields=["signed_at", "signed_by", "handed_in_at", "result"])
    work.data.setdefault("units", []).append(part.unit_id)


def _finish(work: Work) -> None:
    if work.lead is not None:
        _hand_in_part(work, work.lead)
    work.case.finished_at = work.now


def _rework(work: Work) -> None:
    work.case.reworks += 1
    parts_reopen(work)


def _dissatisfied(work: Work) -> None:
    work.case.complaints += 1
    parts_reopen(work)


def _note(work: Work) -> None:
    if work.given.failed_call:
        work.case.failed_calls += 1
        work.data["failed_call"] = work.case.failed_calls


def _day(now: datetime) -> date:
    return now.astimezone(_ZONE).date()


EFFECTS: dict[Action, Callable[[Work], None]] = {
    Action.CLAIM: _claim,
    Action.ASSIGN: _assign,
    Action.VERIFY: _verify,
    Action.FIX_NOW: _fix,
    Action.REPORT_FIXED: _fix,
    Action.CORRECT: _correct,
    Action.REJECT: _parts_end,
    Action.SEND_BACK: _parts_end,
    Action.SUBMIT_PLAN: _submit_plan,
    Action.APPROVE: _approve,
    Action.RETURN_PLAN: _return_plan,
    Action.DISPATCH: _dispatch,
    Action.SIGN_FOR: _sign_for,
    Action.RETURN_DISPATCH: _return_dispatch,
    Action.HAND_IN: _hand_in,
    Action.FINISH: _finish,
    Action.REWORK: _rework,
    Action.DISSATISFIED: _dissatisfied,
    Action.NOTE: _note,
}
