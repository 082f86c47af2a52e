"""Who is posted where, away, or on duty at a moment: what it takes to name a person for a task."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from accounts.models import User
from accounts.roles import Role
from grids.access import postings_in_force
from grids.models import Absence, DutyTurn, Posting


@dataclass(frozen=True, slots=True)
class Post:
    """One posting in force with what counts at the moment.

    ``distance`` counts levels up from the grid, 0 for a unit; ``deputy_of`` whom the posting stands in
    for; ``stand_in`` the deputy named for an absence; ``duty_since`` when a duty turn there began.
    """

    person: User
    distance: int
    role: str
    deputy_of: int | None
    away: bool
    stand_in: int | None
    duty_since: datetime | None


def posts_near(*, roles: Collection[Role], area_ids: Sequence[int], now: datetime) -> list[Post]:
    """Who holds one of the roles over a place, the nearest first, those who stand in for others last.

    ``area_ids`` as of ``Placed.area_ids``, widest first. One query.
    """
    distance = {area_id: steps for steps, area_id in enumerate(reversed(area_ids))}
    rows = _posted(roles, now, Q(area_id__in=area_ids))
    return _in_order(rows, lambda posting: distance[posting.area_id or 0])


def posts_in_unit(*, roles: Collection[Role], unit_id: int, now: datetime) -> list[Post]:
    """Who holds one of the roles in a unit itself, in the order in which they came. One query."""
    return _in_order(_posted(roles, now, Q(unit_id=unit_id)), lambda posting: 0)


def _posted(roles: Collection[Role], now: datetime, where: Q) -> QuerySet[Posting]:
    away = absences_at(now).filter(person_id=OuterRef("user_id")).order_by("pk")
    turns = turns_at(now).filter(where, person_id=OuterRef("user_id")).order_by("starts_at")
    rows = postings_in_force(now).filter(where, role__in=roles, user__is_active=True)
    return rows.select_related("user").annotate(
        away=Exists(away),
        stand_in=Subquery(away.values("deputy_id")[:1]),
        duty_since=Subquery(turns.values("starts_at")[:1]),
    )


def _in_order(rows: QuerySet[Posting], distance: Callable[[Posting], int]) -> list[Post]:
    order = sorted(rows, key=lambda p: (distance(p), p.deputy_of_id is not None, p.starts_at, p.pk))
    return [_post(posting, distance(posting)) for posting in order]


def _post(row: Posting, distance: int) -> Post:
    asked: dict[str, bool | int | datetime | None] = vars(row)
    away, stand_in, since = (asked[name] for name in ("away", "stand_in", "duty_since"))
    return Post(
        row.user,
        distance,
        row.role,
        row.deputy_of_id,
        bool(away),
        stand_in if isinstance(stand_in, int) else None,
        since if isinstance(since, datetime) else None,
    )


def absences_at(now: datetime) -> QuerySet[Absence]:
    """Absences that have begun and not ended at ``now``."""
    return Absence.objects.filter(starts_at__lte=now, ends_at__gt=now)


def is_away(person: User, now: datetime) -> bool:
    """Whether somebody is away at ``now``."""
    return absences_at(now).filter(person=person).exists()


def turns_at(now: datetime) -> QuerySet[DutyTurn]:
    """Duty turns that have begun and not ended at ``now``."""
    return DutyTurn.objects.filter(starts_at__lte=now, ends_at__gt=now)
