"""Every stage × step × person through the service, and the same table for what a person is offered.

``MAY`` is written down from the design, not derived from the code: who of the cast may take which step
in which stage. Everything not named here is refused, and a refusal leaves nothing behind.
"""

from itertools import product

import pytest

from accounts.roles import Role
from cases.limits import rules_now
from cases.models import Case
from cases.offers import offered_steps
from cases.selectors import case_q, parts_of
from cases.workflow import BY_ACTION, Action, Stage
from core.errors import CityError, Conflict, NotAllowed, NotFound
from grids.access import Access
from tests.cases.attempts import later, traces, tried
from tests.cast import CAST, World
from tests.walk import RESIDENT, TO_PLAN, case_at, go, report, step, usual

OFFICERS = {"officer", "colleague"}
WORKERS = {"worker", "worker2"}
STATIONS = {"station", "station2"}
LEAD, ASSISTING = {"cleaner", "clean_head"}, {"gardener", "green_head"}
SQUAD, BUREAU, COMMUNITY = {"leader_of_squad"}, {"bureau"}, {"community"}
SUPERVISORS = STATIONS | BUREAU
SECTION, DIRECTOR, HOTLINE = {"section_head"}, {"director"}, {"hotline"}
CORRECT = {"correct": OFFICERS | STATIONS}
# Whoever finds things may join another's case, save the one who reported it: here the hotline clerk.
FINDERS = WORKERS | OFFICERS | SECTION | DIRECTOR
# On any open case, whatever its stage.
BESIDE = {
    "ask_presence": OFFICERS | SECTION, "supervise": SUPERVISORS, "remind": SUPERVISORS, "note": SUPERVISORS,
    "join": FINDERS, "merge": OFFICERS | STATIONS, "close_forced": BUREAU, "void": BUREAU,
}  # fmt: skip
# Stands in the table and waits for something to have been asked, owed or done before.
WAITING = {
    "verify": {"arrive", "reply"},
    "plan": {"arrive", "reply", "decide_suspension", "resume"},
    "approve": {"arrive", "reply"},
    "dispatch": {"arrive", "reply", "assign_units"},
    "handle": {
        "arrive",
        "reply",
        "decide_suspension",
        "resume",
        "decide_extension",
        "submit_plan",
        "approve",
        "return_plan",
    },
    "check": {"arrive", "reply", "submit_plan", "approve", "return_plan"},
    "call_back": {"arrive", "reply", "submit_plan", "approve", "return_plan", "answer"},
    "closed": {"appeal", "decide_appeal"},
    "rejected": {"object", "decide_objection"},
}

FORGET = {"forget": STATIONS}
MAY: dict[str, dict[str, set[str]]] = {
    "verify": {
        "claim": OFFICERS, "assign": SQUAD, "release": SQUAD, "verify": OFFICERS, "fix_now": OFFICERS,
        "reject": OFFICERS, "move": OFFICERS | STATIONS, "transfer": STATIONS, **CORRECT, **BESIDE,
    },
    "plan": {
        "submit_plan": STATIONS, "send_back": STATIONS, "move": OFFICERS | STATIONS, "transfer": STATIONS,
        "request_suspension": STATIONS, **CORRECT, **BESIDE,
    },
    "approve": {"approve": BUREAU, "return_plan": BUREAU, **CORRECT, **BESIDE},
    "dispatch": {"dispatch": STATIONS, **CORRECT, **BESIDE},
    "handle": {
        "claim": LEAD | ASSISTING, "assign": {"clean_head", "green_head"},
        "release": {"clean_head", "green_head"}, "sign_for": LEAD | ASSISTING, "return_dispatch": LEAD,
        "hand_in": ASSISTING, "finish": LEAD, "request_extension": LEAD,
        "request_suspension": LEAD | STATIONS, **BESIDE,
    },
    "check": {
        "claim": OFFICERS | WORKERS, "assign": SQUAD | STATIONS, "release": SQUAD,
        "pass": OFFICERS | WORKERS, "rework": OFFICERS | WORKERS, **BESIDE,
    },
    "call_back": {
        "claim": STATIONS | COMMUNITY, "assign": STATIONS, "close": STATIONS | COMMUNITY,
        "dissatisfied": STATIONS | COMMUNITY, **BESIDE, "note": SUPERVISORS | COMMUNITY,
    },
    "closed": {"reopen": SUPERVISORS, **FORGET},
    "rejected": {"reopen": SUPERVISORS, "object": HOTLINE, **FORGET},
    "transferred": FORGET, "merged": {"unmerge": OFFICERS | STATIONS, **FORGET}, "voided": FORGET,
}  # fmt: skip
EARLY_ANYWHERE: dict[str, set[str]] = {
    "arrive": SECTION | DIRECTOR, "decide_suspension": BUREAU, "resume": SUPERVISORS,
    "assign_units": BUREAU, "decide_extension": STATIONS, "submit_plan": STATIONS, "approve": BUREAU,
    "return_plan": BUREAU, "appeal": LEAD, "decide_appeal": BUREAU, "decide_objection": STATIONS,
    "reply": SUPERVISORS | OFFICERS | SQUAD, "join": HOTLINE,
}  # fmt: skip
EARLY = {
    ("handle", "resume"): SUPERVISORS | LEAD,
    **{(stage, "reply"): SUPERVISORS | OFFICERS | SQUAD | LEAD for stage in ("handle", "check", "call_back")},
}
# Who sees no case of 向阳001 at all, whatever its stage.
OUTSIDE = {
    "admin", "neighbour", "stranger", "stranger_officer", "stranger_admin", "stranger_bureau",
}  # fmt: skip
# A step that fits no case in this stage is refused whoever asks: these stand for all who see it or do not.
FOR_ALL = {"officer", "station", "cleaner", "stranger"}
# The units see it from their dispatch on, also when it is done.
HANDED_OUT = {"handle", "check", "call_back", "closed"}


