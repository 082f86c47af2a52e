"""Lists, one case, history, map: what is shown, to whom, and in how many queries."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from cases.models import Case
from cases.workflow import Stage
from grids.access import access_for
from tests.api.calls import get, is_problem
from tests.api.conftest import MOMENT
from tests.cast import FAR_AWAY, HOME, NEXT_COMMUNITY
from tests.walk import RESIDENT, a_photo, case_at, go, report


def queries_of(client, address, **query):
    """How many queries an answer costs beside session, user and scopes."""
    with CaptureQueriesContext(connection) as seen:
        assert get(client, address, **query).status_code == 200
    user = client.session["_auth_user_id"]
    with CaptureQueriesContext(connection) as scopes:
        access_for(User.objects.get(pk=user), now=MOMENT)
    return len(seen) - len(scopes) - 1


def many(world, count):
    for at in range(count):
        report(world, "worker", description=f"第{at}处", position=HOME)


@pytest.mark.parametrize("count", [1, 100])
def test_a_list_costs_at_most_six_queries_whatever_its_size(world, api, count):
    many(world, count)
    assert queries_of(api("station"), "cases/", size="100") <= 6
    assert queries_of(api("cleaner"), "cases/", size="100") <= 6


def test_a_case_costs_at_most_twelve_queries(world, api):
    case = case_at(world, Stage.CALL_BACK)
    assert queries_of(api("station"), f"cases/{case.number}/") <= 12


@pytest.mark.parametrize("count", [1, 60])
def test_a_map_costs_a_handful_whatever_it_shows(world, api, count, monkeypatch):
    monkeypatch.setattr("cases.clusters.MOST_POINTS", 10)
    many(world, count)
    assert queries_of(api("station"), "cases/geojson/", bbox="106.9,29.7,107.1,29.9") <= 3


def test_pages_have_no_gaps_and_no_doubles(world, api):
    many(world, 23)
    client, cursor, seen = api("station"), "", []
    while True:
        page = get(client, "cases/", size="5", cursor=cursor).json()
        seen += [row["number"] for row in page["results"]]
        cursor = page["next"]
        if not cursor:
            break
    assert sorted(seen) == sorted(Case.objects.values_list("number", flat=True))
    back = get(client, "cases/", size="5", cursor=page["previous"]).json()
    assert [row["number"] for row in back["results"]] == seen[15:20]


@pytest.mark.parametrize(
    "cursor", ["!", "e30", "eyJ2IjoxZTk5OSwiaSI6MWU5OTksImIiOjB9", "中", "W10", "a" * 999]
)
def test_a_foreign_page_marker_is_a_sentence(world, api, cursor):
    assert is_problem(get(api("station"), "cases/", cursor=cursor), 400)


def test_filters_narrow_and_unknown_ones_are_refused(world, api):
    one = report(world, "worker")
    two = report(world, "officer", position=NEXT_COMMUNITY, description="井盖")
    client = api("station")

    def found(**query):
        return {row["number"] for row in get(client, "cases/", **query).json()["results"]}

    assert found() == {one.number, two.number}
    assert found(source="patrol") == {one.number}
    assert found(source=["patrol", "officer"]) == {one.number, two.number}
    assert found(community="500115001002") == {two.number}
    assert found(q="井盖") == {two.number}
    assert found(stage="plan") == set()
    assert found(open="false") == set()
    assert found(since="2026-11-23", until="2026-11-24T00:00:00Z") == {one.number, two.number}
    assert found(**{"class": "matter-06010"}) == set()
    assert is_problem(get(client, "cases/", colour="red"), 400)


@pytest.mark.parametrize(
    "query",
    [
        {"stage": "nowhere"},
        {"since": "soon"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31T23:59:59Z"},
        {"open": "perhaps"},
        {"q": "x" * 101},
    ],
)
def test_a_filter_that_can_not_be_is_a_sentence(world, api, query):
    assert is_problem(get(api("station"), "cases/", **query), 400, "bad_input")


def test_each_sees_the_cases_of_their_scope(world, api):
    case = report(world, "worker")
    for who, sees in {"worker": 1, "station": 1, "neighbour": 0, "stranger": 0, "cleaner": 0}.items():
        assert len(get(api(who), "cases/").json()["results"]) == sees
        assert get(api(who), f"cases/{case.number}/").status_code == (200 if sees else 404)
        assert get(api(who), f"cases/{case.number}/events/").status_code == (200 if sees else 404)
        counted = get(api(who), "cases/counts/").json()["results"]
        assert sum(row["count"] for row in counted) == sees
        drawn = get(api(who), "cases/geojson/", bbox="106,29,108,30").json()["features"]
        assert len(drawn) == sees


def test_a_case_says_what_can_be_done_with_which_fields(world, api):
    case = report(world, "hotline", **RESIDENT)
    answer = get(api("officer"), f"cases/{case.number}/")
    verify = next(row for row in answer.json()["allowed_actions"] if row["action"] == "verify")
    assert answer["ETag"] == f'"v{case.version}"'
    assert verify["needs"] == ["case_class", "condition"]
    assert verify["either"] == [["position", "no_position_reason"], ["photos", "no_photo_reason"]]
    assert verify["url"] == f"/api/v1/cases/{case.number}/steps/verify/"
    assert answer.json()["grid"] == {"code": "500115001001001", "name": "向阳001", "made_up": True}


def test_who_reported_is_masked_for_the_station_and_hidden_from_the_others(world, api):
    case = case_at(world, Stage.HANDLE)
    seen = get(api("station"), f"cases/{case.number}/").json()["reporter"]
    assert (seen["name"], seen["phone"]) == ("刘**", "138****5678")
    for who in ("cleaner", "officer", "bureau"):
        answer = get(api(who), f"cases/{case.number}/")
        assert answer.json()["reporter"] is None
        assert "13812345678" not in answer.content.decode()
    events = get(api("station"), f"cases/{case.number}/events/")
    assert "13812345678" not in events.content.decode()
    assert "digest" not in events.content.decode()


def test_the_history_is_in_order_and_names_people_and_units(world, api):
    case = case_at(world, Stage.HANDLE)

    go(world, case, ("sign_for", "cleaner"))
    events = get(api("station"), f"cases/{case.number}/events/").json()["results"]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert (events[-1]["action"], events[-1]["facts"]["units"]) == ("sign_for", ["cs-clean"])
    assert events[-1]["previous_hash"] == events[-2]["hash"]


def test_similar_cases_come_with_distance_and_photo(world, api):
    report(world, "worker", photos=[a_photo(world, "worker")])
    found = get(api("worker"), "cases/similar/", lon=HOME["lon"], lat=HOME["lat"]).json()["results"]
    # The walk's report is six hours old by now, well within a day.
    assert [row["metres"] for row in found] == [0.0]
    assert found[0]["thumb_url"].endswith("/small/")
    far = get(api("worker"), "cases/similar/", lon=FAR_AWAY["lon"], lat=FAR_AWAY["lat"]).json()
    assert far["results"] == []


def test_a_crowded_map_is_counted_by_cells(world, api, monkeypatch):
    monkeypatch.setattr("cases.clusters.MOST_POINTS", 10)
    many(world, 12)
    report(world, "officer", position=NEXT_COMMUNITY)
    for query in ({}, {"zoom": "14"}):
        drawn = get(api("station"), "cases/geojson/", bbox="106.9,29.7,107.1,29.9", **query).json()
        assert drawn["clustered"]
        assert [cell["properties"]["count"] for cell in drawn["features"]] == [12, 1]


@pytest.mark.parametrize(
    "bbox", ["", "1,2,3", "a,b,c,d", "107,29,106,30", "nan,0,1,1", "-inf,0,1,1", "0,0,0,0"]
)
def test_a_box_that_is_none_is_a_sentence(world, api, bbox):
    assert is_problem(get(api("station"), "cases/geojson/", bbox=bbox), 400)


def test_the_squad_leader_sees_who_may_verify(world, api):
    case = report(world, "officer")
    people = get(api("leader_of_squad"), f"cases/{case.number}/candidates/", action="assign").json()[
        "results"
    ]
    assert [row["username"] for row in people] == ["colleague"]
    assert is_problem(get(api("officer"), f"cases/{case.number}/candidates/", action="assign"), 403)
    assert is_problem(get(api("leader_of_squad"), f"cases/{case.number}/candidates/", action="close"), 400)


def test_a_unit_head_sees_the_people_of_the_unit(world, api):
    case = case_at(world, Stage.HANDLE)
    people = get(api("clean_head"), f"cases/{case.number}/candidates/", action="assign").json()["results"]
    assert {row["username"] for row in people} == {"cleaner", "clean_head"}
