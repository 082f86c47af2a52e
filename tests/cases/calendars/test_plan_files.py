"""The published plan of a year's holidays, from a file or as it came with the system."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.cases.calendars.pages import HOURS, apply, current, shown, url

PLAN = "日期,类型,名称\n2027-01-01,休,元旦\n2027/1/3,班,元旦\n2026年12月31日,放假,元旦\n\n"


def upload(client: Client, text: str, encoding: str = "utf-8", **more: str) -> Any:
    file = SimpleUploadedFile("plan.csv", text.encode(encoding), "text/csv")
    return client.post(url("calendar_import"), {"version": "1", "year": "2027", "file": file} | more)


def test_a_published_plan_is_imported_from_a_file(admin: Client) -> None:
    assert 'value="2027"' in shown(admin.get(url("calendar_import")))
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        page = upload(admin, PLAN, encoding)
        assert "2026 → 2027" in shown(page)
    assert apply(admin, page).status_code == 302
    version = current()
    assert version.published_until == 2027
    days = {row["date"]: row["kind"] for row in version.days}
    assert (days["2026-12-31"], days["2027-01-01"], days["2027-01-03"]) == ("holiday", "holiday", "working")
    assert days["2026-10-01"] == "holiday"


def test_the_days_of_the_year_are_then_those_of_the_file(admin: Client) -> None:
    apply(admin, upload(admin, PLAN))
    page = upload(admin, "date,kind\n2027-05-01,holiday\n", version="2")
    assert apply(admin, page).status_code == 302
    assert [row["date"] for row in current().days if row["date"] >= "2026-12"] == ["2026-12-31", "2027-05-01"]


def test_the_file_of_a_year_can_be_imported_again(admin: Client) -> None:
    text = b"".join(admin.get(url("calendar_days_csv"), {"year": "2026"})).decode()
    assert text.splitlines()[:2] == ["\ufeffdate,kind,name,like", "2026-01-01,holiday,元旦,"]
    assert "Nothing would change" in shown(upload(admin, text, year="2026"))


BAD_PLANS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("", {}, "Choose the year and the file"),
    ("day,what\n2027-01-01,x\n", {}, "The first row names the columns"),
    ("date,kind\n", {}, "The file has no days in it"),
    ("date,kind\n2027-01-32,holiday\n", {}, "Row 2: the date is written"),
    ("date,kind\n\n2027-01-01,feast\n", {}, "Row 3: the kind is holiday or working"),
    ("date,kind\n2028-01-01,holiday\n", {}, "Row 2: 2028-01-01 does not lie in 2027"),
    ("date,kind\n2026-11-30,holiday\n", {}, "does not lie in 2027"),
    ("date,kind,like\n2027-01-03,working,8\n", {}, "Row 2: like is a weekday"),
    ("date,kind\n2027-01-01,holiday\n2027-01-01,working\n", {}, "Row 3: 2027-01-01 stands there twice"),
    ("date,kind\n2029-01-01,holiday\n", {"year": "2029"}, "The plan of 2027 is missing still"),
    (PLAN, {"year": "1800"}, "Choose the year and the file"),
    ("date,kind\n" + "2027-01-01,holiday\n" * 15_000, {}, "at most 200 kB"),
    ('date,kind\n"2027-01-01,holiday\x00\n', {}, "Row 2: the date is written"),
    (PLAN, {"shipped": "2027"}, "No plan of this year came with the system"),
    (PLAN, {"shipped": "soon"}, "No plan of this year came with the system"),
)


def test_a_file_that_is_no_plan_is_refused(admin: Client) -> None:
    for text, more, said in BAD_PLANS:
        answer = upload(admin, text, **more)
        assert said in shown(answer, answer.status_code)
        assert answer.status_code in (400, 413)


def test_a_file_that_is_no_text_is_refused(admin: Client) -> None:
    file = SimpleUploadedFile("plan.csv", b"\xff\xff\xff\x80", "text/csv")
    answer = admin.post(url("calendar_import"), {"version": "1", "year": "2027", "file": file})
    assert "This is no CSV file" in shown(answer, 400)


def test_the_plan_that_came_with_the_system_is_taken_over_by_pressing(admin: Client) -> None:
    page = admin.post(url("calendar_hours"), HOURS | {"published_until": "2025"})
    apply(admin, page)
    assert 'name="shipped" value="2026"' in shown(admin.get(url("calendar_import")))
    page = admin.post(url("calendar_import"), {"version": "2", "shipped": "2026"})
    assert "2025 → 2026" in shown(page)
