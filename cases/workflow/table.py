"""The table: whose turn each stage is, and every step somebody can take. Pure data."""

from accounts.roles import Role as R
from cases.workflow.shapes import StageSpec, Step
from cases.workflow.vocabulary import Action, Clock, Guest, Part, Route, Stage

S, A = Stage, Action
_WORKING_HOUR, _WORKING_MINUTE, _WORKING_DAY, _MINUTE = "工作时", "工作分", "工作日", "紧急工作分"

STAGES: dict[Stage, StageSpec] = {
    S.VERIFY: StageSpec(frozenset({R.OFFICER}), (1, _WORKING_HOUR), (30, _MINUTE), named=True),
    S.PLAN: StageSpec(frozenset({R.STATION}), (4, _WORKING_HOUR)),
    S.APPROVE: StageSpec(frozenset({R.BUREAU}), (4, _WORKING_HOUR)),
    S.DISPATCH: StageSpec(frozenset({R.STATION}), (30, _WORKING_MINUTE)),
    S.HANDLE: StageSpec(frozenset({R.UNIT_HANDLER, R.UNIT_HEAD}), named=True),
    S.CHECK: StageSpec(frozenset({R.OFFICER, R.GRID_WORKER}), (4, _WORKING_HOUR), named=True),
    S.CALL_BACK: StageSpec(frozenset({R.STATION, R.COMMUNITY}), (2, _WORKING_DAY), named=True),
}
OPEN = frozenset(STAGES)
DONE = frozenset(Stage) - OPEN
FIXES = frozenset({A.REPORT_FIXED, A.FIX_NOW})
# Whoever once did any of the work never checks the case, however often it comes back or they move.
WORK = frozenset({A.FINISH, A.HAND_IN}) | FIXES
HANDLERS = "handlers"  # the key among a case's takers that lists them all
UNIT_ROLES = frozenset({R.UNIT_HANDLER, R.UNIT_HEAD})
_FINDERS = frozenset({R.GRID_WORKER, R.OFFICER, R.SECTION_HEAD, R.DIRECTOR, R.HOTLINE})
CHECKERS = frozenset({R.OFFICER, R.GRID_WORKER})
_CALLERS = frozenset({R.STATION, R.COMMUNITY})
_HANDLED = frozenset({A.FINISH}) | FIXES
_ON_SITE = (("position", "no_position_reason"), ("photos", "no_photo_reason"))
_WHAT = ("case_class", "condition")
_HELD = ("held_by",)  # whose task it was when it was decided to take it, so that nobody's is taken unseen
_PLAN = ("measures", "lead_unit", "finish_by")
_PROOF = (("photos", "evidence"),)
_SUPERVISORS = frozenset({R.BUREAU, R.STATION})
# Where the plan of an emergency that ran without one can still be written, decided and so settled.
_OWING = frozenset({S.HANDLE, S.CHECK, S.CALL_BACK})
# Marks a handling unit without accounts has the station set for it, with its document.
FOR_UNIT = ("unit", "document")


def _at(*stages: Stage) -> frozenset[Stage]:
    return frozenset(stages)


def _by(*roles: R) -> frozenset[R]:
    return frozenset(roles)


def _not(*actions: Action) -> frozenset[Action]:
    return frozenset(actions)


