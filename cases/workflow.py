"""The life of a case, as data: stages, tracks, steps. Pure: no queries, no clock, no models.

Buttons, ``allowed_actions``, permission checks, the diagram in ``docs/`` and the tests' matrix are
derived from here; ``cases/services/advance.py`` is the only interpreter.
"""

from dataclasses import dataclass
from enum import Enum, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role as R


class Stage(TextChoices):
    """What a case waits for, and so whose turn it is."""

    VERIFY = "verify", _("Awaiting verification")
    PLAN = "plan", _("Awaiting a plan")
    APPROVE = "approve", _("Awaiting approval")
    DISPATCH = "dispatch", _("Awaiting dispatch")
    HANDLE = "handle", _("Being handled")
    CHECK = "check", _("Awaiting check")
    CALL_BACK = "call_back", _("Awaiting call-back")
    CLOSED = "closed", _("Closed")
    REJECTED = "rejected", _("Rejected")
    TRANSFERRED = "transferred", _("Transferred")
    MERGED = "merged", _("Merged")
    VOIDED = "voided", _("Voided")


class Track(TextChoices):
    """The 332 of 长寿: how much ceremony a case needs. In rising order."""

    ON_THE_SPOT = "on_the_spot", _("On the spot")
    DIRECT = "direct", _("Direct")
    STANDARD = "standard", _("Standard")
    EMERGENCY = "emergency", _("Emergency")


class Action(TextChoices):
    """The steps somebody can take."""

    REPORT = "report", _("Report")
    REPORT_FIXED = "report_fixed", _("Report as fixed")
    CLAIM = "claim", _("Take it on")
    ASSIGN = "assign", _("Assign")
    VERIFY = "verify", _("Verify")
    FIX_NOW = "fix_now", _("Fix on the spot")
    REJECT = "reject", _("Reject")
    CORRECT = "correct", _("Correct")
    SEND_BACK = "send_back", _("Send back")
    SUBMIT_PLAN = "submit_plan", _("Submit the plan")
    APPROVE = "approve", _("Approve")
    RETURN_PLAN = "return_plan", _("Return the plan")
    DISPATCH = "dispatch", _("Dispatch")
    SIGN_FOR = "sign_for", _("Sign for")
    RETURN_DISPATCH = "return_dispatch", _("Return the dispatch")
    HAND_IN = "hand_in", _("Hand in a part")
    FINISH = "finish", _("Finish")
    PASS = "pass", _("Pass")
    REWORK = "rework", _("Order rework")
    CLOSE = "close", _("Close")
    DISSATISFIED = "dissatisfied", _("Caller is dissatisfied")
    NOTE = "note", _("Note")


class Route(Enum):
    """Targets that depend on the case."""

    SAME = auto()  # a mark: the stage stays
    BY_TRACK = auto()  # after verification: to the plan, or at once to handling
    AFTER_PASS = auto()  # to the call-back when there is somebody to call
    BACK_TO_WORK = auto()  # a fix on the spot goes back to verification, all else to handling
    AFTER_COMPLAINT = auto()  # once to handling; the second time the bureau decides


class Clock(Enum):
    """What a step does to the clock of the stage."""

    KEEP = auto()  # runs on
    START = auto()  # a fresh limit for the stage that begins
    RESUME = auto()  # what was left of the handling limit, at least a fifth
    STOP = auto()  # nothing runs any more


class Part(Enum):
    """Whether the actor's unit must hold a part of the case, and which."""

    NONE = auto()
    ANY = auto()
    LEAD = auto()
    ASSISTING = auto()


class Guest(Enum):
    """Who may take a step without a role."""

    RESIDENT = auto()
    APP = auto()


@dataclass(frozen=True, slots=True)
class StageSpec:
    """Who owns a stage and its default limit (amount, unit; "" where the filing condition says it)."""

    owners: frozenset[R]
    limit: tuple[int, str] = (0, "")
    emergency_limit: tuple[int, str] = (0, "")
    named: bool = False  # work of a named person, who is chosen on arrival


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table. ``needs`` all, ``either`` one of each pair, ``takes`` at will.

    ``other_than`` is the four eyes: whoever last took one of these actions may not take this one;
    ``other_unit`` bars the people of every unit that had a part in the handling.
    """

    action: Action
    sources: frozenset[Stage]
    to: Stage | Route
    by: frozenset[R]
    needs: tuple[str, ...] = ()
    either: tuple[tuple[str, str], ...] = ()
    takes: tuple[str, ...] = ()
    clock: Clock = Clock.KEEP
    part: Part = Part.NONE
    other_than: frozenset[Action] = frozenset()
    other_unit: bool = False
    guests: frozenset[Guest] = frozenset()

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field the step can carry, in the order a form shows them."""
        return self.needs + tuple(name for pair in self.either for name in pair) + self.takes


