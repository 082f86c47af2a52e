"""The outbox: once per event and consumer, again after a fault, given up in the end."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from core import outbox
from core.models import OutboxDelivery, OutboxEvent
from core.outbox import Happening, consumers_of, subscribe
from core.services import outbox as service
from core.services.outbox import DONE_KEPT_FOR, MOST_ATTEMPTS, outbox_drain, outbox_emit, outbox_forget
from tests.cast import NOW

pytestmark = pytest.mark.django_db


class Ears:
    """A consumer that notes what it heard and fails as often as it is told to."""

    def __init__(self) -> None:
        self.heard: list[Happening] = []
        self.failures = 0

    def __call__(self, happening: Happening, now: datetime) -> None:
        OutboxEvent.objects.create(topic="echo", subject="x", payload={}, created_at=now)
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not now")
        self.heard.append(happening)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Subscriptions made in a test end with it."""
    monkeypatch.setattr(outbox, "_handlers", dict(outbox._handlers))
    monkeypatch.setattr(outbox, "_topics", outbox._topics.copy())


@pytest.fixture
def ears(registry: None) -> Ears:
    listening = Ears()
    subscribe("test.topic", "test.ears", listening)
    return listening


def emit(*topics: str) -> None:
    outbox_emit(topics=topics or ["test.topic"], subject="case:1", payload={"n": 1}, now=NOW)


def test_what_is_emitted_is_heard_once_with_all_it_said(ears: Ears) -> None:
    emit()
    assert [outbox_drain(now=NOW) for _time in range(3)] == [1, 0, 0]
    assert [(h.topic, h.subject, h.payload, h.at) for h in ears.heard] == [
        ("test.topic", "case:1", {"n": 1}, NOW)
    ]


def test_every_consumer_hears_for_itself(ears: Ears) -> None:
    other = Ears()
    subscribe("test.topic", "test.other", other)
    subscribe("test.topic", "test.other", other)  # a room loaded twice is one consumer
    ears.failures = 1
    emit()
    assert outbox_drain(now=NOW) == 1
    assert (len(ears.heard), len(other.heard)) == (0, 1)
    assert outbox_drain(now=NOW + timedelta(minutes=1)) == 1
    assert (len(ears.heard), len(other.heard)) == (1, 1)


def test_a_topic_nobody_listens_to_leaves_no_row(registry: None) -> None:
    assert consumers_of("no.such.topic") == ()
    emit("no.such.topic")
    assert OutboxEvent.objects.count() == OutboxDelivery.objects.count() == 0


def test_what_is_taken_back_was_never_said(ears: Ears) -> None:
    with transaction.atomic():
        emit()
        transaction.set_rollback(True)
    assert outbox_drain(now=NOW) == 0


def test_nothing_is_heard_before_it_is_due(ears: Ears) -> None:
    emit()
    assert outbox_drain(now=NOW - timedelta(seconds=1)) == 0
    assert outbox_drain(now=NOW) == 1


def test_a_fault_takes_back_its_own_writes_and_waits_twice_as_long_each_time(ears: Ears) -> None:
    ears.failures = 3
    emit()
    moment, waits = NOW, []
    while ears.failures:
        assert outbox_drain(now=moment) == 0
        delivery = OutboxDelivery.objects.get()
        waits.append(int((delivery.due_at - moment).total_seconds()))
        assert outbox_drain(now=delivery.due_at - timedelta(microseconds=1)) == 0
        moment = delivery.due_at
    assert waits == [2, 4, 8]
    assert delivery.error == "RuntimeError: not now"
    assert OutboxEvent.objects.filter(topic="echo").count() == 0
    assert outbox_drain(now=moment) == 1
    assert OutboxEvent.objects.filter(topic="echo").count() == 1


def test_after_eight_attempts_it_is_dead_and_kept_for_a_person_to_look_at(ears: Ears) -> None:
    ears.failures = 100
    emit()
    for attempt in range(20):
        outbox_drain(now=NOW + timedelta(hours=attempt))
    delivery = OutboxDelivery.objects.get()
    assert (delivery.state, delivery.attempts) == ("dead", MOST_ATTEMPTS)
    assert outbox_forget(now=NOW + 2 * DONE_KEPT_FOR) == 0


def test_a_consumer_whose_room_is_gone_does_not_stop_the_others(ears: Ears) -> None:
    subscribe("test.topic", "test.gone", ears)
    emit()
    del outbox._handlers["test.gone"]
    assert outbox_drain(now=NOW) == 1
    gone = OutboxDelivery.objects.get(consumer="test.gone")
    assert (gone.state, gone.attempts, gone.error) == ("pending", 1, "KeyError: 'test.gone'")


def test_one_broken_event_does_not_stop_those_behind_it(ears: Ears) -> None:
    ears.failures = 1
    for _event in range(3):
        emit()
    assert outbox_drain(now=NOW) == 2


def test_a_drain_is_capped(ears: Ears) -> None:
    for _event in range(5):
        emit()
    assert [outbox_drain(now=NOW, limit=2) for _time in range(4)] == [2, 2, 1, 0]


def test_settled_events_are_forgotten_after_thirty_days_and_owed_ones_never(ears: Ears) -> None:
    emit()
    outbox_drain(now=NOW)
    emit()
    assert outbox_forget(now=NOW + DONE_KEPT_FOR) == 0
    assert outbox_forget(now=NOW + DONE_KEPT_FOR + timedelta(seconds=1)) > 0
    assert list(OutboxDelivery.objects.values_list("state", flat=True)) == ["pending"]


@pytest.mark.parametrize(
    "since", [{"state": "done"}, {"state": "dead", "attempts": MOST_ATTEMPTS}, {"attempts": 1}]
)
def test_a_fault_is_not_noted_on_what_another_drainer_settled_since(ears: Ears, monkeypatch, since) -> None:
    ears.failures = 1
    emit()
    note = service._postpone

    def after_another(*args) -> None:
        # The row lock went with the rollback: here the other drainer gets in between.
        OutboxDelivery.objects.update(**since)
        note(*args)

    monkeypatch.setattr(service, "_postpone", after_another)
    assert outbox_drain(now=NOW) == 0
    row = OutboxDelivery.objects.values("state", "attempts", "error", "due_at").get()
    assert row == {"state": "pending", "attempts": 0, "error": "", "due_at": NOW} | since
