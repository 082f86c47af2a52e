"""For every action of the table: a case that is ready for it, who may take it, and who next door may not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from cases.given import needed
from cases.models import Case
from cases.workflow import Stage
from tests.cast import World
from tests.walk import RESIDENT, TO_PLAN, case_at, go, report, step, usual

Way = tuple[tuple[str, str], ...]


def with_assisting(world: World) -> Case:
    """A case of 环卫 with 园林 assisting, being handled."""
    case = go(world, report(world, "hotline", **RESIDENT), *TO_PLAN, condition="sign")
    plan = usual(world, "submit_plan", "station", "sign", case) | {"assisting_units": ["cs-green"]}
    case = step(world, case, "submit_plan", "station", **plan)
    return go(world, case, ("approve", "bureau"), ("dispatch", "station"))


def returned_twice(world: World) -> Case:
    """A case two units said was not theirs."""
    case = go(world, case_at(world, Stage.HANDLE), ("return_dispatch", "cleaner"))
    case = step(world, case, "dispatch", "station", lead_unit="cs-green", reason="属园林")
    return go(world, case, ("return_dispatch", "gardener"))


def was_overdue(world: World) -> Case:
    """A closed case that was finished late."""
    case = case_at(world, Stage.HANDLE)
    late = needed(case.due_at) + timedelta(hours=1)
    case = step(world, case, "finish", "cleaner", now=late, **usual(world, "finish", "cleaner", "sign", case))
    return go(world, case, ("pass", "colleague"), ("close", "station"), condition="sign")


def emergency_owing(world: World) -> Case:
    """An emergency without a standing plan, at once with the unit the officer named."""
    case = report(world, "hotline", **RESIDENT)
    raw = usual(world, "verify", "officer", "sign", case) | {"track": "emergency", "lead_unit": "cs-clean"}
    return step(world, case, "verify", "officer", **raw)


def recorded_by_station(world: World) -> Case:
    """A case of a unit without accounts."""
    unit = world.units["cs-clean"]
    unit.recorded_by_station = True
    unit.save(update_fields=["recorded_by_station"])
    return case_at(world, Stage.HANDLE)


@dataclass(frozen=True)
class Ready:
    """Where an action can be taken: a stage or a builder, steps after it; who may and who may not."""

    start: Stage | Callable[[World], Case]
    who: str
    other: str
    way: Way = ()

    def case(self, world: World) -> Case:
        """The case, ready for the action."""
        start = self.start.__name__ if callable(self.start) else self.start
        return world.kept(f"{start} {self.way}", lambda: self._walked(world))

    def _walked(self, world: World) -> Case:
        case = self.start(world) if callable(self.start) else case_at(world, Stage(self.start))
        return go(world, case, *self.way, condition="sign")


S = Stage
READY: dict[str, Ready] = {
    "claim": Ready(S.VERIFY, "officer", "worker"),
    "assign": Ready(S.VERIFY, "leader_of_squad", "officer"),
    "release": Ready(S.VERIFY, "leader_of_squad", "officer"),
    "verify": Ready(S.VERIFY, "officer", "worker"),
    "fix_now": Ready(S.VERIFY, "officer", "station"),
    "reject": Ready(S.VERIFY, "officer", "bureau"),
    "correct": Ready(S.PLAN, "station", "bureau"),
    "move": Ready(S.VERIFY, "officer", "worker"),
    "transfer": Ready(S.PLAN, "station", "bureau"),
    "send_back": Ready(S.PLAN, "station", "officer"),
    "submit_plan": Ready(S.PLAN, "station", "bureau"),
    "approve": Ready(S.APPROVE, "bureau", "station"),
    "return_plan": Ready(S.APPROVE, "bureau", "station"),
    "dispatch": Ready(S.DISPATCH, "station", "bureau"),
    "assign_units": Ready(returned_twice, "bureau", "station"),
    "sign_for": Ready(S.HANDLE, "cleaner", "officer"),
    "return_dispatch": Ready(S.HANDLE, "cleaner", "station"),
    "hand_in": Ready(with_assisting, "gardener", "cleaner"),
    "finish": Ready(S.HANDLE, "cleaner", "station"),
    "request_suspension": Ready(S.HANDLE, "cleaner", "bureau"),
    "decide_suspension": Ready(S.HANDLE, "bureau", "station", (("request_suspension", "cleaner"),)),
    "resume": Ready(
        S.HANDLE, "station", "officer", (("request_suspension", "cleaner"), ("decide_suspension", "bureau"))
    ),
    "request_extension": Ready(S.HANDLE, "cleaner", "station"),
    "decide_extension": Ready(S.HANDLE, "station", "bureau", (("request_extension", "cleaner"),)),
    "pass": Ready(S.CHECK, "colleague", "station"),
    "rework": Ready(S.CHECK, "colleague", "bureau"),
    "close": Ready(S.CALL_BACK, "station", "officer"),
    "dissatisfied": Ready(S.CALL_BACK, "community", "bureau"),
    "ask_presence": Ready(S.VERIFY, "officer", "station"),
    "arrive": Ready(S.VERIFY, "section_head", "officer", (("ask_presence", "officer"),)),
    "supervise": Ready(S.HANDLE, "bureau", "officer"),
    "reply": Ready(S.HANDLE, "cleaner", "station", (("supervise", "bureau"),)),
    "remind": Ready(S.PLAN, "bureau", "officer"),
    "note": Ready(S.PLAN, "bureau", "officer"),
    "join": Ready(S.VERIFY, "worker", "station"),
    "merge": Ready(S.VERIFY, "officer", "bureau"),
    "unmerge": Ready(S.VERIFY, "officer", "bureau", (("merge", "officer"),)),
    "appeal": Ready(was_overdue, "cleaner", "station"),
    "decide_appeal": Ready(was_overdue, "bureau", "station", (("appeal", "cleaner"),)),
    "object": Ready(S.REJECTED, "hotline", "officer"),
    "decide_objection": Ready(S.REJECTED, "station", "bureau", (("object", "hotline"),)),
    "reopen": Ready(S.CLOSED, "station", "officer"),
    "close_forced": Ready(S.PLAN, "bureau", "station"),
    "void": Ready(S.PLAN, "bureau", "station"),
    "forget": Ready(S.CLOSED, "station", "bureau"),
}
