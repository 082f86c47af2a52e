"""Changing a calendar: first what it would change, then exactly that, once per key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.calendars.difference import Difference, difference_of
from cases.calendars.reads import calendar_seen, current_of, day_of
from cases.services.calendar_effects import effect_facts, effects_of
from cases.services.rearm import CalendarChange, Preview, rearm_begin, rearm_preview
from core.calendars import content_of
from core.errors import Sentence, VersionMissing
from core.models import Calendar
from core.services import calendars
from core.services.calendars import check_version
from core.worktime import Content, checked
from grids.access import Access
from grids.permissions import check_may_configure
from grids.services.once import configure_once

PARTS = ("shifts", "days", "standard_day_minutes", "published_until")


@dataclass(frozen=True, slots=True)
class CalendarPreview:
    """What a wish would change of the version ``number``, and what that does to open cases."""

    calendar: Calendar
    number: int
    difference: Difference
    rearm: Preview | None

    @property
    def effects(self) -> Sequence[tuple[Sentence, Sentence]]:
        """What that does to open cases, as pairs of label and value."""
        return effect_facts(self.rearm)

    @property
    def numbers(self) -> Mapping[str, int]:
        """The same as counts by name; empty where the calendar stays as it is."""
        return self.rearm.numbers() if self.rearm else {}


def calendar_preview(
    *, access: Access, code: str, wish: Mapping[str, Any], was: int | None, now: datetime
) -> CalendarPreview:
    """What a calendar would say, without changing anything.

    ``wish`` has any of ``shifts``, ``days``, ``standard_day_minutes`` and ``published_until`` as told in
    ``CalendarVersion``; what it leaves out stays. ``was`` is the number of the version it was made for.

    Raises:
        NotAllowed: not an administrator. NotFound: no such calendar. BadInput: it can't be so.
        CalendarStale: another version is in force. VersionMissing: none is named.
    """
    check_may_configure(access)
    row = calendar_seen(access, code)
    version = current_of(row)
    check_version(version, _named(was))
    before, after = content_of(version), _wished(content_of(version), wish)
    return CalendarPreview(
        calendar=row,
        number=version.number,
        difference=difference_of(before, after, today=day_of(now)),
        rearm=effects_of(
            access=access, code=row.code, before=before, after=after, was=version.number, now=now
        ),
    )


def calendar_edit(
    *,
    access: Access,
    code: str,
    wish: Mapping[str, Any],
    reason: str,
    was: int | None,
    now: datetime,
    key: str,
) -> dict[str, Any]:
    """Put in force what ``calendar_preview`` shows, and have open cases follow; returns the calendar's code,
    its version and the job under which they follow.

    Raises:
        As ``calendar_preview``; BadInput also without a reason. KeyReused: the key came with another wish.
    """

    def work() -> dict[str, Any]:
        version = current_of(calendar_seen(access, code))
        check_version(version, _named(was))
        change = CalendarChange(code, _wished(content_of(version), wish), version.number)
        preview = rearm_preview(change=change, access=access, now=now)
        job = rearm_begin(change=change, reason=reason, digest=preview.digest, access=access, now=now)
        number = current_of(calendar_seen(access, code)).number
        return {"calendar": code, "version": number, "job": job["job"]}

    body = {"wish": dict(wish), "reason": reason}
    return configure_once(access, f"calendars/{code}", body, key, now, work)


def calendar_add(
    *, access: Access, code: str, name: str, name_en: str, like: str, now: datetime, key: str
) -> dict[str, Any]:
    """Make a calendar that begins as another one (the code ``like``) stands; returns its code and version.

    Raises:
        NotAllowed: not an administrator. BadInput: see ``core.services.calendars.calendar_add``.
    """
    given = {"code": code, "name": name, "name_en": name_en, "like": like}

    def work() -> dict[str, Any]:
        row = calendars.calendar_add(by=access.user_id, now=now, **given)
        return {"calendar": row.code, "version": 1}

    return configure_once(access, "calendars", given, key, now, work)


def _named(was: int | None) -> int:
    if was is None:
        raise VersionMissing(
            _("The change names no version of the calendar. Open the calendar again and decide on it.")
        )
    return was


def _wished(before: Content, wish: Mapping[str, Any]) -> Content:
    given = {name: wish[name] for name in PARTS if name in wish}
    return checked(**(before.columns | given))
