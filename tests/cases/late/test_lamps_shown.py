"""Lamps wherever cases are shown: list, workbench, squad, case page, forms, files and the API, all alike."""

import json
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any, ClassVar

import pytest
from django.test import TestCase

from cases.models import Case, Lamp
from cases.workflow import Stage
from core import clock
from tests.cases.browsers import browser
from tests.cast import NOW, World, build_world
from tests.walk import case_at, go, report

MOMENT = NOW + timedelta(minutes=50)
LATE = "1 working minute late"


def numbers(page: Any) -> list[str]:
    return [row["case"].number for row in page.context["rows"]]


class TestLampsShown(TestCase):
    """A case under each lamp, made once; ``closed`` is done."""

    world: ClassVar[World]
    four: ClassVar[dict[str, Case]]
    closed: ClassVar[Case]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.world = world = build_world()
        made = {"red": report(world), "yellow": report(world), "green": case_at(world, Stage.PLAN)}
        due_at = MOMENT - timedelta(minutes=1)
        Case.objects.filter(pk=made["red"].pk).update(due_at=due_at, overdue_at=due_at)
        resting = case_at(world, Stage.HANDLE)
        made["grey"] = go(world, resting, ("request_suspension", "cleaner"), ("decide_suspension", "bureau"))
        cls.four, cls.closed = made, case_at(world, Stage.CLOSED)

    @pytest.fixture(autouse=True)
    def fixed_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(clock, "now", lambda: MOMENT)

    def as_(self, who: str) -> Any:
        return browser(self.world, who)

    def test_the_list_shows_the_deadline_and_narrows_to_a_lamp(self) -> None:
        client = self.as_("station")
        shown = client.get("/cases/?open=yes").context["rows"]
        assert {row["standing"].lamp.value for row in shown} == set(self.four)
        for lamp, case in self.four.items():
            narrowed = client.get(f"/cases/?lamp={lamp}")
            assert numbers(narrowed) == [case.number]
            assert [str(chip["label"]) for chip in narrowed.context["chips"]] == ["Deadline"]
        both = client.get("/cases/?lamp=red&lamp=grey&lamp=pink&lamp=%00")
        assert set(numbers(both)) == {self.four["red"].number, self.four["grey"].number}
        assert numbers(client.get("/cases/?lamp=pink")) == []

    def test_every_count_above_the_list_opens_that_many_cases(self) -> None:
        client = self.as_("station")
        shown = client.get("/cases/?stage=verify").context["lamps"]
        assert {one["lamp"]: one["figure"] for one in shown} == {"red": 1, "yellow": 1, "green": 0, "grey": 0}
        for one in shown:
            opened = client.get(one["url"])
            assert len(numbers(opened)) == one["figure"]
            assert "stage=verify" in one["url"]
            back = next(again for again in opened.context["lamps"] if again["lamp"] == one["lamp"])
            assert back["current"]
            assert "lamp=" not in back["url"]

    def test_by_deadline_the_most_urgent_stand_first_and_only_what_runs(self) -> None:
        client, wanted = self.as_("station"), [self.four[n].number for n in ("red", "yellow", "green")]
        assert numbers(client.get("/cases/?sort=due")) == wanted
        first = client.get("/api/v1/cases/?sort=due&size=2").json()
        rest = client.get(f"/api/v1/cases/?sort=due&size=2&cursor={first['next']}").json()
        assert [row["number"] for row in first["results"] + rest["results"]] == wanted

    def test_page_and_api_find_the_same(self) -> None:
        Case.objects.filter(pk=self.four["red"].pk).update(escalation=2)
        client, same = self.as_("station"), ("lamp=red", "lamp=green&lamp=grey", "escalation=2&escalation=1")
        pairs = {query: query for query in same}
        pairs |= {"overdue=yes": "overdue=true", "overdue=no": "overdue=false"}
        for page, api in pairs.items():
            found = numbers(client.get(f"/cases/?{page}"))
            assert found == [row["number"] for row in client.get(f"/api/v1/cases/?{api}").json()["results"]]
            assert found, page

    def test_an_appeal_granted_takes_a_case_off_the_overdue_list(self) -> None:
        Case.objects.filter(pk=self.four["red"].pk).update(overdue_waived=True)
        assert numbers(self.as_("station").get("/cases/?overdue=yes")) == []

    def test_a_kept_list_keeps_lamp_level_and_order(self) -> None:
        asked = "lamp=red&escalation=1&overdue=yes&sort=due"
        sent = {"name": "超时", "query": f"{asked}&cursor=x"}
        assert self.as_("station").post("/cases/saved/", sent).url == f"/cases/?{asked}"

    def test_files_say_how_each_case_stands(self) -> None:
        client = self.as_("station")
        text = b"".join(client.get("/cases/export.csv?lamp=red").streaming_content).decode()
        assert len(text.splitlines()) == 2
        assert "Overdue" in text
        assert LATE in text
        body = BytesIO(b"".join(client.get("/cases/export.xlsx?sort=due").streaming_content))
        with zipfile.ZipFile(body) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        assert "10 working minutes left" in sheet
        assert self.four["grey"].number not in sheet

    def test_the_workbench_counts_lamps_and_shows_the_most_urgent_first(self) -> None:
        client = self.as_("officer")
        page, urgent = client.get("/"), [self.four["red"].pk, self.four["yellow"].pk]
        verify = page.context["queues"][0]
        counts = {one["lamp"]: one["figure"] for one in verify["lamps"]}
        assert counts == {"red": 1, "yellow": 1, "green": 0, "grey": 0}
        assert [row["case"].pk for row in verify["rows"]] == urgent
        assert [row["case"].pk for row in page.context["tasks"]] == urgent
        for one in verify["lamps"]:
            assert len(numbers(client.get(one["url"]))) == one["figure"]

    def test_wherever_a_late_case_is_shown_its_lamp_and_words_are_there(self) -> None:
        for who, path in (
            ("officer", "/"), ("station", "/cases/"), ("worker", "/cases/mine/"),
            ("leader_of_squad", "/squad/people/officer/"), ("officer", "/cases/{red}/"),
            ("officer", "/cases/{red}/steps/verify/"),
        ):  # fmt: skip
            page = self.as_(who).get(path.format(red=self.four["red"].number)).content.decode()
            assert "lamp-red" in page, path
            assert LATE in page, path

    def test_tasks_nobody_has_show_their_lamps_in_the_pool(self) -> None:
        Case.objects.filter(pk=self.four["red"].pk).update(assignee=None)
        assert LATE in self.as_("officer").get("/squad/pool/").content.decode()
        leader = self.as_("leader_of_squad")
        page = leader.get("/squad/")
        assert LATE in page.content.decode()
        late = next(tile for tile in page.context["day"] if tile.get("lamp") == "red")
        assert late["figure"] == 1 == len(numbers(leader.get(late["url"])))

    def test_the_units_page_says_who_is_late(self) -> None:
        Case.objects.filter(pk=self.four["red"].pk).update(assignee=self.world.people["colleague"])
        rows = self.as_("leader_of_squad").get("/api/v1/squad/people/").json()["results"]
        assert {row["username"]: row["late"] for row in rows if row["late"]} == {"colleague": 1}

    def test_the_api_says_the_same_as_the_page(self) -> None:
        client = self.as_("station")
        rows = {row["number"]: row for row in client.get("/api/v1/cases/").json()["results"]}
        for lamp, case in self.four.items():
            row = rows[case.number]
            assert row["lamp"] == lamp
            assert (row["due_at"] is None) == (lamp == "grey")
            assert client.get(f"/api/v1/cases/{case.number}/").json()["lamp"] == lamp
        red, closed = rows[self.four["red"].number], rows[self.closed.number]
        assert (red["left_seconds"], red["deadline_words"]) == (-60, LATE)
        assert (red["escalation"], bool(red["overdue_at"])) == (0, True)
        assert (closed["lamp"], closed["deadline_words"], closed["left_seconds"]) == (None, "", None)
        drawn = client.get("/api/v1/cases/geojson/?bbox=106,29,108,30").json()["features"]
        lamps = {one["properties"]["number"]: one["properties"]["lamp"] for one in drawn}
        assert {lamps[case.number] for case in self.four.values()} == set(self.four)
        assert lamps[self.closed.number] == ""

    def test_counts_by_stage_say_how_many_are_under_each_lamp(self) -> None:
        counts = {
            row["stage"]: row for row in self.as_("station").get("/api/v1/cases/counts/").json()["results"]
        }
        assert [counts["verify"][n] for n in ("count", *Lamp.values)] == [2, 0, 1, 1, 0]
        assert counts["handle"]["grey"] == 1

    def test_the_api_refuses_what_it_does_not_know(self) -> None:
        for query in ("lamp=pink", "escalation=9", "escalation=x", "overdue=perhaps", "sort=x"):
            answer = self.as_("station").get(f"/api/v1/cases/?{query}")
            assert answer.status_code == 400, query
            assert json.loads(answer.content)["detail"]
