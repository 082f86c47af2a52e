"""The robots of units' groups: one short text with everything that is due, naming whom it concerns."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from core.errors import BadInput, Sentence
from core.http import Unreachable, post
from core.masking import whole_phone
from grids.access import postings_in_force
from notices.channels import Later, Message, Moot, Never, Owed, Parcel, Send, target_ids
from notices.channels.formats import FORMATS, Line, Words
from notices.kinds import IN_GROUPS, kind_of
from notices.models import Notice, Robot
from notices.quiet import quiet_between, sounds_from
from notices.texts import short_of
from notices.wishes import Person, people_told


class RobotChannel:
    """One message a group, at most twenty a minute: the rest waits and goes out together."""

    name = "robot"
    label: Sentence = gettext_lazy("Group robot")
    most = 40
    # Ten seconds for the receiver, and some for looking up its host.
    lease = timedelta(minutes=1)
    # Both WeCom and DingTalk silence a robot that says more than twenty things within any minute.
    pace: timedelta | None = timedelta(seconds=3.2)

    def owed(
        self, messages: Sequence[Message], people: Mapping[int, Person], now: datetime
    ) -> Sequence[Owed]:
        """To the robots of the units somebody belongs to or is posted in, that want the kind."""
        robots = list(Robot.objects.filter(active=True).order_by("pk"))
        if not robots:
            return []
        units = _units_of(people, now)
        return [
            Owed(user, message.cause, f"robot:{robot.pk}", _due(message, robot, now), message.urgent)
            for message in messages
            for user in dict.fromkeys(message.recipients)
            for robot in robots
            if user in people and robot.unit_id in units[user]
            if kind_of(message.kind).group in robot.groups and kind_of(message.kind).group in IN_GROUPS
        ]

    def gate_of(self, target: str) -> str:
        """Each robot for itself."""
        return target

    def sounds_from(self, target: str, now: datetime) -> datetime:
        """After the group's quiet hours."""
        robot = _robot(target)
        return sounds_from(now, quiet_between(robot.quiet_from, robot.quiet_to)) if robot else now

    def prepare(self, target: str, parcel: Parcel, now: datetime) -> Send:
        """The message, ready to go."""
        robot = _robot(target)
        if robot is None:
            raise Moot("off")
        with override(robot.language):
            words = _words(robot, parcel)
        return sender(robot, words, parcel.key, now)

    def named(self, targets: Sequence[str]) -> Mapping[str, str]:
        """By unit and name."""
        by_id = target_ids(targets)
        rows = Robot.objects.filter(pk__in=by_id).select_related("unit")
        return {by_id[robot.pk]: f"{robot.unit} · {robot.name}" for robot in rows}


def _due(message: Message, robot: Robot, now: datetime) -> datetime:
    start = max(now, message.not_before or now)
    return start if message.urgent else sounds_from(start, quiet_between(robot.quiet_from, robot.quiet_to))


def _units_of(people: Mapping[int, Person], now: datetime) -> dict[int, set[int]]:
    found = {user: {person.unit_id} - {None} for user, person in people.items()}
    posted = postings_in_force(now).filter(user__in=people, unit__isnull=False)
    for user, unit in posted.values_list("user_id", "unit_id"):
        found[user].add(unit)
    return {user: {unit for unit in units if unit} for user, units in found.items()}


def _robot(target: str) -> Robot | None:
    return Robot.objects.filter(pk__in=target_ids([target]), active=True).select_related("unit").first()


def _words(robot: Robot, parcel: Parcel) -> Words:
    """What is said: a line a happening, with the names of those it concerns."""
    people = people_told({notice.recipient_id for notice in parcel.notices})
    causes: dict[str, list[Notice]] = {}
    for notice in sorted(parcel.notices, key=lambda one: (one.created_at, one.pk)):
        causes.setdefault(notice.cause, []).append(notice)
    lines = [_line(notices, people) for notices in causes.values()]
    head = ngettext("%(unit)s: a notice", "%(unit)s: %(n)d notices", len(lines))
    address = f"{settings.SITE_URL}/notices/" if settings.SITE_URL else ""
    return Words(
        head=head % {"unit": robot.unit.name, "n": len(lines)},
        lines=lines,
        tail=_("Log in to read: %(address)s") % {"address": address} if address else "",
        mobiles=_mobiles(parcel.notices, people.values()),
        more=_("… and more in the inbox"),
    )


def _line(notices: Sequence[Notice], people: Mapping[int, Person]) -> Line:
    first, told = notices[0], [people[n.recipient_id] for n in notices if n.recipient_id in people]
    names = "、".join(person.name for person in told)
    short = short_of(first.kind, first.facts)
    return Line(notice=first, text=f"{short} → {names}" if names else short, people=told)


def _mobiles(notices: Sequence[Notice], people: Collection[Person]) -> list[str]:
    """The mobile numbers of those who want to be named for what is said."""
    by_id = {person.id: person for person in people}
    wanted = [
        whole_phone(by_id[notice.recipient_id].phone)
        for notice in notices
        if notice.recipient_id in by_id
        if kind_of(notice.kind).group in by_id[notice.recipient_id].robot_groups
    ]
    return sorted({phone for phone in wanted if phone.startswith("1")})


def sender(robot: Robot, words: Words, key: str, now: datetime) -> Send:
    """What sends words through a robot; raises Later or Never, without the address, which is a secret."""
    form = FORMATS[Robot.Kind(robot.kind)]
    url, body, headers = form.request(robot, words, key, now)

    def send() -> None:
        try:
            answer = post(url, body, headers)
        except BadInput:
            raise Never("barred") from None
        except Unreachable as error:
            raise Later("unreachable", _hidden(str(error), robot), everybody=True) from None
        form.verdict(answer, now)

    return send


def _hidden(text: str, robot: Robot) -> str:
    for secret in filter(None, (robot.secret, robot.url, robot.url.partition("?")[2])):
        text = text.replace(secret, "…")
    return text


def trial(robot: Robot, now: datetime) -> Any:
    """What sends a message that says it is a trial."""
    with override(robot.language):
        said = _("This is a trial. Notices of this unit will be said here.")
        words = Words(head=robot.unit.name, lines=[Line(None, said, [])], tail="", mobiles=[], more="")
    return sender(robot, words, f"trial-{robot.pk}-{now.timestamp():.0f}", now)
