"""Where a step leads and who takes it, as far as that depends on the case. Pure."""

from accounts.roles import Role
from cases.workflow.shapes import Situation, Step
from cases.workflow.table import OPEN, UNIT_ROLES
from cases.workflow.vocabulary import Action, Answer, Asked, Route, Stage, Track, Verdict

S = Stage
_REPLIERS: dict[str, frozenset[Role]] = {
    Asked.OFFICER: frozenset({Role.OFFICER, Role.SQUAD_LEADER}),
    Asked.STATION: frozenset({Role.STATION}),
    Asked.BUREAU: frozenset({Role.BUREAU}),
    Asked.UNIT: UNIT_ROLES,
}
_ASKED: dict[Stage, Asked] = {
    S.VERIFY: Asked.OFFICER,
    S.CHECK: Asked.OFFICER,
    S.APPROVE: Asked.BUREAU,
    S.HANDLE: Asked.UNIT,
}


def target_of(step: Step, stage: Stage | None, at: Situation) -> Stage:
    """Where a step leads in this situation."""
    if isinstance(step.to, Stage):
        return step.to
    if step.to is Route.SAME and stage is not None:
        return stage
    return {
        Route.BY_TRACK: S.HANDLE if skips_plan(at) else S.PLAN,
        Route.AFTER_PASS: S.CALL_BACK if calls_back(at) or at.plan_owed else S.CLOSED,
        Route.BACK_TO_WORK: S.VERIFY if at.fixed_on_the_spot else S.HANDLE,
        Route.AFTER_COMPLAINT: _after_complaint(at),
        Route.BY_ANSWER: _by_answer(at),
        Route.BY_DECISION: S.VERIFY if at.verdict is Verdict.GRANT else S.REJECTED,
        Route.BACK: Stage(at.stage_before) if at.stage_before else S.VERIFY,
    }[step.to]


def _after_complaint(at: Situation) -> Stage:
    return S.APPROVE if at.complaints > 1 else S.HANDLE


def _by_answer(at: Situation) -> Stage:
    if at.satisfied is not Answer.YES:
        return _after_complaint(at)
    # The reporter has said all they can; what is still owed is between the station and the bureau.
    return S.CALL_BACK if at.plan_owed else S.CLOSED


def taken_by(step: Step, at: Situation) -> frozenset[Role]:
    """The roles that may take a step in this situation, among those its row names."""
    if step.action is Action.DECIDE_EXTENSION:
        return frozenset({Role.BUREAU if at.extensions else Role.STATION})
    if step.action is Action.ARRIVE:
        return frozenset({Role(at.presence)}) if at.presence else step.by
    if step.action is Action.REPLY:
        return _REPLIERS.get(at.reply_from, step.by)
    return step.by


def asked_in(stage: Stage) -> Asked:
    """Whom a supervision attached in this stage asks for a reply."""
    return _ASKED.get(stage, Asked.STATION)


def skips_plan(at: Situation) -> bool:
    """Whether handling begins at once: an emergency always, direct on its standing plan."""
    return at.track == Track.EMERGENCY or (at.track == Track.DIRECT and at.has_standing_plan)


def calls_back(at: Situation) -> bool:
    """A fix on the spot ends with its check; else whoever can be reached is called."""
    return at.somebody_to_call and not at.fixed_on_the_spot


def targets(step: Step, stage: Stage | None) -> frozenset[Stage]:
    """All stages a step can lead to, for the diagram and the tests."""
    if isinstance(step.to, Stage):
        return frozenset({step.to})
    return {
        Route.SAME: frozenset({stage} if stage else ()),
        Route.BY_TRACK: frozenset({S.PLAN, S.HANDLE}),
        Route.AFTER_PASS: frozenset({S.CALL_BACK, S.CLOSED}),
        Route.BACK_TO_WORK: frozenset({S.HANDLE, S.VERIFY}),
        Route.AFTER_COMPLAINT: frozenset({S.HANDLE, S.APPROVE}),
        Route.BY_ANSWER: frozenset({S.CLOSED, S.CALL_BACK, S.HANDLE, S.APPROVE}),
        Route.BY_DECISION: frozenset({S.VERIFY, S.REJECTED}),
        Route.BACK: OPEN,
    }[step.to]


def may_raise(old: Track, new: Track) -> bool:
    """A track can only be raised by hand, and never to "on the spot", which is earned by a fix."""
    order = list(Track)
    return new == old or (order.index(new) > order.index(old) and new != Track.ON_THE_SPOT)
