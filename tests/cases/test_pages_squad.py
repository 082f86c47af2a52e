"""The squad's pages: who sees what, what pressing does, and what a page costs."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from cases.models import Case
from cases.squad import picked_of, pool_page, team_page
from cases.workflow import Stage
from core import clock
from core.errors import BadInput
from core.paging import page_of
from grids.access import grants_recompute
from grids.models import Absence, DutyTurn, Posting
from grids.roster_pages import absences_found
from tests.cases.test_budgets import counted
from tests.cast import BEGAN, NOW, World
from tests.roster import DAY, HOUR, STREET, away, on_duty, posted
from tests.walk import case_at, report

MOMENT = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: MOMENT)


def at_desk(world: World, who: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def shown(client: Client, page: str, *args: str, **query: str) -> str:
    answer = client.get(reverse(f"squad:{page}", args=args), query)
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


def press(client: Client, page: str, *args: object, query: str = "", **fields: Any) -> Any:
    address = reverse(f"squad:{page}", args=args) + query
    return client.post(address, {"key": str(uuid4()), **fields})


def pooled(world: World) -> Case:
    case = report(world)
    Case.objects.filter(pk=case.pk).update(assignee=None)
    case.refresh_from_db()
    return case


def test_the_leader_sees_the_pool_who_has_what_who_is_away_and_who_is_on_duty(world: World) -> None:
    free, held = pooled(world), report(world)
    away(world, "worker", "worker2")
    on_duty(world, "colleague")
    page = shown(at_desk(world, "leader_of_squad"), "team")
    assert f"{free.number}|1|-" in page
    assert held.number not in page
    people = team_page(world.access("leader_of_squad"), place="", cursor="", now=MOMENT)["people"]
    found = {p.username: (p.open, p.oldest, p.away, p.duty) for p in people}
    assert found["officer"] == (1, held.stage_since, False, False)
    assert found["colleague"] == (0, None, False, True)
    assert found["worker"][2]
    assert set(found) == {"officer", "colleague", "worker", "worker2"}
    assert "deputy: 网格员乙" in page


def test_somebody_who_left_and_still_has_a_task_is_shown(world: World) -> None:
    report(world)
    Posting.objects.filter(user=world.people["officer"]).update(ends_at=NOW)
    people = team_page(world.access("leader_of_squad"), place="", cursor="", now=MOMENT)["people"]
    assert (people[0].username, people[0].open) == ("officer", 1)


def test_a_unit_head_sees_the_same_of_the_unit_and_nothing_of_the_street(world: World) -> None:
    posted(world, "gardener", Role.UNIT_HANDLER, "cs-clean")
    case, street = case_at(world, Stage.HANDLE), pooled(world)
    page = shown(at_desk(world, "clean_head"), "team")
    assert case.number in page
    assert street.number not in page
    people = team_page(world.access("clean_head"), place="", cursor="", now=MOMENT)["people"]
    assert {person.username for person in people} == {"cleaner", "gardener", "clean_head"}
    assert at_desk(world, "clean_head").get(reverse("squad:team"), {"place": STREET}).status_code == 404


def test_an_administrator_keeps_the_roster_and_sees_no_case(world: World) -> None:
    case = pooled(world)
    page = shown(at_desk(world, "admin"), "team", place=STREET)
    assert case.number not in page
    assert "网格员甲" in page
    assert case.number not in shown(at_desk(world, "admin"), "person", "officer")


@pytest.mark.parametrize("who", ["officer", "station", "worker", "cleaner"])
def test_who_leads_nobody_has_no_such_page(world: World, who: str) -> None:
    assert at_desk(world, who).get(reverse("squad:team")).status_code == 403
    assert at_desk(world, who).get(reverse("squad:duty")).status_code == 403


def test_tasks_are_handed_over_from_the_pool_and_from_a_person(world: World) -> None:
    client, free, held = at_desk(world, "leader_of_squad"), pooled(world), report(world)
    tokens = [f"{free.number}|1|-"]
    answer = press(client, "hand_over", task=tokens, to="colleague", place=STREET)
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse('squad:team')}?place={STREET}")
    assert "1 task handed over" in shown(client, "team")
    answer = press(client, "hand_over", task=[f"{held.number}|1|officer"], to="@pool", person="officer")
    assert answer["Location"] == reverse("squad:person", args=["officer"])
    holders = {c.number: c.assignee and c.assignee.username for c in Case.objects.select_related("assignee")}
    assert holders == {free.number: "colleague", held.number: None}


def test_a_task_that_moved_meanwhile_is_named_with_its_reason(world: World) -> None:
    client, case = at_desk(world, "leader_of_squad"), report(world)
    press(client, "hand_over", task=[f"{case.number}|1|colleague"], to="colleague")
    page = shown(client, "team")
    assert f"{case.number}: This task is with 队员甲 by now" in page


@pytest.mark.parametrize("tokens", [[], ["nonsense"], ["5001152026112300001|1"], ["1|1|-"]])
def test_a_list_that_is_none_of_ours_is_refused(world: World, tokens: list[str]) -> None:
    client = at_desk(world, "leader_of_squad")
    assert press(client, "hand_over", task=tokens, to="colleague").status_code == 302
    if tokens:
        with pytest.raises(BadInput):
            picked_of(tokens)


def test_officers_see_the_pool_of_their_street_and_take_from_it(world: World) -> None:
    case, client = pooled(world), at_desk(world, "colleague")
    on_duty(world, "officer")
    page = shown(client, "pool")
    assert case.number in page
    assert "队员甲" in page
    claim = reverse("cases:step", args=[case.number, "claim"])
    assert claim in page
    assert client.post(claim, {"key": "k", "version": 1}).status_code == 302
    case.refresh_from_db()
    assert case.assignee == world.people["colleague"]
    assert case.number not in shown(client, "pool")


@pytest.mark.parametrize(("who", "sees"), [("neighbour", False), ("worker", False), ("cleaner", False)])
def test_the_pool_holds_only_what_a_role_of_ones_own_may_take(world: World, who: str, sees: bool) -> None:
    case = pooled(world)
    assert (case.number in shown(at_desk(world, who), "pool")) == sees


def test_what_four_eyes_bar_is_in_the_pool_without_a_button(world: World) -> None:
    case = report(world, "officer")
    Case.objects.filter(pk=case.pk).update(assignee=None)
    page = shown(at_desk(world, "officer"), "pool")
    assert case.number in page
    assert reverse("cases:step", args=[case.number, "claim"]) not in page


def test_handlers_see_their_units_queue(world: World) -> None:
    posted(world, "gardener", Role.UNIT_HANDLER, "cs-clean")
    case = case_at(world, Stage.HANDLE)
    assert case.assignee is None
    assert case.number in shown(at_desk(world, "cleaner"), "pool")
    assert case.number not in shown(at_desk(world, "green_head"), "pool")


def test_a_held_task_is_taken_over_on_a_page_that_says_whose_it_is(world: World) -> None:
    case, client = report(world), at_desk(world, "colleague")
    address = reverse("cases:step", args=[case.number, "claim"])
    detail = client.get(reverse("cases:detail", args=[case.number])).content.decode()
    assert f'href="{address}"' in detail
    form = client.get(address).content.decode()
    assert "队员甲" in form
    assert 'name="held_by" value="officer"' in form
    at_once = client.post(address, {"key": "a", "version": 1})
    assert at_once.status_code == 409
    assert 'value="officer"' in at_once.content.decode()
    assert client.post(address, {"key": "b", "version": 1, "held_by": "officer"}).status_code == 302
    case.refresh_from_db()
    assert case.assignee == world.people["colleague"]


def test_an_absence_that_has_begun_leads_to_what_is_open(world: World) -> None:
    case, client = report(world), at_desk(world, "officer")
    dates = {"kind": "sick", "first": "2026-11-23", "last": "2026-11-24"}
    answer = press(client, "absence_add", deputy="colleague", **dates)
    assert answer["Location"] == reverse("squad:person", args=["officer"])
    page = shown(client, "person", "officer")
    assert f"{case.number}|1|officer" in page
    assert "@pool" not in page
    press(client, "hand_over", task=[f"{case.number}|1|officer"], to="@rule", person="officer")
    case.refresh_from_db()
    assert case.assignee == world.people["colleague"]


def test_a_leader_enters_changes_and_ends_an_absence(world: World) -> None:
    client, query = at_desk(world, "leader_of_squad"), "?person=officer"
    dates = {"kind": "leave", "first": "2026-12-30", "last": "2027-01-05"}
    assert press(client, "absence_add", query=query, **dates)["Location"] == reverse("squad:absences")
    absence = Absence.objects.get()
    assert absence.ends_at.isoformat() == "2027-01-05T16:00:00+00:00"
    assert "队员甲" in shown(client, "absences")
    assert "2027-01-05" in client.get(reverse("squad:absence_change", args=[absence.pk])).content.decode()
    changed = press(client, "absence_change", absence.pk, **dates | {"last": "2027-01-08"})
    assert changed.status_code == 302
    assert client.get(reverse("squad:absence_end", args=[absence.pk])).status_code == 200
    assert press(client, "absence_end", absence.pk).status_code == 302
    assert not Absence.objects.exists()


def test_an_exact_time_survives_a_change_of_something_else(world: World) -> None:
    absence = away(world, "officer")
    begins, ends = absence.starts_at, absence.ends_at
    fields = {"kind": "training", "first": "2026-11-23", "last": "2026-11-25"}
    assert press(at_desk(world, "officer"), "absence_change", absence.pk, **fields).status_code == 302
    absence.refresh_from_db()
    assert (absence.kind, absence.starts_at, absence.ends_at) == ("training", begins, ends)


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(world: World) -> None:
    client = at_desk(world, "officer")
    away(world, "officer")
    answer = press(client, "absence_add", kind="leave", first="2026-11-23", last="2026-11-30")
    assert answer.status_code == 409
    assert "2026-11-30" in answer.content.decode()
    assert press(client, "absence_add", kind="leave", first="", last="x").status_code == 400


def test_nobody_reads_why_a_colleague_is_away(world: World) -> None:
    away(world, "officer")
    assert "Reason" not in shown(at_desk(world, "colleague"), "absences")
    assert at_desk(world, "colleague").get(reverse("squad:person", args=["officer"])).status_code == 404
    assert "Reason" in shown(at_desk(world, "officer"), "absences")
    assert "Reason" not in shown(at_desk(world, "officer"), "absences", state="past")


def test_a_week_of_duty_is_entered_shown_and_copied(world: World) -> None:
    client = at_desk(world, "leader_of_squad")
    saved = press(client, "duty", **{"2026-11-24:day": "officer", "2026-11-26:night": "colleague"})
    assert saved.status_code == 302
    assert DutyTurn.objects.count() == 2
    page = shown(client, "duty")
    assert page.count("selected") == 14
    assert press(client, "duty_copy", place=STREET, week="2026-11-30").status_code == 302
    assert DutyTurn.objects.count() == 4
    away(world, "officer", since=NOW + 2 * DAY)
    refused = press(client, "duty", **{"2026-11-26:day": "officer"})
    assert refused.status_code == 400
    assert "is away in that time" in refused.content.decode()
    assert press(client, "duty", **{"2026-11-26:day": "worker"}).status_code == 400


@pytest.mark.parametrize("query", [{"week": "nonsense"}, {"week": "9999-99-99"}, {"cursor": "%00"}])
def test_a_tampered_address_is_answered_with_a_page(world: World, query: dict[str, str]) -> None:
    client = at_desk(world, "leader_of_squad")
    for page in ("team", "pool", "absences", "duty"):
        assert client.get(reverse(f"squad:{page}"), query).status_code in {200, 400}


def test_who_stands_in_for_whom_is_on_one_page(world: World) -> None:
    posted(world, "colleague", Role.SQUAD_LEADER, STREET, deputy_of="leader_of_squad")
    away(world, "worker", "worker2")
    page = shown(at_desk(world, "leader_of_squad"), "deputies")
    assert all(name in page for name in ("队员乙", "中队长", "网格员甲", "网格员乙"))
    assert "队员乙" not in shown(at_desk(world, "neighbour"), "deputies")


def many(world: World, count: int) -> None:
    """More officers, cases of theirs, and cases of nobody."""
    for n in range(count):
        person = User.objects.create_user(username=f"extra-{n}", password="x", name=f"增员{n}")
        Posting.objects.create(user=person, role=Role.OFFICER, area=world.areas[STREET], starts_at=BEGAN)
        grants_recompute(person)
        world.people[person.username] = person
        away(world, person.username)
        case = pooled(world)
        if n % 2:
            Case.objects.filter(pk=case.pk).update(assignee=person)


def cost(read: Any) -> int:
    with counted() as statements:
        read()
    return len(statements)


def test_the_pages_cost_the_same_for_one_as_for_many(world: World) -> None:
    leader, officer = world.access("leader_of_squad"), world.access("officer")
    seen = {
        "team": lambda: str(team_page(leader, place="", cursor="", now=MOMENT)),
        "pool": lambda: str(pool_page(officer, cursor="", now=MOMENT)),
        "absences": lambda: [
            str(a.person) + str(a.deputy)
            for a in page_of(absences_found(leader, state="", now=MOMENT), by="-starts_at").rows
        ],
    }
    many(world, 2)
    few = {name: cost(read) for name, read in seen.items()}
    many_more = World(world.areas, world.units, world.people, world.conditions)
    for n in range(2, 12):
        person = User.objects.create_user(username=f"more-{n}", password="x", name=f"再增{n}")
        Posting.objects.create(user=person, role=Role.OFFICER, area=world.areas[STREET], starts_at=BEGAN)
        world.people[person.username] = person
        away(many_more, person.username, since=MOMENT - HOUR)
        pooled(world)
    assert {name: cost(read) for name, read in seen.items()} == few
    assert max(few.values()) <= 6, few
