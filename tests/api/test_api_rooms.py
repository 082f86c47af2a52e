"""Places, units, inbox, photos, catalogue, standing plans and the public's endpoints."""

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import override_settings

from cases.models import Case, Photo
from cases.workflow import STAFF_ACTIONS, STEPS, Stage
from core.services.outbox import outbox_drain
from notices.models import Notice
from tests.api.calls import a_jpeg, get, is_problem, post
from tests.api.conftest import MOMENT
from tests.cast import HOME
from tests.walk import a_photo, case_at, report

FINE = {"position": HOME, "description": "楼下垃圾成堆"}


def upload(client, address="photos/", **more):
    return client.post(f"/api/v1/{address}", {"file": a_jpeg(), **more}, format="multipart")


def test_the_schema_is_complete_and_free_of_warnings(tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "schema.yml"))
    schema = (tmp_path / "schema.yml").read_text()
    assert all(f"/steps/{action.value}/:" in schema for action in STAFF_ACTIONS)


def test_the_documentation_is_there_for_whoever_builds_a_client(db, client):
    page = client.get("/api/docs/").content.decode()
    assert "swagger-ui" in page
    assert "<style" not in page
    assert "Idempotency-Key" in client.get("/api/schema/").content.decode()


def test_areas_are_those_of_the_scope(world, api):
    station = get(api("station"), "areas/", level="grid").json()["results"]
    assert len(station) == 5
    assert all(row["made_up"] for row in station)
    assert get(api("worker"), "areas/").json()["results"][0]["code"] == "500115001001001"
    assert (
        get(api("admin"), "areas/", q="向阳", level="community").json()["results"][0]["parent"] == "500115001"
    )
    assert get(api("station"), "areas/", parent="500115001001").json()["results"][0]["level"] == "grid"
    assert get(api("station"), "areas/500115001/").json()["name"] == "凤城街道"
    assert is_problem(get(api("station"), "areas/500106/"), 404)


