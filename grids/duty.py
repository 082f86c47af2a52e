"""The week of a duty roster: seven days with two slots each. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

CITY_TIME = ZoneInfo("Asia/Shanghai")
_BEGINS, _DARKENS, _HALF = time(8), time(20), timedelta(hours=12)


class Shift(TextChoices):
    """The two turns of a day, in the city's time."""

    DAY = "day", _("Day, 8 to 20")
    NIGHT = "night", _("Night, 20 to 8")


@dataclass(frozen=True, slots=True)
class Slot:
    """One turn of the week; ``key`` is "2026-11-23:day"."""

    day: date
    shift: Shift

    @property
    def key(self) -> str:
        return f"{self.day.isoformat()}:{self.shift.value}"

    @property
    def starts_at(self) -> datetime:
        return datetime.combine(self.day, _BEGINS if self.shift is Shift.DAY else _DARKENS, CITY_TIME)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + _HALF


def midnight(day: date) -> datetime:
    """When a day begins in the city."""
    return datetime.combine(day, time(), CITY_TIME)


def monday_of(day: date) -> date:
    """The Monday of the week a day lies in."""
    return day - timedelta(days=day.weekday())


def week_of(monday: date) -> list[Slot]:
    """The slots of a week in their order."""
    days = [monday + timedelta(days=n) for n in range(7)]
    return [Slot(day, shift) for day in days for shift in Shift]


def last_week(slot: Slot) -> Slot:
    """The same slot a week before."""
    return Slot(slot.day - timedelta(days=7), slot.shift)
