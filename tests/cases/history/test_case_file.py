"""A case taken away as a file: what is in it, and what is said of it when it comes back."""

import json
import zlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cases.casefile import reading
from cases.casefile.document import case_document
from cases.casefile.inner import inner_breaks
from cases.casefile.reading import document_in
from cases.models import Case, CaseEvent, HeadDigest, ReporterContact
from cases.services.case_file import case_file_examine
from cases.services.digest_take import heads_digest
from cases.workflow import Stage
from core.errors import NotFound, TooLarge
from core.history import canonical
from core.models import AuditEntry
from tests.api.calls import a_jpeg
from tests.cases.history.files import (
    document,
    events_swapped,
    examined,
    payload_altered,
    payload_rehashed,
    taken,
    where,
)
from tests.cases.old_events import noted_in_clear
from tests.cast import NOW, World
from tests.walk import case_at, go, report, step

PHONE = "13812345678"


@pytest.fixture
def case(world: World) -> Case:
    return case_at(world, Stage.CHECK)


def test_a_file_is_canonical_and_carries_the_chain_as_it_was_hashed(world: World, case: Case) -> None:
    raw = taken(world, case)
    held = json.loads(raw)
    assert canonical(held) == raw
    assert [event["hash"] for event in held["events"]] == [
        event.hash for event in case.events.order_by("seq")
    ]
    assert list(inner_breaks(held)) == []
    assert held["photos"][0]["sha256"] == "1" * 64


def test_taking_a_file_is_written_down(world: World, case: Case) -> None:
    taken(world, case, "station")
    entry = AuditEntry.objects.get(action="case.export")
    assert (entry.actor_id, entry.subject) == (world.people["station"].pk, f"case:{case.number}")


def test_who_reported_is_in_no_file_in_clear(world: World, case: Case) -> None:
    for who in ("station", "officer", "cleaner"):
        text = taken(world, case, who).decode()
        assert PHONE not in text
        assert "刘女士" not in text


@pytest.mark.parametrize("who", ["stranger", "neighbour", "admin"])
def test_a_case_one_does_not_see_can_not_be_taken(world: World, case: Case, who: str) -> None:
    with pytest.raises(NotFound):
        taken(world, case, who)
    assert not AuditEntry.objects.filter(action="case.export").exists()


def test_a_unit_gets_no_payload_and_no_hash_that_would_give_away_what_is_covered(
    world: World, case: Case
) -> None:
    case = noted_in_clear(case, f"打过{PHONE}")
    covered = document(world, case, "cleaner")
    first, last = covered["events"][0], covered["events"][-1]
    assert covered["covered"]
    assert (first["payload"], first["who"], bool(first["hash"])) == (None, "", True)
    assert (last["payload"], last["hash"], covered["chain"]["head_hash"]) == (None, None, None)
    assert list(inner_breaks(covered)) == []
    assert case.head_hash not in json.dumps(covered)
    assert examined(covered).kind == "unchanged"


def test_the_event_behind_a_withheld_one_does_not_repeat_its_hash(world: World, case: Case) -> None:
    case = noted_in_clear(case, f"打过{PHONE}")
    withheld = case.head_hash
    case = step(world, case, "note", "station", text="再打")
    covered = document(world, case, "cleaner")
    assert withheld not in json.dumps(covered)
    assert list(inner_breaks(covered)) == []


def test_an_unchanged_file_is_said_to_be_unchanged(world: World, case: Case) -> None:
    for pdf in (False, True):
        verdict = examined(taken(world, case, pdf=pdf))
        assert (verdict.kind, verdict.since, verdict.number) == ("unchanged", 0, case.number)


def test_a_file_read_and_written_anew_by_another_program_is_still_unchanged(world: World, case: Case) -> None:
    held = document(world, case)
    assert examined(json.dumps(held, indent=4, ensure_ascii=True).encode("utf-8-sig")).kind == "unchanged"


def test_a_case_that_moved_on_is_said_to_have(world: World, case: Case) -> None:
    held = document(world, case)
    go(world, case, ("note", "station"), ("pass", "colleague"))
    verdict = examined(held)
    assert (verdict.kind, verdict.since) == ("moved_on", 2)


