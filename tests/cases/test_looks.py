"""A look behind the mask has a reason, an audit row and watchers; a search by number is a look too."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from cases.models import Case, ReporterLook
from cases.services.reporter import reporter_reveal, reporter_sought
from core.errors import BadInput, NotAllowed, NotFound
from core.models import AuditEntry
from notices.models import Notice
from notices.texts import text_of
from tests.api.calls import post
from tests.cast import NOW, World
from tests.walk import RESIDENT, report

NAME, PHONE = RESIDENT["reporter_name"], RESIDENT["reporter_phone"]


def as_(world: World, who: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(world.people[who], "django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def case(world: World) -> Case:
    """A caller's case with another number in its words."""
    return report(world, "hotline", description="店主 13800001111 说会清", **RESIDENT)


def looked(**which: Any) -> list[tuple[str, str, str]]:
    rows = ReporterLook.objects.filter(**which).order_by("pk")
    return list(rows.values_list("kind", "actor__username", "why"))


def reveal(world: World, case: Case, who: str = "station", why: str = "call_back", reason: str = "") -> Any:
    return reporter_reveal(access=world.access(who), number=case.number, why=why, reason=reason, now=NOW)


def test_a_look_is_written_down_without_what_was_seen(world: World, case: Case) -> None:
    seen = reveal(world, case, why="other", reason=f"给{NAME}回电")
    assert (seen.name, seen.phone, seen.description) == (NAME, PHONE, "店主 13800001111 说会清")
    assert looked() == [("reveal", "station", "other")]
    entry = AuditEntry.objects.get(action="reporter.reveal")
    assert (entry.actor_id, entry.subject) == (world.people["station"].pk, f"case:{case.number}")
    # The audit log can't be cleared, so nobody's name may come into it.
    assert NAME not in str([entry.before, entry.after, entry.reason])


@pytest.mark.parametrize(
    ("why", "reason", "field"),
    [
        ("", "想看", "why"),
        ("because", "想看", "why"),
        ("other", " ", "reason"),
        ("ask", "长" * 301, "reason"),
    ],
)
def test_a_look_without_a_good_reason_is_refused_and_not_made(
    world: World, case: Case, why: str, reason: str, field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        reveal(world, case, why=why, reason=reason)
    assert refusal.value.field == field
    assert looked() == []
    assert not AuditEntry.objects.filter(action__startswith="reporter.").exists()


@pytest.mark.parametrize("who", ["officer", "bureau", "worker", "leader", "leader_of_squad", "director"])
def test_those_who_do_not_call_back_never_look(world: World, case: Case, who: str) -> None:
    with pytest.raises(NotAllowed):
        reveal(world, case, who)
    assert looked() == []


def test_a_number_in_the_words_alone_can_be_looked_at_too(world: World) -> None:
    named = report(world, description="店主 13800001111")
    assert reveal(world, named).description == "店主 13800001111"
    with pytest.raises(NotFound):
        reveal(world, report(world))


def test_the_page_shows_it_for_a_minute_and_keeps_nothing(world: World, case: Case) -> None:
    client, url = as_(world, "station"), f"/cases/{case.number}/"
    answer = client.post(f"{url}reporter/", {"why": "call_back"})
    body = answer.content.decode()
    assert all(shown in body for shown in (NAME, PHONE, "13800001111"))
    assert "no-store" in answer["Cache-Control"]
    assert answer["Refresh"] == f"60; url={url}"
    assert PHONE not in client.get(url).content.decode()


def test_a_refused_look_asks_again_on_the_page(world: World, case: Case) -> None:
    answer = as_(world, "station").post(f"/cases/{case.number}/reporter/", {"why": "other", "reason": ""})
    assert answer.status_code == 400
    assert "2 to 300 characters" in answer.content.decode()
    assert PHONE not in answer.content.decode()


def test_the_api_shows_the_same_and_forbids_keeping_it(world: World, case: Case) -> None:
    address = f"cases/{case.number}/reporter/"
    answer = post(as_api(world, "station"), address, {"why": "ask"})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["phone"]) == (NAME, PHONE)
    assert "no-store" in answer["Cache-Control"]
    assert post(as_api(world, "station"), address, {}).status_code == 400
    assert post(as_api(world, "officer"), address, {"why": "ask"}).status_code == 403
    assert post(as_api(world, "stranger"), address, {"why": "ask"}).status_code == 404


def as_api(world: World, who: str) -> APIClient:
    client = APIClient()
    client.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


# --- searching by number ---------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/cases/", "/cases/export.csv", "/api/v1/cases/"])
@pytest.mark.parametrize("typed", [PHONE, "138 1234 5678", "138-1234-5678"])
def test_a_search_by_a_whole_number_finds_the_report_and_is_a_look(
    world: World, case: Case, path: str, typed: str
) -> None:
    answer: Any = as_(world, "station").get(path, {"q": typed})
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert case.number in body.decode()
    assert looked() == [("search", "station", "")]
    entry = AuditEntry.objects.get(action="reporter.search")
    assert entry.subject.startswith("phone:")
    assert PHONE not in str([entry.subject, entry.after, entry.reason])


