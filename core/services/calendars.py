"""Calendars: the only writer of them. A version never changes; a change makes the next one."""

import re
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.calendar_seed import Definition, definitions, version_id
from core.calendars import REVISION, content_of
from core.errors import BadInput, NotFound, Stale
from core.models import Calendar, CalendarVersion
from core.services.audit import audit_write
from core.services.revisions import revision_count_up
from core.worktime import Content, checked

LONGEST_REASON, LONGEST_NAME = 500, 60
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,29}", re.ASCII)


class CalendarStale(Stale):
    """It was decided on an older version of the calendar."""

    title = _("The calendar has moved on")


@transaction.atomic
def calendars_seed(*, now: datetime) -> list[Calendar]:
    """Make the calendars every installation begins with; those there already stay. Returns the new ones."""
    made = [row for definition in definitions() if (row := _seeded(definition, now))]
    if made:
        revision_count_up(name=REVISION)
    return made


@transaction.atomic
def calendar_change(
    *,
    code: str,
    shifts: Any,
    days: Any,
    standard_day_minutes: Any,
    published_until: Any,
    reason: str,
    by: int | None,
    now: datetime,
    was: int | None = None,
) -> CalendarVersion:
    """Put a new version of a calendar in force, and write an audit row; ``by`` is the id of who did it.

    The content is as told in ``CalendarVersion``. ``was`` is the number of the version the change was
    decided on, None to have it whatever stands there. What stands already makes no new version. Who may
    is asked above, where places are known.

    Raises:
        NotFound: no such calendar. BadInput: see ``worktime.checked``, or no reason.
        CalendarStale: another version is in force.
    """
    content = checked(shifts, days, standard_day_minutes, published_until)
    row, current = _locked(code)
    if was is not None:
        check_version(current, was)
    if content == content_of(current):
        return current
    version = _put_in_force(row, current.number + 1, content, _reason(reason), by, now)
    audit_write(
        actor_id=by,
        action="calendar.change",
        subject=f"calendar:{row.code}",
        now=now,
        before={"version": current.number},
        after={"version": version.number},
        reason=version.reason,
    )
    revision_count_up(name=REVISION)
    return version


@transaction.atomic
def calendar_add(*, code: str, name: str, name_en: str, like: str, by: int | None, now: datetime) -> Calendar:
    """Make a calendar that begins with what another one (the code ``like``) says now.

    Who may is asked above, where places are known.

    Raises:
        BadInput: the code is malformed or taken, a name is missing or too long, or there is no such model.
    """
    model = Calendar.objects.select_related("current").filter(code=like.replace("\x00", "")).first()
    if model is None or model.current is None:
        raise BadInput(_("Choose a calendar from the list."), field="like")
    _check_code(code)
    names = {"name": _named(name, "name"), "name_en": _named(name_en, "name_en")}
    row, made = Calendar.objects.get_or_create(code=code, defaults=names)
    if not made:
        raise BadInput(_("Another calendar has this code. Choose a different one."), field="code")
    _put_in_force(row, 1, content_of(model.current), "", by, now)
    audit_write(
        actor_id=by, action="calendar.add", subject=f"calendar:{code}", now=now, after={"like": like} | names
    )
    revision_count_up(name=REVISION)
    return row


def _check_code(code: str) -> None:
    if not _CODE.fullmatch(code):
        raise BadInput(_("A calendar's code is at most 30 small letters, digits or hyphens."), field="code")


def _named(text: str, field: str) -> str:
    name = text.replace("\x00", "").strip()
    if len(name) > LONGEST_NAME or (field == "name" and not name):
        raise BadInput(_("Give the calendar a name of at most 60 characters."), field=field)
    return name


def check_version(current: CalendarVersion, was: int) -> None:
    """Refuse what was decided on another version than the one in force.

    Raises:
        CalendarStale: ``extra["version"]`` is the number of the one in force.
    """
    if was != current.number:
        raise CalendarStale(
            _("Somebody changed the calendar meanwhile. Look at what stands there now, and decide again."),
            version=current.number,
        )


def _locked(code: str) -> tuple[Calendar, CalendarVersion]:
    # The row alone: after a wait PostgreSQL would look for its new version among those of before.
    row = Calendar.objects.select_for_update().filter(code=code.replace("\x00", "")).first()
    if row is None or row.current is None:
        raise NotFound(_("There is no such calendar."))
    return row, row.current


def _reason(text: str) -> str:
    reason = text.replace("\x00", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput(_("Say why, in at most 500 characters."), field="reason")
    return reason


def _seeded(definition: Definition, now: datetime) -> Calendar | None:
    names = {"name": definition.name, "name_en": definition.name_en}
    row, made = Calendar.objects.get_or_create(code=definition.code, defaults=names)
    if made:
        _put_in_force(row, 1, definition.content, "", None, now)
    return row if made else None


def _put_in_force(
    row: Calendar, number: int, content: Content, reason: str, by: int | None, now: datetime
) -> CalendarVersion:
    version = CalendarVersion.objects.create(
        pk=version_id(row.code, number, content),
        calendar=row,
        number=number,
        reason=reason,
        made_by_id=by,
        made_at=now,
        **content.columns,
    )
    row.current = version
    row.save(update_fields=["current"])
    return version