def test_outlines_are_drawn_and_marked_as_made_up(world, api):
    drawn = get(api("station"), "areas/geojson/", level="grid", parent="500115001001").json()
    assert [f["properties"]["code"] for f in drawn["features"]] == ["500115001001001", "500115001001002"]
    assert all(f["properties"]["made_up"] for f in drawn["features"])
    assert drawn["features"][0]["geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert is_problem(get(api("station"), "areas/geojson/", level="grid"), 400)
    assert get(api("stranger"), "areas/geojson/", level="grid", parent="500115001").json()["features"] == []


def test_an_unchanged_answer_is_not_sent_again(world, api):
    client = api("station")
    first = get(client, "classes/")
    again = client.get("/api/v1/classes/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_point_is_found_in_either_datum(world, api):
    found = get(api("worker"), "locate/", lon="107.005", lat="29.805").json()
    assert (found["grid"]["code"], found["district"]["code"]) == ("500115001001001", "500115")
    shifted = get(api("worker"), "locate/", lon="107.005", lat="29.805", datum="GCJ02").json()
    assert shifted["lon"] != 107.005
    assert is_problem(get(api("worker"), "locate/", lon="100", lat="20"), 404)
    for bad in (
        {"lon": "nan", "lat": "1"},
        {"lon": "1"},
        {"lon": "181", "lat": "0"},
        {"lon": "inf", "lat": "0"},
    ):
        assert is_problem(get(api("worker"), "locate/", **bad), 400)


def test_units_are_those_of_the_district(world, api):
    for who in ("station", "officer", "cleaner"):
        codes = {row["code"] for row in get(api(who), "units/").json()["results"]}
        assert codes == {"cs-clean", "cs-green", "cs-works"}


def test_the_inbox_is_ones_own(world, api):
    case_at(world, Stage.CALL_BACK)
    outbox_drain(now=MOMENT)
    mine = Notice.objects.filter(recipient=world.people["officer"]).count()
    client = api("officer")
    rows = get(client, "notices/", unread="true").json()["results"]
    assert len(rows) == mine > 0
    assert all(row["text"] for row in rows)
    others = Notice.objects.exclude(recipient=world.people["officer"]).values_list("pk", flat=True)
    assert client.post("/api/v1/notices/read/", {"ids": list(others)}, format="json").json()["marked"] == 0
    answer = client.post("/api/v1/notices/read/", {"all": True}, format="json").json()
    assert answer == {"marked": mine, "unread": 0}


@pytest.mark.parametrize("body", [{}, {"ids": "x"}, {"ids": [10**30]}, {"ids": [-1]}, {"all": "perhaps"}])
def test_a_mark_that_can_not_be_is_a_sentence(world, api, body):
    assert is_problem(api("officer").post("/api/v1/notices/read/", body, format="json"), 400)


def test_a_photo_goes_up_once_and_is_seen_by_whoever_sees_the_case(world, api):
    name = str(uuid4())
    first, again = upload(api("worker"), id=name), upload(api("worker"), id=name)
    assert (first.status_code, again.json()) == (201, first.json())
    assert (first.json()["width"], first.json()["height"], first.json()["id"]) == (40, 30, name)
    assert is_problem(get(api("station"), f"photos/{name}/"), 404)
    post(api("worker"), "cases/report/", FINE | {"photos": [name]})
    for form in ("file", "small"):
        picture = api("station").get(f"/api/v1/photos/{name}/{form}/", headers={"Accept": "image/*"})
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
        assert is_problem(get(api("stranger"), f"photos/{name}/{form}/"), 404)
    case = Case.objects.get()
    shown = get(api("station"), f"cases/{case.number}/").json()["photos"]
    assert [photo["url"] for photo in shown] == [f"/api/v1/photos/{name}/file/"]


def test_somebody_elses_photo_id_is_refused(world, api):
    name = str(uuid4())
    upload(api("worker"), id=name)
    assert is_problem(upload(api("officer"), id=name), 409)


def test_a_photo_whose_file_is_gone_is_a_sentence(world, api):
    name = a_photo(world, "worker")
    assert is_problem(get(api("worker"), f"photos/{name}/file/"), 404)


def test_what_is_no_photo_is_a_sentence(world, api):
    client = api("worker")
    text = SimpleUploadedFile("a.jpg", b"hello", "image/jpeg")
    assert is_problem(client.post("/api/v1/photos/", {"file": text}, format="multipart"), 415)
    empty = SimpleUploadedFile("a.jpg", b"", "image/jpeg")
    answer = client.post("/api/v1/photos/", {"file": empty}, format="multipart")
    assert answer.status_code in (400, 415)
    assert is_problem(client.post("/api/v1/photos/", {"colour": "red"}, format="multipart"), 400)
    assert is_problem(client.post("/api/v1/photos/", {"file": "red"}, format="multipart"), 400)
    assert is_problem(upload(client, id="x"), 400)
    assert is_problem(client.post("/api/v1/photos/", {"file": "x"}, format="json"), 415)
    broken = client.generic("POST", "/api/v1/photos/", b"--x", "multipart/form-data; boundary=y")
    assert is_problem(broken, 400)
    unbounded = client.generic("POST", "/api/v1/photos/", b"--x", "multipart/form-data")
    assert is_problem(unbounded, 400)
    with override_settings(MAX_PHOTO_BYTES=100):
        heavy = client.generic("POST", "/api/v1/photos/", b"x" * 70_000, "multipart/form-data; boundary=y")
        assert is_problem(heavy, 413)
        assert is_problem(upload(client), 413)


def test_the_catalogue_and_the_workflow_are_data(world, api):
    client = api("worker")
    assert [row["key"] for row in get(client, "classes/", q="垃圾").json()["results"]] == ["matter-06010"]
    assert [row["key"] for row in get(client, "classes/", line="greenery").json()["results"]] == [
        "matter-04002"
    ]
    litter = get(client, "classes/matter-06010/").json()
    assert [(row["seq"], row["track"]) for row in litter["conditions"]] == [(1, "direct")]
    assert len(get(client, "roles/").json()["results"]) == 13
    assert {row["reason"] for row in get(client, "reject-reasons/").json()["results"]} >= {"not_found"}
    table = get(client, "stages/").json()
    assert [stage["code"] for stage in table["stages"]] == Stage.values
    assert len(table["steps"]) == len(STEPS)


def test_standing_plans_are_drafted_approved_and_retired(world, api):
    body = {"area": "500115", "case_class": "matter-04002", "measures": ["修剪"], "lead_unit": "cs-green"}
    draft = post(api("station"), "standing-plans/", body, key="p1")
    assert draft.status_code == 201
    assert post(api("station"), "standing-plans/", body, key="p1").json() == draft.json()
    assert is_problem(post(api("officer"), "standing-plans/", body), 403)
    address = f"standing-plans/{draft.json()['id']}"
    assert is_problem(post(api("station"), f"{address}/approve/"), 403)
    assert is_problem(post(api("stranger_bureau"), f"{address}/approve/"), 404)
    assert post(api("bureau"), f"{address}/approve/").json()["state"] == "approved"
    assert is_problem(post(api("bureau"), f"{address}/approve/"), 412)
    assert post(api("bureau"), f"{address}/retire/").json()["state"] == "retired"
    listed = get(api("station"), "standing-plans/", state="approved").json()["results"]
    assert {row["case_class"] for row in listed} == {"matter-06010", "matter-01001"}
    assert get(api("stranger"), "standing-plans/").json()["results"] == []


@pytest.mark.parametrize(
    "changes",
    [{"area": "x"}, {"measures": "x"}, {"measures": []}, {"lead_unit": "spb-clean"}, {"colour": "red"},
     {"valid_from": "soon"}, {"case_class": ["x"]}],
)  # fmt: skip
def test_a_plan_that_can_not_be_is_a_sentence(world, api, changes):
    body = {"area": "500115", "case_class": "matter-04002", "measures": ["修剪"], "lead_unit": "cs-green"}
    assert is_problem(post(api("station"), "standing-plans/", body | changes), 400)


@pytest.mark.parametrize("number", [0, 10**30])
def test_a_plan_that_is_not_there_is_not_found(world, api, number):
    assert is_problem(post(api("bureau"), f"standing-plans/{number}/approve/"), 404)


def test_a_resident_reports_and_follows_by_code(world, api):
    photo = upload(api(), "public/photos/").json()["id"]
    body = FINE | {"photos": [photo], "reporter_name": "刘女士", "reporter_phone": "13812345678"}
    key = "8f7c1c1e-6a52-4c39-9d0e-0f1d2c3b4a59"
    assert is_problem(post(api(), "public/reports/", body, key="r1"), 400)
    first, again = (post(api(), "public/reports/", body, key=key) for _ in range(2))
    assert (first.status_code, again.json()) == (201, first.json())
    assert set(first.json()) == {"number", "follow_code"}
    answer = get(api(), f"public/reports/{first.json()['follow_code']}/")
    assert [step["stage"] for step in answer.json()["history"]] == ["verify"]
    assert "13812345678" not in answer.content.decode()
    assert "刘" not in answer.content.decode()
    assert Photo.objects.get().case == Case.objects.get()


def test_strangers_are_counted(world, api):
    with override_settings(PUBLIC_REPORTS_PER_HOUR=1, PUBLIC_LOOKUPS_PER_HOUR=1, MAX_PHOTOS_PER_STEP=1):
        for again in (False, True):
            answers = [
                post(api(), "public/reports/", FINE),
                get(api(), "public/reports/ABCDEFGH/"),
                upload(api(), "public/photos/"),
            ]
            assert [a.status_code for a in answers] == ([429] * 3 if again else [201, 404, 201])
    assert is_problem(answers[0], 429, "too_often")
    assert int(answers[0]["Retry-After"]) == answers[0].json()["retry_after"] > 0


@pytest.mark.parametrize("code", ["x", "中文", "A" * 500, "%20"])
def test_a_code_that_is_none_finds_nothing(world, api, code):
    assert is_problem(get(api(), f"public/reports/{code}/"), 404)


def test_a_stranger_takes_nothing_that_is_for_staff(world, api):
    case = report(world, "worker")
    for address in ("cases/", f"cases/{case.number}/", "areas/", "units/", "notices/", "classes/", "me/"):
        assert is_problem(get(api(), address), 401)