def at(world: World, stage: Stage) -> Case:
    """A caller's case in this stage, handled by 环卫 with 园林 assisting."""
    if stage in (Stage.TRANSFERRED, Stage.MERGED, Stage.VOIDED):
        way = {Stage.TRANSFERRED: ("transfer", "station"), Stage.MERGED: ("merge", "officer")}
        case = report(world, "hotline", **RESIDENT)
        return go(world, case, way.get(stage, ("void", "bureau")))
    if stage not in HANDED_OUT:
        return case_at(world, stage)
    case = go(world, report(world, "hotline", **RESIDENT), *TO_PLAN, condition="sign")
    plan = usual(world, "submit_plan", "station", case=case) | {"assisting_units": ["cs-green"]}
    steps = [("approve", "bureau"), ("dispatch", "station")]
    on = {
        "handle": [],
        "check": [("finish", "cleaner")],
        "call_back": [("finish", "cleaner"), ("pass", "colleague")],
    }
    on["closed"] = [*on["call_back"], ("close", "station")]
    case = step(world, case, "submit_plan", "station", **plan)
    return go(world, case, *steps, *on[stage])


def expected(stage: Stage, action: Action, who: str) -> type[CityError] | None:
    if who in OUTSIDE or (who in LEAD | ASSISTING and stage not in HANDED_OUT):
        return NotFound
    if who in MAY[stage].get(action, ()):
        return None
    if action not in MAY[stage] and action not in WAITING.get(stage, ()):
        return Conflict
    # A role the row names is told what is in the way, everybody else that it is not theirs.
    early = EARLY.get((stage.value, action.value), EARLY_ANYWHERE.get(action, set()))
    return Conflict if who in early else NotAllowed


def test_the_cast_holds_every_role_and_every_stage_is_written_down() -> None:
    assert {role for _login, _name, role, _where in CAST} == set(Role)
    assert set(MAY) == {stage.value for stage in Stage}


@pytest.mark.parametrize("stage", Stage)
def test_exactly_the_people_the_design_names_may_take_a_step_and_are_offered_it(
    world: World, stage: Stage
) -> None:
    case = at(world, stage)
    accesses = {who: world.access(who, later(case)) for who in world.people}
    assert wrongly_offered(case, accesses) == {}
    shared = {action: usual(world, action, "officer", case=case) for action in Action}
    wrong: list[tuple[str, str, object]] = []
    before = traces()
    for action, (who, access) in product(Action, accesses.items()):
        wanted = expected(stage, action, who)
        if (action, stage) not in BY_ACTION and who not in FOR_ALL:
            continue
        # Only who is let through comes to the point where photos have to be their own.
        raw = shared[action] if wanted else usual(world, action, who, case=case)
        refusal = tried(case, action, access, raw)
        if type(refusal) is not (wanted or type(None)):
            wrong.append((action.value, who, refusal))
        elif refusal is not None and (len(str(refusal)) < 5 or "{" in str(refusal)):
            wrong.append((action.value, who, "no sentence"))
    assert wrong == []
    assert traces() == before


def wrongly_offered(case: Case, accesses: dict[str, Access]) -> dict[str, object]:
    """Whose offers differ from the table, or who sees the case and should not, or the other way round."""
    parts, rules, wrong = parts_of(case), rules_now(), dict[str, object]()
    for who, access in accesses.items():
        offered = sorted(step.action.value for step in offered_steps(access, case, parts, rules))
        wanted = sorted(action for action, people in MAY[case.stage].items() if who in people)
        sees = expected(Stage(case.stage), Action.NOTE, who) is not NotFound
        if offered != wanted or seen(access, case) != sees:
            wrong[who] = offered
    return wrong


def seen(access: Access, case: Case) -> bool:
    return Case.objects.filter(case_q(access), pk=case.pk).exists()


def test_a_refused_step_leaves_no_trace_at_all(world: World) -> None:
    case = at(world, Stage.CHECK)
    for who, action in (
        ("station", "pass"),
        ("cleaner", "pass"),
        ("worker", "approve"),
        ("stranger", "note"),
    ):
        raw = usual(world, action, who, case=case)
        before = traces()
        assert tried(case, action, world.access(who, later(case)), raw) is not None
        assert traces() == before
