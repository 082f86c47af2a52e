"""The table itself: whole, reachable, without doubles, and every field of it understood."""

import dataclasses

import pytest

from accounts.roles import Role
from cases import inputs
from cases.given import Given
from cases.workflow import (
    BY_ACTION,
    BY_ITSELF,
    DONE,
    OF_THE_SYSTEM,
    OPEN,
    STAGES,
    STEPS,
    Action,
    Answer,
    Part,
    Route,
    Situation,
    Stage,
    Step,
    Track,
    Verdict,
    asked_in,
    calls_back,
    may_raise,
    moves_version,
    steps_from,
    taken_by,
    target_of,
    targets,
)

# Cleaned as plain text; every other field has a cleaner of its own.
PLAIN_TEXT = {
    "no_position_reason", "no_photo_reason", "description", "address", "reporter_name", "reason", "text",
    "words", "result", "outside_body", "letter_no", "evidence", "place",
}  # fmt: skip


def row(action: Action, stage: Stage | None) -> Step:
    return BY_ACTION[action, stage]


def test_every_open_stage_has_an_owner_and_a_way_forward() -> None:
    assert set(STAGES) == set(OPEN) == set(Stage) - set(DONE)
    for stage, spec in STAGES.items():
        assert spec.owners, stage
        onward = {s for step in steps_from(stage) for s in targets(step, stage)} - {stage}
        assert onward, stage
        assert any(step.by & spec.owners for step in steps_from(stage)), stage


def test_what_is_done_is_taken_up_again_by_these_alone() -> None:
    back = {
        stage: {step.action.value for step in steps_from(stage) if targets(step, stage) & OPEN}
        for stage in DONE
    }
    assert back == {
        "closed": {"reopen"}, "rejected": {"reopen", "decide_objection"}, "merged": {"unmerge"},
        "transferred": set(), "voided": set(),
    }  # fmt: skip


def test_no_action_stands_twice_for_one_stage() -> None:
    pairs = [(step.action, source) for step in STEPS for source in (step.sources or (None,))]
    assert len(pairs) == len(set(pairs)) == len(BY_ACTION)


def test_every_action_has_a_row_and_every_role_of_a_row_exists() -> None:
    assert {step.action for step in STEPS} == set(Action) - OF_THE_SYSTEM
    assert all((step.by or step.guests) and step.by <= set(Role) for step in STEPS)


def test_what_happens_by_itself_asks_nobody_for_anything() -> None:
    alone = {Action.REASSIGN, Action.RESCOPE, Action.ESCALATE, Action.REARM}
    assert alone == BY_ITSELF & OF_THE_SYSTEM
    own = [step for step in STEPS if step.action in BY_ITSELF]
    assert {step.action for step in own} == BY_ITSELF - OF_THE_SYSTEM
    assert all(step.is_mark for step in own)


def test_every_stage_is_reached_from_a_report() -> None:
    reached: set[Stage] = set()
    open_ends = {s for step in STEPS if not step.sources for s in targets(step, None)}
    while open_ends:
        stage = open_ends.pop()
        reached.add(stage)
        open_ends |= {s for step in steps_from(stage) for s in targets(step, stage)} - reached
    assert reached == set(Stage)


def test_every_open_stage_can_still_come_to_an_end() -> None:
    for start in OPEN:
        seen, open_ends = set(), {start}
        while open_ends:
            stage = open_ends.pop()
            seen.add(stage)
            open_ends |= {s for step in steps_from(stage) for s in targets(step, stage)} - seen
        assert seen & DONE, start


def test_every_field_of_a_step_has_a_cleaner_and_a_place() -> None:
    known = {field.name for field in dataclasses.fields(Given)}
    for step in STEPS:
        assert len(step.fields) == len(set(step.fields)), step.action
        for name in step.fields:
            assert name in known, (step.action, name)
            assert (name in inputs._CLEANERS) != (name in PLAIN_TEXT), (step.action, name)


def test_steps_of_units_name_the_part_they_ask_for() -> None:
    for step in STEPS:
        units = bool(step.by & {Role.UNIT_HANDLER, Role.UNIT_HEAD})
        assert (step.part is not Part.NONE) == units, step.action


def test_only_a_step_that_moves_the_case_or_corrects_it_makes_others_stale() -> None:
    marks = {step.action.value for step in STEPS if not moves_version(step)}
    assert marks == {
        "claim", "assign", "release", "sign_for", "hand_in", "note", "request_suspension",
        "request_extension", "appeal", "decide_appeal", "object", "ask_presence", "arrive", "supervise",
        "reply", "remind", "join", "forget",
    }  # fmt: skip


