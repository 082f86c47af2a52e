"""Calendars over the API: read, preview, change, reckon; the same services as the pages."""

from typing import Any

import pytest

from core.models import Calendar
from tests.api.calls import get, is_problem, post
from tests.cast import World
from tests.core.worktime.calendars import EIGHT_TO_SIX, holiday, shift, worked

EIGHTS = {"shifts": EIGHT_TO_SIX, "standard_day_minutes": 480}


def change(client: Any, body: dict[str, Any], *, version: int | None = 1, **more: Any) -> Any:
    return post(client, "calendars/offices/change/", body | {"reason": "渝府办发"}, version=version, **more)


def preview(client: Any, body: dict[str, Any], *, version: int | None = 1) -> Any:
    return post(client, "calendars/offices/preview/", body, version=version)


def number() -> int:
    version = Calendar.objects.get(code="offices").current
    return version.number if version else 0


def test_calendars_are_listed_and_one_is_read_with_the_version_a_change_expects(world: World, api) -> None:
    station = api("station")
    rows = get(station, "calendars/").json()["results"]
    assert [(row["code"], row["version"], row["published_until"], row["units"]) for row in rows] == [
        ("offices", 1, 2026, 0),
        ("squads", 1, None, 0),
    ]
    answer = get(station, "calendars/squads/")
    assert answer["ETag"] == '"v1"'
    said = answer.json()
    assert said["shifts"] == [shift([1, 2, 3, 4, 5, 6, 7], "07:00", "21:00")]
    assert (said["days"], said["standard_day_minutes"], said["made_by"]) == ([], 840, None)


def test_a_preview_tells_what_would_be_different_and_changes_nothing(world: World, api) -> None:
    days = [*get(api("admin"), "calendars/offices/").json()["days"], holiday("2027-10-01", "国庆节")]
    found = preview(api("admin"), EIGHTS | {"days": days, "published_until": 2027}).json()
    assert found["changes"] is True
    assert [row["from"] for row in found["shifts_added"]] == ["08:00"]
    assert [row["from"] for row in found["shifts_removed"]] == ["09:00"]
    assert found["days"] == [
        {
            "first": "2027-10-01", "last": "2027-10-01", "before": None,
            "after": {"kind": "holiday", "name": "国庆节", "like": None},
        }
    ]  # fmt: skip
    assert [(row["year"], row["days_before"], row["days_after"]) for row in found["years"]] == [
        (2026, 248, 248),
        (2027, 261, 260),
    ]
    assert (found["standard_day_minutes"], found["published_until"], number()) == (480, 2027, 1)
    assert preview(api("admin"), {}).json()["changes"] is False


def test_a_change_makes_the_next_version_once_and_leaves_out_what_stays(world: World, api) -> None:
    admin, jobs = api("admin"), set()
    for _again in range(2):
        answer = change(admin, EIGHTS, key="once")
        assert (answer.status_code, answer["ETag"]) == (200, '"v2"')
        assert {"calendar": "offices", "version": 2}.items() <= answer.json().items()
        jobs.add(answer.json()["job"])
    assert len(jobs) == 1
    said = get(admin, "calendars/offices/").json()
    assert (said["shifts"], said["standard_day_minutes"], said["made_by"]) == (EIGHT_TO_SIX, 480, "管理员")
    assert len(said["days"]) > 700
    versions = get(admin, "calendars/offices/versions/").json()["results"]
    assert [(row["number"], row["reason"]) for row in versions] == [(2, "渝府办发"), (1, "")]
    assert get(admin, "calendars/offices/versions/1/").json()["standard_day_minutes"] == 450


def test_a_change_is_decided_on_a_version(world: World, api) -> None:
    admin = api("admin")
    assert change(admin, EIGHTS).status_code == 200
    assert is_problem(change(admin, {"standard_day_minutes": 60}, version=1), 412, "stale")
    assert is_problem(preview(admin, {"standard_day_minutes": 60}, version=1), 412, "stale")
    assert is_problem(change(admin, {"standard_day_minutes": 60}, version=None), 428, "version_missing")
    assert is_problem(preview(admin, {}, version=None), 428, "version_missing")
    assert is_problem(change(admin, {}, key="k" * 81), 400)
    assert number() == 2


