"""Changing a calendar in two steps: first the preview, then exactly that, once, with a reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from cases.services.rearm import rearm_jobs_run
from cases.workflow import Action, Stage
from core.calendars import content_of
from core.models import AuditEntry, Calendar
from tests.cases.browsers import browser
from tests.cases.calendars.pages import DAYS, HOURS, apply, current, shown, url
from tests.cast import NOW, World
from tests.walk import case_at, report


def test_hours_are_previewed_and_then_put_in_force_with_a_reason(admin: Client) -> None:
    page = admin.post(url("calendar_hours"), HOURS)
    text = shown(page)
    assert "added</span> Mon–Fri 08:00–12:00" in text
    assert "removed</span> Mon–Fri 09:00–12:30" in text
    assert "added</span> Sat 09:00–12:00, from 2027-01-01, until 2027-06-30" in text
    assert "7:30 → 8:00" in text
    assert "Open cases whose clock runs" in text
    assert current().number == 1
    assert apply(admin, page).status_code == 302
    version = current()
    assert (version.number, version.reason, version.standard_day_minutes) == (2, "渝府办发", 480)
    assert version.shifts[-1]["valid_to"] == "2027-06-30"
    text = shown(admin.get(url("calendar")))
    assert "渝府办发" in text
    assert "管理员" in text
    assert "7:30 → 8:00" in shown(admin.get(url("calendar_version", 2)))
    assert AuditEntry.objects.get(action="calendar.change").actor.username == "admin"  # type: ignore[union-attr]


def test_a_row_left_empty_is_no_shift(admin: Client) -> None:
    kept = {name: value for name, value in HOURS.items() if not name.endswith("-2")}
    page = admin.post(url("calendar_hours"), kept | {"from-1": "", "to-1": "", "weekdays-1": []})
    assert apply(admin, page).status_code == 302
    assert [shift["from"] for shift in current().shifts] == ["08:00"]


BAD_HOURS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"to-0": "15:00"}, "Monday: the shifts 08:00–15:00 and 14:00–18:00 overlap."),
    ({"from-0": "soon"}, "Shift 1: times are written 09:00"),
    ({"weekdays-0": []}, "Shift 1: name its weekdays"),
    ({"standard_day": "all day"}, "between 1 and 24 hours"),
    ({"standard_day": "0:30"}, "between 1 and 24 hours"),
    ({"published_until": "soon"}, "The last published year"),
    ({"first-2": "2027-02-30"}, "Shift 3: its first and last day"),
    ({"rows": "many"}, "at least one shift"),
)


def test_hours_that_can_not_be_are_refused_and_what_was_typed_stays(admin: Client) -> None:
    for wrong, said in BAD_HOURS:
        text = shown(admin.post(url("calendar_hours"), HOURS | wrong), 400)
        assert said in text
        assert ('name="to-2" value="12:00"' in text) is ("rows" not in wrong)
    assert current().number == 1


def test_days_are_added_and_taken_away(admin: Client) -> None:
    assert 'name="gone" value="2026-10-10"' in shown(admin.get(url("calendar_days"), {"year": "2026"}))
    page = admin.post(url("calendar_days"), DAYS | {"gone": ["2026-10-10", "2026-10-07"]})
    text = shown(page)
    assert (
        '2027-10-01 – 10-03</span> <span class="chip chip-added">added</span> Day off · National Day' in text
    )
    assert "Make-up working day like Fri" in text
    assert '2026-10-10</span> <span class="chip chip-removed">removed</span>' in text
    assert apply(admin, page).status_code == 302
    days = {row["date"]: row for row in current().days}
    assert days["2027-10-02"] == {"date": "2027-10-02", "kind": "holiday", "name": "国庆节", "like": None}
    assert days["2027-10-09"]["like"] == 5
    assert not {"2026-10-07", "2026-10-10"} & set(days)
    assert days["2026-10-06"]["kind"] == "holiday"


def test_a_day_that_is_special_already_takes_on_what_is_said_now(admin: Client) -> None:
    page = admin.post(
        url("calendar_days"), {"version": "1", "rows": "1", "first-0": "2026-10-10", "kind-0": "holiday"}
    )
    assert "Make-up working day · National Day → Day off" in shown(page)


BAD_DAYS = (
    ({"first-0": ""}, "needs its first day"),
    ({"first-0": "2027-02-30"}, "needs its first day"),
    ({"last-0": "2027-09-30"}, "at most 60"),
    ({"last-0": "2028-10-01"}, "at most 60"),
    ({"kind-0": "feast"}, "either holiday or working"),
    ({"like-1": "9"}, "like a weekday"),
    ({"like-1": "7"}, "has no shifts then"),
    ({"name-0": "长" * 61}, "at most 60 characters"),
)


def test_days_that_can_not_be_are_refused(admin: Client) -> None:
    for wrong, said in BAD_DAYS:
        assert said in shown(admin.post(url("calendar_days"), DAYS | wrong), 400)


def test_without_a_reason_the_preview_asks_for_it(admin: Client) -> None:
    page = admin.post(url("calendar_hours"), HOURS)
    again = apply(admin, page, reason=" ")
    text = shown(again, 400)
    assert "Say why, in at most 500 characters." in text
    assert current().number == 1
    assert apply(admin, again, "补写").status_code == 302


def test_what_stands_there_already_offers_no_button(admin: Client) -> None:
    page = admin.post(url("calendar_hours"), HOURS)
    apply(admin, page)
    text = shown(admin.post(url("calendar_hours"), HOURS | {"version": "2"}))
    assert "Nothing would change" in text
    assert "Put it in force" not in text


def test_a_preview_pressed_twice_makes_one_version(admin: Client) -> None:
    page = admin.post(url("calendar_hours"), HOURS)
    assert [apply(admin, page).status_code for _again in range(2)] == [302, 302]
    assert current().number == 2


def test_what_was_decided_on_an_older_version_is_refused(admin: Client, world: World) -> None:
    page, other = admin.post(url("calendar_hours"), HOURS), browser(world, "stranger_admin")
    assert apply(other, other.post(url("calendar_days"), DAYS)).status_code == 302
    assert "Somebody changed the calendar meanwhile" in shown(apply(admin, page), 412)
    assert admin.post(url("calendar_hours"), HOURS).status_code == 412
    assert current().number == 2


def test_a_form_that_names_no_version_is_refused(admin: Client) -> None:
    assert admin.post(url("calendar_hours"), HOURS | {"version": ""}).status_code == 428
    page = admin.post(url("calendar_hours"), HOURS)
    assert apply(admin, page, version="x").status_code == 428


def test_a_preview_that_is_none_is_refused(admin: Client) -> None:
    page = admin.post(url("calendar_hours"), HOURS)
    for wish in ("", "[]", "{", '"x"'):
        assert apply(admin, page, wish=wish).status_code == 400


def test_a_calendar_of_its_own_begins_like_another(admin: Client) -> None:
    sent = {"code": "night-market", "name": "夜市", "name_en": "Night market", "like": "squads", "key": "k"}
    answer = admin.post(reverse("cases:calendar_add"), sent)
    assert answer["Location"] == url("calendar", code="night-market")
    assert content_of(current("night-market")) == content_of(current("squads"))
    assert "Night market" in shown(admin.get(answer["Location"]))
    assert admin.post(reverse("cases:calendar_add"), sent | {"key": "l"}).status_code == 400
    entry = AuditEntry.objects.get(action="calendar.add")
    assert (entry.subject, entry.after["like"]) == ("calendar:night-market", "squads")


def test_a_calendar_without_a_code_name_or_model_is_refused(admin: Client) -> None:
    for wrong in [
        {"code": "Night Market"},
        {"code": ""},
        {"name": " "},
        {"like": "nobody"},
        {"code": "squads"},
    ]:
        sent = {"code": "night-market", "name": "夜市", "like": "squads", "key": "k"} | wrong
        assert admin.post(reverse("cases:calendar_add"), sent).status_code == 400
    assert Calendar.objects.count() == 2


def test_a_holiday_shows_its_effect_on_open_cases_and_then_moves_exactly_those(
    admin: Client, world: World
) -> None:
    moved, still = case_at(world, Stage.PLAN), report(world)
    was, before = moved.due_at, still.due_at
    today = {"version": "1", "rows": "1", "first-0": "2026-11-23", "kind-0": "holiday", "name-0": "停电"}
    page = admin.post(url("calendar_days"), today)
    assert "Would be reckoned anew" in shown(page)
    assert moved.number in shown(page)
    assert still.number not in shown(page)
    assert apply(admin, page).status_code == 302
    while rearm_jobs_run(now=NOW + timedelta(hours=1)):
        pass
    moved.refresh_from_db()
    still.refresh_from_db()
    # The whole limit of four hours lies on the next day: until half past twelve, and from two o'clock.
    assert was is not None
    assert moved.due_at == datetime(2026, 11, 24, 6, 30, tzinfo=UTC)
    assert (still.due_at, still.events_count) == (before, 1)
    assert moved.events.filter(action=Action.REARM).count() == 1
