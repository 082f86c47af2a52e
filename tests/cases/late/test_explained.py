"""Every deadline can be explained: ladder, turns of the clock, days that counted; page, text, API alike."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import ClassVar
from unittest.mock import ANY

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from cases.explain import Explanation, explained
from cases.given import needed
from cases.models import Case
from cases.selectors import history_told
from cases.supervised import watches_of, watches_told
from cases.workflow import Stage
from core import clock
from core.services.timers import timers_fire
from tests.cases.browsers import FRAME, browser
from tests.cast import NOW, World, build_world
from tests.walk import case_at, go, report, step, usual

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
FRIDAY = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)  # 17:00 in Chongqing
LATER = NOW + timedelta(days=3)


class TestExplained(TestCase):
    """One case with a long life (supervised, extended, suspended) and one to be checked, made once."""

    world: ClassVar[World]
    case: ClassVar[Case]
    checked: ClassVar[Case]

    def setUp(self) -> None:
        self.enterContext(translation.override("en"))

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = world = build_world()
        case = case_at(world, Stage.HANDLE)
        begun = case.stage_since
        case = go(world, case, ("request_extension", "cleaner"), ("decide_extension", "station"))
        case = go(world, case, ("supervise", "bureau"), ("reply", "cleaner"), ("supervise", "station"))
        case = step(
            world, case, "request_suspension", "cleaner", now=begun + 2 * HOUR,
            **usual(world, "request_suspension", "cleaner", case=case),
        )  # fmt: skip
        case = step(world, case, "decide_suspension", "bureau", now=begun + 3 * HOUR, verdict="grant")
        cls.checked = case_at(world, Stage.CHECK)
        cls.case = step(world, case, "resume", "station", now=begun + 9 * HOUR, reason="管线已迁改")

    @pytest.fixture(autouse=True)
    def fixed_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clock, "now", lambda: LATER)

    def as_(self, who: str) -> Client:
        return browser(self.world, who)

    @property
    def after(self) -> datetime:
        """A minute after its deadline."""
        return needed(self.case.due_at) + MINUTE

    def told(self, case: Case, now: datetime = LATER) -> Explanation:
        case.refresh_from_db()
        with translation.override("en"):
            return explained(case, now)

    def test_the_turns_tell_start_extension_pause_and_going_on(self) -> None:
        turns = [turn for turn in self.told(self.case).turns if turn.stage == "Being handled"]
        assert [turn.what for turn in turns] == [
            "The clock began; the plan's date comes before the limit", "One more limit was added",
            "The unit has not signed for it in time", "The clock rests",
            "The clock went on with what was left",
        ]  # fmt: skip
        assert turns[0].limit == "5 working days"
        assert turns[0].calendar == "Squads and sanitation, version 1"
        assert turns[-1].spent == turns[3].spent == 3 * 3600
        assert turns[-1].due == self.case.due_at

    def test_what_counted_day_by_day_adds_up_to_the_limit(self) -> None:
        told = self.told(self.case)
        assert told.days[-1].sum == self.case.clock_total
        assert sum(one.seconds for one in told.days) == self.case.clock_total - self.case.clock_spent
        assert told.since == self.case.clock_since

    def test_a_weekend_is_one_line_on_which_nothing_counted(self) -> None:
        case = self.checked
        case = step(
            self.world, case, "pass", "colleague", now=FRIDAY, **usual(self.world, "pass", "colleague")
        )
        days = self.told(case).days
        assert [(f"{d.first:%a}", f"{d.last:%a}", d.hours, d.counted) for d in days] == [
            ("Fri", "Fri", ("17:00–18:00",), "1 h"),
            ("Sat", "Sun", (), "0 min"),
            ("Mon", "Mon", ("09:00–12:30", "14:00–18:00"), "7 h 30 min"),
            ("Tue", "Tue", ("09:00–12:30", "14:00–17:00"), "6 h 30 min"),
        ]
        assert days[-1].so_far == "15 h"

    def test_a_deadline_beyond_the_published_years_carries_a_warning(self) -> None:
        case = self.checked
        photo = usual(self.world, "pass", "colleague")
        case = step(self.world, case, "pass", "colleague", now=datetime(2026, 12, 31, 9, tzinfo=UTC), **photo)
        assert self.told(case).seen.unpublished
        assert not self.told(self.case).seen.unpublished
        page = self.as_("station").get(f"/cases/{case.number}/").content.decode()
        assert "not published yet" in page

    def test_the_ladder_shows_what_has_come_and_what_comes_next(self) -> None:
        case = report(self.world)
        timers_fire(now=NOW + 61 * MINUTE)
        ladder = self.told(case, NOW + 62 * MINUTE).seen.ladder
        assert [(rung.label, rung.state) for rung in ladder] == [
            ("Warning", "passed"), ("Overdue", "passed"), ("Supervision, level 2", "next"),
            ("Supervision, level 3", "coming"),
        ]  # fmt: skip
        # Level 2 not before two working hours past the deadline, level 3 not before one working day.
        moments = [NOW + 48 * MINUTE, NOW + HOUR, NOW + 3 * HOUR, NOW + 25 * HOUR]
        assert [rung.at for rung in ladder] == moments
        assert ladder[1].hears == ("whoever it waits for", "who leads them")

    def test_the_page_shows_ladder_age_and_first_deadline_and_opens_the_reckoning(self) -> None:
        client = self.as_("station")
        page = client.get(f"/cases/{self.case.number}/")
        assert page.context["seen"].standing.lamp.value == "green"
        body = page.content.decode()
        for words in ("Ladder of this stage", "Since the report", "First handling deadline"):
            assert words in body
        how = client.get(f"/cases/{self.case.number}/deadline/").content.decode()
        for words in (
            'id="how"',
            "One more limit was added",
            "Day by day",
            "Squads and sanitation, version 1",
        ):
            assert words in how

    def test_what_was_passed_is_told_also_once_the_case_is_done(self) -> None:
        done = case_at(self.world, Stage.CLOSED)
        told = self.told(done)
        assert (told.seen.standing, told.seen.ladder, told.days, told.since) == (None, (), (), None)
        assert told.turns[-1].what == "The clock stopped"
        assert done.closed_at
        assert told.seen.age_seconds == round((done.closed_at - done.opened_at).total_seconds())

    def test_the_command_prints_the_same_in_either_language(self) -> None:
        printed = {}
        for language in ("en", "zh-hans"):
            out = StringIO()
            call_command("explain_deadline", self.case.number, language=language, stdout=out)
            printed[language] = out.getvalue()
        assert "One more limit was added" in printed["en"]
        assert "5 working days" in printed["en"]
        assert "延长一个时限" in printed["zh-hans"]
        assert "中队与环卫（第 1 版）" in printed["zh-hans"]
        lines = {language: len(text.splitlines()) for language, text in printed.items()}
        assert lines["en"] == lines["zh-hans"]
        with pytest.raises(CommandError):
            call_command("explain_deadline", "5001152026112399999")

    def test_the_api_says_what_the_page_says(self) -> None:
        client, path = self.as_("station"), f"/api/v1/cases/{self.case.number}/deadline/"
        found, told = client.get(path).json(), self.told(self.case)
        assert found["lamp"] == "green"
        assert told.seen.standing
        assert found["words"] == told.seen.standing.words
        assert [turn["what"] for turn in found["turns"]] == [turn.what for turn in told.turns]
        assert [day["sum"] for day in found["days"]] == [day.sum for day in told.days]
        assert [rung["state"] for rung in found["ladder"]] == [rung.state for rung in told.seen.ladder]
        assert self.as_("stranger").get(path).status_code == 404
        assert self.as_("stranger").get(f"/cases/{self.case.number}/deadline/").status_code == 404

    def test_supervisions_say_by_whom_whom_they_ask_and_what_became_of_them(self) -> None:
        timers_fire(now=self.after)
        self.case.refresh_from_db()
        with translation.override("en"):
            told = watches_told(self.case, history_told(self.case), self.after)
            assert [(watch.source, watch.asks, watch.state.value) for watch in told] == [
                ("The ladder, Level 1", "Handling unit", "open"),
                ("District station · 工作站甲", "Handling unit", "late"),
                ("Bureau · 区局甲", "Handling unit", "answered"),
            ]
        assert told[2].reply == "已安排夜班清运"
        early = watches_told(self.case, history_told(self.case), self.case.stage_since)
        assert early[1].state.value == "owed"
        page = self.as_("station").get(f"/cases/{self.case.number}/").content.decode()
        assert "已安排夜班清运" in page

    def test_rows_and_history_tell_the_same_of_supervisions(self) -> None:
        timers_fire(now=self.after)
        self.case.refresh_from_db()
        now = self.after
        told = watches_told(self.case, history_told(self.case), now)
        rows = watches_of(self.case, now)
        assert [(w.level, w.by, w.role, w.at, w.state, w.event) for w in told] == [
            (w.level, w.by, w.role, w.at, w.state, w.event) for w in rows
        ]
        found = self.as_("station").get(f"/api/v1/cases/{self.case.number}/").json()["supervised"]
        assert [(one["level"], one["role"], one["event"]) for one in found] == [
            (w.level, w.role, w.event) for w in rows
        ]
        assert found[0] == {
            "level": 1, "by": "", "role": "", "at": ANY, "asked": "unit", "reply_by": None,
            "replied_at": None, "replied_by": "", "answered_late": False, "state": "open", "event": ANY,
        }  # fmt: skip

    def test_a_supervision_by_the_ladder_is_over_with_its_stage(self) -> None:
        timers_fire(now=self.after)
        late = self.after + MINUTE
        raw = usual(self.world, "finish", "cleaner", case=self.case)
        case = step(self.world, self.case, "finish", "cleaner", now=late, **raw)
        states = [watch.state.value for watch in watches_of(case, LATER)]
        assert states == ["over", "late", "answered"]

    def test_a_case_with_a_long_life_still_costs_twelve_queries(self) -> None:
        timers_fire(now=self.after)
        for path in ("", "deadline/"):
            client = self.as_("station")
            with CaptureQueriesContext(connection) as seen:
                assert client.get(f"/cases/{self.case.number}/{path}").status_code == 200
            assert len(seen) - FRAME <= 12, "\n".join(q["sql"] for q in seen.captured_queries)

    def test_the_history_shows_rungs_with_their_lamp_and_the_api_documents_them(self) -> None:
        case = report(self.world)
        timers_fire(now=NOW + 49 * MINUTE)
        timers_fire(now=NOW + 61 * MINUTE)
        client = self.as_("officer")
        shown = client.get(f"/cases/{case.number}/").context["timeline"]
        lamps = [item for item in shown if item["icon"].startswith("lamp")]
        assert [(item["title"], item["icon"], item["tone"]) for item in lamps] == [
            ("The deadline is near", "lamp-yellow", "warn"),
            ("The deadline has passed: supervision level 1", "lamp-red", "bad"),
        ]
        first, *_rest, last = client.get(f"/api/v1/cases/{case.number}/events/").json()["results"]
        assert (first["rung"], last["clock"]) == (None, None)
        assert (first["clock"]["how"], first["clock"]["limit"]) == ("start", "1 working hour")
        assert last["rung"] == {
            "rule": "stage", "level": 2, "due": (NOW + HOUR).isoformat(), "supervision": 1, "recorded": False,
            "outrun": False, "words": "The deadline has passed: supervision level 1",
        }  # fmt: skip
