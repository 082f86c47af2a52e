"""Absences, duty and further posts for the cast, in the fewest words."""

from datetime import datetime, timedelta

from accounts.roles import Role
from grids.access import grants_recompute
from grids.models import Absence, DutyTurn, Posting
from tests.cast import BEGAN, NOW, World

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
STREET, GRID = "500115001", "500115001001001"


def away(world: World, who: str, deputy: str = "", *, hand_over: bool = False, since: datetime | None = None):
    """Somebody is away from an hour ago, or from a moment, for two days."""
    starts_at = since or NOW - HOUR
    return Absence.objects.create(
        person=world.people[who], kind="leave", starts_at=starts_at, ends_at=starts_at + 2 * DAY,
        deputy=world.people[deputy] if deputy else None, hand_over=hand_over,
        entered_by=world.people[who], entered_at=NOW,
    )  # fmt: skip


def on_duty(world: World, who: str, where: str = STREET, *, since: datetime = NOW - HOUR) -> DutyTurn:
    """Somebody is on duty from an hour ago, for half a day."""
    place = {"unit": world.units[where]} if where in world.units else {"area": world.areas[where]}
    return DutyTurn.objects.create(
        person=world.people[who], starts_at=since, ends_at=since + 12 * HOUR,
        entered_by=world.people["admin"], **place,
    )  # fmt: skip


def posted(world: World, who: str, role: Role, where: str, *, deputy_of: str = "") -> Posting:
    """Somebody holds one more post, for a month if it stands in for somebody."""
    place = {"unit": world.units[where]} if where in world.units else {"area": world.areas[where]}
    deputised = world.people[deputy_of] if deputy_of else None
    posting = Posting.objects.create(
        user=world.people[who], role=role, starts_at=BEGAN, deputy_of=deputised,
        ends_at=NOW + 30 * DAY if deputised else None, **place,
    )  # fmt: skip
    grants_recompute(world.people[who])
    return posting


def unposted(world: World, who: str, *, at: datetime = NOW) -> None:
    """All posts of somebody end."""
    Posting.objects.filter(user=world.people[who]).update(ends_at=at)
