"""What the pages and the API show of robots and deliveries."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Count, QuerySet

from accounts.models import Unit
from core.errors import Sentence
from grids.access import Access
from notices.channels import channel_of, channels
from notices.faults import words_of
from notices.kinds import Group
from notices.models import ChannelDelivery, Robot
from notices.permissions import check_may_keep_robots, deliveries_kept, robots_kept, units_kept
from notices.texts import title_of


def robots_seen(access: Access, unit: str = "") -> QuerySet[Robot]:
    """The robots somebody looks after, all or those of a unit.

    Raises:
        NotAllowed: they look after none.
    """
    check_may_keep_robots(access)
    rows = Robot.objects.filter(robots_kept(access)).select_related("unit")
    return (rows.filter(unit__code=unit) if unit else rows).order_by("unit__code", "name", "pk")


def units_with_robots(access: Access) -> list[tuple[str, str]]:
    """Code and name of the units that may get one, for a choice."""
    rows = Unit.objects.filter(units_kept(access), active=True).order_by("code")
    return [(unit.code, unit.name) for unit in rows]


def host_of(robot: Robot) -> str:
    """All that is ever shown of a robot's address."""
    return urlsplit(robot.url).hostname or ""


def groups_named(codes: Sequence[str]) -> list[str]:
    """The words of groups of kinds, in their own order."""
    return [str(group.label) for group in Group if group.value in codes]


def deliveries_found(access: Access, *, state: str, channel: str = "") -> QuerySet[ChannelDelivery]:
    """The deliveries in a state that an administrator looks after. Raises NotAllowed for others."""
    rows = ChannelDelivery.objects.filter(deliveries_kept(access), state=state)
    return (rows.filter(channel=channel) if channel else rows).select_related("notice")


@dataclass(frozen=True, slots=True)
class Shown:
    """A delivery as a table shows it: what it was about in general, never which case."""

    row: ChannelDelivery
    title: str
    channel: Sentence
    whom: str
    why: str


def shown(rows: Sequence[ChannelDelivery]) -> list[Shown]:
    """Deliveries with words for what and whom, a query a channel."""
    names: dict[str, str] = {}
    for channel in channels():
        names |= channel.named(list({row.target for row in rows if row.channel == channel.name}))
    return [
        Shown(
            row,
            title_of(row.notice.kind),
            label_of(row.channel),
            names.get(row.target, "—"),
            words_of(row.error),
        )
        for row in rows
    ]


def label_of(name: str) -> Sentence:
    """A channel in words."""
    channel = channel_of(name)
    return channel.label if channel else name


def channel_choices() -> list[tuple[str, Sentence]]:
    """The channels, for a choice."""
    return [(channel.name, channel.label) for channel in channels()]


def given_up(access: Access) -> list[dict[str, Any]]:
    """How many deliveries each channel gave up."""
    rows = ChannelDelivery.objects.filter(deliveries_kept(access), state=ChannelDelivery.State.DEAD)
    counted = rows.order_by().values("channel").annotate(count=Count("pk")).order_by("channel")
    return [row | {"label": label_of(row["channel"])} for row in counted]
