"""The pages of standing plans, as people of the cast meet them."""

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cases.models import StandingPlan
from tests.cases.browsers import FRAME, browser
from tests.cast import World, standing_plan


@pytest.fixture
def client_of(world: World) -> Any:
    """Browsers of the cast, signed in, reading English."""
    return lambda name: browser(world, name)


@pytest.mark.parametrize("path", ["", "new/", "1/"])
def test_a_stranger_is_sent_to_the_login(client: Client, world: World, path: str) -> None:
    answer = client.get(f"/cases/standing-plans/{path}")
    assert answer.status_code == 302
    assert "next=/cases/" in answer["Location"]


def draft_form(**changes: Any) -> dict[str, Any]:
    """A whole draft as the station fills it in."""
    return {
        "key": str(uuid4()),
        "case_class": "matter-04002",
        "area": "500115",
        "measures": "修剪\n清运",
        "lead_unit": "cs-green",
        "assisting_units": ["cs-clean"],
        "valid_from": "",
        "valid_to": "",
    } | changes


def plan_page(plan: StandingPlan, name: str = "standing_plan") -> str:
    return reverse(f"cases:{name}", args=[plan.pk])


def drafted(client_of: Any, **changes: Any) -> StandingPlan:
    answer = client_of("station").post(reverse("cases:standing_plan_draft"), draft_form(**changes))
    assert answer.status_code == 302
    return StandingPlan.objects.get(pk=int(answer["Location"].rstrip("/").rpartition("/")[2]))


@pytest.mark.parametrize("who", ["station", "bureau", "director", "leader"])
def test_the_district_reads_its_standing_plans(client_of: Any, world: World, who: str) -> None:
    page = client_of(who).get(reverse("cases:standing_plans"))
    assert {plan.case_class.code for plan in page.context["page"].rows} == {"06010", "01001"}


@pytest.mark.parametrize("who", ["worker", "officer", "cleaner", "community", "admin"])
def test_others_do_not_open_the_pages_of_standing_plans(client_of: Any, who: str) -> None:
    plan = StandingPlan.objects.get(case_class__code="06010")
    client = client_of(who)
    assert client.get(reverse("cases:standing_plans")).status_code == 403
    assert client.get(plan_page(plan)).status_code == 403
    assert client.get(reverse("cases:standing_plan_draft")).status_code == 403
    assert client.post(reverse("cases:standing_plan_draft"), draft_form()).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "stranger_bureau"])
def test_the_next_district_sees_and_changes_nothing(client_of: Any, who: str) -> None:
    plan = StandingPlan.objects.get(case_class__code="06010")
    client = client_of(who)
    page = client.get(reverse("cases:standing_plans"))
    assert page.context["page"].rows == []
    assert "No standing plan yet" in page.content.decode()
    assert "500115" not in page.content.decode()
    assert client.get(plan_page(plan)).status_code == 404
    assert client.post(plan_page(plan, "standing_plan_retire")).status_code == 404
    assert client.get(reverse("cases:standing_plan_draft"), {"from": plan.pk}).status_code in (403, 404)
    plan.refresh_from_db()
    assert plan.state == StandingPlan.State.APPROVED


def test_a_station_next_door_can_not_draft_for_this_district(client_of: Any) -> None:
    assert client_of("stranger").post(reverse("cases:standing_plan_draft"), draft_form()).status_code == 403
    assert not StandingPlan.objects.filter(state=StandingPlan.State.DRAFT).exists()


def test_the_station_drafts_and_the_bureau_approves(client_of: Any, world: World) -> None:
    plan = drafted(client_of)
    assert plan.measures == ["修剪", "清运"]
    assert [unit.code for unit in plan.assisting_units.all()] == ["cs-clean"]
    assert (
        plan_page(plan, "standing_plan_approve")
        not in client_of("station").get(plan_page(plan)).content.decode()
    )
    assert "waits for the bureau" in client_of("station").get(plan_page(plan)).content.decode()
    bureau = client_of("bureau")
    assert plan_page(plan, "standing_plan_approve") in bureau.get(plan_page(plan)).content.decode()
    assert bureau.post(plan_page(plan, "standing_plan_approve")).status_code == 302
    plan.refresh_from_db()
    assert (plan.state, plan.approver) == (StandingPlan.State.APPROVED, world.people["bureau"])


def test_the_station_can_not_approve(client_of: Any) -> None:
    plan = drafted(client_of)
    assert client_of("station2").post(plan_page(plan, "standing_plan_approve")).status_code == 403
    plan.refresh_from_db()
    assert plan.state == StandingPlan.State.DRAFT


def test_approving_what_was_decided_already_is_refused(client_of: Any) -> None:
    plan = drafted(client_of)
    bureau = client_of("bureau")
    assert bureau.post(plan_page(plan, "standing_plan_retire")).status_code == 302
    answer = bureau.post(plan_page(plan, "standing_plan_approve"))
    assert answer.status_code == 412
    assert "Somebody was quicker" in answer.content.decode()


def test_a_plan_in_force_is_retired_by_the_bureau_only(client_of: Any) -> None:
    plan = StandingPlan.objects.get(case_class__code="06010")
    assert client_of("station").post(plan_page(plan, "standing_plan_retire")).status_code == 403
    assert client_of("bureau").post(plan_page(plan, "standing_plan_retire")).status_code == 302
    plan.refresh_from_db()
    assert plan.state == StandingPlan.State.RETIRED


