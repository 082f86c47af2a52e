"""Whatever a client makes of the schema, the API answers as the schema says, and never with a fault.

schemathesis makes the requests, in this process and without sockets; ``make fuzz-api`` makes more of them.
"""

import json
import os
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case as Request
from schemathesis import checks
from schemathesis.schemas import APIOperation

from accounts.services.tokens import token_issue
from cases.models import StandingPlan
from core import clock
from tests.cast import NOW, World
from tests.walk import RESIDENT, TO_PLAN, a_photo, go, report

EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "0"))
PEOPLE = ("", "station", "worker", "admin")
HELD = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(autouse=True)
def one_connection() -> Iterator[None]:
    """A request ends by closing old connections; here it lives inside the test's transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def schema() -> Any:
    """The schema as ``/api/schema/`` serves it, with the site behind it."""
    raw = SchemaGenerator().get_schema(request=None, public=True)
    made = schemathesis.openapi.from_dict(json.loads(json.dumps(raw, default=str)))
    made.app = get_wsgi_application()
    return made


@pytest.fixture
def names(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Something real for each part of an address, so that more than "not found" is answered."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    photo = a_photo(world, "worker")
    case = go(world, report(world, "worker", photos=[photo], **RESIDENT), *TO_PLAN, condition="sign")
    return {
        "number": case.number, "photo_id": photo, "key": "matter-06010", "code": "500115001",
        "calendar": "offices", "version": "1", "plan_id": str(StandingPlan.objects.order_by("pk")[0].pk),
    }  # fmt: skip


@pytest.mark.parametrize("who", PEOPLE)
def test_the_api_keeps_to_its_schema_for_everybody(
    world: World, schema: Any, names: dict[str, str], who: str
) -> None:
    broken: dict[str, str] = {}
    for found in schema.get_all_operations():
        operation = found.ok()
        if problem := wrong(operation, names, world, who):
            broken[operation.label] = problem
    assert broken == {}


def wrong(operation: APIOperation, names: dict[str, str], world: World, who: str) -> str:
    """What the first request that breaks the schema shows; nothing when none does."""

    @given(request=operation.as_strategy(), real=st.integers(0, 2))
    @settings(
        max_examples=EXAMPLES or 2, derandomize=not EXAMPLES, phases=[Phase.generate], deadline=None,
        database=None, suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def asked(request: Request, real: int) -> None:
        if real:
            request.path_parameters = {n: names.get(n, v) for n, v in (request.path_parameters or {}).items()}
        with transaction.atomic():
            headers = {"Authorization": f"Token {token_issue(user=world.people[who])[1]}"} if who else {}
            answer = request.call(headers=headers)
            transaction.set_rollback(True)
        request.validate_response(answer, checks=HELD)

    try:
        asked()
    except (Exception, BaseExceptionGroup) as failure:
        return "\n".join(str(one) for one in getattr(failure, "exceptions", [failure]))[:1500]
    return ""


def test_the_schema_is_whole(schema: Any) -> None:
    """Every operation could be read, and there are as many as there are addresses and methods."""
    operations = [found.ok().label for found in schema.get_all_operations()]
    assert len(operations) > 50
    assert {"GET /api/v1/cases/", "POST /api/v1/public/photos/"} <= set(operations)


def test_a_fault_and_an_answer_outside_the_schema_would_be_seen(
    world: World, schema: Any, names: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = next(o.ok() for o in schema.get_all_operations() if o.ok().label == "GET /api/v1/cases/counts/")
    assert wrong(counts, names, world, "station") == ""
    monkeypatch.setattr(
        "cases.api.reading.StageCount", lambda rows, many: SimpleNamespace(data=[{"count": "x"}])
    )
    assert "Response violates schema" in wrong(counts, names, world, "station")
    monkeypatch.setattr("cases.api.reading.stage_lamps", lambda access, now: 1 / 0)
    assert "Server error" in wrong(counts, names, world, "station")
