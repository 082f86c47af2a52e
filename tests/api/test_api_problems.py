"""Every refusal is a problem document with a sentence; nothing that is sent breaks anything."""

import json

import pytest
from django.test import override_settings
from django.utils.translation import override

from cases.services.report import case_report
from core.errors import BadInput
from tests.api.calls import get, is_problem, post
from tests.cast import HOME, NOW, NOWHERE, PASSWORD
from tests.walk import report

REPORT = "/api/v1/cases/report/"


def send(client, text, content_type="application/json", address=REPORT):
    return client.generic("POST", address, text, content_type, headers={"Idempotency-Key": "k"})


def test_nobody_is_told_to_log_in(world, api):
    answer = get(api(), "cases/")
    assert is_problem(answer, 401, "not_logged_in")
    assert answer["WWW-Authenticate"] == "Token"


@pytest.mark.parametrize("token", ["Token", "Token x", "Token a b", "Token \xff\xfe", "Token " + "9" * 5000])
def test_a_token_that_is_none_is_a_sentence(world, api, token):
    answer = api().get("/api/v1/cases/", headers={"Authorization": token})
    assert is_problem(answer, 401, "not_logged_in")


def test_a_write_of_a_session_needs_its_security_token(world, api):
    answer = post(api("worker", enforce_csrf_checks=True), "cases/report/", {"position": HOME})
    assert is_problem(answer, 403, "not_allowed")
    assert "X-CSRFToken" in answer.json()["detail"]


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[1]",
        "7",
        '"x"',
        "null",
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": Infinity}',
        b"\xff\xfe{",
        '{"description": "a\\u0000b"}',
        '{"description": "\\ud800"}',
        '{"\\u0000": 1}',
        '{"position": {"lon": "\\udfff"}}',
        "[" * 100_000,
        '{"a":' * 30 + "1" + "}" * 30,
        '{"a": ' + "9" * 5000 + "}",
        json.dumps({"position": {"lon": 1e308, "lat": -1e308}}),
        '{"position": {"lon": 1e999, "lat": 0}}',
        json.dumps({"position": [1, 2], "description": {"a": 1}, "photos": {"a": 1}, "uuid": ["x"]}),
        json.dumps({"position": HOME, "description": "x", "case_class": ["x"], "condition": "²"}),
        json.dumps({"position": HOME, "description": "x" * 100_000}),
        json.dumps({"position": HOME, "description": "x", "reporter_phone": "12"}),
        json.dumps({"position": HOME, "photos": ["x"] * 50}),
    ],
)
def test_no_body_breaks_anything(world, api, text):
    assert is_problem(send(api("worker"), text), 400)


@pytest.mark.parametrize(
    ("action", "body"),
    [
        ("reject", {"reject_reason": ["x"]}),
        ("reject", {"reject_reason": {"a": 1}}),
        ("verify", {"track": ["direct"], "lead_unit": {"a": 1}, "condition": True}),
        ("verify", {"condition": 10**400, "case_class": "matter-06010"}),
        ("assign", {"person": ["x", "y"]}),
        ("correct", {"reason": 7}),
        ("fix_now", {"photos_before": [1, None], "photos_after": "x"}),
    ],
)
def test_no_field_breaks_a_step(world, api, action, body):
    case = report(world, "worker")
    who = "leader_of_squad" if action == "assign" else "officer"
    assert is_problem(post(api(who), f"cases/{case.number}/steps/{action}/", body, version=1), 400)


def test_a_body_above_the_limit_is_too_large_however_it_is_announced(world, api):
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000):
        body = json.dumps({"description": "x" * 2000})
        assert is_problem(send(api("worker"), body), 413, "too_large")
        unannounced = api("worker").generic("POST", REPORT, body, "application/json", CONTENT_LENGTH="")
        assert unannounced.status_code in (400, 413)


def test_another_method_is_told_which_ones_there_are(world, api):
    answer = api("worker").delete("/api/v1/cases/")
    assert is_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.json()["detail"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "x"])
def test_another_kind_of_body_is_not_read(world, api, kind):
    assert is_problem(send(api("worker"), "a=1", kind), 415, "unsupported_media")


def test_only_json_is_answered(world, api):
    answer = api("worker").get("/api/v1/cases/", headers={"Accept": "application/xml"})
    assert is_problem(answer, 406, "not_acceptable")


