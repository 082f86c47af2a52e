"""The pages of classes, limits and standing plans, as people of the cast meet them."""

import csv
import io
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cases.models import CaseClass, FilingCondition, StandingPlan
from core.models import AuditEntry
from tests.cast import World, standing_plan

# Session, person, five for the scopes and their moment, the unread count: every page has them.
FRAME = 9


@pytest.fixture
def client_of(world: World) -> Any:
    """Browsers of the cast, signed in, reading English."""

    def signed_in(name: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(world.people[name])
        return client

    return signed_in


def class_page(world: World, condition: str = "litter") -> str:
    return reverse("cases:class_detail", args=[world.conditions[condition].case_class.key])


def condition_page(world: World, condition: str = "litter") -> str:
    return reverse("cases:condition_edit", args=[world.conditions[condition].case_class.key, 1])


def limit(**changes: str) -> dict[str, str]:
    """A whole form: from 4 working hours, direct, in use, to 2 of them."""
    typed = {"limit_value": "2", "limit_unit": "工作时", "track": "direct", "active": "on"}
    was = {"limit_value": "4", "limit_unit": "工作时", "track": "direct", "active": "yes"}
    form = typed | {f"was_{name}": value for name, value in was.items()} | changes
    return {name: value for name, value in form.items() if value}


@pytest.mark.parametrize("who", ["admin", "stranger_admin", "station", "bureau"])
def test_those_who_configure_and_plan_read_the_catalogue(client_of: Any, world: World, who: str) -> None:
    page = client_of(who).get(reverse("cases:classes"))
    assert page.status_code == 200
    assert "4 working hours" in page.content.decode()
    assert client_of(who).get(class_page(world)).status_code == 200


@pytest.mark.parametrize("who", ["worker", "officer", "cleaner", "leader", "community"])
@pytest.mark.parametrize("name", ["cases:classes", "cases:classes_csv"])
def test_others_do_not_read_it(client_of: Any, who: str, name: str) -> None:
    assert client_of(who).get(reverse(name)).status_code == 403


@pytest.mark.parametrize(
    "path",
    ["catalogue/", "catalogue.csv", "catalogue/matter-06010/", "standing-plans/", "standing-plans/new/"],
)
def test_a_stranger_is_sent_to_the_login(client: Client, world: World, path: str) -> None:
    answer = client.get(f"/cases/{path}")
    assert answer.status_code == 302
    assert "next=/cases/" in answer["Location"]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ({"q": "牌匾"}, {"07006"}),
        ({"q": "exposed"}, {"06010"}),
        ({"q": "matter-0601"}, {"06010"}),
        ({"q": "nothing"}, set()),
        ({"kind": "component"}, set()),
        ({"line": "greenery"}, {"04002"}),
        ({"major": "matter-07"}, {"07006"}),
        ({"active": "no"}, {"01001"}),
    ],
)
def test_the_list_of_classes_is_narrowed(client_of: Any, query: dict[str, str], codes: set[str]) -> None:
    CaseClass.objects.filter(code="01001").update(active=False)
    page = client_of("admin").get(reverse("cases:classes"), query)
    assert {row.code for row in page.context["page"].rows} == codes
    if not codes:
        assert "No class found" in page.content.decode()


def test_an_administrator_changes_a_limit_and_it_is_recorded(client_of: Any, world: World) -> None:
    answer = client_of("admin").post(condition_page(world), limit(), follow=True)
    condition = world.conditions["litter"]
    condition.refresh_from_db()
    assert condition.limit_value == 2
    entry = AuditEntry.objects.get(action="condition.edit")
    assert (entry.before["limit_value"], entry.after["limit_value"]) == (4, 2)
    assert (entry.actor, entry.subject) == (world.people["admin"], "condition:matter-06010/1")
    words = answer.content.decode()
    assert "from now on" in words
    assert "4 working hours → 2 working hours" in words


def test_classes_are_city_wide_so_any_districts_administrator_changes_them(
    client_of: Any, world: World
) -> None:
    assert client_of("stranger_admin").post(condition_page(world), limit()).status_code == 302
    assert AuditEntry.objects.get(action="condition.edit").actor == world.people["stranger_admin"]


@pytest.mark.parametrize("who", ["worker", "station", "bureau", "leader"])
def test_nobody_else_changes_a_limit_or_a_class(client_of: Any, world: World, who: str) -> None:
    client = client_of(who)
    assert client.get(condition_page(world)).status_code == 403
    assert client.post(condition_page(world), limit()).status_code == 403
    form = {"line": "greenery", "was_line": "sanitation", "was_active": "yes"}
    assert client.post(class_page(world), form).status_code == 403
    assert not AuditEntry.objects.exists()


def test_readers_are_shown_no_button_that_would_be_refused(client_of: Any, world: World) -> None:
    assert condition_page(world) in client_of("admin").get(class_page(world)).content.decode()
    page = client_of("station").get(class_page(world)).content.decode()
    assert condition_page(world) not in page
    assert "was_line" not in page


def test_what_somebody_changed_meanwhile_is_not_overwritten(client_of: Any, world: World) -> None:
    client_of("stranger_admin").post(condition_page(world), limit(limit_value="3"))
    answer = client_of("admin").post(condition_page(world), limit())
    words = answer.content.decode()
    assert answer.status_code == 412
    assert "Somebody changed this meanwhile" in words
    assert "3 working hours" in words  # what holds now
    assert 'name="limit_value" value="2"' in words  # what was typed
    assert 'name="was_limit_value" value="3"' in words  # a second press is decided on what is shown
    world.conditions["litter"].refresh_from_db()
    assert world.conditions["litter"].limit_value == 3


