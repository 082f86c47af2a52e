"""What each step does to the case beside moving it. One function a step; none writes the stage."""

from collections.abc import Callable

from cases.services.effects import asking, ending, filing, handling, overseeing, planning, tasks
from cases.services.work import Work
from cases.workflow import Action

EFFECTS: dict[Action, Callable[[Work], None]] = {
    Action.CLAIM: tasks.claim,
    Action.ASSIGN: tasks.assign,
    Action.RELEASE: tasks.release,
    Action.VERIFY: filing.verify,
    Action.FIX_NOW: filing.fix,
    Action.REPORT_FIXED: filing.fix,
    Action.CORRECT: filing.correct,
    Action.MOVE: filing.move,
    Action.REJECT: filing.drop,
    Action.SEND_BACK: filing.drop,
    Action.TRANSFER: filing.drop,
    Action.SUBMIT_PLAN: planning.submit_plan,
    Action.APPROVE: planning.approve,
    Action.RETURN_PLAN: planning.return_plan,
    Action.DISPATCH: planning.dispatch,
    Action.ASSIGN_UNITS: planning.dispatch,
    Action.SIGN_FOR: handling.sign_for,
    Action.RETURN_DISPATCH: handling.return_dispatch,
    Action.HAND_IN: handling.hand_in,
    Action.FINISH: handling.finish,
    Action.REWORK: handling.rework,
    Action.DISSATISFIED: handling.complain,
    Action.ANSWER: handling.answer,
    Action.NOTE: handling.note,
    Action.REQUEST_SUSPENSION: asking.ask_suspension,
    Action.DECIDE_SUSPENSION: asking.decide_suspension,
    Action.RESUME: asking.resume,
    Action.REQUEST_EXTENSION: asking.ask_extension,
    Action.DECIDE_EXTENSION: asking.decide_extension,
    Action.APPEAL: asking.appeal,
    Action.DECIDE_APPEAL: asking.decide_appeal,
    Action.OBJECT: asking.object_to_rejection,
    Action.DECIDE_OBJECTION: asking.decide_objection,
    Action.ASK_PRESENCE: overseeing.ask_presence,
    Action.ARRIVE: overseeing.arrive,
    Action.SUPERVISE: overseeing.supervise,
    Action.REPLY: overseeing.reply,
    Action.REMIND: overseeing.remind,
    Action.JOIN: ending.join,
    Action.MERGE: ending.merge,
    Action.UNMERGE: ending.unmerge,
    Action.CLOSE_FORCED: ending.close_by_force,
    Action.REOPEN: ending.reopen,
    Action.FORGET: ending.forget,
}
