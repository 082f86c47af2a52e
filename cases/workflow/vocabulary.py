"""The words of the table: stages, tracks, actions, and what a row can say. Pure."""

from enum import Enum, auto

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


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
    RELEASE = "release", _("Put into the pool")
    REASSIGN = "reassign", _("Pass on")
    VERIFY = "verify", _("Verify")
    FIX_NOW = "fix_now", _("Fix on the spot")
    REJECT = "reject", _("Reject")
    CORRECT = "correct", _("Correct")
    MOVE = "move", _("Move to another grid")
    MERGE = "merge", _("Merge into another case")
    UNMERGE = "unmerge", _("Undo the merging")
    TRANSFER = "transfer", _("Transfer to another body")
    SEND_BACK = "send_back", _("Send back")
    SUBMIT_PLAN = "submit_plan", _("Submit the plan")
    APPROVE = "approve", _("Approve")
    RETURN_PLAN = "return_plan", _("Return the plan")
    DISPATCH = "dispatch", _("Dispatch")
    ASSIGN_UNITS = "assign_units", _("Assign the units")
    SIGN_FOR = "sign_for", _("Sign for")
    RETURN_DISPATCH = "return_dispatch", _("Return the dispatch")
    HAND_IN = "hand_in", _("Hand in a part")
    FINISH = "finish", _("Finish")
    REQUEST_SUSPENSION = "request_suspension", _("Ask for suspension")
    DECIDE_SUSPENSION = "decide_suspension", _("Decide on the suspension")
    RESUME = "resume", _("Resume")
    REQUEST_EXTENSION = "request_extension", _("Ask for an extension")
    DECIDE_EXTENSION = "decide_extension", _("Decide on the extension")
    PASS = "pass", _("Pass")
    REWORK = "rework", _("Order rework")
    CLOSE = "close", _("Close")
    DISSATISFIED = "dissatisfied", _("Caller is dissatisfied")
    ANSWER = "answer", _("Say whether you are satisfied")
    ASK_PRESENCE = "ask_presence", _("Ask a superior to come")
    ARRIVE = "arrive", _("Record the arrival")
    SUPERVISE = "supervise", _("Supervise")
    REPLY = "reply", _("Reply to the supervision")
    REMIND = "remind", _("Remind")
    NOTE = "note", _("Note")
    JOIN = "join", _("Join this case")
    ABSORB = "absorb", _("Take another case in")
    APPEAL = "appeal", _("Appeal")
    DECIDE_APPEAL = "decide_appeal", _("Decide on the appeal")
    OBJECT = "object", _("Object to the rejection")
    DECIDE_OBJECTION = "decide_objection", _("Decide on the objection")
    REOPEN = "reopen", _("Reopen")
    CLOSE_FORCED = "close_forced", _("Close by force")
    VOID = "void", _("Void")
    FORGET = "forget", _("Forget who reported")
    RESCOPE = "rescope", _("Follow an area change")
    ESCALATE = "escalate", _("Escalate")
    REARM = "rearm", _("Reckon the deadline anew")


class Route(Enum):
    """Targets that depend on the case."""

    SAME = auto()  # a mark: the stage stays
    BY_TRACK = auto()  # after verification: to the plan, or at once to handling
    AFTER_PASS = auto()  # to the call-back when there is somebody to call, or a plan is owed
    BACK_TO_WORK = auto()  # a fix on the spot goes back to verification, all else to handling
    AFTER_COMPLAINT = auto()  # once to handling; the second time the bureau decides
    BY_ANSWER = auto()  # what the reporter said: the end, or as after a complaint
    BY_DECISION = auto()  # an objection upheld: verified anew; else the rejection stands
    BACK = auto()  # to the stage the case stood in before it was merged


class Clock(Enum):
    """What a step does to the clock of the stage."""

    KEEP = auto()  # runs on
    START = auto()  # a fresh limit for the stage that begins
    RESUME = auto()  # what was left of the handling limit, at least a fifth
    STOP = auto()  # nothing runs any more
    PAUSE = auto()  # rests until resumed, with what is left kept
    EXTEND = auto()  # one more original limit


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
    REPORTER = auto()  # by the follow-up code


class Verdict(TextChoices):
    """How a request is decided."""

    GRANT = "grant", _("Grant it")
    REFUSE = "refuse", _("Refuse it")


class Answer(TextChoices):
    """What a reporter says of the result."""

    YES = "yes", _("Yes, it is done")
    NO = "no", _("No, it is not")


class Asked(TextChoices):
    """Whom a supervision asks: whoever the case waits for when it is attached."""

    OFFICER = "officer", _("Officer or squad leader")
    STATION = "station", _("District station")
    BUREAU = "bureau", _("Bureau")
    UNIT = "unit", _("Handling unit")


# Only the reasons a reporter can be told; the list is the operator's handbook, not free text.
REJECT_REASONS: dict[str, object] = {
    "not_found": _("Nothing was found at the place"),
    "already_gone": _("It had already been put right"),
    "not_ours": _("It is not a matter of city management"),
    "below_condition": _("It does not meet any filing condition"),
    "duplicate": _("It was reported before"),
    "private": _("It is a private matter between neighbours"),
}
