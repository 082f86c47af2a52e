"""Every step through its page: allowed, refused, stale, twice, by a stranger, with bad input."""

from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from cases.models import Case, Photo
from cases.workflow import Stage
from core import clock
from tests.cast import HOME, NOW
from tests.ready import READY
from tests.walk import a_photo, case_at, fixed, report, usual


@pytest.fixture
def as_(world):
    def become(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name], "django.contrib.auth.backends.ModelBackend")
        return client

    return become


@pytest.fixture(autouse=True)
def now_is_then(monkeypatch):
    """The clock of the doors stands a few minutes after the cast's reports."""
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=3))


def jpeg() -> SimpleUploadedFile:
    made = BytesIO()
    Image.new("RGB", (64, 48), "teal").save(made, "JPEG")
    return SimpleUploadedFile("a.jpg", made.getvalue(), "image/jpeg")


def form_of(raw, case=None, **more):
    """Raw input as a browser would post it."""
    post = {"key": str(uuid4()), **({"version": case.version} if case else {})}
    for name, value in raw.items():
        if name == "position":
            post |= {key: str(number) for key, number in value.items()}
        elif name == "measures":
            post[name] = "\n".join(value)
        elif name == "comments":
            post |= {f"comment_{seq}": text for seq, text in value.items()}
        else:
            post[name] = value
    return post | more


@pytest.mark.parametrize("action", sorted(READY))
def test_the_page_takes_the_step_its_form_offers(world, as_, action):
    case, who = READY[action].case(world), READY[action].who
    url = f"/cases/{case.number}/steps/{action}/"
    assert as_(who).get(url).status_code == 200
    condition = "sign" if case.stage != Stage.VERIFY else "litter"
    answer = as_(who).post(url, form_of(usual(world, action, who, condition, case), case))
    assert answer.status_code == 302, answer.context["form"].errors if answer.context else answer
    case.refresh_from_db()
    assert case.events.filter(action=action).exists()


@pytest.mark.parametrize("action", sorted(READY))
def test_the_page_refuses_somebody_of_another_role(world, as_, action):
    case, who = READY[action].case(world), READY[action].who
    before = case.events.count()
    url = f"/cases/{case.number}/steps/{action}/"
    assert as_("leader").get(url).status_code == 403
    answer = as_("leader").post(url, form_of(usual(world, action, who, "sign", case), case))
    assert answer.status_code == 403
    assert case.events.count() == before


@pytest.mark.parametrize("action", ["verify", "note", "close"])
def test_a_stranger_finds_no_case_to_step_on(world, as_, action):
    case = report(world)
    assert as_("stranger").get(f"/cases/{case.number}/").status_code == 404
    assert as_("stranger").get(f"/cases/{case.number}/steps/{action}/").status_code == 404
    assert as_("stranger").post(f"/cases/{case.number}/steps/{action}/", {"key": "k"}).status_code == 404


def test_a_stale_form_says_the_new_state_and_keeps_the_words(world, as_):
    case = case_at(world, Stage.PLAN)
    post = form_of({"reason": "照片看不清楚"}, case, version=case.version - 1)
    answer = as_("station").post(f"/cases/{case.number}/steps/send_back/", post)
    assert answer.status_code == 412
    assert "照片看不清楚" in answer.content.decode()
    assert str(Stage.PLAN.label) in str(answer.context["error"].detail)
    assert answer.context["version"] == case.version


def test_a_form_without_a_version_is_refused_with_428(world, as_):
    case = case_at(world, Stage.PLAN)
    answer = as_("station").post(f"/cases/{case.number}/steps/send_back/", {"key": "k", "reason": "x"})
    assert answer.status_code == 428


def test_the_same_form_twice_is_one_step(world, as_):
    case = case_at(world, Stage.PLAN)
    post, url = form_of({"text": "已电话了解"}, case), f"/cases/{case.number}/steps/note/"
    client = as_("station")
    assert [client.post(url, post).status_code for _time in range(2)] == [302, 302]
    assert case.events.filter(action="note").count() == 1
    again = client.post(url, post | {"text": "别的"})
    assert again.status_code == 409
    assert again.context["key"] != post["key"]


