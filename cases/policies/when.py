"""What speaks against a step before anything is filled in, action by action."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils.text import format_lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from cases.limits import Rules
from cases.models import Case
from cases.models.marks import PlanOwed
from cases.parts import Parts, acting_parts
from cases.policies.windows import object_until, return_until
from cases.workflow import EXTENSIONS_ALLOWED, RETURNS_ALLOWED, Action, Part, Step
from core.errors import Conflict, Sentence
from grids.access import Access

REOPEN_WITHIN = timedelta(days=30)
When = Callable[[Case, Step, Access, Parts, Rules], None]


def _unsigned(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if all(part.signed_at for part in acting_parts(access, parts, Part.ANY)):
        raise Conflict(_("Your unit has signed for this case already."))


def _returnable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if case.returns >= RETURNS_ALLOWED:
        raise Conflict(
            _("This case was returned twice and can't be returned again. Handle it, or ask the bureau.")
        )
    until = return_until(case, rules)
    if access.at is not None and until is not None and access.at > until:
        raise Conflict(
            format_lazy(
                _("It could be returned for one working day, until {time}. Handle it, or ask the station."),
                time=f"{localtime(until):%Y-%m-%d %H:%M}",
            )
        )


def _not_handed_in(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if all(part.handed_in_at for part in acting_parts(access, parts, Part.ASSISTING)):
        raise Conflict(_("Your unit has handed in its part already."))


def _dispatchable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if case.returns >= RETURNS_ALLOWED:
        raise Conflict(_("Two units returned this case; now the bureau says whose it is."))


def _assignable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if case.returns < RETURNS_ALLOWED:
        raise Conflict(_("The bureau assigns the units once a case was returned twice. Dispatch it."))


def _submittable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if step.is_mark and case.plan_owed != PlanOwed.OWED:
        raise Conflict(_("No plan is owed for this case."))


def _decidable_plan(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if step.is_mark and case.plan_owed != PlanOwed.SUBMITTED:
        raise Conflict(_("No plan of this case waits for a decision."))


def _settled(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if case.plan_owed:
        raise Conflict(
            _("The plan of this emergency is still owed. The case can be closed once it is approved.")
        )


def _may_ask(case: Case, asked: bool) -> None:
    if asked:
        raise Conflict(_("This was asked already and waits for its decision."))


def _suspendable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    _may_ask(case, case.suspension_asked)


def _extendable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    _may_ask(case, case.extension_asked)
    if case.extensions >= EXTENSIONS_ALLOWED:
        raise Conflict(
            _("The limit was extended twice, which is the most there is. Finish, or ask the bureau.")
        )
    if access.at is not None and case.due_at is not None and access.at >= case.due_at:
        raise Conflict(
            _("An extension is asked for before the deadline, and this one has passed. Finish the case.")
        )


def _appealable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if case.overdue_at is None:
        raise Conflict(_("Only a case that was overdue can be appealed."))
    if case.appeals:
        raise Conflict(_("This case was appealed before; that can be done once."))


def _objectionable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if case.objections:
        raise Conflict(_("You have objected before; that can be done once."))
    until = object_until(case, rules)
    if access.at is not None and until is not None and access.at > until:
        raise Conflict(
            _("An objection comes within three working days of the rejection. Report it anew instead.")
        )


def _reopenable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    _within(case, access.at, REOPEN_WITHIN, _("A case can be reopened for 30 days. Report it anew."))


def _within(case: Case, at: datetime | None, window: timedelta, sentence: Sentence) -> None:
    if at is not None and case.closed_at is not None and at - case.closed_at > window:
        raise Conflict(sentence)


def _asked(name: str) -> When:
    def check(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
        if not getattr(case, name):
            raise Conflict(_("Nothing was asked that could be decided."))

    return check


def _suspended(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if case.suspended_until is None:
        raise Conflict(_("The case is not suspended."))


def _callable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    passes_on = case.presence == Role.SECTION_HEAD and Role.SECTION_HEAD in access.roles_in(case.area_ids)
    if case.presence and not passes_on:
        raise Conflict(_("Somebody was called to the place already and is due there."))


def _called(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if not case.presence:
        raise Conflict(_("Nobody was called to the place of this case."))


def _reply_owed(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if not case.reply_from:
        raise Conflict(_("No supervision of this case waits for a reply."))


def _joinable(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if access.user_id is not None and case.reporter_id == access.user_id:
        raise Conflict(_("You reported this case yourself."))


def _kept(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if case.forgotten_at and case.forgotten_at >= case.stage_since:
        raise Conflict(_("Whoever reported this case is forgotten already."))


def _held(case: Case, step: Step, access: Access, parts: Parts, rules: Rules) -> None:
    if case.assignee_id is None:
        raise Conflict(_("Nobody has this task; it stands in the pool already."))


WHEN: dict[Action, When] = {
    Action.RELEASE: _held,
    Action.SIGN_FOR: _unsigned,
    Action.RETURN_DISPATCH: _returnable,
    Action.HAND_IN: _not_handed_in,
    Action.DISPATCH: _dispatchable,
    Action.ASSIGN_UNITS: _assignable,
    Action.SUBMIT_PLAN: _submittable,
    Action.APPROVE: _decidable_plan,
    Action.RETURN_PLAN: _decidable_plan,
    Action.CLOSE: _settled,
    Action.REQUEST_SUSPENSION: _suspendable,
    Action.DECIDE_SUSPENSION: _asked("suspension_asked"),
    Action.RESUME: _suspended,
    Action.REQUEST_EXTENSION: _extendable,
    Action.DECIDE_EXTENSION: _asked("extension_asked"),
    Action.APPEAL: _appealable,
    Action.DECIDE_APPEAL: _asked("appeal_asked"),
    Action.OBJECT: _objectionable,
    Action.DECIDE_OBJECTION: _asked("objection_asked"),
    Action.REOPEN: _reopenable,
    Action.ASK_PRESENCE: _callable,
    Action.ARRIVE: _called,
    Action.REPLY: _reply_owed,
    Action.JOIN: _joinable,
    Action.FORGET: _kept,
}