@dataclass(frozen=True, slots=True)
class Situation:
    """What routes depend on."""

    track: Track = Track.STANDARD
    has_standing_plan: bool = False
    fixed_on_the_spot: bool = False
    somebody_to_call: bool = False
    complaints: int = 0  # the one being recorded counts
    drawn_for_field: bool = False


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
_CHECKERS = frozenset({R.OFFICER, R.GRID_WORKER})
_CALLERS = frozenset({R.STATION, R.COMMUNITY})
_HANDLED = frozenset({A.FINISH}) | FIXES
_ON_SITE = (("position", "no_position_reason"), ("photos", "no_photo_reason"))
_WHAT = ("case_class", "condition")


def _at(*stages: Stage) -> frozenset[Stage]:
    return frozenset(stages)


def _by(*roles: R) -> frozenset[R]:
    return frozenset(roles)


STEPS: tuple[Step, ...] = (
    Step(A.REPORT, _at(), S.VERIFY, _FINDERS, ("position",), (("description", "photos"),),
         (*_WHAT, "address", "reporter_name", "reporter_phone"), Clock.START, guests=frozenset(Guest)),
    Step(A.REPORT_FIXED, _at(), S.CHECK, _CHECKERS,
         ("position", *_WHAT, "photos_before", "photos_after"), (), ("description", "address"), Clock.START),
    # Who takes a task on, or is given it, must be one who may do it.
    Step(A.CLAIM, _at(S.VERIFY), Route.SAME, _by(R.OFFICER), other_than=frozenset({A.REPORT})),
    Step(A.CLAIM, _at(S.HANDLE), Route.SAME, UNIT_ROLES, part=Part.ANY),
    Step(A.CLAIM, _at(S.CHECK), Route.SAME, _CHECKERS, other_than=_HANDLED, other_unit=True),
    Step(A.CLAIM, _at(S.CALL_BACK), Route.SAME, _CALLERS),
    Step(A.ASSIGN, _at(S.VERIFY, S.CHECK), Route.SAME, _by(R.SQUAD_LEADER), ("person",)),
    Step(A.ASSIGN, _at(S.HANDLE), Route.SAME, _by(R.UNIT_HEAD), ("person",), part=Part.ANY),
    Step(A.ASSIGN, _at(S.CALL_BACK), Route.SAME, _by(R.STATION), ("person",)),
    Step(A.VERIFY, _at(S.VERIFY), Route.BY_TRACK, _by(R.OFFICER), _WHAT, _ON_SITE,
         ("track", "lead_unit", "text"), Clock.START, other_than=frozenset({A.REPORT})),
    Step(A.FIX_NOW, _at(S.VERIFY), S.CHECK, _by(R.OFFICER),
         ("photos_before", "photos_after"), (), (*_WHAT, "text"), Clock.START),
    Step(A.REJECT, _at(S.VERIFY), S.REJECTED, _by(R.OFFICER),
         ("reject_reason", "position", "photos"), (), ("text",), Clock.STOP),
    Step(A.CORRECT, _at(S.VERIFY, S.PLAN, S.APPROVE, S.DISPATCH), Route.SAME, _by(R.OFFICER, R.STATION),
         ("reason",), (), (*_WHAT, "address"), Clock.START),
    Step(A.SEND_BACK, _at(S.PLAN), S.VERIFY, _by(R.STATION), ("reason",), clock=Clock.START),
    Step(A.SUBMIT_PLAN, _at(S.PLAN), S.APPROVE, _by(R.STATION),
         ("measures", "lead_unit", "finish_by"), (), ("assisting_units",), Clock.START),
    Step(A.APPROVE, _at(S.APPROVE), S.DISPATCH, _by(R.BUREAU), (), (), ("text",), Clock.START,
         other_than=frozenset({A.SUBMIT_PLAN})),
    Step(A.RETURN_PLAN, _at(S.APPROVE), S.PLAN, _by(R.BUREAU), ("reason",), (), ("comments",), Clock.START,
         other_than=frozenset({A.SUBMIT_PLAN})),
    Step(A.DISPATCH, _at(S.DISPATCH), S.HANDLE, _by(R.STATION), (), (),
         ("lead_unit", "assisting_units", "reason"), Clock.START),
    Step(A.SIGN_FOR, _at(S.HANDLE), Route.SAME, UNIT_ROLES, part=Part.ANY),
    Step(A.RETURN_DISPATCH, _at(S.HANDLE), S.DISPATCH, UNIT_ROLES, ("reason",), clock=Clock.START,
         part=Part.LEAD),
    Step(A.HAND_IN, _at(S.HANDLE), Route.SAME, UNIT_ROLES, ("result", "photos"), part=Part.ASSISTING),
    Step(A.FINISH, _at(S.HANDLE), S.CHECK, UNIT_ROLES, ("result", "photos_after"), (), ("reason",),
         Clock.START, Part.LEAD),
    Step(A.PASS, _at(S.CHECK), Route.AFTER_PASS, _CHECKERS, (), (), ("photos", "position", "text"),
         Clock.START, other_than=_HANDLED, other_unit=True),
    Step(A.REWORK, _at(S.CHECK), Route.BACK_TO_WORK, _CHECKERS, ("reason", "photos"), (), ("position",),
         Clock.RESUME, other_than=_HANDLED, other_unit=True),
    Step(A.CLOSE, _at(S.CALL_BACK), S.CLOSED, _CALLERS, (), (), ("words",), Clock.STOP),
    Step(A.DISSATISFIED, _at(S.CALL_BACK), Route.AFTER_COMPLAINT, _CALLERS, ("reason",), clock=Clock.RESUME),
    Step(A.NOTE, OPEN - {S.CALL_BACK}, Route.SAME, _by(R.BUREAU, R.STATION), ("text",)),
    Step(A.NOTE, _at(S.CALL_BACK), Route.SAME, _by(R.BUREAU, *_CALLERS), ("text",), (), ("failed_call",)),
)  # fmt: skip

