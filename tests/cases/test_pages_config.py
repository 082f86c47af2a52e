"""The pages of classes and limits, as people of the cast meet them."""

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from cases.models import CaseClass, FilingCondition
from core.models import AuditEntry
from tests.cases.browsers import FRAME, browser
from tests.cast import World


@pytest.fixture
def client_of(world: World) -> Any:
    """Browsers of the cast, signed in, reading English."""
    return lambda name: browser(world, name)


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
    text = b"".join(answer.streaming_content).decode()
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
