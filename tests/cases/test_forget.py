"""A person who reported can be forgotten: their data is in no table any more, and the chain still holds."""

import json
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.utils import translation
from PIL import Image

from cases.models import Case, CaseEvent, EventWords, Photo, ReporterContact, ReporterLook
from cases.public_reads import public_case
from cases.selectors import case_for, history_told, photos_of
from cases.services.advance import case_advance
from cases.services.forget import reporters_forget_due
from cases.services.history_verify import history_breaks
from cases.services.invariants import invariants_check
from cases.services.photos import photo_files_drop, photo_store
from cases.services.reporter import reporter_reveal
from cases.workflow import Stage
from core.errors import BadInput, Conflict, NotAllowed, NotFound
from core.models import IdempotencyKey, OutboxEvent
from core.services.outbox import outbox_drain
from notices.models import Notice
from tests.cast import HOME, NOW, World
from tests.walk import go, report, step, usual

CALLER, PHONE, OTHER_PHONE, NEIGHBOUR = "覃小满", "13899990000", "023-40661234", "聂三娃"
PERSONAL = (CALLER, PHONE, OTHER_PHONE, NEIGHBOUR, "138 9999 0000")
PATH = (
    ("verify", "officer"), ("submit_plan", "station"), ("approve", "bureau"), ("dispatch", "station"),
    ("finish", "cleaner"), ("pass", "colleague"), ("close", "station"),
)  # fmt: skip


def spoken(world: World, action: str, who: str, case: Case) -> dict[str, Any]:
    """The usual input, with the person in every word of it."""
    raw = usual(world, action, who, "sign", case)
    said = f"{CALLER}（{PHONE}）与{NEIGHBOUR}"
    named = {"text": said, "words": said, "result": f"已告知{CALLER} 138 9999 0000", "reason": said}
    takes = {
        "verify": ("text",), "submit_plan": (), "approve": ("text",), "dispatch": ("reason",),
        "finish": ("result", "reason"), "pass": ("text",), "close": ("words",),
    }[action]  # fmt: skip
    raw |= {name: named[name] for name in takes}
    return raw | {"measures": [f"先联系{CALLER}", f"电话 {PHONE}"]} if action == "submit_plan" else raw


def a_named_case(world: World, photos: tuple[str, ...] = ()) -> Case:
    """A closed case with the caller in description, address, every step, plan, part, notice and look."""
    case = report(
        world, "hotline", description=f"{CALLER}家楼下，{NEIGHBOUR}的摊", address=f"密巷7号（{OTHER_PHONE}）",
        reporter_name=CALLER, reporter_phone=PHONE, photos=list(photos),
    )  # fmt: skip
    for action, who in PATH:
        case = step(world, case, action, who, **spoken(world, action, who, case))
        outbox_drain(now=NOW + timedelta(days=1))
    reporter_reveal(
        access=world.access("station"), number=case.number, why="other", reason=f"回{CALLER}电话", now=NOW
    )
    return case


def forgotten(world: World, case: Case, **raw: Any) -> Case:
    return step(world, case, "forget", "station", **({"reason": f"{CALLER}本人要求"} | raw))


def everything() -> dict[str, str]:
    """Every column of every table that can hold words, as text."""
    found: dict[str, str] = {}
    for model in apps.get_models(include_auto_created=True):
        kinds = (models.CharField, models.TextField, models.JSONField, models.FileField)
        columns = [f.column for f in model._meta.concrete_fields if isinstance(f, kinds)]
        for column in columns:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT "{column}" FROM "{model._meta.db_table}"')  # noqa: S608
                rows = [row[0] for row in cursor.fetchall()]
            # JSON may hold the signs as escapes.
            texts = [row if isinstance(row, str) else json.dumps(row) for row in rows]
            found[f"{model._meta.db_table}.{column}"] = "\n".join(map(unescaped, texts))
    return found


def unescaped(text: str) -> str:
    return text.encode().decode("unicode_escape", "replace") + text if "\\u" in text else text


def where_it_stands() -> set[str]:
    return {place for place, text in everything().items() if any(word in text for word in PERSONAL)}


def broken() -> list[str]:
    with translation.override("en"):
        return [str(found.reason) for _count, breaks in history_breaks() for found in breaks]


def test_the_scan_finds_the_person_where_they_stand_before(world: World) -> None:
    a_named_case(world)
    assert {
        "cases_case.description", "cases_case.address", "cases_reportercontact.name",
        "cases_reportercontact.phone", "cases_eventwords.text", "cases_measure.text",
        "cases_actionplan.decision", "cases_unitpart.result", "cases_reporterlook.reason",
    } <= where_it_stands()  # fmt: skip
    assert "cases_caseevent.data" not in where_it_stands()
    assert "core_auditentry.reason" not in where_it_stands()


