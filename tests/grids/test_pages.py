"""The administrator's pages: who may open them, what they show, what pressing does."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Unit, User
from accounts.roles import Line
from grids.models import Area
from tests.cast import NOW

COMMUNITY = "500115001001"
GRID = "500115001001002"
PAGES = [
    reverse("grids:areas"),
    reverse("grids:area", args=[COMMUNITY]),
    reverse("grids:area_add", args=[COMMUNITY]),
    reverse("grids:area_rename", args=[COMMUNITY]),
    reverse("grids:area_retire", args=[GRID]),
    reverse("grids:postings"),
    reverse("grids:person_add"),
    reverse("grids:person", args=["worker"]),
    reverse("grids:person_close", args=["worker"]),
    reverse("grids:person_reopen", args=["worker"]),
    reverse("grids:person_password", args=["worker"]),
    reverse("grids:posting_add"),
    reverse("grids:units"),
    reverse("grids:unit_add"),
    reverse("grids:unit", args=["cs-clean"]),
    reverse("grids:unit_change", args=["cs-clean"]),
    reverse("grids:import"),
    reverse("grids:areas_csv"),
    reverse("grids:postings_csv"),
]
ONE_DISTRICTS = [path for path in PAGES if any(x in path for x in (COMMUNITY, "worker", "cs-clean"))]


@pytest.fixture
def login(world):
    def as_(who):
        client = Client()
        client.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
        return client

    return as_


def press(client, page, /, *args, **fields):
    fields = {"key": str(uuid4())} | fields
    return client.post(reverse(f"grids:{page}", args=args), fields)


@pytest.mark.parametrize("path", PAGES)
def test_an_administrator_sees_every_page(login, path):
    answer = login("admin").get(path)
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert len(body) > 60


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_is_sent_to_the_login_and_another_role_refused(login, path):
    assert Client().get(path).status_code == 302
    assert login("bureau").get(path).status_code == 403


@pytest.mark.parametrize("path", ONE_DISTRICTS)
def test_the_administrator_next_door_finds_nothing(login, path):
    assert login("stranger_admin").get(path).status_code == 404


@pytest.mark.parametrize("path", [reverse("grids:areas"), reverse("grids:postings"), reverse("grids:units")])
def test_lists_hold_only_ones_own_district(login, path):
    mine = (
        login("admin").get(path, {"q": "", "level": "community"} if path == PAGES[0] else {}).content.decode()
    )
    theirs = login("stranger_admin").get(path, {"q": ""}).content.decode()
    for name in ("向阳社区", "网格员甲", "长寿环卫所"):
        assert name not in theirs
    assert any(name in mine for name in ("向阳社区", "网格员甲", "长寿环卫所"))


def test_exports_hold_only_ones_own_district(login):
    for name in ("areas_csv", "postings_csv"):
        answer = login("stranger_admin").get(reverse(f"grids:{name}"))
        text = b"".join(answer.streaming_content).decode("utf-8-sig")
        assert "500106" in text
        assert "500115" not in text


def test_a_list_page_takes_few_queries_whatever_its_size(login, world, django_assert_max_num_queries):
    client = login("admin")
    street = world.areas["500115001"]
    Area.objects.bulk_create(
        Area(
            level="community", code=f"500115001{n:03d}", name=f"社区{n}", short_name=f"社区{n}",
            parent=street, street=street, district=street.district, valid_from=NOW.date(),
        )
        for n in range(100, 200)
    )  # fmt: skip
    with django_assert_max_num_queries(13):  # session, user and scopes take the rest
        client.get(reverse("grids:areas"), {"level": "community"})


def test_pages_of_a_list_follow_each_other(login, world):
    client = login("admin")
    for n in range(30):
        world.areas[f"x{n}"] = Area.objects.create(
            level="grid", code=f"5001150010011{n:02d}", name=f"格{n}", short_name=f"格{n}",
            parent=world.areas[COMMUNITY], community=world.areas[COMMUNITY],
            street=world.areas["500115001"], district=world.areas["500115"], valid_from=NOW.date(),
        )  # fmt: skip
    first = client.get(reverse("grids:areas"), {"level": "grid"}).context["page"]
    second = client.get(reverse("grids:areas"), {"level": "grid", "cursor": first.next}).context["page"]
    assert len(first.rows) == 25
    assert {row.pk for row in first.rows}.isdisjoint(row.pk for row in second.rows)


def test_a_grid_is_added_renamed_and_retired_by_pressing(login):
    client = login("admin")
    answer = press(client, "area_add", COMMUNITY, datum="WGS84")
    assert answer.status_code == 302
    code = "500115001001003"
    assert answer.url == reverse("grids:area", args=[code])
    assert press(client, "area_rename", code, name="北门网格", version=1).status_code == 302
    assert press(client, "area_retire", code, reason="并入", successors=[GRID], version=2).status_code == 302
    page = client.get(reverse("grids:area", args=[code])).content.decode()
    assert "北门网格" in page
    assert reverse("grids:area", args=[GRID]) in page


def test_two_administrators_at_once_the_second_gets_412_and_a_missing_version_428(login):
    client = login("admin")
    assert press(client, "area_rename", COMMUNITY, name="甲社区", version=1).status_code == 302
    assert press(client, "area_rename", COMMUNITY, name="乙社区", version=1).status_code == 412
    assert press(client, "area_rename", COMMUNITY, name="乙社区").status_code == 428
    assert press(client, "area_rename", COMMUNITY, name="乙社区", version="new").status_code == 412
    assert Area.objects.get(code=COMMUNITY).name == "甲社区"


def test_a_refusal_stands_beside_its_field_and_what_was_typed_is_kept(login):
    answer = press(login("admin"), "area_add", COMMUNITY, outline="三角形", datum="WGS84", name="我的网格")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "我的网格" in page
    assert answer.context["form"].errors["outline"]


def test_what_cannot_be_retired_says_why_on_the_page(login):
    answer = press(login("admin"), "area_retire", "500115001001001", reason="试", version=1)
    assert answer.status_code == 409
    assert "2" in str(answer.context["form"].non_field_errors())


def test_a_person_is_added_posted_and_closed_by_pressing(login):
    client = login("admin")
    answer = press(
        client, "person_add", username="fresh", name="新人", password="five-blue-lanterns",
        role="grid_worker", place=GRID,
    )  # fmt: skip
    assert answer.status_code == 302
    assert (
        press(client, "posting_add", username="fresh", role="officer", place="500115001").status_code == 302
    )
    person = User.objects.get(username="fresh")
    assert person.postings.count() == 2
    first = person.postings.order_by("pk")[0]
    assert client.get(reverse("grids:posting_end", args=[first.pk])).status_code == 200
    assert press(client, "posting_end", first.pk).status_code == 302
    assert press(client, "person_password", "fresh", password="six-red-lanterns").status_code == 302
    assert press(client, "person_close", "fresh", reason="离职").status_code == 302
    assert press(client, "person_reopen", "fresh").status_code == 302
    page = client.get(reverse("grids:person", args=["fresh"])).content.decode()
    assert "新人" in page
    assert "six-red" not in page


def test_the_last_day_of_a_posting_counts_in_full(login, world):
    press(
        login("admin"), "posting_add", username="colleague", role="officer", place="500115002",
        starts="2026-12-01", ends="2026-12-31",
    )  # fmt: skip
    posting = world.people["colleague"].postings.order_by("-pk")[0]
    assert posting.starts_at.isoformat() == "2026-11-30T16:00:00+00:00"
    assert posting.ends_at.isoformat() == "2026-12-31T16:00:00+00:00"


def test_ones_own_page_offers_no_change(login, world):
    page = login("admin").get(reverse("grids:person", args=["admin"])).content.decode()
    assert reverse("grids:person_close", args=["admin"]) not in page
    assert press(login("admin"), "person_close", "admin", reason="x").status_code == 403


def test_a_unit_is_added_and_changed_by_pressing(login):
    client = login("admin")
    about = {
        "name": "长寿路灯所",
        "line": "municipal",
        "kind": "handler",
        "district": "500115",
        "active": "on",
    }
    assert press(client, "unit_add", code="cs-lamps", **about).status_code == 302
    changed = about | {"name": "长寿照明所"}
    assert press(client, "unit_change", "cs-lamps", **changed).status_code == 302
    assert Unit.objects.get(code="cs-lamps").name == "长寿照明所"
    assert press(client, "unit_add", code="cs-lamps", **about).status_code == 400


def test_outlines_are_those_of_ones_own_scope(login):
    path = reverse("grids:outlines")
    assert Client().get(path).status_code == 302

    def codes(who, **wanted):
        answer = login(who).get(path, wanted)
        assert answer["Content-Type"] == "application/geo+json"
        return {f["properties"]["code"] for f in json.loads(answer.content)["features"]}

    assert codes("admin", parent=COMMUNITY) == {"500115001001001", GRID}
    assert codes("worker", level="grid") == {"500115001001001"}
    assert codes("officer", level="grid") == {
        "500115001001001", GRID, "500115001002001", "500115001002002",
    }  # fmt: skip
    assert codes("stranger", level="grid") == {"500106001001001"}
    assert login("stranger").get(path, {"parent": COMMUNITY}).status_code == 404
    assert codes("cleaner", level="grid") == set()


def test_an_outline_says_that_it_is_made_up_and_which_one_is_meant(login):
    answer = login("admin").get(reverse("grids:outlines"), {"parent": COMMUNITY, "own": GRID})
    about = {f["properties"]["code"]: f["properties"] for f in json.loads(answer.content)["features"]}
    assert about[GRID]["own"]
    assert about[GRID]["made_up"]
    assert not about["500115001001001"]["own"]


def test_the_districts_map_is_open_and_names_nothing_below(world):
    answer = Client().get(reverse("grids:districts"))
    assert answer.status_code == 200
    assert all(f["properties"]["level"] == "district" for f in json.loads(answer.content)["features"])


@pytest.mark.parametrize("query", ["cursor=nonsense", "level=planet", "state=x&q=%00", "parent=999"])
def test_a_tampered_address_is_answered_with_a_page(login, query):
    assert login("admin").get(f"{reverse('grids:areas')}?{query}").status_code in {200, 400, 404}


def test_the_history_of_a_unit_tells_in_words_what_changed(login):
    client = login("admin")
    about = {"name": "长寿路灯所", "line": "municipal", "kind": "handler", "district": "500115"}
    press(client, "unit_add", code="cs-lamps", active="on", **about)
    press(client, "unit_change", "cs-lamps", **about | {"line": "greenery"})
    texts = [past.text for past in client.get(reverse("grids:unit", args=["cs-lamps"])).context["history"]]
    assert len(texts) == 2
    assert "True" not in "".join(texts)
    assert str(Line.MUNICIPAL.label) in texts[0]
    assert str(Line.GREENERY.label) in texts[0]