ALTERED: dict[str, tuple[Callable[[dict[str, Any]], object], list[str]]] = {
    "a payload": (payload_altered, ["event 3: Its content does not match its hash."]),
    "a payload, hashed anew": (
        payload_rehashed,
        ["event 3: It is not the event that stands here.", "the end of the chain"],
    ),
    "an event out of the middle": (
        lambda held: held["events"].pop(1),
        ["event 2: An event before this one is missing, or the order was changed."],
    ),
    "the order": (
        events_swapped,
        ["event 2: An event before this one is missing, or the order was changed."],
    ),
    "the tail": (lambda held: held["events"].pop(), ["event 5: Events are missing at the end."]),
    "the tail with the count": (
        lambda held: held.update(
            events=held["events"][:-1],
            chain={"events_count": 5, "head_hash": held["events"][4]["hash"]},
        ),
        ["the events", "the end of the chain"],
    ),
    "who": (lambda held: held["events"][1].update(who="别人"), ["the events"]),
    "the description": (lambda held: held["case"].update(description="好"), ["the facts of the case"]),
    "a plan": (lambda held: held["plans"][0].update(decision="同意"), ["the plans"]),
    "a part": (lambda held: held["parts"].clear(), ["the units' parts"]),
    "a photo": (lambda held: held["photos"][0].update(sha256="0" * 64), ["the photos"]),
    "a digest put in": (lambda held: held.update(digest={"row": {}}), ["the proof of the day's digest"]),
}


def test_an_altered_file_is_said_to_be_altered_and_where(world: World, case: Case) -> None:
    heard = {}
    for name, (alter, _places) in ALTERED.items():
        held = document(world, case)
        alter(held)
        verdict = examined(held)
        heard[name] = (verdict.kind, where(verdict))
    assert heard == {name: ("altered", places) for name, (_alter, places) in ALTERED.items()}


@pytest.mark.parametrize("name", ["exported_at", "number", "covered"])
def test_what_stands_at_the_head_is_sealed_with_every_part(world: World, case: Case, name: str) -> None:
    held = document(world, case)
    held[name] = not held[name] if name == "covered" else "2026-01-01"
    assert examined(held).kind == "altered"


def test_parts_of_two_files_make_no_file(world: World, case: Case) -> None:
    early = document(world, case)
    late = case_document(world.access("officer"), case.number, now=NOW + timedelta(seconds=1))
    assert examined(late).kind == "unchanged"
    mixed = late | {"plans": early["plans"], "seals": late["seals"] | {"plans": early["seals"]["plans"]}}
    verdict = examined(mixed)
    assert (verdict.kind, where(verdict)) == ("altered", ["the plans"])


REWRITTEN: dict[str, tuple[Callable[[Case], object], list[str]]] = {
    "the case is gone": (
        lambda case: Case.objects.filter(pk=case.pk).update(uuid="00000000-0000-4000-8000-000000000000"),
        ["The case is gone."],
    ),
    "the tail is gone": (
        lambda case: Case.objects.filter(pk=case.pk).update(events_count=2),
        ["Its newest events are gone."],
    ),
    "an event is another": (
        lambda case: CaseEvent.objects.filter(case=case, seq=3).update(hash="f" * 64),
        ["event 3: It is not the event that stands here."],
    ),
    "an event says something else": (
        lambda case: CaseEvent.objects.filter(case=case, seq=3).update(data={}),
        ["event 3: Its content does not match its hash."],
    ),
    "the digest is another": (
        lambda case: HeadDigest.objects.update(digest="0" * 64),
        ["The digest of the day is another one now."],
    ),
}


@pytest.mark.parametrize("what", REWRITTEN)
def test_a_file_shows_that_the_case_here_was_tampered_with(
    world: World, case: Case, history_unlocked: None, what: str
) -> None:
    heads_digest(now=NOW)
    held = document(world, case)
    tamper, places = REWRITTEN[what]
    tamper(case)
    verdict = examined(held)
    assert (verdict.kind, where(verdict)) == ("rewritten", places)


FOREIGN = (
    b"", b"\x89PNG", b"[]", b'"x"', b"{}", b"nonsense", b'{"format": "citymgmt-case-file", "version": 1}',
    b"[" * 200_000, b'{"a":' * 200_000, b'{"a": NaN}', b'{"a": 1, "a": 2}', b"\xff\xfe{", b"9" * 9000,
    b"%PDF-1.7 nothing", b"%PDF-1.7 /Type/EmbeddedFile", b"%PDF-1.7 /Type/EmbeddedFile>>\nstream\nxx",
    b"%PDF-1.7 1 0 obj\n<</Type/EmbeddedFile/Filter/FlateDecode>>\nstream\nxx\nendstream",
)  # fmt: skip