def test_what_is_missing_is_said_at_its_field_and_nothing_typed_is_lost(world, as_):
    case = report(world)
    post = form_of({"text": "到过现场", "no_photo_reason": "手机没电"}, case)
    answer = as_("officer").post(f"/cases/{case.number}/steps/verify/", post)
    assert answer.status_code == 400
    assert {"case_class", "condition", "position"} <= answer.context["form"].errors.keys()
    page = answer.content.decode()
    assert "到过现场" in page
    assert "手机没电" in page
    assert post["key"] in page


def test_a_choice_outside_the_list_is_said_at_its_field(world, as_):
    case = case_at(world, Stage.PLAN)
    raw = {"measures": ["清运"], "lead_unit": "spb-clean", "finish_by": "2026-12-01T18:00"}
    answer = as_("station").post(f"/cases/{case.number}/steps/submit_plan/", form_of(raw, case))
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == ["lead_unit"]
    assert "清运" in answer.content.decode()


def test_photos_travel_with_the_form_where_there_is_no_script(world, as_):
    case = report(world)
    key = world.conditions["litter"].case_class.key
    raw = {"case_class": key, "condition": 1, "position": HOME}
    post = form_of(raw, case) | {"photos_files": [jpeg()]}
    assert as_("officer").post(f"/cases/{case.number}/steps/verify/", post).status_code == 302
    assert case.photos.count() == 1


def test_a_file_that_is_no_photo_is_said_at_its_field(world, as_):
    case = report(world)
    fake = SimpleUploadedFile("a.jpg", b"just words", "image/jpeg")
    post = form_of({"text": "看过了"}, case) | {"photos_files": [fake]}
    answer = as_("officer").post(f"/cases/{case.number}/steps/verify/", post)
    assert answer.status_code == 415
    assert "photos" in answer.context["form"].errors
    assert "看过了" in answer.content.decode()


def test_too_many_photos_are_refused_before_any_is_kept(world, as_, settings):
    settings.MAX_PHOTOS_PER_STEP = 2
    case = report(world)
    post = form_of({"text": "看过了"}, case) | {"photos_files": [jpeg(), jpeg(), jpeg()]}
    answer = as_("officer").post(f"/cases/{case.number}/steps/verify/", post)
    assert answer.status_code == 400
    assert "photos" in answer.context["form"].errors
    assert Photo.objects.count() == 0


def test_nobody_checks_their_own_work_on_the_page_either(world, as_):
    case = fixed(world, "officer")
    assert as_("officer").get(f"/cases/{case.number}/steps/pass/").status_code == 403
    post = form_of({"photos": [a_photo(world, "officer")]}, case)
    assert as_("officer").post(f"/cases/{case.number}/steps/pass/", post).status_code == 403
    assert Case.objects.get(pk=case.pk).stage == Stage.CHECK


def test_a_unit_that_returned_the_dispatch_is_led_home(world, as_):
    case = case_at(world, Stage.HANDLE)
    post = form_of({"reason": "不属我单位职责"}, case)
    answer = as_("cleaner").post(f"/cases/{case.number}/steps/return_dispatch/", post)
    assert answer["Location"] == "/"
    assert as_("cleaner").get(f"/cases/{case.number}/").status_code == 404


def test_the_conditions_of_a_class_are_offered_with_their_limits(world, as_):
    key = world.conditions["litter"].case_class.key
    page = as_("officer").get("/cases/conditions/", {"case_class": key}).content.decode()
    assert "暴露垃圾的" in page
    assert 'name="condition"' in page
    assert 'name="condition"' not in as_("officer").get("/cases/conditions/").content.decode()


def test_a_step_on_a_case_named_by_its_uuid_leads_back_to_the_case(world, as_):
    case = case_at(world, Stage.PLAN)
    answer = as_("station").post(f"/cases/{case.uuid}/steps/note/", form_of({"text": "看过了"}, case))
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.number}/")
