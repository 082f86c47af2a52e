"""The chain's page, the files and the examination, by page and by API, for those who see the case."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from cases.casefile import reading
from cases.chain import chain_of
from cases.models import Case
from cases.services.digest_take import heads_digest
from cases.workflow import Stage
from tests.cases.history.files import document
from tests.cases.old_events import noted_in_clear
from tests.cases.test_budgets import counted, with_events
from tests.cast import NOW, World
from tests.walk import case_at, step

PHONE = "13899990000"


@pytest.fixture
def case(world: World) -> Case:
    return case_at(world, Stage.CHECK)


@pytest.fixture
def signed_in(world: World) -> Any:
    def client(who: str) -> Client:
        made = Client(headers={"Accept-Language": "en"})
        made.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
        return made

    return client


@pytest.fixture
def api(world: World) -> Any:
    def client(who: str) -> APIClient:
        made = APIClient(headers={"Accept-Language": "en"})
        made.force_login(world.people[who], backend="django.contrib.auth.backends.ModelBackend")
        return made

    return client


def page(client: Client, name: str, *args: str) -> str:
    answer = client.get(reverse(f"cases:{name}", args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_case_page_leads_to_the_chain(signed_in: Any, case: Case) -> None:
    assert reverse("cases:chain", args=[case.number]) in page(signed_in("officer"), "detail", case.number)


def test_the_page_shows_every_link_and_that_all_hold(signed_in: Any, case: Case) -> None:
    shown = page(signed_in("officer"), "chain", case.number)
    assert "The history holds" in shown
    assert all(event.hash in shown and event.hash[:12] + "…" in shown for event in case.events.all())
    assert "No daily digest covers it yet" in shown


def test_the_page_names_the_digest_each_event_is_covered_by(world: World, signed_in: Any, case: Case) -> None:
    first = heads_digest(now=NOW)
    assert first is not None
    step(world, case, "note", "station", text="x")
    shown = page(signed_in("officer"), "chain", case.number)
    assert first.digest in shown
    assert "1 event; the next digest covers it." in shown
    heads_digest(now=NOW + timedelta(days=1))
    chain = chain_of(world.access("officer"), case.number)
    assert [str(link.covered_by) for link in chain.links] == ["2026-11-23"] * 6 + ["2026-11-24"]
    assert chain.uncovered == 0


def test_the_page_shows_where_it_breaks(signed_in: Any, case: Case, history_unlocked: None) -> None:
    case.events.filter(seq=3).update(data={"measures": ["观望"]})
    shown = page(signed_in("officer"), "chain", case.number)
    assert "The history does not hold" in shown
    assert "Its content does not match its hash." in shown
    assert "The history holds" not in shown


def test_the_page_shows_a_changed_row(signed_in: Any, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(description="没有")
    assert "The description is not the one that was written down." in page(
        signed_in("officer"), "chain", case.number
    )


def test_a_masked_description_is_not_taken_for_a_changed_one(
    world: World, signed_in: Any, api: Any, history_unlocked: None
) -> None:
    case = case_at(world, Stage.CHECK)
    case = noted_in_clear(case, f"电话{PHONE}")
    for who in ("cleaner", "officer"):
        assert "The history holds" in page(signed_in(who), "chain", case.number)
    withheld = api("cleaner").get(f"/api/v1/cases/{case.number}/chain/").json()
    assert (withheld["events"][-1]["hash"], withheld["events"][0]["who"]) == (None, "Hotline clerk")
    assert case.head_hash not in page(signed_in("cleaner"), "chain", case.number)
    assert case.head_hash not in api("cleaner").get(f"/api/v1/cases/{case.number}/events/").content.decode()


def test_the_api_says_the_same_as_the_page(api: Any, case: Case) -> None:
    told = api("officer").get(f"/api/v1/cases/{case.number}/chain/").json()
    assert (told["holds"], told["wrong"], told["uncovered"], told["digest"]) == (True, [], 6, None)
    assert [link["hash"] for link in told["events"]] == [e.hash for e in case.events.order_by("seq")]


def test_files_are_downloads_of_their_kind(signed_in: Any, api: Any, case: Case) -> None:
    for client, json_path, pdf_path in (
        (signed_in("officer"), f"/cases/{case.number}/file.json", f"/cases/{case.number}/file.pdf"),
        (api("officer"), f"/api/v1/cases/{case.number}/file/", f"/api/v1/cases/{case.number}/sheet/"),
    ):
        for path, kind in ((json_path, "application/json"), (pdf_path, "application/pdf")):
            answer = client.get(path)
            assert (answer.status_code, answer["Content-Type"]) == (200, kind)
            assert answer["Content-Disposition"].startswith('attachment; filename="case-5')


@pytest.mark.parametrize("who", ["officer", "stranger", "admin"])
def test_anyone_with_a_login_may_have_a_file_examined(
    world: World, signed_in: Any, api: Any, case: Case, who: str
) -> None:
    content = json.dumps(document(world, case)).encode()
    answer = signed_in(who).post("/cases/examine/", {"file": SimpleUploadedFile("x.json", content)})
    assert "The file is unchanged, and it is the whole history so far." in answer.content.decode()
    told = api(who).post("/api/v1/case-files/examine/", {"file": io.BytesIO(content)}, format="multipart")
    assert (told.status_code, told.json()["kind"], told.json()["number"]) == (200, "unchanged", case.number)


def test_what_is_wrong_with_a_file_is_shown(world: World, signed_in: Any, case: Case) -> None:
    held = document(world, case)
    held["plans"] = []
    file = SimpleUploadedFile("x.json", json.dumps(held).encode())
    shown = signed_in("officer").post("/cases/examine/", {"file": file}).content.decode()
    assert "The file was altered after it was taken from here." in shown
    assert "the plans" in shown


@pytest.mark.parametrize(
    "change", [{"number": "\ud800" * 100}, {"exported_at": "0001-01-01T00:00:00+14:00"}, {"number": "5\x00"}]
)
@pytest.mark.parametrize("pdf", [False, True])
def test_a_hostile_head_of_a_file_is_answered_like_any_other(
    world: World, signed_in: Any, api: Any, case: Case, change: dict[str, str], pdf: bool
) -> None:
    content = json.dumps(document(world, case) | change).encode()
    if pdf:
        content = b"%PDF-1.7 1 0 obj <</Type/EmbeddedFile>>\nstream\n" + content + b"\nendstream"
    answer = signed_in("officer").post("/cases/examine/", {"file": SimpleUploadedFile("x", content)})
    assert "The file was altered after it was taken from here." in answer.content.decode()
    told = api("officer").post(
        "/api/v1/case-files/examine/", {"file": io.BytesIO(content)}, format="multipart"
    )
    assert told.json()["kind"] == "altered"


def test_a_missing_and_a_too_large_file_are_refused(
    signed_in: Any, api: Any, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert signed_in("officer").get("/cases/examine/").status_code == 200
    assert signed_in("officer").post("/cases/examine/").status_code == 400
    assert api("officer").post("/api/v1/case-files/examine/", {}, format="multipart").status_code == 400
    monkeypatch.setattr(reading, "MOST_BYTES", 10)
    big = b"x" * 11
    answer = signed_in("officer").post("/cases/examine/", {"file": SimpleUploadedFile("x", big)})
    assert answer.status_code == 413
    told = api("officer").post("/api/v1/case-files/examine/", {"file": io.BytesIO(big)}, format="multipart")
    assert told.status_code == 413


def test_the_chain_costs_the_same_however_long_it_is(world: World, case: Case) -> None:
    access = world.access("officer")
    heads_digest(now=NOW)
    with counted() as few:
        chain_of(access, case.number)
    with_events(case, 100)
    with counted() as many:
        chain_of(access, case.number)
    # One query for each kind of row that is held against the chain.
    assert len(many) == len(few) <= 18, "\n".join(many)
