"""What calendars say, in words."""

from django import template

from cases.calendars import words
from core.worktime import Stretch

register = template.Library()
register.filter("shift", words.shift_words)
register.filter("worked", words.time_words)
register.filter("hours", words.hours_words)
register.filter("holiday", words.holiday_name)


@register.filter
def weekday(number: int) -> str:
    """The short name of a weekday, 1 for Monday."""
    return str(words.SHORT[number - 1])


@register.filter
def day_kind(kind: str, name: str = "") -> str:
    """What a special day is."""
    return words.day_words(kind, name)


@register.filter
def days(stretch: Stretch) -> str:
    """The days of a stretch, from the first to the last."""
    return words.span_words(stretch.first, stretch.last)


@register.filter
def begins(hours: tuple[str, str]) -> int:
    """Where a shift begins in a drawing of a day, in minutes since midnight."""
    return _minutes(hours[0])


@register.filter
def lasts(hours: tuple[str, str]) -> int:
    """How long a shift is in a drawing of a day, in minutes."""
    return _minutes(hours[1]) - _minutes(hours[0])


def _minutes(text: str) -> int:
    hour, _colon, minute = text.partition(":")
    return int(hour) * 60 + int(minute)


@register.filter
def clock(total: int) -> str:
    """Minutes as hours and minutes: 450 is "7:30"."""
    return f"{total // 60}:{total % 60:02}"
