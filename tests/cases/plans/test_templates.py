"""Plan templates: who keeps them, what their versions mean, and what a plan says of the one it came of."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from cases.models import ActionPlan, CaseEvent, PlanTemplate
from cases.services.plan_templates import (
    TemplateStale,
    plan_template_change,
    plan_template_create,
    plan_template_retire,
)
from core.errors import BadInput, Conflict, NotAllowed, NotFound, VersionMissing
from core.models import AuditEntry
from tests.cases.attempts import later, tried
from tests.cases.browsers import FRAME, browser
from tests.cases.plans.helpers import SIGN, a_template, fresh, plan_of, template_raw, waiting
from tests.cast import NOW, World
from tests.walk import step


def change(world: World, template: PlanTemplate, who: str = "station", **how: Any) -> dict[str, Any]:
    version = how.pop("version", template.version)
    raw = {
        k: v for k, v in template_raw(title=template.title, **how).items() if k not in ("area", "case_class")
    }
    return plan_template_change(
        access=world.access(who), template_id=template.pk, raw=raw, version=version, key=str(uuid4()), now=NOW
    )


def test_the_station_keeps_templates_and_each_change_is_a_version_in_the_audit_log(world: World) -> None:
    template = a_template(world)
    assert change(world, template, measures=["限期拆除"]) == {"id": template.pk, "version": 2}
    plan_template_retire(access=world.access("station2"), template_id=template.pk, version=2, now=NOW)
    entries = AuditEntry.objects.filter(subject=f"plan_template:{template.pk}").order_by("pk")
    assert [(e.action, e.actor_id) for e in entries] == [
        ("plan_template.create", world.people["station"].pk),
        ("plan_template.change", world.people["station"].pk),
        ("plan_template.retire", world.people["station2"].pk),
    ]
    assert (entries[1].before["measures"], entries[1].after["measures"]) == (
        ["约谈店主", "限期拆除"], ["限期拆除"],
    )  # fmt: skip
    assert entries[1].before["version"] == 1


@pytest.mark.parametrize("who", ["bureau", "officer", "cleaner", "stranger"])
def test_nobody_but_the_station_of_the_district_writes_them(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        plan_template_create(access=world.access(who), raw=template_raw(), key="one", now=NOW)
    template = a_template(world)
    with pytest.raises((NotAllowed, NotFound)):
        change(world, template, who)
    with pytest.raises((NotAllowed, NotFound)):
        plan_template_retire(access=world.access(who), template_id=template.pk, version=1, now=NOW)
    template.refresh_from_db()
    assert (template.version, template.in_use) == (1, True)


def test_a_change_decided_on_an_older_version_is_refused(world: World) -> None:
    template = a_template(world)
    change(world, template)
    with pytest.raises(TemplateStale):
        change(world, template, version=1)
    with pytest.raises(VersionMissing):
        change(world, template, version=None)


def test_two_templates_in_use_of_a_class_have_two_titles(world: World) -> None:
    first, second = a_template(world, title="甲"), a_template(world, title="乙")
    with pytest.raises(Conflict):
        a_template(world, title="甲")
    second.title = "甲"
    with pytest.raises(Conflict):
        change(world, second)
    plan_template_retire(access=world.access("station"), template_id=first.pk, version=1, now=NOW)
    a_template(world, title="甲")


def test_a_repeated_key_writes_one_template(world: World) -> None:
    raw, access = template_raw(), world.access("station")
    answers = [plan_template_create(access=access, raw=raw, key="one", now=NOW) for _time in range(2)]
    assert answers[0] == answers[1]
    assert PlanTemplate.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""), ("title", "长" * 61), ("title", ["x"]), ("measures", []), ("lead_unit", "spb-clean"),
        ("assisting_units", ["cs-clean"]), ("finish_value", 0), ("finish_value", "367"),
        ("finish_value", "x"), ("finish_unit", "week"), ("case_class", "matter-99999"), ("area", "500115001"),
    ],
)  # fmt: skip
def test_what_can_not_be_is_refused_at_its_field(world: World, field: str, value: Any) -> None:
    with pytest.raises(BadInput) as refusal:
        a_template(world, **{field: value})
    assert refusal.value.field == field


# What a plan changes of its template, and whether it still is the template's own.
CHANGES: dict[str, tuple[dict[str, Any], bool]] = {
    "nothing": ({}, True),
    "a measure's words": ({"measures": ["约谈店主", "限期 拆除"]}, False),
    "the order of measures": ({"measures": ["限期拆除", "约谈店主"]}, False),
    "the lead unit": ({"lead_unit": "cs-works"}, False),
    "no assisting unit": ({"assisting_units": []}, False),
    "a day more": ({"finish_by": (NOW + timedelta(days=4)).isoformat()}, False),
    "a day less": ({"finish_by": (NOW + timedelta(days=2)).isoformat()}, False),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whether_a_template_was_left_unchanged_is_found_by_comparing(world: World, what: str) -> None:
    changes, unchanged = CHANGES[what]
    template, [case] = a_template(world), waiting(world)
    step(world, case, "submit_plan", "station", now=later(case), **plan_of(template, later(case), **changes))
    plan = ActionPlan.objects.get(case=case)
    assert (plan.template, plan.template_version, plan.template_unchanged) == (template, 1, unchanged)
    assert CaseEvent.objects.get(case=case, action="submit_plan").data["template"] == {
        "id": template.pk, "version": 1, "title": template.title, "unchanged": unchanged,
    }  # fmt: skip


@pytest.mark.parametrize("unit", ["hour", "day"])
def test_a_form_that_stood_open_for_a_while_still_is_unchanged(world: World, unit: str) -> None:
    template, [case] = a_template(world, finish_unit=unit, finish_value=48), waiting(world)
    sent = later(case)
    for minutes, unchanged in ((50, True), (24 * 60 + 70, False)):
        raw = plan_of(template, sent - timedelta(minutes=minutes))
        case = step(world, case, "submit_plan", "station", now=sent, **raw)
        assert ActionPlan.objects.get(case=case, state="submitted").template_unchanged is unchanged
        case = step(world, case, "return_plan", "bureau", now=sent, reason="再议")


def test_no_client_can_claim_that_nothing_was_changed(world: World) -> None:
    template, [case] = a_template(world), waiting(world)
    raw = plan_of(template, later(case)) | {"template_unchanged": True}
    assert type(tried(case, "submit_plan", world.access("station", later(case)), raw)) is BadInput


# What a plan may not name as its template.
@pytest.mark.parametrize("what", ["version", "class", "district", "retired", "unknown", "shape"])
def test_a_template_that_does_not_fit_is_refused_at_its_field(world: World, what: str) -> None:
    template, [case] = a_template(world), waiting(world)
    raw = plan_of(template, later(case))
    if what == "version":
        change(world, template)
    if what == "class":
        other = a_template(world, case_class="matter-04002")
        raw["template"] = {"id": other.pk, "version": 1}
    if what == "district":
        PlanTemplate.objects.update(area=world.areas["500106"])
    if what == "retired":
        plan_template_retire(access=world.access("station"), template_id=template.pk, version=1, now=NOW)
    raw["template"] = {"unknown": {"id": 10**17, "version": 1}, "shape": "12"}.get(what, raw["template"])
    refusal = tried(case, "submit_plan", world.access("station", later(case)), raw)
    assert (type(refusal), getattr(refusal, "field", "")) == (BadInput, "template")


def test_a_link_fills_the_form_in_without_any_script(world: World) -> None:
    template, [case] = a_template(world), waiting(world)
    address = f"/cases/{case.number}/steps/submit_plan/"
    client = browser(world, "station")
    assert f"{address}?template={template.pk}" in client.get(address).content.decode()
    page = client.get(address, {"template": template.pk})
    form = page.context["form"]
    assert form["measures"].value() == "约谈店主\n限期拆除"
    assert f'name="template" value="{template.ref}"' in page.content.decode()
    sent = {
        name: form[name].value() for name in ("measures", "lead_unit", "assisting_units", "finish_by")
    } | {"template": template.ref, "version": case.version, "key": "one"}
    assert client.post(address, sent).status_code == 302
    plan = ActionPlan.objects.get(case=case)
    assert (plan.template_version, plan.template_unchanged) == (1, True)
    assert "unchanged" in client.get(f"/cases/{case.number}/").content.decode()


def test_a_form_whose_template_changed_keeps_what_was_typed_and_drops_the_template(world: World) -> None:
    template, [case] = a_template(world), waiting(world)
    address, client = f"/cases/{case.number}/steps/submit_plan/", browser(world, "station")
    change(world, template)
    sent = {
        "measures": "亲手写的", "lead_unit": "cs-clean", "finish_by": "2099-01-01T10:00",
        "template": template.ref, "version": case.version, "key": "one",
    }  # fmt: skip
    page = client.post(address, sent)
    assert page.status_code == 400
    assert "亲手写的" in page.content.decode()
    assert "changed meanwhile" in page.content.decode()
    assert 'name="template"' not in page.content.decode()
    assert client.post(address, sent | {"template": ""}).status_code == 302
    assert fresh(case).stage == "approve"


def test_the_pages_keep_their_budget_and_tell_who_changed_what(
    world: World, django_assert_max_num_queries: Any
) -> None:
    templates = [a_template(world) for _n in range(4)]
    change(world, templates[0], measures=["限期拆除"])
    client = browser(world, "station")
    with django_assert_max_num_queries(FRAME + 3):
        page = client.get("/cases/plan-templates/")
    assert len(page.context["page"].rows) == 4
    with django_assert_max_num_queries(FRAME + 4):
        page = client.get(f"/cases/plan-templates/{templates[0].pk}/")
    assert "约谈店主；限期拆除 → 限期拆除" in page.content.decode()


def test_a_template_is_written_changed_and_retired_on_pages(world: World) -> None:
    client = browser(world, "station")
    form = template_raw(title="夜市招牌") | {"measures": "约谈\n拆除", "key": "one"}
    answer = client.post("/cases/plan-templates/new/", form)
    template = PlanTemplate.objects.get()
    assert answer["Location"] == f"/cases/plan-templates/{template.pk}/"
    refused = client.post(f"{answer['Location']}change/", form | {"key": "two", "version": 9})
    assert refused.status_code == 412
    assert (
        client.post(f"{answer['Location']}change/", form | {"key": "three", "version": 1}).status_code == 302
    )
    assert client.post(f"{answer['Location']}retire/", {"version": 2}).status_code == 302
    template.refresh_from_db()
    assert (template.version, template.in_use) == (2, False)
    assert client.get("/cases/plan-templates/").context["page"].rows == []
    assert client.get("/cases/plan-templates/?use=no").context["page"].rows == [template]


def test_page_and_api_refuse_with_the_same_words(world: World) -> None:
    client, raw = browser(world, "station"), template_raw(title="同名")
    a_template(world, title="同名")
    page = client.post("/cases/plan-templates/new/", raw | {"measures": "x", "key": "one"})
    answer = client.post(
        "/api/v1/plan-templates/", raw, content_type="application/json", headers={"Idempotency-Key": "two"}
    )
    assert (page.status_code, answer.status_code) == (409, 409)
    assert answer.json()["detail"] in page.content.decode()


def test_templates_are_written_changed_and_retired_over_the_api(world: World) -> None:
    client = browser(world, "station")

    def post(path: str, body: Any = None, **headers: str) -> Any:
        return client.post(
            f"/api/v1/plan-templates/{path}", body or {}, content_type="application/json",
            headers={"Idempotency-Key": str(uuid4()), **headers},
        )  # fmt: skip

    made = post("", template_raw(title="夜市"))
    assert (made.status_code, made["ETag"]) == (201, '"v1"')
    number = made.json()["id"]
    change = {k: v for k, v in template_raw(title="夜市").items() if k not in ("area", "case_class")}
    assert post(f"{number}/", change).status_code == 428
    assert post(f"{number}/", change, **{"If-Match": '"v1"'}).json()["version"] == 2
    assert post(f"{number}/", change, **{"If-Match": '"v1"'}).status_code == 412
    assert client.get(f"/api/v1/plan-templates/{number}/").json()["case_class"] == SIGN
    assert post(f"{number}/retire/", **{"If-Match": '"v2"'}).json()["retired_at"]
    assert client.get("/api/v1/plan-templates/").json()["results"] == []


def test_the_next_district_sees_none_of_them(world: World) -> None:
    template, client = a_template(world), browser(world, "stranger")
    assert client.get("/cases/plan-templates/").context["page"].rows == []
    assert client.get(f"/cases/plan-templates/{template.pk}/").status_code == 404
    assert client.get("/api/v1/plan-templates/").json()["results"] == []
    assert client.get(f"/api/v1/plan-templates/{template.pk}/").status_code == 404
