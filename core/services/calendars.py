"""Calendars: the only writer of them. A version never changes; a change makes the next one."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.calendar_seed import Definition, definitions, version_id
from core.calendars import REVISION
from core.errors import BadInput, NotFound, Stale
from core.models import Calendar, CalendarVersion
from core.services.audit import audit_write
from core.services.revisions import revision_count_up
from core.worktime import Content, checked

LONGEST_REASON = 500


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
        Stale: another version is in force; ``extra["version"]`` is its number.
    """
    content = checked(shifts, days, standard_day_minutes, published_until)
    row = _locked(code)
    current = row.current
    assert current is not None  # noqa: S101 - a calendar is made with its first version
    if was is not None and was != current.number:
        raise Stale(
            _("Somebody changed the calendar meanwhile. Look at what stands there now, and decide again."),
            version=current.number,
        )
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


def content_of(version: CalendarVersion) -> Content:
    """What a version says."""
    return Content(version.shifts, version.days, version.standard_day_minutes, version.published_until)


def _locked(code: str) -> Calendar:
    rows = Calendar.objects.select_for_update(of=("self",)).select_related("current")
    row = rows.filter(code=code.replace("\x00", "")).first()
    if row is None:
        raise NotFound(_("There is no such calendar."))
    return row


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
