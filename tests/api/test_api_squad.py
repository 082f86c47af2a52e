"""Absences, duty and handing over at the API: the same services, the same sentences as the pages."""

from datetime import timedelta

from accounts.roles import Role
from cases.models import Case
from grids.models import Absence, DutyTurn
from tests.api.calls import get, is_problem, post
from tests.api.conftest import MOMENT
from tests.cast import NOW
from tests.roster import STREET, away, on_duty, posted
from tests.walk import report

TOMORROW = MOMENT + timedelta(days=1)
AWAY = {"kind": "leave", "starts_at": TOMORROW.isoformat(), "ends_at": "2026-11-30T00:00:00+08:00"}


def test_an_absence_is_entered_listed_changed_and_ended(world, api):
    client = api("leader_of_squad")
    made = post(client, "absences/", {**AWAY, "person": "officer", "deputy": "colleague", "hand_over": True})
    assert made.status_code == 201
    assert made.json() == {
        "absence": Absence.objects.get().pk, "person": "officer", "begun": False, "warnings": [],
    }  # fmt: skip
    row = get(client, "absences/").json()["results"][0]
    assert (row["person"], row["deputy"], row["hand_over"], row["handed_at"]) == (
        "officer", "colleague", True, None,
    )  # fmt: skip
    address = f"absences/{made.json()['absence']}/"
    assert post(client, f"{address}change/", {**AWAY, "kind": "training"}).status_code == 200
    assert Absence.objects.get().kind == "training"
    assert post(client, f"{address}end/").status_code == 200
    assert get(client, "absences/", state="all").json()["results"] == []


def test_an_absence_of_ones_own_needs_no_name_and_a_refusal_is_a_problem(world, api):
    assert post(api("worker"), "absences/", AWAY).json()["person"] == "worker"
    assert is_problem(post(api("worker"), "absences/", AWAY), 409)
    assert is_problem(post(api("worker"), "absences/", {**AWAY, "person": "officer"}), 404)
    assert is_problem(post(api("worker"), "absences/", {**AWAY, "kind": "bored"}), 400)
    assert is_problem(post(api("worker"), "absences/", {**AWAY, "why": "x"}), 400)
    assert is_problem(post(api(""), "absences/", AWAY), 401)


def test_the_same_key_again_gets_the_first_answer(world, api):
    answers = [post(api("officer"), "absences/", AWAY, key="one").json() for _time in range(2)]
    assert answers[0] == answers[1]
    assert Absence.objects.count() == 1


def test_duty_is_entered_turn_by_turn_or_by_the_week_and_listed(world, api):
    client = api("leader_of_squad")
    turn = {"place": STREET, "person": "officer", "starts_at": TOMORROW.isoformat()}
    made = post(client, "duty/", {**turn, "ends_at": (TOMORROW + timedelta(hours=8)).isoformat()})
    assert made.status_code == 201
    week = {"place": STREET, "week": "2026-11-26", "slots": {"2026-11-27:day": "colleague"}}
    assert post(client, "duty/week/", week).json() == {"changed": 1}
    assert post(client, "duty/copy/", {"place": STREET, "week": "2026-12-02"}).json()["changed"] >= 1
    rows = get(client, "duty/", place=STREET, until="2026-11-29T00:00:00Z").json()["results"]
    assert [row["person"] for row in rows] == ["officer", "colleague"]
    assert post(client, f"duty/{made.json()['turn']}/end/").status_code == 200
    assert not DutyTurn.objects.filter(pk=made.json()["turn"]).exists()
    assert is_problem(post(api("officer"), "duty/", {**turn, "ends_at": AWAY["ends_at"]}), 403)


def test_everybody_sees_their_own_turns_and_no_others(world, api):
    on_duty(world, "officer")
    assert [row["person"] for row in get(api("officer"), "duty/").json()["results"]] == ["officer"]
    assert get(api("colleague"), "duty/").json()["results"] == []
    assert get(api("clean_head"), "duty/", place="unit:cs-clean").json()["results"] == []


def test_deputies_are_listed_for_who_keeps_the_roster(world, api):
    posted(world, "colleague", Role.SQUAD_LEADER, STREET, deputy_of="leader_of_squad")
    rows = get(api("leader_of_squad"), "deputies/").json()["results"]
    assert [(row["person"], row["deputy_of"], row["area"]) for row in rows] == [
        ("colleague", "leader_of_squad", STREET)
    ]
    assert get(api("neighbour"), "deputies/").json()["results"] == []


def test_who_has_what_and_tasks_of_a_person_of_the_pool_and_of_ones_own_pool(world, api):
    held, free = report(world), report(world)
    Case.objects.filter(pk=free.pk).update(assignee=None)
    away(world, "worker")
    client = api("leader_of_squad")
    people = {row["username"]: row for row in get(client, "squad/people/").json()["results"]}
    assert (people["officer"]["open"], people["colleague"]["open"]) == (1, 0)
    assert people["worker"]["away"]
    theirs = get(client, "squad/tasks/", person="officer").json()["results"]
    assert [(row["number"], row["held_by"]) for row in theirs] == [(held.number, "officer")]
    pool = get(client, "squad/tasks/", place=STREET).json()["results"]
    assert [(row["number"], row["held_by"]) for row in pool] == [(free.number, "-")]
    assert [r["number"] for r in get(api("colleague"), "squad/tasks/").json()["results"]] == [free.number]
    assert is_problem(get(api("colleague"), "squad/tasks/", person="officer"), 404)
    assert is_problem(get(api("colleague"), "squad/people/"), 403)


def test_tasks_are_handed_over_and_what_was_refused_is_named(world, api):
    first, second = report(world), report(world)
    tasks = [
        {"number": first.number, "version": 1, "held_by": "officer"},
        {"number": second.number, "version": 1, "held_by": "colleague"},
    ]
    answer = post(api("leader_of_squad"), "squad/hand-over/", {"tasks": tasks, "to": "colleague"}).json()
    assert answer["done"] == [first.number]
    assert [row["number"] for row in answer["refused"]] == [second.number]
    assert is_problem(post(api("leader_of_squad"), "squad/hand-over/", {"tasks": [], "to": "@pool"}), 400)
    nobody = post(api("neighbour"), "squad/hand-over/", {"tasks": tasks, "to": "@rule"}).json()
    assert nobody["done"] == []


def test_taking_over_names_whose_task_it_is(world, api):
    case = report(world)
    address = f"cases/{case.number}/steps/claim/"
    refused = post(api("colleague"), address, {}, version=1)
    assert is_problem(refused, 409)
    assert refused.json()["held_by"] == "officer"
    assert post(api("colleague"), address, {"held_by": "officer"}, version=1).status_code == 200
    case.refresh_from_db()
    assert case.assignee == world.people["colleague"]


def test_nobody_passes_a_task_on_by_hand(world, api):
    case = report(world)
    assert is_problem(post(api("leader_of_squad"), f"cases/{case.number}/steps/reassign/", version=1), 409)
    assert post(api("leader_of_squad"), f"cases/{case.number}/steps/release/", version=1).status_code == 200
    case.refresh_from_db()
    assert case.assignee is None
    assert case.stage_since == NOW