def test_the_same_number_has_the_same_digest_and_another_number_another(world: World) -> None:
    for words in (PHONE, "138-1234-5678", "13800001111"):
        reporter_sought(access=world.access("station"), words=words, now=NOW)
    subjects = list(AuditEntry.objects.order_by("pk").values_list("subject", flat=True))
    assert subjects[0] == subjects[1] != subjects[2]


@pytest.mark.parametrize("words", ["", "垃圾", "5001152026112300001", "1381234"])
def test_any_other_search_is_no_look(world: World, case: Case, words: str) -> None:
    assert as_(world, "station").get("/cases/", {"q": words}).status_code == 200
    assert looked() == []


@pytest.mark.parametrize("who", ["officer", "bureau", "cleaner", "worker"])
@pytest.mark.parametrize("typed", ["13800001111", "0000111", "00001111", "店主 1380000", "1380"])
def test_nobody_else_finds_a_case_by_a_number_or_a_part_of_one(
    world: World, case: Case, who: str, typed: str
) -> None:
    for path in ("/cases/", "/api/v1/cases/"):
        assert case.number not in as_(world, who).get(path, {"q": typed}).content.decode()
    assert looked() == []


def test_an_address_with_a_number_is_still_found(world: World) -> None:
    found = report(world, address="向阳路138号")
    assert found.number in as_(world, "officer").get("/cases/", {"q": "路138号"}).content.decode()


# --- watching over it ------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["bureau", "admin"])
def test_the_watchers_see_who_looked_when_and_why(world: World, case: Case, who: str) -> None:
    reveal(world, case, why="other", reason="核对 13800001111")
    body = as_(world, who).get("/cases/looks/").content.decode()
    assert world.people["station"].name in body
    assert "138****1111" in body
    assert "13800001111" not in body
    # An administrator sees no case, so no way leads to it.
    assert (f'href="/cases/{case.number}/"' in body) == (who == "bureau")
    rows = as_(world, who).get("/api/v1/looks/").json()["results"]
    assert [(row["who"], row["case"], row["why"]) for row in rows] == [("工作站甲", case.number, "other")]
    answer: Any = as_(world, who).get("/cases/looks.csv")
    table = list(csv.reader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert len(table) == 2
    assert case.number in table[1][3]
    assert "138****1111" in table[1][5]


@pytest.mark.parametrize("who", ["station", "officer", "cleaner", "hotline"])
def test_nobody_else_sees_the_looks(world: World, who: str) -> None:
    for path in ("/cases/looks/", "/cases/looks.csv", "/api/v1/looks/"):
        assert as_(world, who).get(path).status_code == 403


@pytest.mark.parametrize("who", ["stranger_bureau", "stranger_admin"])
def test_another_district_sees_none_of_them(world: World, case: Case, who: str) -> None:
    reveal(world, case)
    assert "工作站甲" not in as_(world, who).get("/cases/looks/").content.decode()
    assert as_(world, who).get("/api/v1/looks/").json()["results"] == []


def test_the_list_narrows_by_person_kind_and_day(world: World, case: Case) -> None:
    reveal(world, case)
    reporter_sought(access=world.access("hotline"), words=PHONE, now=NOW + timedelta(days=2))
    client = as_(world, "bureau")
    for query, kinds in (
        ("kind=search", ["search"]), ("who=工作站", ["reveal"]), ("since=2026-11-24", ["search"]),
        ("until=2026-11-24", ["reveal"]), ("who=nobody", []), ("", ["search", "reveal"]),
    ):  # fmt: skip
        rows = client.get(f"/api/v1/looks/?{query}").json()["results"]
        assert [row["kind"] for row in rows] == kinds, query
    page = client.get(f"/cases/looks/?actor={world.people['hotline'].pk}").content.decode()
    assert "坐席" in page
    assert "工作站甲" not in page
    assert client.get("/cases/looks/?actor=x&kind=y&since=z").status_code == 200


def test_a_long_list_comes_in_pages_of_few_queries(
    world: World, case: Case, django_assert_max_num_queries: Any
) -> None:
    for _look in range(30):
        reveal(world, case)
    client = as_(world, "bureau")
    with django_assert_max_num_queries(14):  # six of its own; session, person, scopes, count
        body = client.get("/cases/looks/").content.decode()
    assert body.count("<tr>") == 26
    assert 'rel="next"' in body


def test_the_bureau_hears_of_too_many_looks_once_an_hour(world: World, case: Case, settings: Any) -> None:
    settings.REVEALS_PER_HOUR = 3
    for _look in range(3):
        reveal(world, case)
    assert not Notice.objects.filter(kind="looks").exists()
    for _look in range(3):
        reveal(world, case)
    notice = Notice.objects.get(kind="looks")
    assert notice.recipient == world.people["bureau"]
    assert "4" in text_of(notice.kind, notice.facts)
    assert world.people["station"].name not in str(notice.facts)
    assert "工作站甲" in as_(world, "bureau").get(notice.link).content.decode()


def test_a_colleagues_looks_do_not_count_for_one(world: World, case: Case, settings: Any) -> None:
    settings.REVEALS_PER_HOUR = 2
    for who in ("station", "station2", "hotline", "community"):
        reveal(world, case, who)
    assert not Notice.objects.filter(kind="looks").exists()