def test_a_forgotten_person_is_in_no_table_at_all(world: World) -> None:
    case = a_named_case(world)
    case = forgotten(world, case, strike=[NEIGHBOUR])
    assert where_it_stands() == set()
    assert case.forgotten_at
    assert not ReporterContact.objects.exists()
    assert case.description == "[…]家楼下，[…]的摊"
    assert case.address == "密巷7号（[…]）"


def test_who_joined_the_case_is_forgotten_with_whoever_reported_it(world: World) -> None:
    case = report(world, "hotline", reporter_phone="13800001111")
    joiner: dict[str, Any] = {"reporter_name": CALLER, "reporter_phone": PHONE}
    case = step(world, case, "join", "officer", text=f"{CALLER} {PHONE} 也反映", **joiner)
    case = go(world, case, ("reject", "colleague"))
    code = str(case.joiners.get().follow_code)
    assert {"cases_joiner.name", "cases_joiner.phone", "cases_eventwords.text"} <= where_it_stands()
    forgotten(world, case)
    assert where_it_stands() == set()
    assert case.joiners.get().follow_code is None
    with pytest.raises(NotFound):
        public_case(code)
    assert broken() == []


def test_the_chain_and_the_words_left_still_hold(world: World) -> None:
    forgotten(world, a_named_case(world), strike=[NEIGHBOUR])
    assert broken() == []
    assert [finding.invariant.name for finding in invariants_check(now=NOW) if finding.count] == []
    out = StringIO()
    call_command("verify_history", stdout=out)
    assert "1 cases had their reporter forgotten" in out.getvalue()
    assert "0 breaks found" in out.getvalue()


def test_what_is_left_of_the_words_is_sealed_anew(world: World) -> None:
    case = forgotten(world, a_named_case(world))
    row = EventWords.objects.filter(event__case=case, text__contains="[…]").first()
    assert row is not None
    EventWords.objects.filter(pk=row.pk).update(text="改过的话 […]")
    assert broken() == [f"The words of “{row.field}” were changed."]


def test_what_happened_stays_readable(world: World) -> None:
    case = forgotten(world, a_named_case(world))
    told = {event.action: event.data for event in history_told(case)}
    assert told["finish"]["result"] == "已告知[…] […]"
    assert told["submit_plan"]["measures"] == ["先联系[…]", "电话 […]"]
    assert told["forget"]["reason"] == "[…]本人要求"
    assert told["forget"]["contact"] is True


def test_the_code_is_withdrawn_and_gone_from_stored_answers(world: World) -> None:
    case = a_named_case(world)
    code = str(case.follow_code)
    assert any(code in json.dumps(row.answer) for row in IdempotencyKey.objects.all())
    forgotten(world, case)
    assert not any(code in json.dumps(row.answer) for row in IdempotencyKey.objects.all())
    with pytest.raises(NotFound):
        public_case(code)


def test_notices_and_what_was_told_are_scrubbed_too(world: World) -> None:
    case = a_named_case(world)
    Notice.objects.filter(link=f"/cases/{case.number}/").update(facts={"where": f"{CALLER}家", "number": "7"})
    OutboxEvent.objects.filter(subject=f"case:{case.number}").update(payload={"address": f"{CALLER} {PHONE}"})
    assert {"notices_notice.facts", "core_outboxevent.payload"} <= where_it_stands()
    forgotten(world, case, strike=[NEIGHBOUR])
    assert where_it_stands() == set()
    assert Notice.objects.filter(facts__number="7").count() == Notice.objects.count()


def test_nobody_elses_case_is_touched(world: World) -> None:
    other = a_named_case(world)
    forgotten(world, a_named_case(world), strike=[NEIGHBOUR])
    other.refresh_from_db()
    assert CALLER in other.description
    assert other.follow_code
    assert ReporterContact.objects.get().case_id == other.pk


def a_picture(world: World) -> str:
    buffer = BytesIO()
    Image.new("RGB", (40, 30), "red").save(buffer, "JPEG")
    who = world.people["hotline"].pk
    return str(photo_store(data=buffer.getvalue(), user_id=who, now=NOW).pk)