STEPS: tuple[Step, ...] = (
    Step(A.REPORT, _at(), S.VERIFY, _FINDERS, ("position",), (("description", "photos"),),
         (*_WHAT, "address", "reporter_name", "reporter_phone"), Clock.START,
         guests=frozenset({Guest.RESIDENT, Guest.APP})),
    Step(A.REPORT_FIXED, _at(), S.CHECK, CHECKERS,
         ("position", *_WHAT, "photos_before", "photos_after"), (), ("description", "address"), Clock.START),
    # Who takes a task on, or is given it, must be one who may do it.
    Step(A.CLAIM, _at(S.VERIFY), Route.SAME, _by(R.OFFICER), takes=_HELD, other_than=_not(A.REPORT)),
    Step(A.CLAIM, _at(S.HANDLE), Route.SAME, UNIT_ROLES, takes=_HELD, part=Part.ANY),
    Step(A.CLAIM, _at(S.CHECK), Route.SAME, CHECKERS, takes=_HELD, other_than=_HANDLED, other_unit=True),
    Step(A.CLAIM, _at(S.CALL_BACK), Route.SAME, _CALLERS, takes=_HELD),
    Step(A.ASSIGN, _at(S.VERIFY), Route.SAME, _by(R.SQUAD_LEADER), ("person",), takes=_HELD),
    Step(A.ASSIGN, _at(S.HANDLE), Route.SAME, _by(R.UNIT_HEAD), ("person",), takes=_HELD, part=Part.ANY),
    # Where nobody of the street is free of the work, the station names a checker from elsewhere.
    Step(A.ASSIGN, _at(S.CHECK), Route.SAME, _by(R.SQUAD_LEADER, R.STATION), ("person",), takes=_HELD),
    Step(A.ASSIGN, _at(S.CALL_BACK), Route.SAME, _by(R.STATION), ("person",), takes=_HELD),
    Step(A.RELEASE, _at(S.VERIFY, S.CHECK), Route.SAME, _by(R.SQUAD_LEADER), takes=_HELD),
    Step(A.RELEASE, _at(S.HANDLE), Route.SAME, _by(R.UNIT_HEAD), takes=_HELD, part=Part.ANY),
    # --- verify
    Step(A.VERIFY, _at(S.VERIFY), Route.BY_TRACK, _by(R.OFFICER), _WHAT, _ON_SITE,
         ("track", "lead_unit", "text"), Clock.START, other_than=_not(A.REPORT)),
    Step(A.FIX_NOW, _at(S.VERIFY), S.CHECK, _by(R.OFFICER),
         ("photos_before", "photos_after"), (), (*_WHAT, "text"), Clock.START),
    Step(A.REJECT, _at(S.VERIFY), S.REJECTED, _by(R.OFFICER),
         ("reject_reason", "position", "photos"), (), ("text",), Clock.STOP),
    Step(A.CORRECT, _at(S.VERIFY, S.PLAN, S.APPROVE, S.DISPATCH), Route.SAME, _by(R.OFFICER, R.STATION),
         ("reason",), (), (*_WHAT, "address"), Clock.START, moves=True),
    Step(A.MOVE, _at(S.VERIFY, S.PLAN), Route.SAME, _by(R.OFFICER, R.STATION),
         ("position", "reason"), (), ("address",), Clock.START, moves=True),
    # --- plan
    Step(A.TRANSFER, _at(S.VERIFY, S.PLAN), S.TRANSFERRED, _by(R.STATION),
         ("outside_body",), (("letter_no", "photos"),), ("text",), Clock.STOP),
    Step(A.SEND_BACK, _at(S.PLAN), S.VERIFY, _by(R.STATION), ("reason",), clock=Clock.START),
    Step(A.SUBMIT_PLAN, _at(S.PLAN), S.APPROVE, _by(R.STATION), _PLAN, (), ("assisting_units", "template"),
         Clock.START),
    Step(A.SUBMIT_PLAN, _OWING, Route.SAME, _by(R.STATION), _PLAN, (), ("assisting_units", "template"),
         moves=True),
    Step(A.APPROVE, _at(S.APPROVE), S.DISPATCH, _by(R.BUREAU), (), (), ("text", "past_limit"), Clock.START,
         other_than=_not(A.SUBMIT_PLAN)),
    Step(A.APPROVE, _OWING, Route.SAME, _by(R.BUREAU), (), (), ("text",), other_than=_not(A.SUBMIT_PLAN),
         moves=True),
    Step(A.RETURN_PLAN, _at(S.APPROVE), S.PLAN, _by(R.BUREAU), ("reason",), (), ("comments",), Clock.START,
         other_than=_not(A.SUBMIT_PLAN)),
    Step(A.RETURN_PLAN, _OWING, Route.SAME, _by(R.BUREAU), ("reason",), (), ("comments",),
         other_than=_not(A.SUBMIT_PLAN), moves=True),
    Step(A.DISPATCH, _at(S.DISPATCH), S.HANDLE, _by(R.STATION), (), (),
         ("lead_unit", "assisting_units", "reason"), Clock.START),
    # After two returns the bureau says whose it is, and nobody may return it again.
    Step(A.ASSIGN_UNITS, _at(S.DISPATCH), S.HANDLE, _by(R.BUREAU), ("lead_unit", "reason"), (),
         ("assisting_units",), Clock.START),
    # --- handle
    Step(A.SIGN_FOR, _at(S.HANDLE), Route.SAME, UNIT_ROLES, (), (), FOR_UNIT, part=Part.ANY,
         on_behalf=_by(R.STATION)),
    Step(A.RETURN_DISPATCH, _at(S.HANDLE), S.DISPATCH, UNIT_ROLES, ("reason",), clock=Clock.START,
         part=Part.LEAD),
    Step(A.HAND_IN, _at(S.HANDLE), Route.SAME, UNIT_ROLES, ("result", "photos"), (), FOR_UNIT,
         part=Part.ASSISTING, on_behalf=_by(R.STATION)),
    Step(A.FINISH, _at(S.HANDLE), S.CHECK, UNIT_ROLES, ("result", "photos_after"), (),
         ("reason", *FOR_UNIT), Clock.START, Part.LEAD, on_behalf=_by(R.STATION)),
    Step(A.REQUEST_SUSPENSION, _at(S.PLAN), Route.SAME, _by(R.STATION), ("reason", "until"), _PROOF),
    Step(A.REQUEST_SUSPENSION, _at(S.HANDLE), Route.SAME, UNIT_ROLES | {R.STATION}, ("reason", "until"),
         _PROOF, part=Part.LEAD),
    Step(A.DECIDE_SUSPENSION, _at(S.PLAN, S.HANDLE), Route.SAME, _by(R.BUREAU), ("verdict",), (),
         ("until", "reason"), Clock.PAUSE, other_than=_not(A.REQUEST_SUSPENSION), moves=True),
    Step(A.RESUME, _at(S.PLAN), Route.SAME, _SUPERVISORS, ("reason",), clock=Clock.RESUME, moves=True,
         rests=True),
    Step(A.RESUME, _at(S.HANDLE), Route.SAME, _SUPERVISORS | UNIT_ROLES, ("reason",), clock=Clock.RESUME,
         part=Part.LEAD, moves=True, rests=True),
    Step(A.REQUEST_EXTENSION, _at(S.HANDLE), Route.SAME, UNIT_ROLES, ("reason",), (),
         ("photos", "evidence"), part=Part.LEAD),
    # The first by the station, the second by the bureau: ``taken_by``.
    Step(A.DECIDE_EXTENSION, _at(S.HANDLE), Route.SAME, _SUPERVISORS, ("verdict",), (), ("reason",),
         Clock.EXTEND, other_than=_not(A.REQUEST_EXTENSION), moves=True),
    # --- check and call back
    Step(A.PASS, _at(S.CHECK), Route.AFTER_PASS, CHECKERS, (), (), ("photos", "position", "text"),
         Clock.START, other_than=_HANDLED, other_unit=True),
    Step(A.REWORK, _at(S.CHECK), Route.BACK_TO_WORK, CHECKERS, ("reason", "photos"), (), ("position",),
         Clock.RESUME, other_than=_HANDLED, other_unit=True),
    Step(A.CLOSE, _at(S.CALL_BACK), S.CLOSED, _CALLERS, (), (), ("words",), Clock.STOP),
    Step(A.DISSATISFIED, _at(S.CALL_BACK), Route.AFTER_COMPLAINT, _CALLERS, ("reason",), clock=Clock.RESUME),
    Step(A.ANSWER, _at(S.CALL_BACK), Route.BY_ANSWER, _by(), ("satisfied",), (), ("words",), Clock.RESUME,
         guests=frozenset({Guest.REPORTER})),
    # --- beside the path, on any open case
    Step(A.ASK_PRESENCE, OPEN, Route.SAME, _by(R.OFFICER, R.SECTION_HEAD), ("text",), (), ("place",)),
    Step(A.ARRIVE, OPEN, Route.SAME, _by(R.SECTION_HEAD, R.DIRECTOR), ("position", "text"), (),
         ("photos",), rests=True),
    Step(A.SUPERVISE, OPEN, Route.SAME, _SUPERVISORS, ("text",), (), ("reply_by",), rests=True),
    # Only whom the open supervision asks: ``taken_by``.
    Step(A.REPLY, OPEN, Route.SAME, _SUPERVISORS | UNIT_ROLES | {R.OFFICER, R.SQUAD_LEADER}, ("text",), (),
         ("photos",), part=Part.LEAD, rests=True),
    Step(A.REMIND, OPEN, Route.SAME, _SUPERVISORS, ("text",)),
    Step(A.NOTE, OPEN - {S.CALL_BACK}, Route.SAME, _by(R.BUREAU, R.STATION), ("text",), rests=True),
    Step(A.NOTE, _at(S.CALL_BACK), Route.SAME, _by(R.BUREAU, *_CALLERS), ("text",), (), ("failed_call",)),
    Step(A.JOIN, OPEN, Route.SAME, _FINDERS, (), (), ("text", "reporter_name", "reporter_phone"),
         guests=frozenset({Guest.RESIDENT}), rests=True),
    Step(A.MERGE, OPEN, S.MERGED, _by(R.OFFICER, R.STATION), ("into", "reason"), clock=Clock.PAUSE),
    Step(A.CLOSE_FORCED, OPEN, S.CLOSED, _by(R.BUREAU), ("reason",), clock=Clock.STOP, rests=True),
    Step(A.VOID, OPEN, S.VOIDED, _by(R.BUREAU), ("reason",), clock=Clock.STOP, rests=True),
    # --- after the end
    Step(A.UNMERGE, _at(S.MERGED), Route.BACK, _by(R.OFFICER, R.STATION), ("reason",), clock=Clock.RESUME),
    Step(A.APPEAL, _at(S.CLOSED), Route.SAME, UNIT_ROLES, ("reason",), (), ("photos", "evidence"),
         part=Part.LEAD),
    Step(A.DECIDE_APPEAL, _at(S.CLOSED), Route.SAME, _by(R.BUREAU), ("verdict",), (), ("reason",),
         other_than=_not(A.APPEAL)),
    Step(A.OBJECT, _at(S.REJECTED), Route.SAME, _by(), ("reason",), (), ("photos",),
         guests=frozenset({Guest.REPORTER}), own=True),
    Step(A.DECIDE_OBJECTION, _at(S.REJECTED), Route.BY_DECISION, _by(R.STATION), ("verdict", "reason"),
         clock=Clock.START, other_than=_not(A.OBJECT, A.REJECT)),
    Step(A.REOPEN, _at(S.CLOSED, S.REJECTED), S.VERIFY, _SUPERVISORS, ("reason",), clock=Clock.START),
    Step(A.FORGET, DONE, Route.SAME, _by(R.STATION), ("reason",), (), ("strike", "photos_gone")),
)  # fmt: skip