def test_the_same_form_twice_is_one_change(client_of: Any, world: World) -> None:
    client = client_of("admin")
    assert [client.post(condition_page(world), limit()).status_code for _press in (1, 2)] == [302, 302]
    assert AuditEntry.objects.filter(action="condition.edit").count() == 1


def test_a_form_that_names_no_old_values_is_not_taken(client_of: Any, world: World) -> None:
    typed = {name: value for name, value in limit().items() if not name.startswith("was_")}
    assert client_of("admin").post(condition_page(world), typed).status_code == 428
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"limit_value": "0"}, "limit_value"),
        ({"limit_value": "-4"}, "limit_value"),
        ({"limit_value": "２"}, "limit_value"),
        ({"limit_value": "99999999999999999999"}, "limit_value"),
        ({"limit_value": "367"}, "limit_value"),
        ({"limit_value": ""}, "limit_value"),
        ({"limit_unit": "年"}, "limit_unit"),
        ({"track": "by_air"}, "track"),
        ({"track": "on_the_spot"}, "track"),
        ({"limit_value": "9"}, "track"),  # direct takes at most a working day
        ({"limit_value": "2", "limit_unit": "工作日"}, "track"),
    ],
)
def test_nonsense_is_refused_at_its_field_and_kept(
    client_of: Any, world: World, changes: dict[str, str], field: str
) -> None:
    answer = client_of("admin").post(condition_page(world), limit(**changes))
    assert answer.status_code == 400
    form = answer.context["form"]
    assert list(form.errors) == [field]
    assert form["limit_value"].value() == limit(**changes).get("limit_value")
    assert not AuditEntry.objects.exists()


def test_a_longer_limit_goes_with_the_standard_track(client_of: Any, world: World) -> None:
    form = limit(limit_value="5", limit_unit="工作日", track="standard")
    assert client_of("admin").post(condition_page(world), form).status_code == 302
    row = FilingCondition.objects.get(pk=world.conditions["litter"].pk)
    assert (row.limit_value, row.limit_unit, row.track) == (5, "工作日", "standard")


def test_the_last_condition_in_use_stays_while_its_class_is_in_use(client_of: Any, world: World) -> None:
    off = limit(limit_value="4", active="")
    assert client_of("admin").post(condition_page(world), off).status_code == 409
    form = {"line": "sanitation", "was_line": "sanitation", "was_active": "yes"}
    assert client_of("admin").post(class_page(world), form).status_code == 302
    assert client_of("admin").post(condition_page(world), off).status_code == 302
    back = {"line": "sanitation", "active": "on", "was_line": "sanitation", "was_active": "no"}
    assert client_of("admin").post(class_page(world), back).status_code == 409
    assert not CaseClass.objects.get(code="06010").active


def test_a_class_gets_another_line(client_of: Any, world: World) -> None:
    form = {"line": "municipal", "active": "on", "was_line": "sanitation", "was_active": "yes"}
    assert client_of("admin").post(class_page(world), form).status_code == 302
    assert CaseClass.objects.get(code="06010").line == "municipal"
    bad = form | {"line": "magic", "was_line": "municipal"}
    assert client_of("admin").post(class_page(world), bad).status_code == 400


@pytest.mark.parametrize(
    "path", ["catalogue/matter-99999/", "catalogue/nonsense/", "catalogue/matter-06010/9/"]
)
def test_what_is_not_there_is_not_found(client_of: Any, path: str) -> None:
    assert client_of("admin").get(f"/cases/{path}").status_code == 404


def test_the_export_holds_every_condition_and_starts_no_formula(client_of: Any, world: World) -> None:
    CaseClass.objects.filter(code="06010").update(name="=1+1")
    answer = client_of("station").get(reverse("cases:classes_csv"))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == FilingCondition.objects.count()
    assert {row["name"] for row in rows if row["code"] == "06010"} == {"'=1+1"}
    assert {row["limit_value"] for row in rows if row["code"] == "06010"} == {"4"}


def more_classes(count: int) -> None:
    """Classes with two conditions each."""
    rows = CaseClass.objects.bulk_create(
        CaseClass(
            kind="component", code=f"{n:05}", major_code="01", major="样例", name=f"部件{n}",
            origin="standard", line="municipal",
        )
        for n in range(count)
    )  # fmt: skip
    FilingCondition.objects.bulk_create(
        FilingCondition(
            case_class=row, seq=seq, text="条件", closing="恢复", limit_value=1, limit_unit="工作日",
            basis="default", track="direct",
        )
        for row in rows
        for seq in (1, 2)
    )  # fmt: skip


def test_the_list_of_classes_costs_the_same_at_any_length(
    client_of: Any, world: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of("admin")
    for count in (0, 100):
        more_classes(count)
        with django_assert_max_num_queries(FRAME + 3):
            page = client.get(reverse("cases:classes"))
    assert page.context["page"].next
    following = client.get(reverse("cases:classes"), {"cursor": page.context["page"].next})
    seen = {row.pk for row in page.context["page"].rows}
    assert not seen & {row.pk for row in following.context["page"].rows}


# --- standing plans ---------------------------------------------------------------------------------


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