BY_ACTION: dict[tuple[Action, Stage | None], Step] = {
    (step.action, source): step for step in STEPS for source in (step.sources or (None,))
}
BIRTHS = tuple(step for step in STEPS if not step.sources)
# Only the reasons a reporter can be told; the list is the operator's handbook, not free text.
REJECT_REASONS: dict[str, object] = {
    "not_found": _("Nothing was found at the place"),
    "already_gone": _("It had already been put right"),
    "not_ours": _("It is not a matter of city management"),
    "below_condition": _("It does not meet any filing condition"),
    "duplicate": _("It was reported before"),
    "private": _("It is a private matter between neighbours"),
}
FAILED_CALLS_TO_CLOSE = 3
RETURNS_ALLOWED = 2


def steps_from(stage: Stage) -> tuple[Step, ...]:
    """The steps a case in this stage can take, in the order they are offered."""
    return tuple(step for step in STEPS if stage in step.sources)


def target_of(step: Step, stage: Stage | None, at: Situation) -> Stage:
    """Where a step leads in this situation."""
    if isinstance(step.to, Stage):
        return step.to
    if step.to is Route.SAME and stage is not None:
        return stage
    return {
        Route.BY_TRACK: S.HANDLE if skips_plan(at) else S.PLAN,
        Route.AFTER_PASS: S.CALL_BACK if calls_back(at) else S.CLOSED,
        Route.BACK_TO_WORK: S.VERIFY if at.fixed_on_the_spot else S.HANDLE,
        Route.AFTER_COMPLAINT: S.APPROVE if at.complaints > 1 else S.HANDLE,
    }[step.to]


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
    }[step.to]


def moves_version(step: Step) -> bool:
    """A mark makes nothing stale; whatever moves the stage, or corrects the case, does."""
    return step.to is not Route.SAME or step.action == Action.CORRECT


def may_raise(old: Track, new: Track) -> bool:
    """A track can only be raised by hand, and never to "on the spot", which is earned by a fix."""
    order = list(Track)
    return new == old or (order.index(new) > order.index(old) and new != Track.ON_THE_SPOT)
