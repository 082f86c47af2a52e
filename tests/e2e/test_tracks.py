"""Each track walked in the browser by changing role, on the system as a newcomer starts it."""

import pytest

from tests.e2e.desk import Desk

pytestmark = pytest.mark.e2e
SIGN, LITTER, MANHOLE = "matter-07006", "matter-06010", "component-01001"


def report(desk: Desk, who: str, **fields: str) -> None:
    """Report something at home and keep the number of the case."""
    desk.become(who)
    desk.go("/cases/report/")
    desk.fill(
        {"photos": "scene", "position": "", "description": "门口堆满垃圾", "address": "骑鞍路 12 号"} | fields
    )
    desk.number = desk.sent()


def verify(desk: Desk, who: str, case_class: str, **fields: str) -> None:
    desk.become(who)
    desk.step("verify", case_class=case_class, condition="1", position="", photos="on-site", **fields)


def handle_check(desk: Desk, handler: str, checker: str) -> None:
    desk.become(handler)
    desk.step("sign_for")
    desk.step("finish", result="已处置完毕", photos_after="after")
    desk.become(checker)
    desk.step("pass", photos="check")


def test_the_standard_track_is_walked_by_switching_roles(desk: Desk) -> None:
    report(desk, "hotline", reporter_name="刘女士", reporter_phone="13812345678")
    verify(desk, "officer", SIGN)
    assert desk.stage() == "plan"
    desk.become("station")
    desk.step(
        "submit_plan", measures="现场拆除\n清运", lead_unit="500115-sanitation", finish_by="2099-12-31T18:00"
    )
    desk.become("bureau")
    desk.step("approve")
    desk.become("station")
    desk.step("dispatch")
    handle_check(desk, "handler", "officer-2")
    assert desk.stage() == "call_back"
    desk.become("station")
    desk.step("close", words="刘女士表示满意")
    assert desk.stage() == "closed"
    assert desk.problems == []


def test_the_direct_track_runs_on_its_standing_plan(desk: Desk) -> None:
    report(desk, "grid")
    verify(desk, "officer", LITTER)
    assert desk.stage() == "handle"
    handle_check(desk, "handler", "officer-2")
    assert desk.stage() == "closed"
    assert desk.problems == []


def test_a_fix_on_the_spot_is_reported_and_checked(desk: Desk) -> None:
    desk.become("grid")
    desk.go("/cases/report/fixed/")
    desk.fill(
        {
            "photos_before": "before",
            "photos_after": "after",
            "position": "",
            "case_class": LITTER,
            "condition": "1",
        }
    )
    desk.number = desk.sent()
    assert desk.stage() == "check"
    desk.become("officer")
    desk.step("pass", photos="check")
    assert desk.stage() == "closed"
    assert desk.problems == []


def test_an_emergency_goes_straight_to_a_unit(desk: Desk) -> None:
    report(desk, "grid", description="井盖缺失")
    verify(desk, "officer", MANHOLE, lead_unit="500115-sanitation")
    assert desk.stage() == "handle"
    handle_check(desk, "handler", "officer-2")
    # No standing plan names this unit, so the plan is owed, and holds the end of the case.
    assert desk.stage() == "call_back"
    desk.become("station")
    desk.step("submit_plan", measures="更换井盖", lead_unit="500115-sanitation", finish_by="2099-12-31T18:00")
    desk.become("bureau")
    desk.step("approve")
    desk.become("station")
    desk.step("close", words="井盖已更换")
    assert desk.stage() == "closed"
    assert desk.problems == []


def test_a_resident_reports_without_a_login_and_follows_by_code(desk: Desk) -> None:
    desk.go("/report/")
    desk.fill({"photos": "mine", "position": "", "description": "路灯不亮"})
    code = desk.sent()
    desk.go("/follow/")
    desk.page.locator("main input[name=code]").fill(code)
    desk.page.locator("main form button[type=submit]").click()
    assert "待核实" in desk.page.locator("main").inner_text()
    assert desk.problems == []
