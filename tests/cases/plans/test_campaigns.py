"""One plan over several cases (专项整治): submitted, decided on, dispatched together; each its own result."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from accounts.roles import Role
from cases.models import ActionPlan, Campaign, CampaignCase, CampaignPlan, Case, CaseEvent, Measure
from cases.selectors import history_told
from cases.services.campaign_acts import CampaignStale
from cases.services.campaign_steps import campaign_decide
from cases.services.campaigns import campaign_open, campaign_resubmit
from cases.services.history_verify import history_breaks
from cases.workflow import Action, Stage
from core.errors import BadInput, Conflict, KeyReused, NotAllowed, NotFound, Stale, VersionMissing
from grids.access import grants_recompute
from grids.models import Posting
from tests.cases.attempts import traces
from tests.cases.browsers import browser
from tests.cases.plans.campaigning import (
    act,
    approve,
    begin,
    chosen,
    dispatch,
    leave,
    plan_raw,
    send_back,
    whole,
)
from tests.cases.plans.helpers import LATER, a_template, fresh, plan_of, stages, waiting
from tests.cast import BEGAN, FAR_AWAY, NOW, World
from tests.walk import go, report, step, usual


def test_one_plan_is_submitted_decided_on_and_dispatched_once_for_all(world: World) -> None:
    cases = waiting(world, 3)
    answer = begin(world, cases)
    assert (answer["done"], answer["left_out"]) == ([case.number for case in cases], [])
    assert stages(cases) == [Stage.APPROVE] * 3
    answer = approve(world, answer, cases)
    assert stages(cases) == [Stage.DISPATCH] * 3
    dispatch(world, answer, cases)
    assert stages(cases) == [Stage.HANDLE] * 3
    assert {fresh(case).lead_unit for case in cases} == {world.units["cs-clean"]}
    plan = CampaignPlan.objects.get()
    assert (plan.state, plan.approver) == ("approved", world.people["bureau"])
    assert [p.campaign_plan for p in ActionPlan.objects.all()] == [plan] * 3
    assert [found for _checked, found in history_breaks() if found] == []


def test_each_case_has_one_event_a_step_that_names_the_campaign_and_its_own_result(world: World) -> None:
    cases = waiting(world, 2)
    answer = approve(world, begin(world, cases), cases)
    dispatch(world, answer, cases)
    for case in cases:
        events = CaseEvent.objects.filter(case=case, action__in=["submit_plan", "approve", "dispatch"])
        told = [(e.action, e.data["campaign"]["title"], e.data["campaign"]["version"]) for e in events]
        assert told == [(a, "夜市招牌整治", 1) for a in ("submit_plan", "approve", "dispatch")]
    go(world, cases[0], ("finish", "cleaner"), condition="sign")
    assert stages(cases) == [Stage.CHECK, Stage.HANDLE]
    assert dict(whole(world, answer).counts) == {Stage.CHECK: 1, Stage.HANDLE: 1}


def test_cases_that_moved_meanwhile_are_left_out_with_a_sentence_and_stay_as_they_were(world: World) -> None:
    cases = waiting(world, 3)
    raw = plan_raw(cases)
    step(world, cases[1], "send_back", "station2", reason="照片不清")
    before = CaseEvent.objects.filter(case=cases[1]).count()
    answer = campaign_open(access=world.access("station", LATER), raw=raw, key="one", now=LATER)
    assert answer["done"] == [cases[0].number, cases[2].number]
    assert [one["number"] for one in answer["left_out"]] == [cases[1].number]
    assert len(answer["left_out"][0]["detail"]) > 5
    assert stages(cases) == [Stage.APPROVE, Stage.VERIFY, Stage.APPROVE]
    assert CaseEvent.objects.filter(case=cases[1]).count() == before
    assert CampaignCase.objects.count() == 2


def test_when_no_case_can_follow_nothing_is_left_behind(world: World) -> None:
    cases = waiting(world, 2)
    raw = plan_raw(cases)
    for case in cases:
        step(world, case, "send_back", "station2", reason="照片不清")
    before = traces()
    with pytest.raises(Conflict) as refusal:
        campaign_open(access=world.access("station", LATER), raw=raw, key="one", now=LATER)
    assert len(refusal.value.extra["left_out"]) == 2
    assert traces() == before
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", " "), ("title", "长" * 81), ("measures", []), ("lead_unit", "spb-clean"), ("lead_unit", ""),
        ("assisting_units", ["cs-clean"]), ("finish_by", NOW.isoformat()), ("finish_by", "x"),
        ("cases", []), ("cases", "x"),
    ],
)  # fmt: skip
def test_a_plan_that_can_not_be_is_refused_at_its_field_before_any_case_moves(
    world: World, field: str, value: Any
) -> None:
    cases = waiting(world, 2)
    with pytest.raises(BadInput) as refusal:
        begin(world, cases, **{field: value})
    assert refusal.value.field == field
    assert stages(cases) == [Stage.PLAN] * 2
    assert not Campaign.objects.exists()


def test_a_repeated_key_gives_the_first_answer_and_moves_nothing_twice(world: World) -> None:
    cases = waiting(world, 2)
    raw, access = plan_raw(cases), world.access("station", LATER)
    answers = [campaign_open(access=access, raw=raw, key="one", now=LATER) for _time in range(2)]
    assert answers[0] == answers[1]
    assert CaseEvent.objects.filter(action="submit_plan").count() == 2
    with pytest.raises(KeyReused):
        campaign_open(access=access, raw=raw | {"title": "别的"}, key="one", now=LATER)
    decided = {"raw": {"cases": chosen(cases)}, "version": 1, "key": "two", "action": Action.APPROVE}
    given = {
        "access": world.access("bureau", LATER),
        "campaign_id": UUID(answers[0]["campaign"]),
        "now": LATER,
    }
    again = [campaign_decide(**given, **decided) for _time in range(2)]  # type: ignore[arg-type]
    assert again[0] == again[1]
    assert CaseEvent.objects.filter(action="approve").count() == 2


def test_what_was_decided_on_an_older_version_of_the_campaign_is_refused(world: World) -> None:
    cases = waiting(world, 2)
    answer = begin(world, cases)
    leave(world, answer, cases[0])
    for version, error in ((1, CampaignStale), (None, VersionMissing)):
        with pytest.raises(error):
            act(
                world, campaign_decide, "bureau", answer, {"cases": chosen(cases)}, action=Action.APPROVE,
                version=version,
            )  # fmt: skip
    assert stages(cases) == [Stage.APPROVE] * 2


def test_a_return_gives_reason_and_comments_to_every_case_and_the_next_version_goes_to_all(
    world: World,
) -> None:
    cases = waiting(world, 2)
    answer = send_back(world, begin(world, cases), cases, comments={"2": "分批拆"})
    assert stages(cases) == [Stage.PLAN] * 2
    assert list(Measure.objects.filter(seq=2).values_list("comment", flat=True)) == ["分批拆"] * 2
    raw = plan_raw(cases, measures=["集中约谈", "分批统一拆除"])
    del raw["title"]
    answer = act(world, campaign_resubmit, "station2", answer, raw)
    assert stages(cases) == [Stage.APPROVE] * 2
    assert list(CampaignPlan.objects.values_list("version", "state")) == [(1, "returned"), (2, "submitted")]
    assert {plan.version for plan in ActionPlan.objects.filter(state="submitted")} == {2}
    found = whole(world, answer)
    assert found.difference is not None
    assert [m.change for m in found.difference.measures] == ["same", "changed"]
    approve(world, answer, cases)
    assert stages(cases) == [Stage.DISPATCH] * 2


def test_a_plan_the_bureau_has_not_decided_on_is_not_replaced(world: World) -> None:
    cases = waiting(world, 2)
    answer = begin(world, cases)
    raw = plan_raw(cases)
    del raw["title"]
    with pytest.raises(Conflict):
        act(world, campaign_resubmit, "station", answer, raw)


def test_a_plan_is_decided_on_once(world: World) -> None:
    cases = waiting(world, 2)
    answer = approve(world, begin(world, cases), cases)
    for again in (approve, send_back):
        with pytest.raises(Conflict):
            again(world, answer, cases)


def test_the_author_does_not_decide_on_it_nor_does_their_deputy(world: World) -> None:
    Posting.objects.create(
        user=world.people["station"], role=Role.BUREAU, area=world.areas["500115"], starts_at=BEGAN
    )
    Posting.objects.create(
        user=world.people["director"], role=Role.BUREAU, area=world.areas["500115"], starts_at=BEGAN,
        ends_at=LATER + timedelta(days=9), deputy_of=world.people["station"],
    )  # fmt: skip
    for who in ("station", "director"):
        grants_recompute(world.people[who])
    cases = waiting(world, 2)
    answer = begin(world, cases)
    for who in ("station", "director"):
        with pytest.raises(NotAllowed):
            approve(world, answer, cases, who)
        assert "approve" not in whole(world, answer, who).offers


def test_a_deputy_decides_on_a_campaign_and_every_event_names_both(world: World) -> None:
    Posting.objects.create(
        user=world.people["director"], role=Role.BUREAU, area=world.areas["500115"], starts_at=BEGAN,
        ends_at=LATER + timedelta(days=9), deputy_of=world.people["bureau"],
    )  # fmt: skip
    grants_recompute(world.people["director"])
    cases = waiting(world, 2)
    approve(world, begin(world, cases), cases, "director")
    plan = CampaignPlan.objects.get()
    assert (plan.approver, plan.decided_for) == (world.people["director"], world.people["bureau"])
    events = CaseEvent.objects.filter(action="approve")
    assert {event.data["deputy_of"] for event in events} == {world.people["bureau"].pk}


def test_a_case_taken_out_goes_its_own_way_with_the_plan_it_has(world: World) -> None:
    cases = waiting(world, 2)
    answer = begin(world, cases)
    answer |= leave(world, answer, cases[0])
    note = next(event for event in history_told(cases[0]) if event.action == "note")
    assert (note.data["text"], note.data["campaign"]["title"]) == ("须单独处理", "夜市招牌整治")
    assert [case.number for case in whole(world, answer).cases] == [cases[1].number]
    found = approve(world, answer, cases)
    assert (found["done"], found["left_out"][0]["number"]) == ([cases[1].number], cases[0].number)
    case = step(world, cases[0], "approve", "bureau", now=LATER)
    assert case.stage == Stage.DISPATCH
    page = browser(world, "station").get(f"/cases/{case.number}/").content.decode()
    assert "Taken out of the campaign “夜市招牌整治”" in page


def test_a_case_is_taken_out_once_with_a_reason_by_who_may_note_on_it(world: World) -> None:
    cases = waiting(world, 2)
    answer = begin(world, cases)
    with pytest.raises(BadInput):
        leave(world, answer, cases[0], reason=" ")
    with pytest.raises(NotAllowed):
        leave(world, answer, cases[0], "director")
    with pytest.raises(NotFound):
        leave(world, answer, cases[0], "stranger_bureau")
    with pytest.raises(Stale):
        leave(world, answer, cases[0], version=1)
    assert not CampaignCase.objects.filter(left_at__isnull=False).exists()
    answer |= leave(world, answer, cases[0], "bureau")
    with pytest.raises(NotFound):
        leave(world, answer, cases[0])


def test_a_case_is_in_one_campaign_at_a_time_and_free_again_once_taken_out(world: World) -> None:
    cases = waiting(world, 3)
    answer = send_back(world, begin(world, cases[:2]), cases[:2])
    second = begin(world, cases[1:])
    assert second["done"] == [cases[2].number]
    assert "夜市招牌整治" in second["left_out"][0]["detail"]
    leave(world, answer, cases[1])
    assert begin(world, cases[1:2])["done"] == [cases[1].number]


def test_a_case_with_a_plan_of_its_own_by_now_is_not_decided_on_with_the_others(world: World) -> None:
    cases = waiting(world, 2)
    answer = begin(world, cases)
    step(world, cases[0], "return_plan", "bureau", now=LATER, reason="单独办")
    raw = usual(world, "submit_plan", "station", case=cases[0])
    step(world, cases[0], "submit_plan", "station", now=LATER, **raw)
    found = approve(world, answer, cases)
    assert found["done"] == [cases[1].number]
    assert stages(cases) == [Stage.APPROVE, Stage.DISPATCH]


def test_one_plan_is_for_one_district(world: World) -> None:
    Posting.objects.create(
        user=world.people["station"], role=Role.STATION, area=world.areas["500106"], starts_at=BEGAN
    )
    grants_recompute(world.people["station"])
    far = report(world, "stranger_officer", position=FAR_AWAY)
    Case.objects.filter(pk=far.pk).update(reporter=None, takers={})
    far = go(world, fresh(far), ("verify", "stranger_officer"), condition="sign")
    near = waiting(world, 1)
    answer = begin(world, [*near, far])
    assert answer["done"] == [near[0].number]
    assert stages([far]) == [Stage.PLAN]


def test_a_stranger_from_the_next_district_can_do_nothing_and_learns_nothing(world: World) -> None:
    cases = waiting(world, 2)
    with pytest.raises(NotFound):
        begin(world, cases, "stranger")
    answer = begin(world, cases)
    with pytest.raises(NotFound):
        approve(world, answer, cases, "stranger_bureau")
    with pytest.raises(NotFound):
        whole(world, answer, "stranger")
    client = browser(world, "stranger_bureau")
    for path in ("", f"{answer['campaign']}/", f"{answer['campaign']}/steps/approve/"):
        page = client.get(f"/cases/campaigns/{path}")
        assert "夜市招牌整治" not in page.content.decode()
    assert stages(cases) == [Stage.APPROVE] * 2


@pytest.mark.parametrize("who", ["bureau", "officer", "worker"])
def test_only_the_station_begins_one(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        begin(world, waiting(world, 1), who)


def test_a_campaign_beside_an_unchanged_template_is_never_approved_unread(world: World) -> None:
    """The plan of a campaign says what a template says; it still is no template."""
    template, cases = a_template(world), waiting(world, 1)
    begin(world, cases, measures=list(template.measures), finish_by=plan_of(template, LATER)["finish_by"])
    assert ActionPlan.objects.get().template_unchanged is False
