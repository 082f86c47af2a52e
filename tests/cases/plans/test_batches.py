"""Unchanged templates submitted and approved many at a time, with a summary before and a result after."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.http import QueryDict

from accounts.roles import Role
from cases.models import ActionPlan, Case, CaseEvent, PlanBatch, PlanTemplate, StandingPlan
from cases.plan_choosing import choose_page
from cases.plan_picks import MOST, picks_of
from cases.plan_summary import summary_of
from cases.services.history_verify import history_breaks
from cases.services.plan_batches import plan_batch_open, plan_batch_run
from cases.services.plan_templates import plan_template_retire
from cases.workflow import Action, Stage
from core.errors import BadInput, KeyReused, NotAllowed, NotFound
from grids.access import grants_recompute
from grids.models import Posting
from tests.cases.attempts import later
from tests.cases.browsers import FRAME, browser
from tests.cases.plans.helpers import (
    LATER,
    a_template,
    doors_at,
    fresh,
    plan_of,
    stages,
    submitted,
    waiting,
)
from tests.cast import BEGAN, NOW, World
from tests.walk import TO_APPROVE, go, report, step, usual


def chosen(cases: Sequence[Case], template: PlanTemplate | None = None) -> list[dict[str, Any]]:
    named = {"template": {"id": template.pk, "version": template.version}} if template else {}
    return [{"number": case.number, "version": fresh(case).version, **named} for case in cases]


def opened(world: World, who: str, kind: str, cases: list[dict[str, Any]], key: str = "") -> UUID:
    raw = {"kind": kind, "cases": cases}
    answer = plan_batch_open(access=world.access(who, LATER), raw=raw, key=key or str(uuid4()), now=LATER)
    return UUID(answer["batch"])


def run(world: World, who: str, batch: UUID, most: int = 25) -> PlanBatch:
    return plan_batch_run(access=world.access(who, LATER), batch_id=batch, now=LATER, most=most)


def all_at_once(world: World, who: str, kind: str, cases: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What came of each: its state, and the sentence."""
    batch = run(world, who, opened(world, who, kind, cases))
    return list(batch.items.order_by("seq").values_list("state", "words"))


def test_templates_are_submitted_for_several_cases_and_stay_unchanged(world: World) -> None:
    template, cases = a_template(world), waiting(world, 3)
    assert all_at_once(world, "station", "submit", chosen(cases, template)) == [("done", "")] * 3
    assert stages(cases) == [Stage.APPROVE] * 3
    plans = ActionPlan.objects.filter(case__in=cases)
    assert set(plans.values_list("template_unchanged", "template_version")) == {(True, 1)}
    assert CaseEvent.objects.filter(case__in=cases, action="submit_plan").count() == 3


def test_unchanged_templates_are_approved_together_each_with_its_own_event(world: World) -> None:
    cases = waiting(world, 3)
    submitted(world, a_template(world), cases)
    assert all_at_once(world, "bureau", "approve", chosen(cases)) == [("done", "")] * 3
    assert stages(cases) == [Stage.DISPATCH] * 3
    events = CaseEvent.objects.filter(case__in=cases, action="approve")
    assert {(e.actor_id, e.role) for e in events} == {(world.people["bureau"].pk, "bureau")}
    assert [found for _checked, found in history_breaks() if found] == []


def test_what_moved_meanwhile_is_left_out_with_a_sentence_and_the_rest_goes_on(world: World) -> None:
    template, cases = a_template(world), waiting(world, 3)
    picks = chosen(cases, template)
    step(world, cases[1], "send_back", "station2", reason="照片不清")
    found = all_at_once(world, "station", "submit", picks)
    assert [state for state, _words in found] == ["done", "refused", "done"]
    assert "待核实" in found[1][1] or "Awaiting verification" in found[1][1]
    assert stages(cases) == [Stage.APPROVE, Stage.VERIFY, Stage.APPROVE]


def test_a_template_changed_or_retired_meanwhile_is_submitted_for_nobody(world: World) -> None:
    template, cases = a_template(world), waiting(world, 2)
    batch = opened(world, "station", "submit", chosen(cases, template))
    plan_template_retire(access=world.access("station"), template_id=template.pk, version=1, now=NOW)
    run(world, "station", batch)
    assert stages(cases) == [Stage.PLAN] * 2
    assert not ActionPlan.objects.exists()


