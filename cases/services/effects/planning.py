"""The plan: submitted, decided, and carried to the units."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.deadlines import Promise
from cases.given import needed
from cases.models import ActionPlan, Measure, UnitPart
from cases.models.marks import PlanOwed
from cases.selectors import approved_plan, current_plan
from cases.services.origin import origin_of
from cases.services.work import Work, parts_reopen, parts_replace
from core.errors import BadInput, Conflict


def submit_plan(work: Work) -> None:
    given, previous = work.given, current_plan(work.case)
    plan = ActionPlan.objects.create(
        case=work.case,
        version=previous.version + 1 if previous else 1,
        author=needed(work.access.user),
        lead_unit=needed(given.lead_unit),
        finish_by=needed(given.finish_by),
        submitted_at=work.now,
        **origin_of(work),
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
    if work.case.plan_owed:
        work.case.plan_owed = PlanOwed.SUBMITTED


def approve(work: Work) -> None:
    plan = _decide(work, ActionPlan.State.APPROVED, work.given.text)
    # A plan owed for an emergency may speak of work that is done.
    if plan and plan.finish_by <= work.now and not work.case.plan_owed:
        raise Conflict(_("The finish date of this plan has passed. Return it for a new one."))
    if work.given.past_limit and plan is None:
        raise BadInput(
            _("No plan waits here whose date could count. Leave the box empty."), field="past_limit"
        )
    if plan:
        work.case.plan_owed = ""


def return_plan(work: Work) -> None:
    plan = _decide(work, ActionPlan.State.RETURNED, work.given.reason)
    comments = work.given.comments
    if work.case.plan_owed:
        work.case.plan_owed = PlanOwed.OWED
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
    if plan.author_id in (work.access.user_id, work.principal_id):
        raise Conflict(_("A plan is decided by somebody other than its author."))
    plan.state, plan.approver, plan.decided_at, plan.decision = state, work.access.user, work.now, words
    plan.decided_for_id, plan.past_limit = work.principal_id, work.given.past_limit
    plan.save(update_fields=["state", "approver", "decided_for", "decided_at", "decision", "past_limit"])
    work.data |= {"plan": plan.version} | ({"past_limit": True} if plan.past_limit else {})
    return plan


def dispatch(work: Work) -> None:
    (plan, planned), given = approved_plan(work.case) or (None, []), work.given
    held = [part.unit for part in work.parts if part.active and part.kind == UnitPart.Kind.ASSISTING]
    lead = given.lead_unit or (plan.lead_unit if plan else work.case.lead_unit)
    assisting = planned if plan else held
    if given.assisting_units is not None:
        assisting = list(given.assisting_units)
    if lead is None:
        raise BadInput(_("Choose the lead unit."), field="lead_unit")
    _check_active(lead, *assisting)
    parts_reopen(work)
    parts_replace(work, lead=lead, assisting=assisting)
    work.case.extensions = 0  # another dispatch has the whole limit again
    if plan:
        work.data["plan"] = plan.version
        work.finish_by = Promise(plan.finish_by, plan.past_limit)


def _check_active(*units: Unit) -> None:
    """A plan may be older than the end of a unit it names."""
    if gone := next((unit for unit in units if not unit.active), None):
        raise BadInput(
            _("%(unit)s does not work any more. Name the units anew, with the reason.") % {"unit": gone.name},
            field="lead_unit",
        )
