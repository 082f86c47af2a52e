"""The made-up days: through the services, whole, the same again, and with work for everybody."""

from collections import Counter
from itertools import islice

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from accounts.models import User
from accounts.roles import Role
from accounts.services.people import user_deactivate
from cases.models import Case, CaseEvent, Photo, StandingPlan
from cases.selectors import cases_for, my_tasks
from cases.services.catalogue_load import catalogue_load
from cases.services.history_verify import history_breaks
from cases.services.invariants import invariants_check
from cases.workflow import OPEN, Stage, Track
from citymgmt.demo.people import crew_make
from citymgmt.demo.seed import ADDED, KNOWN, Demo, demo_fill, demo_prepare, demo_tell
from citymgmt.demo.story import SHOWN
from citymgmt.local.cast import CAST, DEMO_PASSWORD
from grids.access import Access, access_for
from grids.models import Area, Posting
from grids.services.districts import districts_load
from notices.models import Notice
from tests.cast import NOW

CASES = len(SHOWN) + 31


def prepared() -> Demo:
    districts_load(now=NOW, tell=lambda code, name, written: None)
    catalogue_load()
    return demo_prepare(now=NOW, seed=1)


def filled(demo: Demo, cases: int = CASES) -> Counter[str]:
    return Counter(demo_fill(demo=demo, days=90, cases=cases))


def access(username: str) -> Access:
    return access_for(User.objects.get(username=username), now=NOW)


class TestNinetyDays(TestCase):
    """One filling for all of these; what they change is rolled back."""

    demo: Demo
    results: Counter[str]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.demo = prepared()
        cls.results = filled(cls.demo)
        demo_tell(now=NOW)

    def test_every_story_is_lived(self) -> None:
        assert self.results == {ADDED: CASES}
        assert Case.objects.count() == CASES

    def test_cases_stand_in_every_open_stage(self) -> None:
        assert set(Case.objects.values_list("stage", flat=True)) >= {stage.value for stage in OPEN}

    def test_lives_take_every_track_and_more_than_one_turn(self) -> None:
        assert set(Case.objects.values_list("track", flat=True)) == {track.value for track in Track}
        turns = {"rework", "fix_now", "reject", "dissatisfied", "return_plan", "correct", "note"}
        assert len(turns & set(CaseEvent.objects.values_list("action", flat=True))) >= 4

    def test_everybody_but_the_administrator_sees_cases(self) -> None:
        for member in CAST:
            if member.role is not Role.ADMINISTRATOR:
                assert cases_for(access(member.username)).exists(), member.username

    def test_the_named_cast_has_tasks_of_its_own(self) -> None:
        for login in ("grid", "officer", "handler", "community", "neighbour", "stranger"):
            assert my_tasks(access(login)).exists(), login

    def test_plans_wait_for_station_and_bureau(self) -> None:
        assert Case.objects.filter(stage=Stage.PLAN).count() >= 3
        assert Case.objects.filter(stage=Stage.APPROVE).count() >= 3
        assert StandingPlan.objects.filter(state=StandingPlan.State.DRAFT).count() == 1

    def test_inboxes_hold_what_happened_lately(self) -> None:
        assert Notice.objects.filter(recipient__username="officer").exists()

    def test_histories_and_rows_hold(self) -> None:
        assert [chain for _count, found in history_breaks() for chain in found] == []
        assert {f.invariant.name: f.examples for f in invariants_check(now=NOW) if f.count} == {}

    def test_nothing_lies_in_the_future(self) -> None:
        assert not CaseEvent.objects.filter(at__gte=NOW).exists()

    def test_people_and_photos_say_that_they_are_made_up(self) -> None:
        assert not User.objects.filter(made_up=False).exists()
        assert Photo.objects.filter(case__isnull=False).exists()
        assert not Photo.objects.filter(made_up=False).exists()

    def test_the_password_that_is_printed_opens_every_login(self) -> None:
        assert all(User.objects.get(username=m.username).check_password(DEMO_PASSWORD) for m in CAST)

    def test_a_second_run_adds_nothing(self) -> None:
        before = (
            CaseEvent.objects.count(),
            Photo.objects.count(),
            User.objects.count(),
            Posting.objects.count(),
        )
        assert filled(demo_prepare(now=NOW, seed=1)) == {KNOWN: CASES}
        after = (
            CaseEvent.objects.count(),
            Photo.objects.count(),
            User.objects.count(),
            Posting.objects.count(),
        )
        assert before == after

    def test_a_killed_run_goes_on_where_it_was(self) -> None:
        more = CASES + 6
        assert list(islice(demo_fill(demo=self.demo, days=90, cases=more), CASES + 2))[-2:] == [ADDED, ADDED]
        assert filled(self.demo, more) == {KNOWN: CASES + 2, ADDED: 4}

    def test_a_plan_retired_on_the_pages_is_not_drafted_again(self) -> None:
        StandingPlan.objects.update(state=StandingPlan.State.RETIRED)
        demo_prepare(now=NOW, seed=1)
        assert not StandingPlan.objects.exclude(state=StandingPlan.State.RETIRED).exists()

    def test_a_posting_ended_on_the_pages_is_not_given_again(self) -> None:
        Posting.objects.filter(user__username="neighbour").update(ends_at=NOW)
        crew_make(since=NOW, now=NOW, seed=1)
        assert Posting.objects.filter(user__username="neighbour").count() == 1

    def test_stories_of_somebody_who_left_are_left_out_with_a_sentence(self) -> None:
        user_deactivate(user=User.objects.get(username="station"), now=NOW, actor_id=None)
        results = filled(demo_prepare(now=NOW, seed=1), CASES + 40)
        assert results[KNOWN] == CASES
        assert set(results) - {KNOWN, ADDED}


def test_without_days_only_people_and_plans_are_made(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    districts_load(now=NOW, tell=lambda code, name, written: None)
    catalogue_load()
    call_command("seed_demo", "--days", "0")
    assert {member.username for member in CAST} <= set(User.objects.values_list("username", flat=True))
    assert StandingPlan.objects.exists()
    assert not Case.objects.exists()
    call_command("seed_demo", "--days", "3", "--cases", "4")
    assert "4 made-up cases added" in capsys.readouterr().out
    call_command("seed_demo", "--days", "3", "--cases", "4")
    assert "0 made-up cases added, 4 there already" in capsys.readouterr().out


def test_without_districts_the_command_says_what_to_load(db: None) -> None:
    assert not Area.objects.exists()
    with pytest.raises(CommandError, match=r"."):
        call_command("seed_demo", "--days", "0")
