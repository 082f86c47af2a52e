"""Campaigns on their pages and over the API."""

from typing import Any
from uuid import uuid4

from cases.models import Campaign, CampaignCase
from cases.workflow import Stage
from tests.cases.browsers import FRAME, browser
from tests.cases.plans.campaigning import begin, chosen, plan_raw
from tests.cases.plans.helpers import LATER, doors_at, fresh, stages, waiting
from tests.cast import World
from tests.walk import step


def test_the_page_shows_stages_progress_and_what_can_be_done_by_whom(
    world: World, monkeypatch: Any, django_assert_max_num_queries: Any
) -> None:
    cases = waiting(world, 3)
    answer = begin(world, cases)
    station, bureau = browser(world, "station"), browser(world, "bureau")
    with doors_at(monkeypatch):
        with django_assert_max_num_queries(FRAME + 6):
            page = bureau.get(f"/cases/campaigns/{answer['campaign']}/").content.decode()
        assert "Approve for 3 cases" in page
        assert '<progress value="0" max="3"' in page
        assert "Approve for" not in station.get(f"/cases/campaigns/{answer['campaign']}/").content.decode()
        with django_assert_max_num_queries(FRAME + 2):
            listed = station.get("/cases/campaigns/").context["page"].rows
    assert [(row.cases_count, row.closed_count) for row in listed] == [(3, 0)]


PLAN = {
    "title": "夜市", "measures": "约谈\n拆除", "lead_unit": "cs-clean", "finish_by": "2026-12-20T18:00",
}  # fmt: skip


def sent(client: Any, address: str) -> dict[str, Any]:
    """What a form of a campaign sends along, as the page shows it."""
    form = client.get(address).context
    return {"case": [p.ref for p in form["picks"]], "key": form["key"], "version": form["version"]}


def test_the_station_ticks_cases_and_writes_one_plan_for_them(world: World, monkeypatch: Any) -> None:
    cases, station = waiting(world, 3), browser(world, "station")
    with doors_at(monkeypatch):
        rows = station.get("/cases/plans/waiting/").context["rows"]
        page = station.post("/cases/campaigns/write/", {"case": [row["pick"] for row in rows[:2]]})
        form = {"case": [pick.ref for pick in page.context["picks"]], "key": page.context["key"]}
        refused = station.post("/cases/campaigns/new/", form | {"title": "夜市", "measures": "约谈"})
        assert refused.status_code == 400
        assert "约谈" in refused.content.decode()
        assert stages(cases) == [Stage.PLAN] * 3
        assert station.post("/cases/campaigns/new/", form | PLAN).status_code == 302
    assert stages(cases) == [Stage.APPROVE, Stage.APPROVE, Stage.PLAN]
    assert Campaign.objects.get().title == "夜市"


def test_a_return_keeps_what_was_typed_and_the_next_version_shows_it(world: World, monkeypatch: Any) -> None:
    cases = waiting(world, 2)
    place = f"/cases/campaigns/{begin(world, cases)['campaign']}/"
    station, bureau = browser(world, "station"), browser(world, "bureau")
    with doors_at(monkeypatch):
        form = sent(bureau, f"{place}steps/return_plan/") | {"comment_2": "分批"}
        missing = bureau.post(f"{place}steps/return_plan/", form)
        assert missing.status_code == 400
        assert 'value="分批"' in missing.content.decode()
        assert bureau.post(f"{place}steps/return_plan/", form | {"reason": "细化"}).status_code == 302
        assert "分批" in station.get(f"{place}plan/").content.decode()
        form = sent(station, f"{place}plan/")
        step(world, cases[0], "send_back", "station2", now=LATER, reason="照片不清")
        done = station.post(f"{place}plan/", form | PLAN)
    assert (done.status_code, cases[0].number in done.content.decode()) == (200, True)
    assert stages(cases) == [Stage.VERIFY, Stage.APPROVE]


def test_approval_dispatch_and_taking_out_have_their_pages(world: World, monkeypatch: Any) -> None:
    cases = waiting(world, 2)
    place = f"/cases/campaigns/{begin(world, cases)['campaign']}/"
    station, bureau = browser(world, "station"), browser(world, "bureau")
    with doors_at(monkeypatch):
        for client, action in ((bureau, "approve"), (station, "dispatch")):
            form = sent(client, f"{place}steps/{action}/")
            assert client.post(f"{place}steps/{action}/", form).status_code == 302
        assert stages(cases) == [Stage.HANDLE] * 2
        assert station.get(f"{place}steps/dispatch/").status_code == 404
        out = {"number": cases[1].number, "case_version": fresh(cases[1]).version, "reason": "单独办"}
        out |= {"version": Campaign.objects.get().version, "key": "one"}
        assert station.post(f"{place}leave/", out).status_code == 302
    assert CampaignCase.objects.filter(left_at__isnull=True).count() == 1


def test_the_api_goes_through_a_campaign_and_tells_what_is_offered(world: World, monkeypatch: Any) -> None:
    cases = waiting(world, 2)
    station, bureau = browser(world, "station"), browser(world, "bureau")

    def post(client: Any, path: str, body: Any, version: int | None = None) -> Any:
        headers = {"Idempotency-Key": str(uuid4())} | ({"If-Match": f'"v{version}"'} if version else {})
        place = f"/api/v1/campaigns/{path}"
        return client.post(place, body, content_type="application/json", headers=headers)

    with doors_at(monkeypatch):
        made = post(station, "", plan_raw(cases))
        assert (made.status_code, made["ETag"]) == (201, '"v1"')
        place = made.json()["campaign"]
        shown = bureau.get(f"/api/v1/campaigns/{place}/").json()
        assert shown["offers"]["approve"] == chosen(cases)
        body = {"cases": shown["offers"]["approve"]}
        assert post(bureau, f"{place}/approve/", body).status_code == 428
        assert post(bureau, f"{place}/approve/", body, 9).status_code == 412
        assert post(bureau, f"{place}/approve/", body, 1).json()["done"] == [case.number for case in cases]
        late = post(station, "", plan_raw(cases, title="又一个"))
        assert (late.status_code, len(late.json()["left_out"])) == (409, 2)
        assert post(station, f"{place}/dispatch/", {"cases": chosen(cases)}, 2).json()["version"] == 3
        out = {**chosen(cases)[0], "reason": "单独办"}
        assert post(station, f"{place}/leave/", out, 3).json()["number"] == cases[0].number
        listed = station.get("/api/v1/campaigns/").json()["results"]
    assert [(row["title"], row["cases_count"]) for row in listed] == [("夜市招牌整治", 1)]
