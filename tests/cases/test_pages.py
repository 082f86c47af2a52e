"""Home, list, case page, reports, public pages and inbox, as a browser sees them."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from cases.models import Case, Photo
from cases.workflow import Stage
from core import clock
from core.models import AuditEntry
from notices.services.inbox import notice_send
from tests.cast import FAR_AWAY, HOME, NOW, NOWHERE
from tests.walk import RESIDENT, case_at, report, step

BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture(autouse=True)
def now_is_then(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=3))


@pytest.fixture
def as_(world):
    def become(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name], BACKEND)
        return client

    return become


def jpeg() -> SimpleUploadedFile:
    made = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(made, "JPEG")
    return SimpleUploadedFile("a.jpg", made.getvalue(), "image/jpeg")


def frame_of(client) -> int:
    """Queries of a page that asks nothing of its own."""
    with CaptureQueriesContext(
        connection,
    ) as seen:
        client.get("/notices/?cursor=bad")
    return len(seen)


def own_queries(client, url) -> int:
    """Queries beyond the frame, which a page of no content costs too."""
    frame = frame_of(client)
    with CaptureQueriesContext(connection) as seen:
        assert client.get(url).status_code == 200
    return len(seen) - frame


PEOPLE = ("worker", "officer", "leader_of_squad", "section_head", "director", "station", "bureau", "cleaner",
          "clean_head", "community", "hotline", "admin", "leader")  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_has_a_workbench(world, as_, who):
    report(world)
    assert as_(who).get("/").status_code == 200


def test_my_tasks_and_queues_stand_on_the_workbench(world, as_):
    case = report(world)
    page = as_("officer").get("/")
    assert [row["case"].pk for row in page.context["tasks"]] == [case.pk]
    assert [queue["figure"] for queue in page.context["queues"]] == [1, 0]
    assert as_("stranger_officer").get("/").context["queues"][0]["figure"] == 0


def test_a_stranger_is_shown_where_to_report(world):
    page = Client().get("/").content.decode()
    assert "/report/" in page
    assert "/follow/" in page


@pytest.mark.parametrize("count", [1, 100])
def test_the_list_costs_six_queries_at_any_length(world, as_, count):
    first = report(world)
    for number in range(1, count):
        Case.objects.bulk_create([copy_of(first, number)])
    assert own_queries(as_("station"), "/cases/") <= 6


def copy_of(case, number):
    fields = {f.attname: getattr(case, f.attname) for f in Case._meta.concrete_fields if f.attname != "id"}
    return Case(**fields | {"uuid": uuid4(), "number": str(int(case.number) + number), "follow_code": None})


def test_the_list_is_narrowed_by_the_address_bar(world, as_):
    near, filed = report(world), case_at(world, Stage.PLAN)
    client = as_("station")

    def shown(query):
        return {row["case"].pk for row in client.get("/cases/", query).context["rows"]}

    assert shown({}) == {near.pk, filed.pk}
    assert shown({"stage": "plan"}) == {filed.pk}
    assert shown({"line": "enforcement"}) == {filed.pk}
    assert shown({"source": "hotline"}) == {filed.pk}
    assert shown({"class": world.conditions["sign"].case_class.key}) == {filed.pk}
    assert shown({"street": "500115002"}) == set()
    assert shown({"community": "500115001001"}) == {near.pk, filed.pk}
    assert shown({"open": "no"}) == set()
    assert shown({"q": near.number}) == {near.pk}
    assert shown({"since": "2026-11-24"}) == set()
    assert shown({"until": "2026-11-23", "since": "not a day"}) == {near.pk, filed.pk}
    assert shown({"stage": "\x00", "grid": "\x00"}) == {near.pk, filed.pk}


def test_pages_of_the_list_keep_the_filters(world, as_):
    first = report(world)
    Case.objects.bulk_create([copy_of(first, number) for number in range(1, 30)])
    page = as_("station").get("/cases/?stage=verify")
    following = as_("station").get("/cases/", {"stage": "verify", "cursor": page.context["page"].next})
    assert len(page.context["rows"]) == 25
    assert len(following.context["rows"]) == 5
    assert "stage=verify" in following.content.decode()


def test_the_file_holds_the_list_without_formulas_or_phone_numbers(world, as_):
    report(world, "hotline", description="=HYPERLINK(1) 电话13812345678", **RESIDENT)
    answer = as_("station").get("/cases/export.csv")
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff")
    assert "'=HYPERLINK" in text
    assert "13812345678" not in text
    assert "138****5678" in text
    assert "刘女士" not in text
    other = b"".join(as_("stranger").get("/cases/export.csv").streaming_content).decode()
    assert len(other.splitlines()) == 1


@pytest.mark.parametrize("events", [1, 100])
def test_the_case_page_costs_twelve_queries_at_any_length(world, as_, events):
    case = case_at(world, Stage.CALL_BACK)
    for _event in range(events - 1):
        step(world, case, "note", "station", text="已了解")
    assert own_queries(as_("station"), f"/cases/{case.number}/") <= 12


@pytest.mark.parametrize("stage", [s for s in Stage if s.value not in {"transferred", "merged", "voided"}])
@pytest.mark.parametrize("who", ["officer", "station", "bureau", "leader"])
def test_the_case_page_stands_in_every_stage(world, as_, stage, who):
    case = case_at(world, stage)
    page = as_(who).get(f"/cases/{case.number}/")
    assert page.status_code == 200
    assert len(page.context["timeline"]) == case.events.count()


def test_the_reporter_is_masked_and_unmasked_with_a_reason(world, as_):
    case = case_at(world, Stage.CALL_BACK)
    url = f"/cases/{case.number}/"
    page = as_("station").get(url).content.decode()
    assert "138****5678" in page
    assert "13812345678" not in page
    assert "刘女士" not in page
    assert as_("station").post(f"{url}reporter/", {"reason": ""}).status_code == 400
    assert AuditEntry.objects.filter(action="reporter.reveal").count() == 0
    page = as_("station").post(f"{url}reporter/", {"why": "call_back", "reason": "电话回访"})
    assert "13812345678" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert AuditEntry.objects.get(action="reporter.reveal").after == {"why": "call_back"}


def test_units_and_officers_never_see_the_reporter(world, as_):
    case = case_at(world, Stage.HANDLE)
    for who in ("cleaner", "officer"):
        page = as_(who).get(f"/cases/{case.number}/").content.decode()
        assert "138****5678" not in page
        assert "刘女士" not in page
        assert "刘**" not in page
        assert as_(who).post(f"/cases/{case.number}/reporter/", {"reason": "想看"}).status_code == 403
    assert "· 坐席" not in as_("cleaner").get(f"/cases/{case.number}/").content.decode()


def given(**more):
    return {"key": str(uuid4()), "lon": HOME["lon"], "lat": HOME["lat"], "description": "垃圾成堆"} | more


def test_a_report_by_staff_ends_with_its_number(world, as_):
    answer = as_("worker").post("/cases/report/", given() | {"photos_files": [jpeg()]}, follow=True)
    case = Case.objects.get()
    assert answer.status_code == 200
    assert case.number in answer.content.decode()
    assert case.photos.count() == 1


def test_the_same_report_twice_is_one_case(world, as_):
    post = given()
    answers = [as_("worker").post("/cases/report/", post) for _time in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Case.objects.count() == 1


def test_a_similar_case_is_shown_before_filing(world, as_):
    report(world, "worker")
    Case.objects.update(opened_at=NOW)
    post = given()
    answer = as_("worker").post("/cases/report/", post)
    assert answer.status_code == 200
    assert answer.context["ask_similar"]
    assert Case.objects.count() == 1
    assert "垃圾成堆" in answer.content.decode()
    assert as_("worker").post("/cases/report/", post | {"similar_seen": "1"}).status_code == 302
    assert Case.objects.count() == 2
    nearby = as_("worker").get("/cases/similar/", {"lon": HOME["lon"], "lat": HOME["lat"]})
    assert len(nearby.context["similar"]) == 2


@pytest.mark.parametrize(
    ("more", "field", "status"),
    [
        ({"lon": NOWHERE["lon"], "lat": NOWHERE["lat"]}, "position", 400),
        ({"lon": "", "lat": ""}, "position", 400),
        ({"description": "长" * 100_000}, "description", 400),
        ({"case_class": "matter-99999"}, "case_class", 400),
        ({"lon": FAR_AWAY["lon"], "lat": FAR_AWAY["lat"]}, "__all__", 403),
    ],
)
def test_bad_reports_are_refused_at_their_field(world, as_, more, field, status):
    answer = as_("worker").post("/cases/report/", given(**more))
    assert answer.status_code == status
    assert list(answer.context["form"].errors) == [field]
    assert Case.objects.count() == 0


def test_a_fix_on_the_spot_needs_both_photos(world, as_):
    key = world.conditions["litter"].case_class.key
    post = given(case_class=key, condition=1) | {"photos_before_files": [jpeg()]}
    answer = as_("worker").post("/cases/report/fixed/", post)
    assert list(answer.context["form"].errors) == ["photos_after"]
    whole = given(case_class=key, condition=1) | {
        "photos_before_files": [jpeg()],
        "photos_after_files": [jpeg()],
    }
    whole["key"] = post["key"]
    assert as_("worker").post("/cases/report/fixed/", whole).status_code in (302, 400)


def test_uploads_answer_with_addresses_and_refuse_as_problems(world, as_):
    answer = as_("worker").post("/cases/photos/", {"file": jpeg()})
    assert answer.status_code == 201
    assert set(answer.json()) == {"id", "url", "thumb_url", "sha256"}
    served = as_("worker").get(answer.json()["url"])
    assert served["Content-Type"] == "image/jpeg"
    assert served["X-Content-Type-Options"] == "nosniff"
    assert served.getvalue()[:2] == b"\xff\xd8"
    assert as_("worker").get(answer.json()["thumb_url"]).getvalue()[:2] == b"\xff\xd8"
    assert as_("colleague").get(answer.json()["url"]).status_code == 404
    for sent in ({}, {"file": SimpleUploadedFile("a.jpg", b"words")}):
        refused = as_("worker").post("/cases/photos/", sent)
        assert refused["Content-Type"] == "application/problem+json"
        assert refused.json()["detail"]


def test_anybody_can_report_and_follow_by_code(world):
    browser = Client()
    assert browser.get("/report/").status_code == 200
    post = given(reporter_name="张三", reporter_phone="13912345678") | {"photos_files": [jpeg()]}
    answer = browser.post("/report/", post, follow=True)
    case = Case.objects.get()
    code = str(case.follow_code)
    assert case.reporter is None
    assert case.source == "resident"
    assert code in answer.content.decode()
    page = Client().get(f"/follow/{code.lower()}/").content.decode()
    assert "13912345678" not in page
    assert "张三" not in page
    assert "垃圾成堆" not in page
    assert Client().get("/follow/", {"code": code})["Location"] == f"/follow/{code}/"


def test_the_public_timeline_names_nobody(world):
    case = case_at(world, Stage.CLOSED)
    page = Client().get(f"/follow/{case.follow_code}/").content.decode()
    for person in world.people.values():
        assert person.name not in page
    assert "措施" not in page
    assert "清运" not in page


def test_an_unknown_code_is_a_sentence(world):
    answer = Client().get("/follow/NOSUCHCODE/")
    assert answer.status_code == 404
    assert answer.context["error"].detail


def test_a_number_that_is_none_is_refused_and_kept(world):
    answer = Client().post("/report/", given(reporter_phone="12"))
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["reporter_phone"]
    assert "垃圾成堆" in answer.content.decode()
    assert Case.objects.count() == 0


def test_strangers_are_held_to_their_rate(world, settings):
    settings.PUBLIC_REPORTS_PER_HOUR = settings.PUBLIC_LOOKUPS_PER_HOUR = 1
    answers = [Client().post("/report/", given()) for _time in range(2)]
    assert [a.status_code for a in answers] == [302, 429]
    assert "垃圾成堆" in answers[1].content.decode()
    assert [Client().get("/follow/ABC/").status_code for _time in range(2)] == [404, 429]


def test_a_strangers_photo_comes_back_inline_and_belongs_to_nobody(world, as_):
    answer = Client().post("/report/photos/", {"file": jpeg()})
    assert answer.status_code == 201
    assert answer.json()["thumb_url"].startswith("data:image/jpeg;base64,")
    assert Photo.objects.get().uploaded_by is None
    assert as_("worker").get(f"/cases/photos/{answer.json()['id']}.jpg").status_code == 404
    assert Client().get(f"/cases/photos/{answer.json()['id']}.jpg").status_code == 302


def test_the_inbox_shows_ones_own_and_marks_it_read(world, as_):
    for cause in ("a", "b"):
        facts = {"number": "1", "what": "", "where": ""}
        notice_send(recipients=[world.people["worker"].pk], kind="closed", facts=facts, link="/cases/",
                    cause=cause, now=NOW)  # fmt: skip
    client = as_("worker")
    items = client.get("/notices/").context["items"]
    assert len(items) == 2
    assert as_("officer").get("/notices/").context["items"] == []
    pk = items[0]["notice"].pk
    as_("officer").post("/notices/read/", {"id": pk})
    assert len(client.get("/notices/?unread=1").context["items"]) == 2
    assert client.post(f"/notices/{pk}/go/")["Location"] == "/cases/"
    assert len(client.get("/notices/?unread=1").context["items"]) == 1
    client.post("/notices/read/")
    assert client.get("/notices/?unread=1").context["items"] == []
