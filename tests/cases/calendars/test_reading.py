"""The pages of calendars: who reads them, a year, versions, and what a limit comes to."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.cases.browsers import FRAME, browser
from tests.cases.calendars.pages import DAYS, HOURS, apply, current, shown, url
from tests.cast import World


@pytest.mark.parametrize("who", ["admin", "stranger_admin", "station", "bureau"])
def test_those_who_configure_and_plan_read_calendars(world: World, who: str) -> None:
    client = browser(world, who)
    text = shown(client.get(reverse("cases:calendars")))
    assert "Mon–Fri 09:00–12:30" in text
    assert "every day 07:00–21:00" in text
    assert "No plan published for 2027" in text
    page = shown(client.get(url("calendar")))
    assert ("Change the hours" in page) is ("admin" in who)
    assert shown(client.get(url("calendar_version", 1)))
    assert shown(client.get(url("calendar_reckon")))


@pytest.mark.parametrize("who", ["worker", "cleaner", "leader"])
def test_others_are_told_whose_calendars_are(world: World, who: str) -> None:
    for address in (reverse("cases:calendars"), url("calendar"), url("calendar_version", 1)):
        assert "Calendars are for administrators" in shown(browser(world, who).get(address), 403)


@pytest.mark.parametrize("who", ["station", "bureau", "officer"])
def test_only_administrators_change_them(world: World, who: str) -> None:
    client = browser(world, who)
    assert client.get(reverse("cases:calendar_add")).status_code == 403
    for name in ("calendar_hours", "calendar_days", "calendar_import"):
        assert client.get(url(name)).status_code == 403
        assert client.post(url(name), HOURS | DAYS).status_code == 403
    sent = {"key": "k", "version": "1", "reason": "x", "wish": '{"standard_day_minutes": 60}'}
    assert client.post(url("calendar_apply"), sent).status_code == 403
    assert current().number == 1


def test_an_unknown_calendar_or_version_is_not_found(admin: Client) -> None:
    names = ("calendar", "calendar_hours", "calendar_days", "calendar_import", "calendar_days_csv")
    for name in names:
        assert admin.get(url(name, code="nobody")).status_code == 404
    assert admin.get(url("calendar_version", 2)).status_code == 404
    assert admin.get(url("calendar_version", 10**18)).status_code == 404


def test_a_year_shows_days_off_and_make_up_days_in_words(admin: Client) -> None:
    text = shown(admin.get(url("calendar"), {"year": "2026"}))
    assert "248 working days" in text
    assert 'class="day day-holiday" title="National Day">1<b>off</b>' in text
    assert 'class="day day-working" title="National Day">10<b>on</b>' in text
    assert "2026-10-01 – 10-07" in text
    assert 'class="day day-plain day-today">23' in text


def test_a_year_without_a_published_plan_says_so(admin: Client) -> None:
    for year, published in (("2025", True), ("2027", False), ("x", True), ("9999", True)):
        text = shown(admin.get(url("calendar"), {"year": year}))
        assert ("Weekends are days off; deadlines in this year carry a warning" in text) is not published


def test_those_who_work_every_day_need_no_plan(admin: Client) -> None:
    text = shown(admin.get(url("calendar", code="squads"), {"year": "2027"}))
    assert "No plan of holidays" not in text
    assert "365 working days" in text


def test_a_deadline_is_reckoned_and_told_how(admin: Client) -> None:
    text = shown(
        admin.get(url("calendar_reckon"), {"start": "2026-09-30T10:00", "amount": "5", "unit": "工作日"})
    )
    assert ">2026-10-13 10:00</time>" in text
    assert "2026-10-01 – 10-07" in text
    assert "Day off · National Day" in text
    assert "<strong>37 h 30 min</strong>" in text
    assert "not published yet" not in text


def test_a_deadline_in_an_unpublished_year_carries_a_warning_and_a_continuous_one_does_not(
    admin: Client,
) -> None:
    asked = {"start": "2026-12-31T17:00", "amount": "2", "unit": "工作时"}
    assert "not published yet" in shown(admin.get(url("calendar_reckon"), asked))
    text = shown(admin.get(url("calendar_reckon"), asked | {"unit": "紧急工作时", "amount": "24"}))
    assert "not published yet" not in text
    assert ">2027-01-01 17:00</time>" in text
    assert "17:00–24:00" in text


BAD_LIMITS = (
    {"start": "yesterday"},
    {"amount": "0"},
    {"amount": "1001"},
    {"unit": "世纪"},
    {"start": "1800-01-01T00:00"},
)


def test_a_limit_that_can_not_be_is_refused_beside_its_field(admin: Client) -> None:
    for wrong in BAD_LIMITS:
        asked = {"start": "2026-12-31T17:00", "amount": "2", "unit": "工作时"} | wrong
        text = shown(admin.get(url("calendar_reckon"), asked))
        assert "errorlist" in text
        assert "How it comes about" not in text


def test_pages_ask_for_few_rows(admin: Client, django_assert_max_num_queries: Any) -> None:
    for n in range(3):
        page = admin.post(url("calendar_hours"), HOURS | {"version": str(n + 1), "to-0": f"1{n}:30"})
        assert apply(admin, page).status_code == 302
    for address in (reverse("cases:calendars"), url("calendar"), url("calendar_version", 4)):
        with django_assert_max_num_queries(FRAME + 3):
            assert admin.get(address).status_code == 200
