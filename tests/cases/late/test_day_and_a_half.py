"""A day and a half in fast time: a case nobody takes up, then a slow unit; lamps, rungs, people, minutes.

Timers fire at the moments they name themselves, as a dispatcher that sleeps until the next one fires them.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.utils.timezone import localtime

from cases.lamps import lamp_of
from cases.models import Case, Supervision
from cases.workflow import Action, Stage
from core.models import Timer
from core.services.outbox import outbox_drain
from core.services.timers import timers_fire
from notices.models import Notice
from tests.cast import NOW, World
from tests.walk import report, step, usual

HOUR = timedelta(hours=1)
LATE_KINDS = ("pool_late", "sign_for_late", "warning", "overdue", "level2", "level3")


def moments_until(end: datetime) -> Iterator[datetime]:
    """Fire what comes due up to a moment, each thing at its own; what people are owed goes out with it."""
    armed = Timer.objects.filter(state=Timer.State.ARMED)
    now: datetime | None = armed.earliest("wake_at").wake_at
    while now and now <= end:
        fired = timers_fire(now=now)
        assert (fired.busy, fired.failed) == (0, 0)
        while outbox_drain(now=now):
            pass
        yield now
        now = fired.next_due


def clock_of(at: datetime) -> str:
    return f"{localtime(at):%a %H:%M}"


def played(case: Case, end: datetime) -> list[tuple[str, str, str, int]]:
    """(moment, what fired, lamp, level of supervision) up to a moment."""
    seen, told = [], case.events_count
    for now in moments_until(end):
        case.refresh_from_db()
        for event in case.events.filter(seq__gt=told).order_by("seq"):
            what = (
                f"{event.data['rule']} {event.data['level']}"
                if event.action == Action.ESCALATE
                else event.action
            )
            seen.append((clock_of(event.at), str(what), str(lamp_of(case, now)), case.escalation))
        told = case.events_count
    return seen


def heard() -> list[tuple[str, str, str]]:
    """(when they hear, what, who) of all that was told of lateness, in the order it is heard."""
    rows = Notice.objects.filter(kind__in=LATE_KINDS).select_related("recipient")
    told = [(row.not_before or row.created_at, row.kind, row.recipient.username) for row in rows]
    return [(clock_of(at), kind, who) for at, kind, who in sorted(told)]


NOBODY_TAKES_IT_UP = [
    ("Mon 10:30", "reassign", "green", 0), ("Mon 10:48", "stage 1", "yellow", 0),
    ("Mon 11:00", "stage 2", "red", 1), ("Mon 13:00", "stage 3", "red", 2),
    ("Tue 11:00", "stage 4", "red", 3),
]  # fmt: skip
HEARD_OF_IT = [
    ("Mon 10:48", "warning", "colleague"), ("Mon 10:48", "warning", "officer"),
    ("Mon 11:00", "overdue", "colleague"), ("Mon 11:00", "overdue", "leader_of_squad"),
    ("Mon 11:00", "overdue", "officer"), ("Mon 13:00", "level2", "leader_of_squad"),
    # The station is at lunch until two.
    ("Mon 14:00", "level2", "station"), ("Mon 14:00", "level2", "station2"),
    ("Tue 11:00", "level3", "bureau"),
]  # fmt: skip
THE_UNIT_IS_SLOW = [
    ("Tue 13:00", "sign_for 1", "green", 0), ("Tue 14:00", "reassign", "green", 0),
    ("Tue 15:12", "stage 1", "yellow", 0), ("Tue 16:00", "stage 2", "red", 1),
]  # fmt: skip
HEARD_OF_THE_UNIT = [
    ("Tue 13:00", "sign_for_late", "clean_head"), ("Tue 14:00", "sign_for_late", "station"),
    ("Tue 14:00", "sign_for_late", "station2"), ("Tue 15:12", "warning", "clean_head"),
    ("Tue 15:12", "warning", "cleaner"), ("Tue 16:00", "overdue", "clean_head"),
    ("Tue 16:00", "overdue", "cleaner"),
]  # fmt: skip


def test_a_day_and_a_half_goes_by(world: World) -> None:
    case = report(world)  # Monday, 10:00; an officer has one working hour
    assert lamp_of(case, NOW) == "green"
    assert played(case, NOW + 26 * HOUR) == NOBODY_TAKES_IT_UP
    assert heard() == HEARD_OF_IT
    assert list(Supervision.objects.order_by("level").values_list("level", flat=True)) == [1, 2, 3]
    Notice.objects.all().delete()

    noon, raw = NOW + 26 * HOUR, usual(world, "verify", "officer", case=case)
    case = step(world, case, "verify", "officer", now=noon, **raw)
    assert (case.stage, lamp_of(case, noon), case.escalation) == (Stage.HANDLE, "green", 0)
    assert case.overdue_at == NOW + HOUR  # being late stays with it
    assert played(case, noon + 5 * HOUR) == THE_UNIT_IS_SLOW
    assert heard() == HEARD_OF_THE_UNIT

    evening, raw = noon + 5 * HOUR, usual(world, "finish", "cleaner", case=case)
    case = step(world, case, "finish", "cleaner", now=evening, **raw)
    assert (lamp_of(case, evening), case.escalation) == ("green", 0)
