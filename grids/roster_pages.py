"""What the pages of absences and duty show. Each takes an ``Access``."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_date

from accounts.models import User
from accounts.roles import May
from grids.access import Access
from grids.duty import Slot, monday_of, week_of
from grids.models import Absence, DutyTurn
from grids.roster import (
    MOST,
    Place,
    absences_seen,
    check_may_keep,
    deputy_postings,
    duty_people,
    people_led,
    place_code,
    place_kept,
    place_q,
    streets_kept,
    turns_seen,
    units_kept,
)
from grids.services.rows import day_of

STATES = ("", "past", "all")  # of a list of absences; "" is those that last or are to come


def absences_found(access: Access, *, state: str, now: datetime) -> QuerySet[Absence]:
    """The absences one sees: those that last or are to come, past ones, or all."""
    rows = absences_seen(access, now=now)
    if state == "all":
        return rows
    return rows.filter(ends_at__lte=now) if state == "past" else rows.filter(ends_at__gt=now)


def led_by(access: Access, *, now: datetime) -> list[User]:
    """Whose absences one may enter beside one's own, at most 200; nobody for most."""
    return list(people_led(access, now=now)[:MOST]) if access.may(May.KEEP_ROSTER) else []


def deputies_page(access: Access, *, now: datetime) -> dict[str, Any]:
    """Who stands in for whom: by a posting, or named for an absence, now and to come."""
    away = absences_seen(access, now=now).filter(deputy__isnull=False, ends_at__gt=now)
    return {
        "postings": list(deputy_postings(access, now=now).order_by("starts_at", "pk")[:MOST]),
        "absences": list(away.order_by("starts_at", "pk")[:MOST]),
        "now": now,
    }


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a roster: each slot with who is on duty (first whoever came last), and if it is over."""

    place: Place
    monday: date
    slots: Sequence[tuple[Slot, list[DutyTurn], bool]]

    @property
    def named(self) -> list[tuple[Slot, str, bool]]:
        """The slots with one login name each, "" for nobody."""
        return [(slot, held[0].person.username if held else "", over) for slot, held, over in self.slots]


def monday_asked(asked: str, now: datetime) -> date:
    """The Monday of the week an address asks for; of this week when it asks for none."""
    try:
        day = parse_date(asked[:10])
    except ValueError:
        day = None
    return monday_of(day if day and 2000 < day.year < 2100 else day_of(now))


def week_seen(there: Place, *, monday: date, now: datetime) -> Week:
    """A week of the roster of a place one keeps; one query."""
    slots = week_of(monday)
    whole = Q(starts_at__lt=slots[-1].ends_at, ends_at__gt=slots[0].starts_at)
    rows = DutyTurn.objects.filter(place_q(there), whole).select_related("person")
    turns = list(rows.order_by("-starts_at", "-pk"))
    return Week(there, monday, [(slot, _in(slot, turns), slot.ends_at <= now) for slot in slots])


def _in(slot: Slot, turns: Sequence[DutyTurn]) -> list[DutyTurn]:
    return [t for t in turns if t.starts_at < slot.ends_at and t.ends_at > slot.starts_at]


def week_people(week: Week, *, now: datetime) -> list[User]:
    """Who can be put on duty there."""
    return list(duty_people(week.place, now=now)[:MOST])


def places_of(access: Access) -> list[Place]:
    """The streets and units whose roster one keeps, at most 200 of each."""
    return [*streets_kept(access)[:MOST], *units_kept(access)[:MOST]]


def named(places: Sequence[Place]) -> list[tuple[str, str]]:
    """Each with its name in addresses and in words, to choose from."""
    return [(place_code(place), place.name) for place in places]


def place_among(access: Access, places: Sequence[Place], asked: str) -> Place:
    """The place asked for, the first when none is; one beyond those listed is looked up.

    Raises: NotAllowed, NotFound as ``place_kept``.
    """
    check_may_keep(access)
    found = (place for place in places if asked in ("", place_code(place)))
    return next(found, None) or place_kept(access, asked)


def my_turns(access: Access, *, now: datetime) -> list[DutyTurn]:
    """One's own duty turns that last or are to come, the next twenty."""
    rows = turns_seen(access).filter(person_id=access.user_id or 0, ends_at__gt=now)
    return list(rows.order_by("starts_at", "pk")[:20])


def week_links(monday: date) -> dict[str, str]:
    """The weeks before and after, as addresses name them."""
    return {
        "before": (monday - timedelta(days=7)).isoformat(),
        "after": (monday + timedelta(days=7)).isoformat(),
    }
