"""Which calendar counts where, and calendars ready to be reckoned with."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from types import MappingProxyType

from core.calendar_seed import OFFICES, SQUADS, definitions
from core.models import Calendar, CalendarVersion
from core.worktime import Calendar as WorkingTime
from core.worktime import Content

REVISION = "calendars"
# Squads, sanitation and others who work in the street are there every day.
_BY_KIND = {"squad": SQUADS, "handler": SQUADS}
# The calendars in force.
CURRENT = Calendar.objects.filter(current__isnull=False)
_known: dict[int, WorkingTime] = {}
_supposed: ContextVar[Mapping[int, WorkingTime]] = ContextVar("supposed", default=MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Calendars:
    """The version in force of every calendar, by the calendar's id and by its code."""

    ids: Mapping[int, int]
    codes: Mapping[str, int]

    def version_for(self, calendar_id: int | None, kind: str) -> int:
        """The id of the version for a unit: of its own calendar, or of the usual one of its kind."""
        if calendar_id is not None and calendar_id in self.ids:
            return self.ids[calendar_id]
        return self.by_code(default_code(kind))

    def by_code(self, code: str) -> int:
        """The id of a calendar's version in force; KeyError when there is no such calendar."""
        return self.codes[code]


def calendars_now() -> Calendars:
    """What is in force now, in one query for a few short rows.

    Those every installation begins with stand in as they are shipped where their rows are missing.
    """
    return calendars_from(CURRENT.values_list("pk", "code", "current_id"))


def calendars_from(found: Iterable[tuple[int, str, int | None]]) -> Calendars:
    """The same from rows of ``CURRENT`` that were asked for together with something else."""
    rows = list(found)
    shipped = {row.code: row.version_id for row in definitions()}
    current = {code: version for _pk, code, version in rows if version is not None}
    ids = {pk: version for pk, _code, version in rows if version is not None}
    return Calendars(ids, shipped | current)


def calendar_of(version_id: int) -> WorkingTime:
    """A version ready to be reckoned with; asked for once in a process, since versions never change.

    Raises:
        CalendarVersion.DoesNotExist: no such version.
    """
    found = _known.get(version_id) or _supposed.get().get(version_id)
    if found is None:
        shipped = _shipped(version_id)
        content = shipped or content_of(CalendarVersion.objects.get(pk=version_id))
        found = _known[version_id] = content.calendar
    return found


@contextmanager
def calendar_supposed(version_id: int, calendar: WorkingTime) -> Iterator[None]:
    """Let ``calendar_of`` know a version that nobody has made yet, to see what it would do.

    Only whoever is inside knows of it, not another thread. Its id is a digest of what it says.
    """
    before = _supposed.set({version_id: calendar})
    try:
        yield
    finally:
        _supposed.reset(before)


def content_of(version: CalendarVersion) -> Content:
    """What a version says."""
    return Content(version.shifts, version.days, version.standard_day_minutes, version.published_until)


def default_code(kind: str) -> str:
    """The code of the calendar of a unit of this kind that has none of its own."""
    return _BY_KIND.get(kind, OFFICES)


def usual_calendar(kind: str) -> Calendar | None:
    """The calendar of a unit of this kind that has none of its own; None where it was never loaded."""
    return Calendar.objects.filter(code=default_code(kind)).first()


def _shipped(version_id: int) -> Content | None:
    return next((row.content for row in definitions() if row.version_id == version_id), None)