BAD: tuple[tuple[dict[str, Any], str], ...] = (
    ({"shifts": []}, "shifts"),
    ({"shifts": [shift([1], "12:00", "08:00")]}, "shifts"),
    ({"shifts": [shift([8], "08:00", "12:00")]}, "shifts"),
    ({"shifts": [{"weekdays": [1]}]}, "shifts"),
    ({"shifts": "always"}, "shifts"),
    ({"days": [holiday("2026-02-30")]}, "days"),
    ({"days": [worked("2026-10-10"), holiday("2026-10-10")]}, "days"),
    ({"days": [{"date": "2026-10-10", "kind": "feast"}]}, "days"),
    ({"standard_day_minutes": 10}, "standard_day_minutes"),
    ({"published_until": 1900}, "published_until"),
    ({"hours": []}, "hours"),
    ({"reason": ""}, "reason"),
)


def test_what_can_not_be_is_refused_with_a_sentence_and_the_part_at_fault(world: World, api) -> None:
    admin = api("admin")
    for body, part in BAD:
        answer = post(admin, "calendars/offices/change/", {"reason": "x"} | body, version=1)
        assert is_problem(answer, 400)
        assert any(name.startswith(part) for name in answer.json()["errors"]), body
    assert number() == 1


@pytest.mark.parametrize(("who", "reads"), [("worker", False), ("station", True), ("bureau", True)])
def test_who_may_read_and_who_may_change(world: World, api, who: str, reads: bool) -> None:
    client = api(who)
    addresses = ("", "offices/", "offices/versions/", "offices/versions/1/")
    assert {get(client, f"calendars/{rest}").status_code for rest in addresses} == {200 if reads else 403}
    added = {"code": "nights", "name": "夜班", "like": "squads"}
    for refused in (change(client, EIGHTS), preview(client, EIGHTS), post(client, "calendars/", added)):
        assert is_problem(refused, 403, "not_allowed")
    assert number() == 1


def test_a_calendar_begins_like_another(world: World, api) -> None:
    added = {"code": "nights", "name": "夜班", "like": "squads"}
    answer = post(api("admin"), "calendars/", added, key="k")
    assert (answer.status_code, answer.json()) == (201, {"calendar": "nights", "version": 1})
    assert is_problem(post(api("admin"), "calendars/", added), 400)
    assert get(api("admin"), "calendars/nights/").json()["standard_day_minutes"] == 840


def test_a_deadline_is_reckoned_with_its_derivation(world: World, api) -> None:
    asked = {"start": "2026-09-30T10:00:00+08:00", "amount": 1, "unit": "工作日"}
    found = get(api("station"), "calendars/offices/reckon/", **asked).json()
    assert found["deadline"].startswith("2026-10-08T10:00")
    assert (found["seconds"], found["unpublished"]) == (27_000, False)
    assert found["stretches"][1] == {
        "first": "2026-10-01", "last": "2026-10-07", "days": 7, "hours": [], "seconds": 0, "kind": "holiday",
        "name": "国庆节",
    }  # fmt: skip
    assert found["stretches"][2]["hours"] == [["09:00", "10:00"]]
    later = get(api("station"), "calendars/offices/reckon/", **asked | {"start": "2026-12-31T17:00:00+08:00"})
    assert later.json()["unpublished"] is True


def test_a_limit_that_can_not_be_is_refused(world: World, api) -> None:
    asked = {"start": "2026-09-30T10:00:00+08:00", "amount": "1", "unit": "工作日"}
    for wrong in (
        {"amount": "0"},
        {"unit": "世纪"},
        {"start": "soon"},
        {"start": "1800-01-01T00:00:00Z"},
        {"x": "1"},
    ):
        assert is_problem(get(api("admin"), "calendars/offices/reckon/", **asked | wrong), 400)


def test_what_is_not_there_is_not_found(world: World, api) -> None:
    for rest in (
        "nobody/",
        "nobody/versions/",
        "offices/versions/2/",
        "nobody/reckon/?start=2026-01-01T00:00Z",
    ):
        assert get(api("admin"), f"calendars/{rest}").status_code in (400, 404)
    assert is_problem(get(api("admin"), "calendars/nobody/"), 404)
