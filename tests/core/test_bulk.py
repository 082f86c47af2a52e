"""Many rows in one statement: the same rows as the ORM would write, on both engines."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from core import bulk
from core.bulk import rows_change, rows_insert, rows_read, rows_update, rows_with_many, values_insert
from core.models import OutboxDelivery, OutboxEvent, RateCount, Timer
from tests.cast import NOW

pytestmark = pytest.mark.django_db
ODD = NOW + timedelta(microseconds=123_457)
PAYLOADS: tuple[Any, ...] = (
    {"words": '引号"和\\反斜线 %s {x}', "n": 1.5, "deep": [None, True, {"a": []}]},
    {"at": ODD, "sum": Decimal("1.10")},
    [],
    "",
)


def events() -> list[tuple[Any, ...]]:
    return list(OutboxEvent.objects.order_by("pk").values_list("topic", "subject", "payload", "created_at"))


def test_values_arrive_as_the_orm_would_have_written_them() -> None:
    rows = [
        {"topic": "t", "subject": f"s{n}", "payload": payload, "created_at": ODD}
        for n, payload in enumerate(PAYLOADS)
    ]
    keys = values_insert(OutboxEvent, rows)
    assert list(OutboxEvent.objects.order_by("subject").values_list("pk", flat=True)) == keys
    written = events()
    OutboxEvent.objects.all().delete()
    OutboxEvent.objects.bulk_create(OutboxEvent(**row) for row in rows)
    assert written == events()
    assert {row[3] for row in written} == {ODD}
    assert [row["created_at"] for row in rows] == [ODD] * len(rows), "what was given is left alone"


@pytest.mark.parametrize("count", [1, 3])
def test_what_is_the_same_in_all_rows_arrives_in_all_of_them(count: int) -> None:
    for payload in PAYLOADS:
        row = {"topic": "t", "subject": "s", "payload": payload, "created_at": ODD}
        keys = values_insert(OutboxEvent, [row] * count)
        assert len(set(keys)) == count
        (written,) = {str(row) for row in events()}
        OutboxEvent.objects.all().delete()
        OutboxEvent.objects.create(**row)
        assert written == str(events()[0])
        OutboxEvent.objects.all().delete()


@pytest.mark.postgres  # SQLite knows no lengths
def test_a_text_too_long_is_refused_not_cut() -> None:
    row = {"topic": "t" * 61, "subject": "s", "payload": {}, "created_at": NOW}
    for rows in ([row], [row, row | {"topic": "u" * 61}]):
        with pytest.raises(DataError), transaction.atomic():
            values_insert(OutboxEvent, rows)


def test_what_is_not_given_has_its_default() -> None:
    (event,) = values_insert(OutboxEvent, [{"topic": "t", "subject": "s", "payload": {}, "created_at": NOW}])
    values_insert(OutboxDelivery, [{"event_id": event, "consumer": "a", "due_at": ODD}])
    row = OutboxDelivery.objects.get()
    assert (row.state, row.attempts, row.error, row.due_at) == ("pending", 0, "", ODD)


def test_columns_are_read_without_building_whole_rows(django_assert_num_queries) -> None:
    values_insert(RateCount, [{"bucket": "b", "client": str(n), "hour": ODD, "count": n} for n in range(3)])
    with django_assert_num_queries(1):
        rows = rows_read(RateCount.objects.order_by("count"), ["id", "count", "hour"])
        assert [(row.count, row.hour) for row in rows] == [(0, ODD), (1, ODD), (2, ODD)]
    with django_assert_num_queries(1):
        assert rows[2].client == "2"
    rows[2].count = 9
    rows[2].save(update_fields=["count"])
    rows_update(rows[:2], ["count"])
    assert RateCount.objects.get(client="2").count == 9
    assert rows[2] == RateCount.objects.get(client="2")


def test_rows_of_a_model_are_inserted_with_their_nulls_and_keys_of_others() -> None:
    (event,) = values_insert(OutboxEvent, [{"topic": "t", "subject": "s", "payload": {}, "created_at": NOW}])
    rows_insert([OutboxDelivery(event_id=event, consumer=name, due_at=ODD) for name in "ab"])
    rows_insert([Timer(subject="x:1", rule="r", level=n, due_at=NOW, wake_at=ODD) for n in (1, 2)])
    assert OutboxDelivery.objects.filter(event=event, due_at=ODD, state="pending", attempts=0).count() == 2
    assert Timer.objects.filter(wake_at=ODD, fired_at__isnull=True, state="armed").count() == 2


def test_named_fields_of_rows_are_updated_and_no_others() -> None:
    values_insert(RateCount, [{"bucket": "b", "client": str(n), "hour": NOW, "count": n} for n in range(5)])
    rows = list(RateCount.objects.order_by("pk"))
    for row in rows[:4]:
        row.count, row.client, row.hour = row.count + 10, f"new {row.count}", ODD
    rows_update(rows[:4], ["count", "hour"])
    assert list(RateCount.objects.order_by("pk").values_list("client", "count", "hour")) == [
        ("0", 10, ODD), ("1", 11, ODD), ("2", 12, ODD), ("3", 13, ODD), ("4", 4, NOW)
    ]  # fmt: skip


def test_nothing_costs_nothing() -> None:
    with CaptureQueriesContext(connection) as queries:
        rows_insert([])
        rows_update([], ["count"])
        assert values_insert(RateCount, []) == []
    assert len(queries) == 0


def test_more_than_one_statement_holds_goes_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "_PORTION", 2)
    keys = values_insert(
        RateCount, [{"bucket": "b", "client": str(n), "hour": NOW, "count": n} for n in range(5)]
    )
    rows_insert([RateCount(bucket="c", client=str(n), hour=NOW, count=n) for n in range(3)])
    rows = list(RateCount.objects.filter(bucket="c"))
    for row in rows:
        row.count = 9
    rows_update(rows, ["count"])
    assert [RateCount.objects.get(pk=key).count for key in keys] == [0, 1, 2, 3, 4]
    assert RateCount.objects.filter(bucket="c", count=9).count() == 3


def test_a_constraint_refuses_the_whole_statement() -> None:
    twice = [{"bucket": "b", "client": "one", "hour": NOW, "count": 1}] * 2
    with pytest.raises(IntegrityError), transaction.atomic():
        values_insert(RateCount, twice)
    assert not RateCount.objects.exists()


def test_rows_that_change_tell_what_they_are_now_and_others_stay() -> None:
    values_insert(RateCount, [{"bucket": "b", "client": str(n), "hour": ODD, "count": n} for n in range(3)])
    some = RateCount.objects.filter(client__in=["1", "2"])
    with CaptureQueriesContext(connection) as seen:
        told = rows_change(some, ["client", "count", "hour"], count=F("count") + 5)
    assert len(seen) == 1
    assert sorted(told) == [("1", 6, ODD), ("2", 7, ODD)]
    assert rows_change(RateCount.objects.filter(client="9"), ["count"], count=1) == []
    assert list(RateCount.objects.order_by("client").values_list("count", flat=True)) == [0, 6, 7]


def test_rows_come_with_those_of_a_relation_in_one_statement() -> None:
    alone, both = Group.objects.create(name="alone"), Group.objects.create(name="both")
    kinds = list(Permission.objects.select_related(None).order_by("pk")[:2])
    both.permissions.set(kinds)
    rows = Group.objects.order_by("-name", "-permissions__pk")
    with CaptureQueriesContext(connection) as seen:
        found = rows_with_many(rows, "permissions")
        assert [kind.codename for kind in found[0][1]] == [kind.codename for kind in reversed(kinds)]
    assert len(seen) == 1
    assert found == [(both, kinds[::-1]), (alone, [])]
