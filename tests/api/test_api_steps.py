"""Every action goes over the API once and is refused once; keys, versions and replays hold."""

import pytest

from cases.models import Case, CaseEvent
from cases.workflow import STAFF_ACTIONS, Stage
from tests.api.calls import get, is_problem, post
from tests.cast import HOME
from tests.ready import READY
from tests.walk import a_photo, case_at, usual

EACH = pytest.mark.parametrize("action", sorted(READY))


def take(api, case, action, who, body=None, **more):
    case.refresh_from_db()
    more.setdefault("version", case.version)
    return post(api(who), f"cases/{case.number}/steps/{action}/", body, **more)


def test_the_table_above_names_every_action():
    assert set(READY) == {action.value for action in STAFF_ACTIONS}


@EACH
def test_each_action_goes_once(world, api, action):
    case, who = READY[action].case(world), READY[action].who
    body = usual(world, action, who, "sign", case)
    answer = take(api, case, action, who, body)
    assert answer.status_code == 200, answer.content
    case.refresh_from_db()
    assert answer.json()["stage"] == case.stage
    assert answer["ETag"] == f'"v{case.version}"'


@EACH
def test_each_action_is_refused_to_another_role(world, api, action):
    case, other = READY[action].case(world), READY[action].other
    answer = take(api, case, action, other, usual(world, action, other, "sign", case))
    assert is_problem(answer, 403, "not_allowed")
    assert CaseEvent.objects.filter(case=case).count() == case.events_count


@EACH
def test_a_stranger_learns_of_no_case(world, api, action):
    case = case_at(world, Stage.VERIFY)
    assert is_problem(take(api, case, action, "stranger"), 404, "not_found")


@EACH
def test_each_action_is_offered_to_whom_it_goes(world, api, action):
    case, who, other = READY[action].case(world), READY[action].who, READY[action].other
    offered = {row["action"] for row in get(api(who), f"cases/{case.number}/").json()["allowed_actions"]}
    assert action in offered
    others = get(api(other), f"cases/{case.number}/").json()
    assert action not in {row["action"] for row in others["allowed_actions"]}


def report_body(**more):
    return {"position": HOME, "description": "楼下垃圾成堆"} | more


def test_a_report_is_filed_once_and_replayed(world, api):
    first = post(api("worker"), "cases/report/", report_body(), key="k1")
    again = post(api("worker"), "cases/report/", report_body(), key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Case.objects.count() == 1
    assert first["Location"] == f"/api/v1/cases/{first.json()['number']}/"


def test_a_report_of_something_fixed_goes_to_its_check(world, api):
    body = {
        "position": HOME,
        "case_class": "matter-06010",
        "condition": 1,
        "photos_before": [a_photo(world, "worker")],
        "photos_after": [a_photo(world, "worker")],
    }
    assert post(api("worker"), "cases/fixed/", body).json()["stage"] == "check"


@pytest.mark.parametrize("way", ["report", "fixed"])
def test_a_bureau_reports_nothing(world, api, way):
    body = report_body()
    if way == "fixed":
        body = {"position": HOME, "case_class": "matter-06010", "condition": 1}
        body |= {"photos_before": [a_photo(world, "bureau")], "photos_after": [a_photo(world, "bureau")]}
    assert is_problem(post(api("bureau"), f"cases/{way}/", body), 403, "not_allowed")


def test_a_client_names_its_case_by_a_uuid_of_its_own(world, api):
    name = "0190b6f0-0000-7000-8000-000000000001"
    post(api("worker"), "cases/report/", report_body(uuid=name))
    assert get(api("worker"), f"cases/{name}/").json()["uuid"] == name
    assert is_problem(post(api("worker"), "cases/report/", report_body(uuid=name)), 409)
    assert is_problem(post(api("worker"), "cases/report/", report_body(uuid="soon")), 400)


def test_the_same_key_with_another_body_is_refused(world, api):
    post(api("worker"), "cases/report/", report_body(), key="k1")
    other = post(api("worker"), "cases/report/", report_body(description="别处"), key="k1")
    assert is_problem(other, 409, "key_reused")


@pytest.mark.parametrize("key", ["", "k" * 81, "a\tb", "a\x7fb"])
def test_a_write_needs_a_key_that_can_be_kept(world, api, key):
    answer = api("worker").post(
        "/api/v1/cases/report/", report_body(), format="json", headers={"Idempotency-Key": key}
    )
    assert is_problem(answer, 400)
    assert "Idempotency-Key" in answer.json()["errors"]


def test_a_step_without_a_version_is_refused_with_the_version_there_is(world, api):
    case = case_at(world, Stage.PLAN)
    answer = take(api, case, "send_back", "station", {"reason": "看不清"}, version=None)
    assert is_problem(answer, 428, "version_missing")
    assert answer.json()["version"] == case.version


def test_a_step_on_an_old_version_is_refused_with_what_is_there(world, api):
    case = case_at(world, Stage.PLAN)
    answer = take(api, case, "send_back", "station", {"reason": "看不清"}, version=case.version - 1)
    assert is_problem(answer, 412, "stale")
    assert (answer.json()["version"], answer.json()["stage"]) == (case.version, "plan")


@pytest.mark.parametrize("tag", ["*", "v2", 'W/"v2"', '"v2", "v3"', '"2"', '"v-1"', '"v9999999999"', "é"])
def test_only_one_of_our_own_tags_names_a_version(world, api, tag):
    case = case_at(world, Stage.PLAN)
    answer = take(api, case, "send_back", "station", {"reason": "看"}, version=None, **{"If-Match": tag})
    assert is_problem(answer, 400)


def test_a_replay_is_answered_before_the_version_is_looked_at(world, api):
    case = case_at(world, Stage.PLAN)
    body, version = {"reason": "看不清"}, case.version
    first = take(api, case, "send_back", "station", body, key="k2", version=version)
    again = take(api, case, "send_back", "station", body, key="k2", version=version)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.json(), first["ETag"]) == (again.json(), again["ETag"])
    assert is_problem(take(api, case, "send_back", "station", body, key="k3", version=version), 412)


def test_an_unknown_step_and_one_that_does_not_fit_are_sentences(world, api):
    case = case_at(world, Stage.PLAN)
    assert is_problem(take(api, case, "teleport", "station"), 400)
    assert is_problem(take(api, case, "close", "station"), 409, "conflict")


def test_a_field_the_step_does_not_take_is_named(world, api):
    case = case_at(world, Stage.PLAN)
    answer = take(api, case, "send_back", "station", {"reason": "看不清", "colour": "red"})
    assert is_problem(answer, 400, "bad_input")
    assert set(answer.json()["errors"]) == {"colour"}


def test_every_missing_field_has_its_sentence(world, api):
    answer = take(api, case_at(world, Stage.PLAN), "submit_plan", "station", {})
    assert set(answer.json()["errors"]) == {"measures", "lead_unit", "finish_by"}
