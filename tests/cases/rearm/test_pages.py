"""The pages of limits and ladders: a matrix, changes in two steps, and how far open cases have followed."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case, FilingCondition, LadderRung, RearmJob, StageLimit
from cases.services.rearm import rearm_jobs_run
from cases.workflow import Stage
from core import clock
from tests.cases.browsers import browser
from tests.cases.rearm.helpers import SOON, limit, rearmed, start
from tests.cast import World
from tests.walk import case_at, report

PLAN = ("plan", "all")


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: SOON)


@pytest.fixture
def admin(world: World) -> Client:
    return browser(world, "admin")


def url(name: str, *args: Any) -> str:
    return reverse(f"cases:{name}", args=args)


def shown(answer: Any) -> str:
    assert answer.status_code == 200, answer.content.decode()
    return str(answer.content.decode())


def confirm(client: Client, page: Any, **more: str) -> Any:
    """Press the button of a preview, with a reason."""
    seen, wish = page.context["preview"], page.context["wish"]
    sent = {"wish": wish, "digest": seen.digest, "key": page.context["key"], "reason": "市里通知"} | more
    return client.post(url("rearm_apply"), sent)


@pytest.mark.parametrize(
    ("who", "status"), [("station", 200), ("bureau", 200), ("worker", 403), ("leader", 403)]
)
def test_those_who_plan_read_the_matrix_and_nobody_else_but_administrators(
    world: World, who: str, status: int
) -> None:
    client = browser(world, who)
    page = client.get(url("limits"))
    assert page.status_code == status
    assert "/limits/stages/" not in page.content.decode()
    for name, args in (
        ("limit_edit", PLAN),
        ("ladder_edit", PLAN),
        ("rearm_jobs", ()),
        ("rearm_renewal", ()),
    ):
        assert client.get(url(name, *args)).status_code == 403


def test_the_matrix_says_what_is_built_in_and_what_the_city_set(admin: Client) -> None:
    StageLimit.objects.create(stage="plan", track="", amount=6, unit="工作时")
    StageLimit.objects.create(stage="plan", track="emergency", amount=20, unit="紧急工作分")
    start_anew()
    page = admin.get(url("limits"))
    rows = {row.stage: row for row in page.context["rows"]}
    assert [(cell.words, cell.source) for cell in rows["plan"].cells] == [
        ("6 working hours", "own"),
        ("6 working hours", "general"),
        ("6 working hours", "general"),
        ("6 working hours", "general"),
        ("20 minutes", "own"),
    ]
    assert {cell.source for cell in rows["check"].cells} == {"built_in"}
    assert rows["handle"].cells == ()
    assert "The limit of its filing condition" in shown(page)


def start_anew() -> None:
    """What was written past the services counts from the next look on."""
    from core.services.revisions import revision_count_up

    revision_count_up(name="limits")


def test_a_limit_is_changed_in_two_steps_and_its_job_is_watched(admin: Client, world: World) -> None:
    case = case_at(world, Stage.PLAN)
    page = admin.post(url("limit_edit", *PLAN), {"amount": "5", "unit": "工作分"})
    text = shown(page)
    assert "4 working hours (as built in)" in text
    assert "5 working minutes" in text
    assert case.number in text
    assert (page.context["preview"].counts.overdue_at_once, StageLimit.objects.count()) == (1, 0)
    answer = confirm(admin, page)
    job = RearmJob.objects.get()
    assert answer["Location"] == url("rearm_job", job.pk)
    assert 'hx-trigger="every 2s"' in shown(admin.get(url("rearm_progress", job.pk)))
    rearm_jobs_run(now=SOON)
    assert '<progress value="1" max="1"' in shown(admin.get(url("rearm_job", job.pk)))
    assert len(rearmed(case)) == 1
    RearmJob.objects.update(state="done", finished_at=SOON)
    assert "hx-trigger" not in shown(admin.get(url("rearm_progress", job.pk)))
    assert "市里通知" in shown(admin.get(url("rearm_jobs")))


def test_what_is_built_in_comes_back_by_one_button(admin: Client, world: World) -> None:
    confirm(admin, admin.post(url("limit_edit", *PLAN), {"amount": "5", "unit": "工作分"}))
    assert 'name="reset"' in shown(admin.get(url("limit_edit", *PLAN)))
    confirm(admin, admin.post(url("limit_edit", *PLAN), {"reset": "1"}))
    assert not StageLimit.objects.exists()
    assert 'name="reset"' not in shown(admin.get(url("limit_edit", *PLAN)))


@pytest.mark.parametrize(
    "typed",
    [{"amount": "", "unit": "工作时"}, {"amount": "0", "unit": "工作时"}, {"amount": "4", "unit": "周"},
     {"amount": "4", "unit": "工作时"} | {"reset": "1"}],
)  # fmt: skip
def test_what_can_not_be_is_refused_beside_the_form(admin: Client, typed: dict[str, str]) -> None:
    answer = admin.post(url("limit_edit", *PLAN), typed)
    assert answer.status_code in (400, 409)
    assert b"errorlist" in answer.content


@pytest.mark.parametrize(
    ("name", "args"),
    [("limit_edit", ("handle", "all")), ("limit_edit", ("closed", "all")), ("limit_edit", ("plan", "slow")),
     ("ladder_edit", ("nothing", "all")), ("rearm_job", (77,)), ("condition_follow", ("matter-0", 1))],
)  # fmt: skip
def test_there_is_no_page_of_what_is_not(admin: Client, name: str, args: tuple[Any, ...]) -> None:
    assert admin.get(url(name, *args)).status_code == 404


def ladder(page: Any, **changes: Any) -> dict[str, Any]:
    """The form of a ladder as it is shown, with some fields changed."""
    sent: dict[str, Any] = {}
    for rung in page.context["form"].rungs:
        for field in rung:
            value = field.initial
            if value is not False:
                sent[field.html_name] = "on" if value is True else value
    return {name: value for name, value in (sent | changes).items() if value is not None}


def test_of_a_ladder_only_what_differs_is_the_citys_own(admin: Client, world: World) -> None:
    case = case_at(world, Stage.PLAN)
    form = admin.get(url("ladder_edit", *PLAN))
    page = admin.post(url("ladder_edit", *PLAN), ladder(form, **{"rung3-percent": "150"}))
    assert "150 % of the limit, or 2 working days past the deadline" in shown(page)
    assert page.context["preview"].counts.same == 1
    confirm(admin, page)
    row = LadderRung.objects.get()
    assert (row.level, row.percent, row.past_days, row.not_before_minutes) == (3, 150, 2, 120)
    rearm_jobs_run(now=SOON)
    assert len(rearmed(case)) == 1
    card = next(r for r in admin.get(url("limits")).context["rows"] if r.stage == "plan").ladders[0]
    assert [rung.source for rung in card.rungs] == ["built_in", "built_in", "own", "built_in"]
    back = admin.post(url("ladder_edit", *PLAN), ladder(form))
    assert "as built in" in shown(back)
    confirm(admin, back)
    assert not LadderRung.objects.exists()


def test_a_rung_can_be_switched_off_but_not_the_deadline(admin: Client, world: World) -> None:
    form = admin.get(url("ladder_edit", *PLAN))
    names = {field.html_name for rung in form.context["form"].rungs for field in rung}
    assert "rung1-active" in names
    assert "rung2-active" not in names
    page = admin.post(url("ladder_edit", *PLAN), ladder(form, **{"rung4-active": None}))
    assert "switched off" in shown(page)
    confirm(admin, page)
    assert not LadderRung.objects.get().active
    assert 'name="reset"' in shown(admin.get(url("ladder_edit", *PLAN)))
    confirm(admin, admin.post(url("ladder_edit", *PLAN), {"reset": "1"}))
    assert not LadderRung.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"rung3-percent": "90"}, {"rung3-percent": "350"}, {"rung3-hears": None}, {"rung4-floor": "x"},
     {"rung1-percent": "100"}],
)  # fmt: skip
def test_a_ladder_that_can_not_be_is_refused(admin: Client, wrong: dict[str, Any]) -> None:
    form = admin.get(url("ladder_edit", *PLAN))
    answer = admin.post(url("ladder_edit", *PLAN), ladder(form, **wrong))
    assert answer.status_code == 400
    assert b'role="alert"' in answer.content


def test_open_cases_of_a_condition_take_the_new_limit_when_that_is_wanted(
    admin: Client, world: World
) -> None:
    case = case_at(world, Stage.PLAN)
    condition = world.conditions["sign"]
    FilingCondition.objects.filter(pk=condition.pk).update(limit_value=2)
    there = url("condition_follow", condition.case_class.key, 1)
    assert there in shown(admin.get(url("condition_edit", condition.case_class.key, 1)))
    page = admin.get(there)
    assert "2 working days" in shown(page)
    confirm(admin, page)
    rearm_jobs_run(now=SOON)
    case.refresh_from_db()
    assert case.limit_value == 2
    assert "It takes the handling limit of new cases" in shown(
        browser(world, "station").get(url("detail", case.number))
    )


def test_without_a_reason_or_on_older_rules_the_preview_is_shown_again(admin: Client, world: World) -> None:
    case_at(world, Stage.PLAN)
    page = admin.post(url("limit_edit", *PLAN), {"amount": "6", "unit": "工作时"})
    answer = confirm(admin, page, reason=" ")
    assert answer.status_code == 400
    assert b"Say why" in answer.content
    start(world, limit(Stage.CHECK, 9, "工作时"))
    answer = confirm(admin, page)
    assert answer.status_code == 412
    assert b"Look at the new one first" in answer.content
    assert confirm(admin, answer).status_code == 302
    # What stands so by then has nothing to show any more.
    assert confirm(admin, page, key="other").status_code == 302
    assert RearmJob.objects.count() == 2


@pytest.mark.parametrize("wish", ["", "7", "[]", json.dumps({"kind": "melt"})])
def test_a_preview_that_was_tampered_with_is_refused(admin: Client, wish: str) -> None:
    sent = {"wish": wish, "digest": "0" * 64, "key": "k", "reason": "x"}
    assert admin.post(url("rearm_apply"), sent).status_code == 400


def test_it_is_asked_whether_open_cases_run_by_older_rules(admin: Client, world: World) -> None:
    case = report(world)
    assert "No open case would change" in shown(admin.get(url("rearm_renewal")))
    start(world, limit(Stage.VERIFY, 3, "工作时"), "stranger_admin")
    page = admin.get(url("rearm_renewal"))
    assert case.number in shown(page)
    confirm(admin, page)
    rearm_jobs_run(now=SOON)
    assert Case.objects.get(pk=case.pk).clock_total == 3 * 3600


def test_the_job_of_the_next_district_is_not_seen(admin: Client, world: World) -> None:
    job = start(world, limit(Stage.VERIFY, 3, "工作时"), "stranger_admin")
    for name in ("rearm_job", "rearm_progress"):
        assert admin.get(url(name, job.pk)).status_code == 404
    assert "市里通知" not in shown(admin.get(url("rearm_jobs")))