@pytest.mark.parametrize("address", ["nowhere/", "cases", "photos/7/", "classes/matter-99999/", "cases/%00/"])
def test_a_wrong_address_is_a_problem_too(world, api, address):
    answer = get(api("worker"), address)
    assert is_problem(answer, 400 if "%00" in address else 404)


@pytest.mark.parametrize("number", ["7", "²" * 19, "x" * 500, "../..", "-" * 32, "0" * 32, "%ED%A0%80"])
def test_a_number_that_is_none_finds_nothing(world, api, number):
    assert is_problem(get(api("station"), f"cases/{number}/"), 404)


def test_sentences_come_in_the_language_asked_for(world, api):
    client = api("worker")
    english = client.get("/api/v1/nowhere/").json()["detail"]
    assert english.isascii()
    title = client.get("/api/v1/stages/", headers={"Accept-Language": "zh-Hans"}).json()["stages"][0]
    assert client.get("/api/v1/stages/").json()["stages"][0]["label"] == "Awaiting verification"
    assert title["code"] == "verify"


def test_the_page_and_the_api_say_the_same(world, api):
    raw = {"position": NOWHERE, "description": "x"}
    with pytest.raises(BadInput) as refused:
        case_report(access=world.access("worker"), raw=raw, key="k", now=NOW)
    answer = post(api("worker"), "cases/report/", raw)
    with override("en"):
        assert answer.json()["errors"] == {"position": str(refused.value)}


def test_login_by_token_and_its_end(world, api):
    answer = api().post("/api/v1/login/", {"username": "worker", "password": PASSWORD}, format="json")
    assert answer.status_code == 200
    with_token = {"Authorization": f"Token {answer.json()['token']}"}
    me = api().get("/api/v1/me/", headers=with_token).json()
    assert (me["username"], me["name"]) == ("worker", "网格员甲")
    assert [posting["area"]["code"] for posting in me["postings"]] == ["500115001001001"]
    assert [role["role"] for role in me["roles"]] == ["grid_worker"]
    assert api().post("/api/v1/logout/", headers=with_token).status_code == 204
    assert is_problem(api().get("/api/v1/me/", headers=with_token), 401)


def test_a_token_writes_without_a_security_token(world, api):
    login = {"username": "worker", "password": PASSWORD}
    client = api("", enforce_csrf_checks=True)
    token = client.post("/api/v1/login/", login, format="json").json()["token"]
    body = {"position": HOME, "description": "垃圾"}
    answer = post(client, "cases/report/", body, Authorization=f"Token {token}")
    assert answer.status_code == 201


def test_a_lost_phone_is_logged_out_from_another(world, api):
    login = {"username": "worker", "password": PASSWORD}
    tokens = [api().post("/api/v1/login/", login, format="json").json()["token"] for _ in range(2)]
    first, second = ({"Authorization": f"Token {token}"} for token in tokens)
    assert api().post("/api/v1/logoutall/", headers=first).status_code == 204
    assert is_problem(api().get("/api/v1/me/", headers=second), 401)


def test_a_session_ends_over_the_api(world, api):
    client = api("worker")
    assert client.post("/api/v1/logout/").status_code == 204
    assert is_problem(client.get("/api/v1/me/"), 401)


def test_wrong_passwords_are_refused_and_then_locked_out(world, api, settings):
    settings.AXES_FAILURE_LIMIT = 3
    wrong = {"username": "worker", "password": "not-it"}
    statuses = [api().post("/api/v1/login/", wrong, format="json") for _ in range(4)]
    assert is_problem(statuses[0], 401, "not_logged_in")
    assert is_problem(statuses[-1], 429, "too_often")
    right = api().post("/api/v1/login/", wrong | {"password": PASSWORD}, format="json")
    assert is_problem(right, 429)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"username": "worker"},
        {"username": "x" * 151, "password": "y"},
        {"username": ["worker"], "password": {"a": 1}},
        {"username": "worker", "password": "y", "colour": "red"},
        {"username": "a\x00", "password": "y"},
    ],
)
def test_a_login_that_can_not_be_is_a_sentence(world, api, body):
    assert is_problem(api().post("/api/v1/login/", body, format="json"), 400)
