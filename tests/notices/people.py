"""Two people, their unit and its robot: all that delivery needs, without the whole cast."""

from datetime import datetime, time, timedelta
from typing import Any

from accounts.models import Unit, User
from notices.kinds import IN_GROUPS
from notices.models import ChannelDelivery, Gate, Preference, Robot
from notices.services.drain import Drained, channels_drain
from notices.services.inbox import notice_send
from notices.wishes import EMAIL_GROUPS, email_mark
from tests.cast import NOW

ADDRESS = "zhang@city.example"
FACTS = {"number": "5001152026112300001", "stage_code": "handle", "what": "暴露垃圾", "where": "正街1号"}
NIGHT = NOW.replace(hour=14)  # 22:00 in the city
MORNING = datetime.fromisoformat("2026-11-24T07:00:00+08:00")


def a_unit(code: str = "cs-clean") -> Unit:
    return Unit.objects.create(code=code, name="长寿环卫所", line="sanitation", district_code="500115")


def a_person(login: str = "zhang", **more: Any) -> User:
    facts = {"name": "张三", "phone": "13812345678", "email": ""} | more
    return User.objects.create_user(username=login, password="three-small-lamps", **facts)


def wishes(user: User, *, confirmed: bool = True, **more: Any) -> Preference:
    """A row of wishes; quiet from nine to seven, the address confirmed."""
    row = {
        "language": "zh-hans", "email_groups": list(EMAIL_GROUPS), "robot_groups": list(IN_GROUPS),
        "quiet_from": time(21), "quiet_to": time(7), "changed_at": NOW,
        "email_mark": email_mark(user.email) if confirmed else "",
    }  # fmt: skip
    return Preference.objects.create(user=user, **(row | more))


def a_reader(login: str = "zhang", address: str = ADDRESS, **more: Any) -> User:
    """Somebody who gets letters."""
    user = a_person(login, email=address, **more)
    wishes(user)
    return user


def a_robot(unit: Unit, url: str, kind: str = "wecom", **more: Any) -> Robot:
    row = {"name": "工作群", "secret": "SECRETSECRETSECRET", "groups": list(IN_GROUPS)} | more
    return Robot.objects.create(unit=unit, kind=kind, url=f"{url}/send?key=k-1", **row)


def tell(*users: User, kind: str = "task", cause: str = "c1", now: datetime = NOW, **more: Any) -> None:
    facts = FACTS | more.pop("facts", {})
    notice_send(
        recipients=[user.pk for user in users], kind=kind, facts=facts, cause=cause, now=now,
        link=f"/cases/{FACTS['number']}/", **more,
    )  # fmt: skip


def drain(after: timedelta | float = 0, *, now: datetime = NOW) -> Drained:
    """Drain at a moment so long after NOW."""
    return channels_drain(now=now + (after if isinstance(after, timedelta) else timedelta(seconds=after)))


def states() -> list[str]:
    return list(ChannelDelivery.objects.order_by("pk").values_list("state", flat=True))


def gate(name: str) -> Gate:
    return Gate.objects.get(name=name)
