"""No log record and no error report tells who reported, whatever goes wrong."""

import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client, RequestFactory

from cases.models import Case, ReporterContact
from cases.services import public
from core import clock
from core.logs import ErrorReportFilter, covered
from core.models import OutboxDelivery
from core.outbox import Happening
from core.services import outbox
from core.services.outbox import outbox_drain
from tests.cast import HOME, World

CALLER, PHONE = "覃小满", "13899990000"
SENT = {
    "position": HOME, "description": f"{CALLER}的店，电话{PHONE}", "address": f"密巷7号 {PHONE}",
    "reporter_name": CALLER, "reporter_phone": PHONE,
}  # fmt: skip


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """Every line any logger would write, down to the lowest level."""
    written: list[str] = []

    class Ear(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(logging.Formatter("%(levelname)s %(name)s %(message)s").format(record))

    ear, names = Ear(), ("", "django", "django.request", "core", "celery")
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
        logging.getLogger(name).addHandler(ear)
    yield written
    for name, level in before.items():
        logging.getLogger(name).removeHandler(ear)
        logging.getLogger(name).setLevel(level)


def told(lines: list[str]) -> list[str]:
    return [line for line in lines if CALLER in line or PHONE in line]


def send(key: str = "018f3c2a-0000-7000-8000-000000000001") -> Any:
    client = Client(raise_request_exception=False)
    return client.post(
        "/api/v1/public/reports/", json.dumps(SENT), content_type="application/json",
        headers={"Idempotency-Key": key},
    )  # fmt: skip


def test_a_report_by_phone_leaves_no_word_of_it_in_any_log(world: World, lines: list[str]) -> None:
    assert send().status_code == 201
    Client().get(f"/nowhere/?q={PHONE}")
    assert any("/nowhere/" in line or "Not Found" in line for line in lines)
    assert told(lines) == []


@pytest.mark.parametrize("error", [RuntimeError, ValueError])
def test_an_error_with_the_payload_in_it_is_logged_without_it(
    world: World, lines: list[str], monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    def breaks(**given: Any) -> None:
        raise error(f"can't file {given['raw']!r} for {PHONE}")

    monkeypatch.setattr(public, "case_report", breaks)
    answer = send()
    assert answer.status_code == 500
    assert CALLER not in answer.content.decode()
    assert PHONE not in answer.content.decode()
    assert any("can't file" in line for line in lines)
    assert told(lines) == []


def test_a_row_the_database_refuses_is_logged_without_its_values(world: World, lines: list[str]) -> None:
    assert send().status_code == 201
    case = Case.objects.get()
    try:
        with transaction.atomic():
            ReporterContact.objects.create(case=case, name=CALLER, phone=PHONE)
    except IntegrityError:
        logging.getLogger("core").exception("refused %s", {"reporter_name": CALLER, "phone": PHONE})
    assert any("refused" in line for line in lines)
    assert told(lines) == []


def test_what_postgresql_says_of_a_row_is_covered() -> None:
    said = f'DETAIL:  Failing row contains (7, {CALLER}, "x (y)").\nKey (phone)=({PHONE}) exists.'
    assert covered(said) == "DETAIL:  Failing row contains ([…]).\nKey (phone)=([…]) exists."


@pytest.mark.parametrize(
    "text",
    [
        repr(SENT), json.dumps(SENT, ensure_ascii=False), f"reporter_name={CALLER}&reporter_phone={PHONE}",
        repr({"reporter_name": [CALLER], "measures": [CALLER, CALLER]}), f"Given(reporter_name='{CALLER}')",
    ],
)  # fmt: skip
def test_personal_fields_are_covered_in_every_writing(text: str) -> None:
    assert told([covered(text)]) == []


def test_what_is_no_personal_data_is_logged_as_it_is() -> None:
    line = "POST /cases/5001152026112300001/steps/verify/ 018f3c2a-7381-4234-9678-000000000000 took 12.5 ms"
    assert covered(line) == line


def test_arguments_that_do_not_fit_are_left_to_logging() -> None:
    record = logging.getLogRecordFactory()("core", logging.INFO, __file__, 1, "%s and %s", (PHONE,), None)
    assert record.msg == "%s and %s"


def test_a_delivery_that_fails_keeps_no_number_in_its_error(
    world: World, monkeypatch: pytest.MonkeyPatch, lines: list[str]
) -> None:
    def breaks(happening: Happening, now: Any) -> None:
        raise RuntimeError(f"{{'reporter_name': '{CALLER}'}} {PHONE}")

    send()
    monkeypatch.setattr(outbox, "handler_of", lambda consumer: breaks)
    outbox_drain(now=clock.now())
    errors = [delivery.error for delivery in OutboxDelivery.objects.all()]
    assert errors
    assert any(errors)
    assert told([*errors, *lines]) == []


def test_an_error_report_names_fields_and_variables_alone() -> None:
    request = RequestFactory().post(f"/report/?q={PHONE}", {"reporter_name": CALLER})
    given = CALLER  # a variable of this frame
    report_filter, frame = ErrorReportFilter(), sys._getframe()
    shown = [
        report_filter.get_post_parameters(request),
        report_filter.get_traceback_frame_variables(request, frame),
        report_filter.get_safe_request_meta(request),
    ]
    assert given
    assert "reporter_name" in shown[0]
    assert told([repr(part) for part in shown]) == []


def test_statements_with_their_values_are_never_logged() -> None:
    assert logging.getLogger("django.db.backends").getEffectiveLevel() > logging.DEBUG
