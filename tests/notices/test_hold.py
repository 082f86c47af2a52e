"""After a restored backup nobody is told again what they knew."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from core import clock
from core.models import AuditEntry, OutboxDelivery
from core.services.outbox import outbox_drain, outbox_forget
from notices.models import ChannelDelivery, Notice
from notices.services.hold import Held, notices_hold
from tests.cast import NOW, World
from tests.notices.people import a_reader, drain, states, tell
from tests.walk import report

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def restored(world: World) -> Any:
    """A case nobody was told of yet, and a letter that was not sent yet."""
    case = report(world)
    reader = a_reader("zhang")
    tell(reader, cause="old")
    tell(reader, cause="new", now=LATER)
    return case


def test_without_drop_it_is_only_counted(restored: Any) -> None:
    assert notices_hold(before=LATER, drop=False, reason="r", now=LATER) == Held(untold=1, waiting=1)
    assert set(states()) == {"pending"}
    assert not AuditEntry.objects.filter(action="notices.hold").exists()


def test_what_was_owed_before_the_moment_is_dropped_and_the_rest_still_told(restored: Any) -> None:
    assert notices_hold(before=LATER, drop=True, reason="restored", now=LATER) == Held(1, 1)
    assert states() == ["dropped", "pending"]
    outbox_drain(now=LATER)
    assert not Notice.objects.filter(recipient__username="officer").exists()
    assert drain(timedelta(hours=2)).sent == 1
    entry = AuditEntry.objects.get(action="notices.hold")
    assert (entry.reason, entry.after["untold"], entry.after["waiting"]) == ("restored", 1, 1)
    assert set(ChannelDelivery.objects.filter(state="dropped").values_list("error", flat=True)) == {
        "restored"
    }


def test_what_else_follows_from_a_step_is_not_held(restored: Any) -> None:
    others = OutboxDelivery.objects.exclude(consumer="cases.inbox").count()
    notices_hold(before=LATER, drop=True, reason="r", now=LATER)
    assert OutboxDelivery.objects.exclude(consumer="cases.inbox").exclude(state="dropped").count() == others


def test_what_was_dropped_is_forgotten_like_what_was_told(restored: Any) -> None:
    notices_hold(before=LATER, drop=True, reason="r", now=LATER)
    assert outbox_forget(now=NOW + timedelta(days=40)) >= 2
    assert not OutboxDelivery.objects.filter(state="dropped").exists()


def test_the_command_counts_first_and_drops_when_told(restored: Any, capsys: Any) -> None:
    call_command("hold_notices", "--before", "2026-11-23T10:30")
    assert "1 untold happenings and 1 waiting messages would be dropped" in capsys.readouterr().out
    call_command("hold_notices", "--before", "2026-11-23T10:30", "--drop")
    assert "dropped" in capsys.readouterr().out
    assert states() == ["dropped", "pending"]
    with pytest.raises(CommandError):
        call_command("hold_notices", "--before", "yesterday")


def test_without_a_moment_the_command_means_now(
    restored: Any, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(hours=2))
    call_command("hold_notices", "--drop")
    assert "1 untold happenings and 2 waiting messages dropped" in capsys.readouterr().out
    assert set(states()) == {"dropped"}
