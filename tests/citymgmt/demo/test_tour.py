"""The story in eight clicks: real steps, four pairs of eyes, and two screens to look at only."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.conf import settings
from django.test import Client, TestCase, override_settings
from django.urls import NoReverseMatch, reverse, set_urlconf
from django.utils.timezone import localtime

from accounts.models import User
from cases.models import Case, CaseEvent, Photo, StandingPlan
from cases.services.advance import case_advance
from cases.services.catalogue_load import catalogue_load
from cases.services.history_verify import history_breaks
from cases.services.invariants import invariants_check
from cases.workflow import Action, Stage
from citymgmt import urls
from citymgmt.demo.day import day_before, day_played
from citymgmt.demo.seed import demo_prepare, demo_tell
from citymgmt.demo.tour import (
    PEOPLE,
    access_of,
    closed_query,
    face_at,
    moment_of,
    refusal_for,
    tour_of,
    tour_step,
)
from citymgmt.demo.tour_script import CLICKS, LENGTH, TURNS
from core.models import Timer
from grids.services.districts import districts_load
from notices.models import Notice
from tests.cast import NOW

STEPS = len(TURNS)
# Loaded while the demonstration is off, so that what is tested below is the site without it.
ROUTES = urls.urlpatterns


@override_settings(DEMO=True, ROOT_URLCONF="tests.citymgmt.demo.site")
class TestTheStory(TestCase):
    """One made-up town for all of these; what they change is rolled back."""

    @classmethod
    def setUpTestData(cls) -> None:
        districts_load(now=NOW, tell=lambda code, name, written: None)
        catalogue_load()
        demo_prepare(now=NOW, seed=1)

    def told(self, steps: int = STEPS, uuid: UUID | None = None) -> UUID:
        uuid = uuid or uuid4()
        for step in range(steps):
            tour_step(uuid=uuid, step=step, now=NOW)
        return uuid

    def get(self, path: str, client: Client | None = None) -> Any:
        """The answer, with its body as bytes in ``body``."""
        answer: Any = (client or Client()).get(path)
        answer.body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        set_urlconf(None)  # a file that nobody closes leaves this request's addresses in force
        return answer

    def frames(self, uuid: UUID, query: str = "") -> list[str]:
        page = self.get(f"/demo/story/{uuid}/{query}").body.decode()
        return [address.replace("&amp;", "&") for address in re.findall(r'<iframe src="([^"]+)"', page)]

    def test_eight_clicks_close_a_case_whose_history_holds(self) -> None:
        case = Case.objects.get(uuid=self.told())
        assert (case.stage, CLICKS) == (Stage.CLOSED, 8)
        assert [chain for _count, found in history_breaks() for chain in found] == []
        demo_tell(now=NOW)
        assert {f.invariant.name: f.examples for f in invariants_check(now=NOW) if f.count} == {}

    def test_reported_verified_handled_and_checked_by_four_people(self) -> None:
        taken = dict(
            CaseEvent.objects.filter(case__uuid=self.told()).values_list("action", "actor__username")
        )
        four = [taken[action] for action in (Action.REPORT, Action.VERIFY, Action.FINISH, Action.PASS)]
        assert len(set(four)) == 4

    def test_whoever_the_story_says_is_refused_is_refused(self) -> None:
        uuid, said = uuid4(), {}
        for step, turn in enumerate(TURNS):
            if turn.tried:
                said[turn.action] = refusal_for(tour_of(uuid), now=NOW)
            tour_step(uuid=uuid, step=step, now=NOW)
        assert len(said) >= 4
        assert all(said.values()), said

    def test_the_clock_turns_yellow_then_red_and_stops_with_the_work(self) -> None:
        uuid, lamps = uuid4(), []
        for step in range(STEPS):
            tour = tour_step(uuid=uuid, step=step, now=NOW)
            lamps.append(face_at(tour, moment_of(tour, now=NOW)).lamp)
        assert lamps == ["", "green", "green", "yellow", "red", "red", "red"]
        finished = face_at(tour, tour.case.finished_at) if tour.case and tour.case.finished_at else None
        assert finished
        assert face_at(tour, NOW).minutes == finished.minutes > finished.allowed == 120

    def test_nothing_of_the_story_lies_ahead_and_its_pace_is_the_scripts(self) -> None:
        at = list(
            CaseEvent.objects.filter(case__uuid=self.told(), actor__isnull=False)
            .order_by("seq")
            .values_list("at", flat=True)
        )
        assert at == [NOW + timedelta(minutes=turn.minute - LENGTH) for turn in TURNS]
        assert max(at) <= NOW

    def test_photos_and_people_of_the_story_say_that_they_are_made_up(self) -> None:
        self.told()
        assert set(Photo.objects.values_list("made_up", flat=True)) == {True}
        assert not User.objects.filter(username__in=PEOPLE, made_up=False).exists()

    def test_a_second_press_of_the_same_button_takes_no_second_step(self) -> None:
        uuid = self.told(3)
        assert tour_step(uuid=uuid, step=2, now=NOW).done == 3
        assert Case.objects.get(uuid=uuid).events_count == 3

    def test_two_visitors_do_not_disturb_each_other(self) -> None:
        first, second = self.told(2), self.told(4)
        assert (tour_of(first).done, tour_of(second).done) == (2, 4)
        self.told(uuid=first)
        assert tour_of(second).done == 4

    def test_a_case_somebody_worked_on_is_left_alone_with_a_sentence(self) -> None:
        uuid = self.told(2)
        case, access = Case.objects.get(uuid=uuid), access_of("station", now=NOW)
        case_advance(
            number=case.number, action="note", access=access, raw={"text": "路过"}, version=case.version,
            key="aside", now=NOW,
        )  # fmt: skip
        answer = self.get(f"/demo/story/{uuid}/")
        assert answer.status_code == 409
        assert f'href="{reverse("tour_begin")}"' in answer.body.decode()

    def test_a_refused_step_is_a_sentence_on_the_page(self) -> None:
        StandingPlan.objects.update(state=StandingPlan.State.RETIRED)
        uuid, client = self.told(1), Client()
        client.post(f"/demo/story/{uuid}/", {"step": "1"})
        assert 'class="flash flash-error' in self.get(f"/demo/story/{uuid}/", client).body.decode()
        assert tour_of(uuid).done == 1

    def test_a_day_goes_by_from_green_to_level_three_with_people_told_as_they_work(self) -> None:
        day = day_played(now=NOW)
        assert localtime(day.begins).strftime("%a %H:%M") == "Thu 15:30"
        lamps = [(m.at - day.begins, m.standing.lamp.value, m.escalation) for m in day.moments if m.standing]
        minutes = timedelta(minutes=1)
        assert lamps == [
            (0 * minutes, "green", 0), (30 * minutes, "green", 0), (48 * minutes, "yellow", 0),
            (60 * minutes, "red", 1), (180 * minutes, "red", 2), (1500 * minutes, "red", 3),
            (1560 * minutes, "green", 0),
        ]  # fmt: skip
        assert (day.yellow_at, day.due_at) == (lamps[2][0] + day.begins, lamps[3][0] + day.begins)
        assert [rung.state for rung in day.ladder] == ["passed"] * 4 + ["next"]
        told = {
            (one.name, localtime(one.at).strftime("%a %H:%M"), one.waits)
            for m in day.moments
            for one in m.told
        }
        assert {
            ("王强", "Thu 18:30", False),
            ("周丽", "Fri 09:00", True),
            ("赵建民", "Fri 16:30", False),
        } <= told

    def test_the_day_is_taken_back_and_touches_no_other_case(self) -> None:
        uuid = self.told(2)
        before = [
            list(model.objects.order_by("pk").values_list()) for model in (Case, CaseEvent, Timer, Notice)
        ]
        page = self.get("/demo/day/").body.decode()
        after = [
            list(model.objects.order_by("pk").values_list()) for model in (Case, CaseEvent, Timer, Notice)
        ]
        assert before == after
        assert page.count("data-rung=") == 5
        assert page.count("data-at=") == 7
        assert tour_of(uuid).done == 2

    def test_the_day_begins_on_the_last_two_working_days_that_are_over(self) -> None:
        after_the_holiday = datetime(2026, 10, 9, 2, 0, tzinfo=UTC)  # offices worked from the eighth on
        assert localtime(day_before(after_the_holiday)).date() == date(2026, 9, 29)
        evening = after_the_holiday + timedelta(hours=8)
        assert localtime(day_before(evening)).date() == date(2026, 10, 8)

    def test_nonsense_for_a_step_takes_none(self) -> None:
        uuid = uuid4()
        for step in ("", "7", "-1", "x", "١"):
            assert Client().post(f"/demo/story/{uuid}/", {"step": step}).status_code == 302
        assert not Case.objects.filter(uuid=uuid).exists()

    def test_each_click_is_a_plain_form_and_every_screen_a_real_page(self) -> None:
        uuid, client = uuid4(), Client()
        for step in range(STEPS + 1):
            page = self.get(f"/demo/story/{uuid}/", client).body.decode()
            assert page.count("<iframe") == 2
            for address in self.frames(uuid):
                screen = self.get(address)
                assert screen.status_code == 200, address
                assert b'<main id="main"' in screen.body
            if step < STEPS:
                assert f'name="step" value="{step}"' in page
                assert client.post(f"/demo/story/{uuid}/", {"step": step}).status_code == 302

    def test_the_number_at_the_end_opens_a_list_with_that_many_rows(self) -> None:
        self.told(), self.told(4)
        uuid = self.told()
        page = self.get(f"/demo/story/{uuid}/").body.decode()
        figure = int(re.findall(r'stat-figure">(\d+)<', page)[0])
        listed = self.get(self.frames(uuid, "?list")[1]).body.decode()
        assert closed_query(tour_of(uuid)) in self.frames(uuid, "?list")[1]
        assert figure == 2 == listed.count("<tr class=")

    def test_photos_are_seen_through_the_glass_by_a_visitor_without_a_login(self) -> None:
        uuid = self.told(2)
        page = self.get(self.frames(uuid)[1]).body.decode()
        photos = re.findall(r'src="(/demo/story/[^"]+small\.jpg)"', page)
        assert photos
        assert self.get(photos[0])["Content-Type"] == "image/jpeg"

    def test_frames_are_allowed_for_these_pages_alone(self) -> None:
        uuid = self.told(1)
        inner, outer = self.get(self.frames(uuid)[1]), self.get(f"/demo/story/{uuid}/")
        assert inner["X-Frame-Options"] == "SAMEORIGIN"
        assert "frame-ancestors 'self'" in inner["Content-Security-Policy"]
        assert outer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in outer["Content-Security-Policy"]

    def test_a_screen_that_comes_too_late_is_a_sentence_within_its_frame(self) -> None:
        uuid = self.told(1)
        late = self.frames(uuid)[0]
        assert late.endswith("/steps/verify/")
        self.told(uuid=uuid)
        told, nowhere = self.get(late), self.get(f"/demo/story/{uuid}/as/station/none/")
        assert (told.status_code, nowhere.status_code) == (409, 404)
        for screen in (told, nowhere):
            assert screen["X-Frame-Options"] == "SAMEORIGIN"
            assert "frame-ancestors 'self'" in screen["Content-Security-Policy"]
            assert b'<base target="_blank">' in screen.body

    def test_the_glass_shows_people_and_pages_of_the_story_alone(self) -> None:
        uuid, other = self.told(1), Case.objects.get(uuid=self.told(1))
        case = Case.objects.get(uuid=uuid)
        base = f"/demo/story/{uuid}/as"
        for path in (
            f"{base}/admin/", f"{base}/nobody/", f"{base}/station/cases/{other.number}/",
            f"{base}/station/cases/{case.uuid}/", f"{base}/station/grids/",
            f"{base}/station/cases/export.csv", f"{base}/station/accounts/logout/",
            f"{base}/station/demo/", f"{base}/station/none/",
            f"/demo/story/{uuid4()}/as/station/cases/{case.number}/",
        ):  # fmt: skip
            assert self.get(path).status_code == 404, path
        assert Client().post(f"{base}/station/cases/{case.number}/").status_code == 405
        assert self.get(f"{base}/station/cases/{case.number}/").status_code == 200

    def test_a_case_of_daily_life_is_no_story(self) -> None:
        case = Case.objects.get(uuid=self.told(1))
        Case.objects.filter(pk=case.pk).update(uuid=(another := uuid4()))
        assert self.get(f"/demo/story/{another}/").status_code == 404
        assert self.get(f"/demo/story/{another}/as/station/cases/{case.number}/").status_code == 404

    def test_looking_through_the_glass_changes_nobodys_login(self) -> None:
        uuid, client = self.told(1), Client()
        client.force_login(User.objects.get(username="grid"), backend=settings.AUTHENTICATION_BACKENDS[1])
        for address in self.frames(uuid):
            self.get(address, client)
        assert User.objects.get(pk=client.session["_auth_user_id"]).username == "grid"


def test_without_the_demonstration_there_is_no_such_address(client: Client, db: None) -> None:
    assert settings.DEMO is False
    assert not any(str(route.pattern).startswith("demo") for route in ROUTES)
    for name in ("tour_begin", "demo"):
        with pytest.raises(NoReverseMatch):
            reverse(name)
    for path in ("story/", f"story/{uuid4()}/", f"story/{uuid4()}/as/station/"):
        assert client.get(f"/demo/{path}").status_code == 404


def test_before_the_town_is_there_the_story_says_to_wait(client: Client, db: None) -> None:
    with override_settings(ROOT_URLCONF="tests.citymgmt.demo.site"):
        answer = client.post(f"/demo/story/{uuid4()}/", {"step": "0"}, follow=True)
    assert 'class="flash flash-error' in answer.content.decode()