def test_a_photo_that_shows_the_person_goes_and_its_hash_stays(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    shows, other = a_picture(world), a_picture(world)
    case = a_named_case(world, (shows, other))
    before = Photo.objects.get(pk=shows)
    with django_capture_on_commit_callbacks(execute=True):
        case = forgotten(world, case, photos_gone=[shows])
    after = Photo.objects.get(pk=shows)
    assert (after.file.name, after.thumb.name, after.kept_sha256) == ("", "", before.kept_sha256)
    assert not before.file.storage.exists(str(before.file.name))
    assert shows not in {str(photo.pk) for photo in photos_of(case)}
    assert other in {str(photo.pk) for photo in photos_of(case)}
    client = Client()
    client.force_login(world.people["station"], "django.contrib.auth.backends.ModelBackend")
    assert client.get(f"/cases/photos/{shows}.jpg").status_code == 404
    assert b"".join(client.get(f"/cases/photos/{other}.jpg").streaming_content)  # type: ignore[attr-defined]
    assert broken() == []


def test_files_left_by_a_crash_after_the_commit_go_by_the_hour(world: World) -> None:
    shows = a_picture(world)
    case = a_named_case(world, (shows,))
    forgotten(world, case, photos_gone=[shows])  # this transaction never commits
    assert Photo.objects.get(pk=shows).file
    assert (photo_files_drop(), photo_files_drop()) == (1, 0)
    assert not Photo.objects.get(pk=shows).file


def test_a_photo_of_another_case_is_refused_and_nothing_is_forgotten(world: World) -> None:
    shows = a_picture(world)
    a_named_case(world, (shows,))
    case = a_named_case(world)
    with pytest.raises(BadInput) as refusal:
        forgotten(world, case, photos_gone=[shows])
    assert refusal.value.field == "photos_gone"


def test_only_the_station_forgets_and_only_when_the_case_is_done(world: World) -> None:
    still_open = go(world, report(world, "hotline", reporter_phone=PHONE), ("verify", "officer"))
    with pytest.raises(Conflict):
        forgotten(world, still_open)
    done = a_named_case(world)
    for who in ("bureau", "officer", "hotline", "community"):
        with pytest.raises(NotAllowed):
            step(world, done, "forget", who, reason="本人要求")
    with pytest.raises(BadInput):
        forgotten(world, done, reason="")


def test_forgetting_twice_is_once(world: World) -> None:
    case = a_named_case(world)
    access, key = world.access("station"), str(uuid4())
    given: dict[str, Any] = {"action": "forget", "access": access, "raw": {"reason": "本人要求"}}
    late = case.stage_since + timedelta(hours=1)
    answers = [
        case_advance(number=case.number, version=case.version, key=key, now=late, **given)
        for _time in range(2)
    ]
    assert answers[0] == answers[1]
    assert case.events.filter(action="forget").count() == 1
    with pytest.raises(Conflict):
        forgotten(world, case)


@pytest.mark.parametrize("bad", [["x"], ["长" * 61], [f"{n:02}" for n in range(31)], [7]])
def test_words_to_take_out_are_neither_too_short_nor_too_many(world: World, bad: list[Any]) -> None:
    with pytest.raises(BadInput) as refusal:
        forgotten(world, a_named_case(world), strike=bad)
    assert refusal.value.field == "strike"


# --- after the time of keeping ---------------------------------------------------------------------


def test_after_the_time_of_keeping_the_reporter_is_forgotten_by_itself(world: World, settings: Any) -> None:
    settings.REPORTER_KEPT_DAYS = 30
    case = a_named_case(world)
    day = case.closed_at or NOW
    assert reporters_forget_due(now=day + timedelta(days=29)) == (0, 0)
    assert reporters_forget_due(now=day + timedelta(days=31)) == (1, 1)
    assert reporters_forget_due(now=day + timedelta(days=31)) == (0, 0)
    # A name nobody gave away stays; the caller's own and every number go.
    assert all(w not in "".join(everything().values()) for w in PERSONAL if w != NEIGHBOUR)
    event = case.events.get(action="forget")
    assert (event.actor, event.role) == (None, "")
    assert broken() == []
    assert [finding.invariant.name for finding in invariants_check(now=NOW) if finding.count] == []


def test_open_cases_are_never_due_and_zero_days_keep_everything(world: World, settings: Any) -> None:
    report(world, "hotline", reporter_phone=PHONE)
    far = NOW + timedelta(days=9999)
    assert reporters_forget_due(now=far) == (0, 0)
    a_named_case(world)
    settings.REPORTER_KEPT_DAYS = 0
    assert reporters_forget_due(now=far) == (0, 0)


def test_a_case_that_names_nobody_is_looked_at_once_and_gets_no_event(world: World) -> None:
    case = go(world, report(world), ("reject", "officer"))
    far = NOW + timedelta(days=9999)
    assert reporters_forget_due(now=far) == (1, 0)
    assert reporters_forget_due(now=far) == (0, 0)
    assert not CaseEvent.objects.filter(case=case, action="forget").exists()
    assert broken() == []


def test_the_command_goes_on_until_nothing_is_due(world: World, settings: Any) -> None:
    settings.REPORTER_KEPT_DAYS = 1
    case = go(world, report(world, "hotline", reporter_phone=PHONE), ("reject", "officer"))
    long_ago = NOW - timedelta(days=900)
    Case.objects.filter(pk=case.pk).update(closed_at=long_ago, stage_since=long_ago, opened_at=long_ago)
    out = StringIO()
    call_command("forget_reporters", stdout=out)
    assert out.getvalue() == "1 cases looked at, in 1 whoever reported was forgotten\n"


# --- page ------------------------------------------------------------------------------------------


def as_station(world: World) -> Client:
    client = Client()
    client.force_login(world.people["station"], "django.contrib.auth.backends.ModelBackend")
    return client


def test_the_page_shows_what_will_be_gone_and_does_it(world: World) -> None:
    case, client = a_named_case(world), as_station(world)
    url = f"/cases/{case.number}/steps/forget/"
    page = client.get(url).content.decode()
    assert "data-confirm-danger" in page
    assert "覃**" in page
    assert "138****0000" in page
    assert f"[…]家楼下，{NEIGHBOUR}的摊" in page
    assert CALLER not in page
    assert PHONE not in page
    sent = {"key": str(uuid4()), "version": case.version, "reason": "本人要求", "strike": f"{NEIGHBOUR}\n"}
    assert client.post(url, sent).status_code == 302
    assert where_it_stands() == set()
    page = client.get(f"/cases/{case.number}/").content.decode()
    assert "steps/forget" not in page


def test_a_refused_forgetting_shows_the_form_again_with_what_was_typed(world: World) -> None:
    case = a_named_case(world)
    sent = {"key": str(uuid4()), "version": case.version, "strike": NEIGHBOUR}
    answer = as_station(world).post(f"/cases/{case.number}/steps/forget/", sent)
    assert answer.status_code == 400
    assert "[…]家楼下，[…]的摊" in answer.content.decode()


# --- asked for by code -----------------------------------------------------------------------------


def test_whoever_holds_the_code_asks_and_the_station_is_told_once(world: World) -> None:
    case = report(world, "hotline", position=HOME, reporter_phone=PHONE)
    client, url = Client(), f"/follow/{case.follow_code}/"
    assert f'action="{url}forget/"' in client.get(url).content.decode()
    for _time in range(2):
        assert client.post(f"{url}forget/").status_code == 302
    case.refresh_from_db()
    assert case.forget_asked_at
    assert ReporterContact.objects.filter(case=case).exists()
    told = Notice.objects.filter(kind="forget_asked")
    assert {notice.recipient.username for notice in told} == {"station", "station2"}
    assert told.count() == 2
    assert "forget/" not in client.get(url).content.decode()
    assert str(case.forget_asked_at.year) in as_station(world).get(f"/cases/{case.number}/").content.decode()


def test_asking_is_counted_by_address_and_a_wrong_code_is_not_found(world: World, settings: Any) -> None:
    settings.PUBLIC_FORGETS_PER_HOUR = 2
    answers = [Client().post("/follow/ABCDEFGH2345/forget/").status_code for _time in range(3)]
    assert answers == [404, 404, 429]
    assert Client().post("/api/v1/public/reports/ABCDEFGH2345/forget/").status_code == 429


def test_it_can_be_asked_for_over_the_api_too(world: World) -> None:
    case = report(world, "hotline", reporter_phone=PHONE)
    answer = Client().post(f"/api/v1/public/reports/{case.follow_code}/forget/")
    assert answer.status_code == 202
    assert set(answer.json()) == {"asked_at"}
    assert Notice.objects.filter(kind="forget_asked").count() == 2


def test_a_look_after_the_forgetting_finds_nothing(world: World) -> None:
    case = forgotten(world, a_named_case(world), strike=[NEIGHBOUR])
    looks = ReporterLook.objects.count()
    with pytest.raises(NotFound):
        reporter_reveal(
            access=world.access("station"), number=case.number, why="call_back", reason="", now=NOW
        )
    assert ReporterLook.objects.count() == looks
    assert case_for(world.access("station"), case.number).stage == Stage.CLOSED