BY_ACTION: dict[tuple[Action, Stage | None], Step] = {
    (step.action, source): step for step in STEPS for source in (step.sources or (None,))
}
BIRTHS = tuple(step for step in STEPS if not step.sources)
# The actions staff take on a case, in the order of the table; the reporter's own by code stand apart.
STAFF_ACTIONS = tuple(dict.fromkeys(step.action for step in STEPS if step.sources and (step.by or step.own)))
REPORTER_ACTIONS = tuple(dict.fromkeys(step.action for step in STEPS if Guest.REPORTER in step.guests))
# What the system writes into a history itself, in any stage; nobody takes these.
OF_THE_SYSTEM = frozenset({A.ABSORB, A.RESCOPE, A.REASSIGN, A.ESCALATE, A.REARM})
# What happens without anybody: a task goes on to the next, a suspension runs out, areas change, the time
# for which a reporter is kept is over, something is late, a calendar changed.
BY_ITSELF = frozenset({A.REASSIGN, A.RESUME, A.RESCOPE, A.FORGET, A.ESCALATE, A.REARM})
# Steps that change two cases, and so lock both, in order of id.
TWO_CASES = frozenset({A.MERGE, A.UNMERGE})
FAILED_CALLS_TO_CLOSE = 3
RETURNS_ALLOWED = 2
EXTENSIONS_ALLOWED = 2


def steps_from(stage: Stage) -> tuple[Step, ...]:
    """The steps a case in this stage can take, in the order they are offered."""
    return tuple(step for step in STEPS if stage in step.sources)


def moves_version(step: Step) -> bool:
    """A mark makes nothing stale; whatever moves the stage, class, place, plan or deadline does."""
    return step.moves or not step.is_mark