def test_a_plan_that_is_no_unchanged_template_is_never_approved_unread(world: World) -> None:
    template, [changed, own] = a_template(world), waiting(world, 2)
    moment = later(changed)
    raw = plan_of(template, moment, measures=["别的"])
    step(world, changed, "submit_plan", "station", now=moment, **raw)
    own = go(world, report(world), *TO_APPROVE, condition="sign")
    found = all_at_once(world, "bureau", "approve", chosen([changed, own]))
    assert [state for state, _words in found] == ["refused", "refused"]
    assert stages([changed, own]) == [Stage.APPROVE] * 2


def test_four_eyes_hold_for_each_case_of_a_batch(world: World) -> None:
    for who in ("station", "station2"):
        Posting.objects.create(
            user=world.people[who], role=Role.BUREAU, area=world.areas["500115"], starts_at=BEGAN
        )
        grants_recompute(world.people[who])
    template, cases = a_template(world), waiting(world, 2)
    submitted(world, template, cases[:1], "station")
    submitted(world, template, cases[1:], "station2")
    found = all_at_once(world, "station", "approve", chosen(cases))
    assert [state for state, _words in found] == ["refused", "done"]


def test_a_deputy_approves_a_batch_and_each_event_names_both(world: World) -> None:
    Posting.objects.create(
        user=world.people["director"], role=Role.BUREAU, area=world.areas["500115"], starts_at=BEGAN,
        ends_at=LATER.replace(year=2027), deputy_of=world.people["bureau"],
    )  # fmt: skip
    grants_recompute(world.people["director"])
    cases = waiting(world, 2)
    submitted(world, a_template(world), cases)
    assert [s for s, _w in all_at_once(world, "director", "approve", chosen(cases))] == ["done"] * 2
    events = CaseEvent.objects.filter(case__in=cases, action="approve")
    assert {event.data["deputy_of"] for event in events} == {world.people["bureau"].pk}


def test_a_batch_interrupted_goes_on_where_it_stopped(world: World) -> None:
    template, cases = a_template(world), waiting(world, 3)
    batch = opened(world, "station", "submit", chosen(cases, template))
    assert run(world, "station", batch, most=2).finished_at is None
    assert stages(cases) == [Stage.APPROVE, Stage.APPROVE, Stage.PLAN]
    assert run(world, "station", batch, most=2).finished_at == LATER
    assert stages(cases) == [Stage.APPROVE] * 3
    assert run(world, "station", batch).finished_at == LATER
    assert CaseEvent.objects.filter(action="submit_plan").count() == 3


def test_the_same_key_is_one_batch_and_another_choice_under_it_is_refused(world: World) -> None:
    template, cases = a_template(world), waiting(world, 2)
    picks = chosen(cases, template)
    assert opened(world, "station", "submit", picks, "one") == opened(
        world, "station", "submit", picks, "one"
    )
    with pytest.raises(KeyReused):
        opened(world, "station", "submit", picks[:1], "one")
    assert PlanBatch.objects.count() == 1


@pytest.mark.parametrize(
    "cases",
    [
        [], None, "x", ["x"], [{"number": "1", "version": 1}], [{"number": "5" * 19}],
        [{"number": "5" * 19, "version": True, "template": {"id": 1, "version": 1}}],
        [{"number": "5" * 19, "version": 1}],
        [{"number": "5" * 19, "version": 1, "template": {"id": 10**9, "version": 1}}],
        [{"number": "5" * 19, "version": 1, "template": "12"}],
    ],
)  # fmt: skip
def test_a_choice_that_can_not_be_is_refused_and_nothing_begins(world: World, cases: Any) -> None:
    with pytest.raises(BadInput):
        opened(world, "station", "submit", cases)
    assert not PlanBatch.objects.exists()


def test_a_batch_has_its_cap_and_names_each_case_once() -> None:
    one = {"number": "5" * 19, "version": 1}
    with pytest.raises(BadInput):
        picks_of([{"number": f"{n:019d}", "version": 1} for n in range(MOST + 1)])
    assert len(picks_of([one, one])) == 1


@pytest.mark.parametrize(
    ("who", "kind"), [("bureau", "submit"), ("station", "approve"), ("worker", "submit")]
)
def test_who_submits_or_approves_nowhere_begins_nothing(world: World, who: str, kind: str) -> None:
    with pytest.raises(NotAllowed):
        opened(world, who, kind, [{"number": "5" * 19, "version": 1}])
    with pytest.raises(NotAllowed):
        choose_page(
            world.access(who), QueryDict(), Action.SUBMIT_PLAN if kind == "submit" else Action.APPROVE
        )