def test_reading_changes_nothing(client_of: Any) -> None:
    plan = drafted(client_of)
    for name in ("standing_plan_approve", "standing_plan_retire"):
        assert client_of("bureau").get(plan_page(plan, name)).status_code == 405


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"case_class": ""}, "case_class"),
        ({"case_class": "matter-99999"}, "case_class"),
        ({"area": ""}, "area"),
        ({"area": "500115001001"}, "area"),
        ({"measures": "\n \n"}, "measures"),
        ({"measures": "长" * 501}, "measures"),
        ({"lead_unit": ""}, "lead_unit"),
        ({"lead_unit": "spb-clean"}, "lead_unit"),
        ({"assisting_units": ["spb-clean"]}, "assisting_units"),
        ({"valid_from": "soon"}, "valid_from"),
        ({"valid_to": "2020-01-01"}, "valid_to"),
    ],
)
def test_a_refused_draft_says_where_and_keeps_what_was_typed(
    client_of: Any, changes: dict[str, Any], field: str
) -> None:
    typed = draft_form(**changes)
    answer = client_of("station").post(reverse("cases:standing_plan_draft"), typed)
    form = answer.context["form"]
    assert answer.status_code == 400
    assert field in form.errors
    assert {name: form[name].value() for name in form.fields} == {name: typed[name] for name in form.fields}
    assert answer.context["key"] == typed["key"]
    assert not StandingPlan.objects.filter(state=StandingPlan.State.DRAFT).exists()


def test_the_same_key_twice_is_one_draft(client_of: Any) -> None:
    form, station = draft_form(), client_of("station")
    first, second = (station.post(reverse("cases:standing_plan_draft"), form) for _press in (1, 2))
    assert first["Location"] == second["Location"]
    assert StandingPlan.objects.filter(state=StandingPlan.State.DRAFT).count() == 1


def test_the_same_key_with_another_draft_is_refused_with_a_fresh_key(client_of: Any) -> None:
    form, station = draft_form(), client_of("station")
    station.post(reverse("cases:standing_plan_draft"), form)
    answer = station.post(reverse("cases:standing_plan_draft"), form | {"measures": "另一项"})
    assert answer.status_code == 409
    assert answer.context["key"] != form["key"]
    assert "另一项" in answer.content.decode()


def test_a_new_version_starts_from_the_plan_and_shows_what_it_changes(client_of: Any) -> None:
    plan = StandingPlan.objects.get(case_class__code="06010")
    page = client_of("station").get(reverse("cases:standing_plan_draft"), {"from": plan.pk})
    form = page.context["form"]
    assert form["measures"].value() == "到场处置\n恢复原状"
    assert (form["case_class"].value(), form["lead_unit"].value()) == ("matter-06010", "cs-clean")
    second = drafted(client_of, case_class="matter-06010", measures="到场处置\n冲洗", lead_unit="cs-clean")
    assert second.version == 2
    words = client_of("bureau").get(plan_page(second))
    assert [m.text for m in words.context["measures"] if m.fresh] == ["冲洗"]
    assert words.context["gone"] == ["恢复原状"]
    assert "the place of version 1" in words.content.decode()


def test_a_plan_that_does_not_count_says_why(client_of: Any, world: World) -> None:
    plan = StandingPlan.objects.get(case_class__code="06010")
    StandingPlan.objects.filter(pk=plan.pk).update(valid_from="2020-01-01", valid_to="2020-02-01")
    assert "validity has ended" in client_of("station").get(plan_page(plan)).content.decode()
    StandingPlan.objects.filter(pk=plan.pk).update(valid_to=None)
    world.units["cs-clean"].active = False
    world.units["cs-clean"].save()
    assert "takes no work any more" in client_of("station").get(plan_page(plan)).content.decode()


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"state": "approved"}, {"06010", "01001"}),
        ({"state": "draft"}, {"04002"}),
        ({"q": "垃圾"}, {"06010"}),
        ({"q": "tree"}, {"04002"}),
        ({"area": "500115001"}, {"04002"}),
        ({"q": "nothing"}, set()),
    ],
)
def test_the_list_of_plans_is_narrowed(client_of: Any, query: dict[str, str], codes: set[str]) -> None:
    drafted(client_of, area="500115001")
    page = client_of("station").get(reverse("cases:standing_plans"), query)
    assert {plan.case_class.code for plan in page.context["page"].rows} == codes
    if not codes:
        assert "No plan found" in page.content.decode()


def test_a_district_without_plans_is_told_what_to_do(client_of: Any) -> None:
    page = client_of("stranger").get(reverse("cases:standing_plans")).content.decode()
    assert "let the bureau approve it" in page
    assert reverse("cases:standing_plan_draft") in page
    assert (
        reverse("cases:standing_plan_draft")
        not in client_of("bureau").get(reverse("cases:standing_plans")).content.decode()
    )


def test_the_pages_of_plans_cost_the_same_at_any_number(
    client_of: Any, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client, plan = client_of("station"), standing_plan(world, "tree", "cs-green", ("cs-clean",))
    for count in (0, 20):
        StandingPlan.objects.bulk_create(
            StandingPlan(
                case_class=plan.case_class, area=plan.area, version=10 + n, state="retired", measures=["一"],
                lead_unit=plan.lead_unit, author=plan.author, valid_from=plan.valid_from,
                drafted_at=plan.drafted_at,
            )
            for n in range(count)
        )  # fmt: skip
        with django_assert_max_num_queries(FRAME + 3):
            client.get(reverse("cases:standing_plans"))
        with django_assert_max_num_queries(FRAME + 5):  # one asks PostgreSQL what day it is
            client.get(plan_page(plan))