STANDARD, DIRECT = Situation(track=Track.STANDARD), Situation(track=Track.DIRECT)
PLANNED = Situation(track=Track.DIRECT, has_standing_plan=True)
SPOT = Situation(track=Track.ON_THE_SPOT, fixed_on_the_spot=True, somebody_to_call=True)
ROUTES = [
    (Action.REPORT, None, STANDARD, Stage.VERIFY),
    (Action.REPORT_FIXED, None, SPOT, Stage.CHECK),
    (Action.VERIFY, Stage.VERIFY, STANDARD, Stage.PLAN),
    (Action.VERIFY, Stage.VERIFY, DIRECT, Stage.PLAN),
    (Action.VERIFY, Stage.VERIFY, PLANNED, Stage.HANDLE),
    (Action.VERIFY, Stage.VERIFY, Situation(track=Track.STANDARD, has_standing_plan=True), Stage.PLAN),
    (Action.VERIFY, Stage.VERIFY, Situation(track=Track.EMERGENCY), Stage.HANDLE),
    (Action.NOTE, Stage.DISPATCH, STANDARD, Stage.DISPATCH),
    (Action.PASS, Stage.CHECK, STANDARD, Stage.CLOSED),
    (Action.PASS, Stage.CHECK, Situation(somebody_to_call=True), Stage.CALL_BACK),
    (Action.PASS, Stage.CHECK, SPOT, Stage.CLOSED),
    (Action.REWORK, Stage.CHECK, STANDARD, Stage.HANDLE),
    (Action.REWORK, Stage.CHECK, SPOT, Stage.VERIFY),
    (Action.DISSATISFIED, Stage.CALL_BACK, Situation(complaints=1), Stage.HANDLE),
    (Action.DISSATISFIED, Stage.CALL_BACK, Situation(complaints=2), Stage.APPROVE),
    (Action.PASS, Stage.CHECK, Situation(plan_owed=True), Stage.CALL_BACK),
    (Action.ANSWER, Stage.CALL_BACK, Situation(satisfied=Answer.YES), Stage.CLOSED),
    (Action.ANSWER, Stage.CALL_BACK, Situation(satisfied=Answer.YES, plan_owed=True), Stage.CALL_BACK),
    (Action.ANSWER, Stage.CALL_BACK, Situation(satisfied=Answer.NO, complaints=1), Stage.HANDLE),
    (Action.ANSWER, Stage.CALL_BACK, Situation(satisfied=Answer.NO, complaints=2), Stage.APPROVE),
    (Action.DECIDE_OBJECTION, Stage.REJECTED, Situation(verdict=Verdict.GRANT), Stage.VERIFY),
    (Action.DECIDE_OBJECTION, Stage.REJECTED, Situation(verdict=Verdict.REFUSE), Stage.REJECTED),
    (Action.UNMERGE, Stage.MERGED, Situation(stage_before="handle"), Stage.HANDLE),
    (Action.UNMERGE, Stage.MERGED, Situation(), Stage.VERIFY),
]


def test_who_is_asked_depends_on_the_case() -> None:
    extend, reply = row(Action.DECIDE_EXTENSION, Stage.HANDLE), row(Action.REPLY, Stage.HANDLE)
    assert taken_by(extend, Situation()) == {Role.STATION}
    assert taken_by(extend, Situation(extensions=1)) == {Role.BUREAU}
    assert {asked_in(stage).value for stage in OPEN} == {"officer", "station", "bureau", "unit"}
    for stage in OPEN:
        assert taken_by(reply, Situation(reply_from=asked_in(stage))) < reply.by
    assert taken_by(row(Action.ARRIVE, Stage.CHECK), Situation(presence="director")) == {Role.DIRECTOR}


@pytest.mark.parametrize(("action", "stage", "at", "to"), ROUTES)
def test_a_step_leads_where_the_design_says(
    action: Action, stage: Stage | None, at: Situation, to: Stage
) -> None:
    step = row(action, stage)
    assert target_of(step, stage, at) == to
    assert to in targets(step, stage)


def test_all_that_a_route_can_do_is_announced() -> None:
    for step in STEPS:
        for stage in step.sources or (None,):
            for track in Track:
                for flags in range(16):
                    at = Situation(track, bool(flags & 1), bool(flags & 2), bool(flags & 4), flags >> 3)
                    assert target_of(step, stage, at) in targets(step, stage)
    assert {step.to for step in STEPS if isinstance(step.to, Route)} == set(Route)


def test_a_mark_without_a_stage_leads_nowhere() -> None:
    assert targets(row(Action.NOTE, Stage.PLAN), None) == frozenset()


def test_nobody_is_called_after_a_fix_on_the_spot() -> None:
    assert not calls_back(SPOT)


def test_a_track_is_raised_and_never_lowered_nor_made_on_the_spot() -> None:
    raised = {(old, new) for old in Track for new in Track if old != new and may_raise(old, new)}
    assert raised == {
        (Track.ON_THE_SPOT, Track.DIRECT), (Track.ON_THE_SPOT, Track.STANDARD),
        (Track.ON_THE_SPOT, Track.EMERGENCY), (Track.DIRECT, Track.STANDARD),
        (Track.DIRECT, Track.EMERGENCY), (Track.STANDARD, Track.EMERGENCY),
    }  # fmt: skip
    assert all(may_raise(track, track) for track in Track)