@pytest.mark.parametrize(("who", "kind"), [("stranger", "submit"), ("stranger_bureau", "approve")])
def test_a_stranger_from_the_next_district_moves_nothing_and_learns_nothing(
    world: World, who: str, kind: str
) -> None:
    template, cases = a_template(world), waiting(world, 2)
    if kind == "approve":
        submitted(world, template, cases)
    before = stages(cases)
    found = all_at_once(world, who, kind, chosen(cases, template))
    assert [state for state, _words in found] == ["refused"] * 2
    assert len({words for _state, words in found}) == 1
    action = Action.SUBMIT_PLAN if kind == "submit" else Action.APPROVE
    summary = summary_of(world.access(who), action, chosen(cases, template), now=LATER)
    assert (summary.total, len(summary.left_out)) == (0, 2)
    assert stages(cases) == before


def test_a_batch_belongs_to_whoever_began_it(world: World) -> None:
    template, cases = a_template(world), waiting(world)
    batch = opened(world, "station", "submit", chosen(cases, template))
    with pytest.raises(NotFound):
        run(world, "station2", batch)
    assert browser(world, "station2").get(f"/cases/plans/batches/{batch}/").status_code == 404


def test_the_summary_says_how_many_by_class_unit_and_finish_date(world: World) -> None:
    signs, trees = a_template(world), a_template(world, case_class="matter-04002", lead_unit="cs-works")
    cases = waiting(world, 2)
    tree = go(world, report(world), ("verify", "officer"), condition="tree")
    gone = waiting(world, 1)
    picks = chosen(cases, signs) + chosen([tree], trees) + chosen(gone, trees)
    summary = summary_of(world.access("station", LATER), Action.SUBMIT_PLAN, picks, now=LATER)
    groups = [(g.case_class.code, g.count, g.lead_unit.code, g.finish_first.day) for g in summary.groups]
    assert groups == [("07006", 2, "cs-clean", 26), ("04002", 1, "cs-works", 26)]
    assert [number for number, _sentence in summary.left_out] == [gone[0].number]
    assert stages([*cases, tree]) == [Stage.PLAN] * 3


def test_the_station_chooses_looks_at_the_summary_and_submits(world: World, monkeypatch: Any) -> None:
    template, cases = a_template(world), waiting(world, 3)
    client = browser(world, "station")
    with doors_at(monkeypatch):
        rows = client.get("/cases/plans/waiting/").context["rows"]
        ticked: dict[str, Any] = {"case": [row["pick"] for row in rows[:2]]}
        ticked |= {f"template_{case.number}": template.ref for case in cases}
        summary = client.post("/cases/plans/waiting/summary/", ticked)
        assert "2 cases" in summary.content.decode()
        assert stages(cases) == [Stage.PLAN] * 3
        sent = {
            "case": [pick.ref for pick in summary.context["summary"].picks],
            "kind": "submit",
            "key": "one",
        }
        answers = [client.post("/cases/plans/batches/", sent) for _time in range(2)]
        assert answers[0]["Location"] == answers[1]["Location"]
        page = client.get(answers[0]["Location"]).content.decode()
    assert "Done: 2. Left out: 0." in page
    assert stages(cases) == [Stage.APPROVE, Stage.APPROVE, Stage.PLAN]


def test_the_bureau_approves_all_that_match_over_every_page(world: World, monkeypatch: Any) -> None:
    cases = waiting(world, 3)
    submitted(world, a_template(world), cases[:2])
    client = browser(world, "bureau")
    with doors_at(monkeypatch):
        page = client.get("/cases/plans/deciding/")
        assert [row["together"] for row in page.context["rows"]] == [True, True]
        sent = {"all": "yes", "query": page.context["query"]}
        picks = client.post("/cases/plans/deciding/summary/", sent).context["summary"].picks
        refs = [pick.ref for pick in picks]
        client.post("/cases/plans/batches/", {"case": refs, "kind": "approve", "key": "one"})
    assert stages(cases) == [Stage.DISPATCH, Stage.DISPATCH, Stage.PLAN]


