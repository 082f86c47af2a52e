"""Clock, client address, rate limit, keys, audit, errors: small parts everything stands on."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection
from django.http import HttpRequest
from django.test import RequestFactory

from core import clock, errors
from core.clients import client_block, client_ip
from core.errors import BadInput, KeyReused, TooOften
from core.models import AuditEntry, IdempotencyKey, RateCount
from core.services.audit import audit_write
from core.services.idempotency import KEPT_FOR, fingerprint_of, keys_forget, run_once
from core.services.ratelimit import rate_take, rates_forget
from core.tasks import drain_outbox, forget_old_rows
from tests.cast import NOW

PRINT = fingerprint_of(method="POST", path="x", body={"a": 1})


def once(
    key: str = "k", *, fingerprint: str = PRINT, actor: str = "user:1", answer: int = 1
) -> dict[str, int]:
    return run_once(actor=actor, key=key, fingerprint=fingerprint, now=NOW, work=lambda: {"n": answer})


@pytest.mark.django_db
def test_a_repeat_gets_the_first_answer_and_does_nothing() -> None:
    assert [once(answer=1), once(answer=2)] == [{"n": 1}, {"n": 1}]
    assert once(answer=3, actor="user:2") == {"n": 3}
    assert once("k2", answer=4) == {"n": 4}


@pytest.mark.django_db
def test_a_refusal_is_not_remembered() -> None:
    def refuse() -> dict[str, int]:
        RateCount.objects.create(bucket="b", client="c", hour=NOW)
        raise BadInput("no")

    with pytest.raises(BadInput):
        run_once(actor="user:1", key="k", fingerprint=PRINT, now=NOW, work=refuse)
    assert RateCount.objects.count() == IdempotencyKey.objects.count() == 0
    assert once(answer=5) == {"n": 5}


def noted() -> dict[str, int]:
    """Work that can be done again and again, and leaves a row each time."""
    RateCount.objects.create(bucket="b", client=str(RateCount.objects.count()), hour=NOW)
    return {"rows": RateCount.objects.count()}


def filed() -> dict[str, int]:
    """Work that can be done once."""
    if RateCount.objects.exists():
        raise BadInput("Filed already.")
    return noted()


def clashing() -> dict[str, int]:
    """Work that the database refuses the second time."""
    RateCount.objects.create(bucket="b", client="c", hour=NOW)
    return {"rows": RateCount.objects.count()}


def taken_away() -> dict[str, int]:
    """Work whose row is gone the second time."""
    if IdempotencyKey.objects.exists():
        RateCount.objects.get(client="nobody")
    return noted()


@pytest.mark.django_db
def test_work_is_done_once_even_in_vain_unless_the_key_is_looked_for_first() -> None:
    done: list[int] = []

    def count() -> dict[str, int]:
        done.append(1)
        return {"n": len(done)}

    for look_first in (True, True, False):
        answer = run_once(
            actor="user:1", key="k", fingerprint=PRINT, now=NOW, work=count, look_first=look_first
        )
        assert answer == {"n": 1}
    assert len(done) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("look_first", [True, False])
@pytest.mark.parametrize("work", [noted, filed, clashing, taken_away])
def test_a_repeat_leaves_nothing_whether_its_work_could_be_done_again_or_not(
    work: Callable[[], dict[str, int]], look_first: bool
) -> None:
    def ask(body: int) -> dict[str, int]:
        fingerprint = fingerprint_of(method="POST", path="x", body={"a": body})
        return run_once(
            actor="user:1", key="k", fingerprint=fingerprint, now=NOW, work=work, look_first=look_first
        )

    assert [ask(1), ask(1)] == [{"rows": 1}] * 2
    with pytest.raises(KeyReused):
        ask(2)
    assert RateCount.objects.count() == IdempotencyKey.objects.count() == 1


@pytest.mark.django_db
def test_a_clash_that_is_no_repeat_is_not_taken_for_one() -> None:
    clashing()
    with pytest.raises(IntegrityError):
        run_once(actor="user:1", key="k", fingerprint=PRINT, now=NOW, work=clashing)
    assert IdempotencyKey.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"method": "PUT"}, {"path": "y"}, {"body": {"a": 2}}, {"body": {}}])
def test_another_method_path_or_body_under_the_same_key_is_refused(change: dict[str, object]) -> None:
    once()
    other: dict[str, object] = {"method": "POST", "path": "x", "body": {"a": 1}} | change
    with pytest.raises(KeyReused):
        once(fingerprint=fingerprint_of(**other))  # type: ignore[arg-type]


@pytest.mark.django_db
def test_keys_are_kept_for_180_days() -> None:
    once()
    assert keys_forget(now=NOW + KEPT_FOR) == 0
    assert keys_forget(now=NOW + KEPT_FOR + timedelta(seconds=1)) == 1


@pytest.mark.django_db
def test_a_limit_counts_by_client_bucket_and_clock_hour() -> None:
    for _use in range(2):
        rate_take(bucket="b", client="1.1.1.1", limit=2, now=NOW + timedelta(minutes=40))
    with pytest.raises(TooOften) as refused:
        rate_take(bucket="b", client="1.1.1.1", limit=2, now=NOW + timedelta(minutes=40))
    assert refused.value.extra["retry_after"] == 20 * 60 + 1
    rate_take(bucket="b", client="2.2.2.2", limit=2, now=NOW)
    rate_take(bucket="c", client="1.1.1.1", limit=2, now=NOW)
    rate_take(bucket="b", client="1.1.1.1", limit=2, now=NOW + timedelta(hours=1))
    assert rates_forget(now=NOW + timedelta(days=1, minutes=1)) == 3


@pytest.mark.django_db
def test_a_limit_of_nothing_lets_nothing_through() -> None:
    with pytest.raises(TooOften):
        rate_take(bucket="b", client="1.1.1.1", limit=0, now=NOW)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "", "9.9.9.9"),
        (0, "1.1.1.1", "9.9.9.9"),
        (1, "1.1.1.1", "1.1.1.1"),
        (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"),
        (2, "6.6.6.6, 1.1.1.1, 2.2.2.2", "1.1.1.1"),
        (2, "1.1.1.1", "9.9.9.9"),
        (1, " , ,", "9.9.9.9"),
        (1, "", "9.9.9.9"),
    ],
)
def test_only_as_many_proxies_are_believed_as_the_operator_named(
    settings, proxies: int, forwarded: str, address: str
) -> None:
    settings.PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="9.9.9.9", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_ip(request) == address


def test_a_request_over_a_socket_of_this_machine_has_an_address_too() -> None:
    request = HttpRequest()
    request.META = {}
    assert client_ip(request) == "127.0.0.1"


@pytest.mark.django_db
def test_the_clock_is_aware_in_utc_and_moves_within_a_transaction() -> None:
    first, second = clock.now(), clock.now()
    assert first.tzinfo == UTC
    assert first < second or connection.vendor == "sqlite"
    assert abs(first - datetime.now(UTC)) < timedelta(seconds=30)  # noqa: TID251 - the clock under test


@pytest.mark.django_db
def test_an_audit_row_says_who_did_what_to_what() -> None:
    audit_write(actor_id=None, action="area.rename", subject="area:1", now=NOW, before={"n": 1}, reason="x")
    row = AuditEntry.objects.get()
    assert (row.action, row.before, row.after, row.reason) == ("area.rename", {"n": 1}, {}, "x")


@pytest.mark.django_db
def test_the_tasks_of_the_core_are_wake_ups_that_find_nothing_to_do() -> None:
    assert (drain_outbox(), forget_old_rows()) == (0, 0)


def test_every_refusal_has_a_status_a_code_and_a_title() -> None:
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.CityError)
    ]
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(400 <= kind.status < 500 and str(kind.title) for kind in kinds)
    refused = BadInput("sentence", field="f", errors={"f": "x"})
    assert (str(refused), refused.field, refused.extra) == ("sentence", "f", {"errors": {"f": "x"}})


GOOD = {
    "CITYMGMT_MODE": "production", "SECRET_KEY": "k" * 40, "PERSON_SALT": "s" * 20,
    "ALLOWED_HOSTS": "city.example",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "starts"),
    [
        ({}, True),
        ({"SECRET_KEY": ""}, False),
        ({"SECRET_KEY": "short"}, False),
        ({"PERSON_SALT": None}, False),
        ({"ALLOWED_HOSTS": "*"}, False),
        ({"ALLOWED_HOSTS": ""}, False),
        ({"DEBUG": "1"}, False),
        ({"CITYMGMT_MODE": "staging"}, False),
        ({"CITYMGMT_DEMO": "1"}, True),
    ],
)
def test_production_refuses_to_start_with_any_default(
    tmp_path, change: dict[str, str | None], starts: bool
) -> None:
    wanted = {name: value for name, value in (GOOD | change).items() if value is not None}
    env = {"PATH": os.environ["PATH"], "CITYMGMT_VAR": str(tmp_path), **wanted}
    code = "from citymgmt import settings as s; assert s.SESSION_COOKIE_SECURE and not (s.DEMO or s.LOCAL)"
    run = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False, timeout=60
    )
    assert (run.returncode == 0) == starts, run.stderr[-500:]
    if not starts:
        assert "ImproperlyConfigured" in run.stderr


@pytest.mark.parametrize(
    ("client", "block"),
    [
        ("9.9.9.9", "9.9.9.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:0db8:0001:0002::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:9.9.9.9", "9.9.9.9"),
        ("somewhere", "somewhere"),
    ],
)
def test_a_client_is_an_address_or_a_block_of_ipv6(client: str, block: str) -> None:
    assert client_block(client) == block
