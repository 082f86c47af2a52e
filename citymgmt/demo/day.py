"""A day and a half in fast time: one case that nobody takes up, told by the real services, and taken back.

Nothing here says what comes of it. A case is reported at half past three on a past working day; from there
the timers it has armed fire at their own moments, as a dispatcher would fire them, and people are told as
their working time lets them hear. All of it happens in one transaction that is rolled back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.desk import names_for, who_took
from cases.ladders import RungSeen, deadline_seen
from cases.lamps import Standing
from cases.limits import rules_now
from cases.models import Case, CaseEvent
from cases.selectors import case_anywhere, events_of, parts_of
from cases.services.advance import case_advance
from cases.services.clocks import subject_of
from cases.services.report import case_report
from cases.services.rungs.taking import TOPIC
from cases.services.rungs.telling import rung_notify
from cases.wording import happened, icon_of, tone_of
from citymgmt.demo.story import ZONE
from citymgmt.demo.tour import access_of, home_place
from core.calendars import calendar_of, calendars_now
from core.errors import Conflict
from core.models import OutboxEvent, Timer
from core.services.timers import timers_fire
from core.worktime import is_working
from notices.models import Notice

BEGINS = time(15, 30)
# When somebody takes it up at last, an hour after the third level of supervision.
LASTS = timedelta(hours=26)
WHO_REPORTS, WHO_VERIFIES = "grid", "officer"
_CASE_CLASS, _CONDITION = "matter-06010", 1
_LOOK_BACK = 30  # days; no holiday is as long
_MOST_MOMENTS = 60


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who hears of it; ``waits`` when their working time put it off."""

    name: str
    role: str
    at: datetime
    waits: bool


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened: what the history says, the lamp after it, and who hears."""

    at: datetime
    title: str
    who: str
    icon: str
    tone: str
    standing: Standing | None
    escalation: int
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Day:
    """What was played. ``ladder`` is that of the stage the case was late in, as it stood at the end."""

    begins: datetime
    ends: datetime
    yellow_at: datetime
    due_at: datetime
    title: str
    place: str
    ladder: tuple[RungSeen, ...]
    moments: tuple[Moment, ...]


def day_played(*, now: datetime) -> Day:
    """Play it anew and take it back; nothing is kept, and nobody hears.

    Raises:
        NotFound: the made-up people are not there yet. Conflict: no working day lies behind ``now``.
    """
    with transaction.atomic():
        try:
            return _play(day_before(now))
        finally:
            transaction.set_rollback(True)


def day_before(now: datetime) -> datetime:
    """Half past three on the last day that, like the day after it, is worked in offices, and whose story is
    over by ``now``.

    Raises:
        Conflict: there is none within a month.
    """
    offices, today = calendar_of(calendars_now().by_code("offices")), now.astimezone(ZONE).date()
    for back in range(1, _LOOK_BACK):
        begins = _at(today - timedelta(days=back))
        if begins + LASTS <= now and all(is_working(begins + n * timedelta(days=1), offices) for n in (0, 1)):
            return begins
    raise Conflict(_("No two working days lie behind us. Look at the calendar of offices."))


def _at(day: date) -> datetime:
    return datetime.combine(day, BEGINS, ZONE)


def _play(begins: datetime) -> Day:
    case = _reported(begins)
    until, play = begins + LASTS, _Play()
    _set_others_aside(case, until)
    moments = [*play.since(case, begins)]
    yellow_at, due_at, ladder = case.yellow_at or begins, case.due_at or begins, tuple[RungSeen, ...]()
    for at in _dues(case, until):
        timers_fire(now=at)
        case = case_anywhere(case.number)
        moments += play.since(case, at)
        ladder = deadline_seen(case, play.events, rules_now(), at).ladder
    case = _verified(case, until)
    moments += play.since(case, until)
    place = f"{case.street.name} {case.community.short_name or case.community.name} {case.address}"
    return Day(begins, until, yellow_at, due_at, str(case.case_class), place, ladder, tuple(moments))


def _dues(case: Case, until: datetime) -> Iterator[datetime]:
    """The moments its timers come due, one after another, as they are armed by then."""
    armed = Timer.objects.filter(subject=subject_of(case.pk), state=Timer.State.ARMED, due_at__lt=until)
    for _moment in range(_MOST_MOMENTS):
        following = armed.order_by("due_at").first()
        if following is None:
            return
        yield following.due_at


class _Play:
    """What was seen of the case so far."""

    def __init__(self) -> None:
        self.events: list[CaseEvent] = []
        self._told = 0

    def since(self, case: Case, at: datetime) -> Iterator[Moment]:
        """What happened since the last look, each with whom it was told to."""
        news = list(events_of(case).filter(seq__gt=len(self.events)))
        self.events += news
        names = names_for(case, news, parts_of(case))
        seen = deadline_seen(case, self.events, rules_now(), at)
        heard = self._hear(case)
        for event in news:
            data = event.data
            yield Moment(
                event.at, happened(event.action, data, names), who_took(event), icon_of(event.action, data),
                tone_of(event.action, data), seen.standing, case.escalation,
                tuple(heard.get(event.seq, ())),
            )  # fmt: skip

    def _hear(self, case: Case) -> dict[int, list[Told]]:
        """Have people told of the rungs that were written since, by the number of their event."""
        rows = OutboxEvent.objects.filter(subject=f"case:{case.number}", topic=TOPIC, pk__gt=self._told)
        heard: dict[int, list[Told]] = {}
        for row in rows.order_by("pk"):
            self._told = row.pk
            rung_notify(payload=row.payload, now=row.created_at)
            heard[row.payload["event"]] = [*_told_of(case, row)]
        return heard


def _told_of(case: Case, row: OutboxEvent) -> Iterator[Told]:
    cause = f"case:{case.number}:{row.payload['event']}:"
    notices = Notice.objects.filter(link=f"/cases/{case.number}/", cause__startswith=cause)
    for notice in notices.select_related("recipient").order_by("not_before", "pk"):
        posting = notice.recipient.postings.order_by("pk").first()
        role = str(posting.get_role_display()) if posting else ""
        at = notice.not_before or notice.created_at
        yield Told(notice.recipient.name, role, at, notice.not_before is not None)


def _set_others_aside(case: Case, until: datetime) -> None:
    """What is left unfired of other cases from that time, so that it does not fire in this play either; taken
    back with it."""
    left = Timer.objects.filter(state=Timer.State.ARMED, wake_at__lte=until)
    others = left.exclude(subject=subject_of(case.pk))
    others.update(state=Timer.State.ASIDE)


def _reported(at: datetime) -> Case:
    access, (lon, lat) = access_of(WHO_REPORTS, now=at), home_place()
    raw = {
        "position": {"lon": lon, "lat": lat, "accuracy": 6},
        "description": "垃圾桶满溢，堆到人行道上",
        "address": "骑鞍路88号门前",
        "case_class": _CASE_CLASS,
        "condition": _CONDITION,
    }
    answer = case_report(access=access, raw=raw, key=str(uuid4()), now=at, uuid=uuid4())
    return case_anywhere(answer["number"])


def _verified(case: Case, at: datetime) -> Case:
    raw = {
        "position": {"lon": case.lon, "lat": case.lat, "accuracy": 8},
        "no_photo_reason": "天色已晚",
        "case_class": _CASE_CLASS,
        "condition": _CONDITION,
    }
    case_advance(
        number=case.number, action="verify", access=access_of(WHO_VERIFIES, now=at), raw=raw,
        version=case.version, key=str(uuid4()), now=at,
    )  # fmt: skip
    return case_anywhere(case.number)