def test_a_long_batch_goes_on_by_a_button_where_no_script_presses_it(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr("cases.services.plan_batches.plan_batch_run.__kwdefaults__", {"most": 1})
    template, cases = a_template(world), waiting(world, 2)
    client = browser(world, "station")
    refs = [f"{case.number}:{case.version}:{template.ref}" for case in cases]
    with doors_at(monkeypatch):
        place = client.post("/cases/plans/batches/", {"case": refs, "kind": "submit", "key": "one"})[
            "Location"
        ]
        page = client.get(place).content.decode()
        assert "Go on with 1 more" in page
        assert '<progress value="1" max="2"' in page
        assert "Go on" not in client.post(place, follow=True).content.decode()
    assert stages(cases) == [Stage.APPROVE] * 2


def test_own_plans_stand_in_the_list_without_a_box(world: World) -> None:
    Posting.objects.create(
        user=world.people["station"], role=Role.BUREAU, area=world.areas["500115"], starts_at=BEGAN
    )
    grants_recompute(world.people["station"])
    submitted(world, a_template(world), waiting(world))
    page = browser(world, "station").get("/cases/plans/deciding/")
    assert [(row["own"], row["together"]) for row in page.context["rows"]] == [(True, False)]
    assert 'name="case"' not in page.content.decode()


def test_a_plan_owed_for_an_emergency_waits_in_the_bureaus_list_too(world: World) -> None:
    StandingPlan.objects.all().delete()
    case = report(world)
    raw = usual(world, "verify", "officer", "manhole", case) | {"lead_unit": "cs-works"}
    case = step(world, case, "verify", "officer", **raw)
    bureau = browser(world, "bureau")
    assert bureau.get("/cases/plans/deciding/").context["rows"] == []
    case = step(world, case, "submit_plan", "station", **usual(world, "submit_plan", "station", case=case))
    rows = bureau.get("/cases/plans/deciding/").context["rows"]
    assert [(row["case"].number, row["case"].stage) for row in rows] == [(case.number, Stage.HANDLE)]
    step(world, case, "approve", "bureau")
    assert bureau.get("/cases/plans/deciding/").context["rows"] == []


def test_a_suspended_case_waits_for_no_plan(world: World) -> None:
    [case] = waiting(world)
    Case.objects.filter(pk=case.pk).update(suspended_at=case.stage_since, suspended_until=LATER)
    assert browser(world, "station").get("/cases/plans/waiting/").context["rows"] == []


def test_filters_narrow_the_lists(world: World) -> None:
    template, cases = a_template(world), waiting(world, 2)
    tree = go(world, report(world), ("verify", "officer"), condition="tree")
    station, bureau = browser(world, "station"), browser(world, "bureau")

    def numbers(client: Any, path: str) -> list[str]:
        return [row["case"].number for row in client.get(f"/cases/plans/{path}").context["rows"]]

    assert numbers(station, "waiting/?plan=template") == [case.number for case in cases]
    assert numbers(station, "waiting/?class=matter-04002") == [tree.number]
    assert numbers(station, "waiting/?street=500115002") == []
    submitted(world, template, cases[:1])
    go(world, cases[1], ("submit_plan", "station"))
    assert numbers(bureau, "deciding/?plan=unchanged") == [cases[0].number]
    assert numbers(bureau, "deciding/?plan=other") == [cases[1].number]


@pytest.mark.parametrize(("who", "path"), [("station", "waiting/"), ("bureau", "deciding/")])
def test_the_lists_cost_the_same_for_one_case_as_for_many(
    world: World, who: str, path: str, django_assert_max_num_queries: Any
) -> None:
    template, cases = a_template(world), waiting(world, 6)
    if who == "bureau":
        submitted(world, template, cases)
    client = browser(world, who)
    with django_assert_max_num_queries(FRAME + 6):
        assert len(client.get(f"/cases/plans/{path}").context["rows"]) == 6


def test_the_api_shows_summarises_and_works_off_a_batch(world: World, monkeypatch: Any) -> None:
    template, cases = a_template(world), waiting(world, 2)
    client = browser(world, "station")

    def post(path: str, body: Any) -> Any:
        return client.post(
            f"/api/v1/plan-batches/{path}", body, content_type="application/json",
            headers={"Idempotency-Key": "one"},
        )  # fmt: skip

    with doors_at(monkeypatch):
        shown = client.get("/api/v1/plan-batches/waiting/?kind=submit").json()["results"]
        assert [row["templates"][0]["id"] for row in shown] == [template.pk] * 2
        body = {"kind": "submit", "cases": chosen(cases, template)}
        summary = post("summary/", body).json()
        assert (summary["total"], summary["groups"][0]["numbers"]) == (2, [case.number for case in cases])
        first, again = post("", body), post("", body)
        assert first.status_code == 201
        assert first.json() == again.json()
        assert [item["state"] for item in first.json()["items"]] == ["done"] * 2
        assert client.get(f"/api/v1/plan-batches/{first.json()['id']}/").json() == first.json()
        assert post("", body | {"cases": body["cases"][:1]}).json()["code"] == "key_reused"
        bureau = browser(world, "bureau")
        rows = bureau.get("/api/v1/plan-batches/waiting/?kind=approve&plan=unchanged").json()["results"]
    assert [row["plan"]["template"]["unchanged"] for row in rows] == [True] * 2
