"""督办: who sees the board, what stands on it, and that every figure opens the list it counts."""

import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from cases.workflow import Stage
from core import clock
from tests.cases.browsers import FRAME, browser
from tests.cast import NEXT_STREET, NOW, World, build_world
from tests.walk import RESIDENT, case_at, go, report, step

HOUR = timedelta(hours=1)
MOMENT = NOW + 6 * HOUR
BOARD = "/cases/overdue/"


def numbers(page: Any) -> list[str]:
    return [row["case"].number for row in page.context["rows"]]


class TestTheBoard(TestCase):
    """Late at verification (level 3), at the unit (2) and in the next street (1); two are supervised."""

    world: ClassVar[World]
    verify: ClassVar[Case]
    handle: ClassVar[Case]
    next: ClassVar[Case]
    fresh: ClassVar[Case]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = world = build_world()
        cls.verify = report(world, "hotline", description="垃圾 13812345678", **RESIDENT)
        cls.handle = case_at(world, Stage.HANDLE)
        cls.next = report(world, "hotline", position=NEXT_STREET)
        cls.fresh = case_at(world, Stage.PLAN)
        for late, (case, level) in enumerate(((cls.verify, 3), (cls.handle, 2), (cls.next, 1))):
            due_at = MOMENT - (3 - late) * HOUR
            Case.objects.filter(pk=case.pk).update(due_at=due_at, escalation=level, overdue_at=due_at)
        for case in (cls.fresh, cls.verify):
            Case.objects.filter(pk=case.pk).update(yellow_at=MOMENT - 4 * HOUR)
        Case.objects.filter(pk=cls.fresh.pk).update(due_at=MOMENT + 4 * HOUR, yellow_at=MOMENT + 3 * HOUR)
        step(world, cls.handle, "supervise", "bureau", text="限期报告", reply_by=(MOMENT - HOUR).isoformat())
        step(world, cls.fresh, "supervise", "station", text="请报告", reply_by=(MOMENT + HOUR).isoformat())
        step(world, cls.fresh, "supervise", "bureau", text="请关注")

    @pytest.fixture(autouse=True)
    def fixed_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clock, "now", lambda: MOMENT)

    def as_(self, who: str) -> Any:
        return browser(self.world, who)

    def test_late_cases_stand_by_their_deadline_with_level_lateness_and_whom_they_wait_for(self) -> None:
        page = self.as_("bureau").get(BOARD)
        assert numbers(page) == [case.number for case in (self.verify, self.handle, self.next)]
        verify, handle, following = page.context["rows"]
        assert [str(row["level"]) for row in page.context["rows"]] == ["Level 3", "Level 2", "Level 1"]
        assert verify["standing"].words == "3 working hours late"
        assert [row["waits"] for row in (verify, handle, following)] == ["队员甲", "环卫经办", "邻街队员"]
        assert (handle["reply"], handle["reply_late"]) == (MOMENT - HOUR, True)
        assert verify["reply"] is None

    def test_every_figure_opens_the_list_it_counts(self) -> None:
        client = self.as_("bureau")
        page = client.get(f"{BOARD}?street=500115001")
        shown = [*page.context["tiles"], *page.context["tabs"]]
        assert [one["figure"] for one in shown] == [1, 1, 0, 1, 2, 1, 2, 2, 3]
        for one in shown:
            opened = client.get(one["url"])
            assert len(opened.context["rows"]) == one["figure"], one
            assert "street=500115001" in one["url"]

    def test_replies_owed_stand_by_their_time_and_late_ones_are_marked(self) -> None:
        page = self.as_("station").get(f"{BOARD}?show=owed")
        assert numbers(page) == [self.handle.number, self.fresh.number]
        late, due = page.context["rows"]
        assert (late["watch"].state.value, late["reply_words"]) == ("late", "1 hour late")
        assert (due["watch"].state.value, due["reply_words"]) == ("owed", "1 hour left")
        assert late["unit"] == "长寿环卫所"
        assert late["watch"].source == "Bureau · 区局甲"
        go(self.world, self.handle, ("reply", "cleaner"))
        assert numbers(self.as_("station").get(f"{BOARD}?show=owed")) == [self.fresh.number]

    def test_filters_and_words_narrow_every_list(self) -> None:
        client = self.as_("bureau")
        for query, wanted in (
            ("escalation=2", [self.handle]), ("stage=verify", [self.verify, self.next]),
            ("unit=cs-clean", [self.handle]), ("street=500115002", [self.next]),
            (f"q={self.next.number}", [self.next]),
            ("show=watched&by=station", [self.fresh]), ("show=watched&reply=late", [self.handle]),
            ("show=owed&reply=due&stage=plan", [self.fresh]), ("show=nonsense&escalation=7", None),
            ("q=%00&stage=%00", None),
        ):  # fmt: skip
            found = numbers(client.get(f"{BOARD}?{query}"))
            assert found == [c.number for c in wanted or (self.verify, self.handle, self.next)], query

    def test_each_sees_what_lies_in_their_scope_and_nobody_else_enters(self) -> None:
        seen = {
            "bureau": 3, "station": 3, "leader": 3, "leader_of_squad": 2, "clean_head": 1, "green_head": 0,
            "stranger": 0, "stranger_bureau": 0,
        }  # fmt: skip
        for who, count in seen.items():
            client = self.as_(who)
            assert len(numbers(client.get(BOARD))) == count, who
            assert len(client.get("/api/v1/cases/overdue/").json()["results"]) == count, who
        for who in ("worker", "officer", "cleaner", "community", "hotline", "admin"):
            client = self.as_(who)
            for path in (BOARD, f"{BOARD}export.xlsx", "/api/v1/cases/overdue/", "/api/v1/supervisions/"):
                assert client.get(path).status_code == 403, (who, path)
        assert BOARD in self.as_("clean_head").get("/").content.decode()
        assert BOARD not in self.as_("officer").get("/").content.decode()

    def test_from_the_board_one_supervises_and_reminds_where_one_may(self) -> None:
        acts = {
            who: [act["url"].rsplit("/", 2)[1] for act in self.as_(who).get(BOARD).context["rows"][0]["acts"]]
            for who in ("bureau", "leader_of_squad")
        }
        assert acts == {"bureau": ["supervise", "remind"], "leader_of_squad": []}

    def test_the_api_says_what_the_page_says(self) -> None:
        client, page = self.as_("station"), self.as_("station").get(BOARD)
        rows = client.get("/api/v1/cases/overdue/").json()["results"]
        assert [row["number"] for row in rows] == numbers(page)
        assert [row["waits_for"] for row in rows] == [row["waits"] for row in page.context["rows"]]
        assert [row["reply_late"] for row in rows] == [False, True, False]
        counts = client.get("/api/v1/cases/overdue/counts/").json()
        assert counts == {
            "late": 3, "level1": 1, "level2": 1, "level3": 1, "owed": 2, "owed_late": 1, "bureau": 2,
            "station": 1,
        }  # fmt: skip
        for query, found in (
            ("", [self.fresh, self.fresh, self.handle]), ("owed=true", [self.handle, self.fresh]),
            ("by=station", [self.fresh]), ("reply=late", [self.handle]), ("street=500115002", []),
        ):  # fmt: skip
            listed = client.get(f"/api/v1/supervisions/?{query}").json()["results"]
            shown = [row["case"]["number"] for row in listed]
            assert sorted(shown) == sorted(case.number for case in found), query
        assert listed == []

    def test_the_files_hold_what_is_shown_without_phone_numbers(self) -> None:
        for show, there in (("late", self.verify), ("owed", self.handle), ("watched", self.fresh)):
            answer = self.as_("bureau").get(f"{BOARD}export.xlsx?show={show}")
            with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as book:
                sheet = book.read("xl/worksheets/sheet1.xml").decode()
            assert there.number in sheet
            assert "13812345678" not in sheet
            assert "刘女士" not in sheet

    def test_an_empty_board_says_what_that_means(self) -> None:
        for show, words in (
            ("late", "Nothing is late"),
            ("owed", "No reply is owed"),
            ("watched", "No supervision is open"),
        ):
            assert words in self.as_("stranger_bureau").get(f"{BOARD}?show={show}").content.decode()
        narrowed = self.as_("bureau").get(f"{BOARD}?stage=check").content.decode()
        assert "Nothing fits these filters" in narrowed

    def test_the_board_costs_six_queries_and_has_pages(self) -> None:
        fields = {
            f.attname: getattr(self.verify, f.attname)
            for f in Case._meta.concrete_fields
            if f.attname != "id"
        }
        fields |= {"due_at": MOMENT - HOUR / 2, "escalation": 1, "follow_code": None}
        Case.objects.bulk_create(
            Case(
                **fields
                | {
                    "uuid": f"0000000000000000000000000000{n:04}",
                    "number": str(int(self.verify.number) + 100 + n),
                }
            )
            for n in range(60)
        )
        for show in ("late", "owed", "watched"):
            client = self.as_("station")
            with CaptureQueriesContext(connection) as seen:
                page = client.get(f"{BOARD}?show={show}")
            assert len(seen) - FRAME <= 6, "\n".join(q["sql"] for q in seen.captured_queries)
        client, seen_numbers, cursor = self.as_("station"), [], ""
        while True:
            page = client.get(BOARD, {"cursor": cursor})
            seen_numbers += numbers(page)
            cursor = page.context["page"].next
            if not cursor:
                break
        assert len(seen_numbers) == len(set(seen_numbers)) == 63
        assert client.get(f"{BOARD}?cursor=x").status_code == 400