@pytest.mark.parametrize("data", FOREIGN, ids=range(len(FOREIGN)))
def test_whatever_else_comes_is_none_of_ours(db: None, data: bytes) -> None:
    assert examined(data).kind == "foreign"


@pytest.mark.parametrize(
    "change",
    [
        {"events": [1]}, {"events": [{"seq": "1"}]}, {"events": {}}, {"uuid": "x"}, {"uuid": 5},
        {"seals": []},
        {"chain": {}}, {"digest": 5}, {"version": 2}, {"number": None},
        {"events": [{"seq": 1, "payload": [], "hash": None, "previous_hash": None}]},
        {"events": [{"seq": True, "payload": {}, "hash": None, "previous_hash": None}]},
    ],
)  # fmt: skip
def test_a_document_of_another_shape_is_none_of_ours(world: World, change: dict[str, Any]) -> None:
    assert examined(document(world, report(world)) | change).kind == "foreign"


def test_a_file_of_another_installation_is_none_of_ours(world: World, settings: Any) -> None:
    settings.PERSON_SALT = "another city"
    case = report(world)
    held = document(world, case)
    settings.PERSON_SALT = "our city"
    assert examined(held | {"uuid": "00000000-0000-4000-8000-000000000000"}).kind == "foreign"


def bomb(size: int) -> bytes:
    inflated = b'{"a":"' + b"0" * size + b'"}'
    head = b"%PDF-1.7\n1 0 obj\n<</Type/EmbeddedFile/Filter/FlateDecode>>\nstream\n"
    return head + zlib.compress(inflated, 9) + b"\nendstream"


def test_a_bomb_in_a_pdf_is_inflated_no_further_than_a_case_file_can_be(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[int] = []
    monkeypatch.setattr(reading, "_parsed", lambda raw: seen.append(len(raw)))
    assert document_in(bomb(40_000_000)) is None
    assert seen == [4 * 1024 * 1024 + 1]
    monkeypatch.undo()
    assert document_in(bomb(50)) == {"a": "0" * 50}
    assert document_in(bomb(40_000_000)) is None


def test_a_larger_file_than_any_case_has_is_refused() -> None:
    with pytest.raises(TooLarge):
        reading.check_size(reading.MOST_BYTES + 1)
    reading.check_size(reading.MOST_BYTES)


# --- the sheet -----------------------------------------------------------------------------------


def test_the_pdf_carries_the_json_file(world: World, case: Case) -> None:
    pdf = taken(world, case, pdf=True)
    held = document_in(pdf)
    assert pdf.startswith(b"%PDF-")
    assert held is not None
    assert held["number"] == case.number
    assert b"NotoSansSC" in pdf


def test_pages_that_were_not_issued_are_told_apart_from_the_data_in_them(world: World, case: Case) -> None:
    pdf = taken(world, case, pdf=True)
    verdict = examined(pdf + b"\n% changed")
    assert verdict.kind == "altered"
    assert where(verdict) == ["the printed pages: trust what the file carries, not what is printed"]


def test_a_sheet_is_made_of_a_case_with_more_than_it_shows(
    world: World, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.casefile.sheet.MOST_EVENTS", 2)
    hostile = step(world, case, "note", "station", text='#panic("x") $x$ \\ = [b] <script> "quoted" 𠮷')
    assert examined(taken(world, hostile, pdf=True)).kind == "unchanged"


def test_a_photo_is_printed_where_its_file_is_there(world: World, case: Case, media_of_its_own: Path) -> None:
    without = len(taken(world, case, pdf=True))
    picture = media_of_its_own / "photos" / "x-small.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(a_jpeg().read())
    assert len(taken(world, case, pdf=True)) > without


def test_the_proof_of_a_case_that_did_not_move_is_that_of_its_last_day(world: World, case: Case) -> None:
    heads_digest(now=NOW)
    other = report(world)
    heads_digest(now=NOW + timedelta(days=1))
    assert document(world, case)["digest"]["row"]["day"] == "2026-11-23"
    assert document(world, other)["digest"]["row"]["day"] == "2026-11-24"


def test_a_forgotten_reporter_leaves_a_file_taken_before_unchanged(world: World, case: Case) -> None:
    held = document(world, case)
    ReporterContact.objects.all().delete()
    assert case_file_examine(data=json.dumps(held).encode()).kind == "unchanged"
