"""Group robots: the only writer of them. Address and secret go in and never come out again."""

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import datetime, time
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from core.errors import BadInput, NotFound
from core.http import address_checked
from core.logs import covered
from core.services.audit import audit_write
from core.services.idempotency import fingerprint_of, run_once
from core.services.ratelimit import rate_take
from grids.access import Access
from notices.channels.robots import trial
from notices.faults import Fault, words_of
from notices.kinds import IN_GROUPS
from notices.models import Robot
from notices.permissions import check_may_keep_robots, robot_unit, robots_kept
from notices.services.preferences import check_groups, check_language, check_quiet

_TRIALS_PER_HOUR = 20
_SHORTEST_SECRET = 16


@dataclass(frozen=True, slots=True)
class RobotAbout:
    """What is said about a robot. Of one that exists an empty address or secret stays as it is; a new
    address comes with its own secret."""

    kind: str
    name: str
    url: str = ""
    secret: str = ""
    groups: Collection[str] = ()
    language: str = "zh-hans"
    quiet_from: time | None = None
    quiet_to: time | None = None
    active: bool = True


def robot_add(*, access: Access, unit: str, about: RobotAbout, now: datetime, key: str) -> dict[str, Any]:
    """Give a unit a robot; returns its id and the unit's code.

    Raises:
        NotAllowed, NotFound: see ``robot_unit``. BadInput: the address, the secret or something else.
    """

    def work() -> dict[str, Any]:
        row = Robot(unit=robot_unit(access, unit))
        return _written(access, row, about, now, "robot.add")

    return _once(access, f"{unit}/add", asdict(about), key, now, work)


def robot_change(*, access: Access, robot: int, about: RobotAbout, now: datetime, key: str) -> dict[str, Any]:
    """Change a robot. Raises as ``robot_add``."""

    def work() -> dict[str, Any]:
        return _written(access, robot_found(access, robot, lock=True), about, now, "robot.change")

    return _once(access, f"{robot}/change", asdict(about), key, now, work)


def robot_remove(*, access: Access, robot: int, now: datetime, key: str) -> dict[str, Any]:
    """Take a robot away with its address; what waits for it is dropped when its turn comes.

    Raises:
        NotAllowed, NotFound: they look after no such robot.
    """

    def work() -> dict[str, Any]:
        row = robot_found(access, robot, lock=True)
        answer = {"robot": row.pk, "unit": row.unit.code}
        _audit(access, row, "robot.remove", now, before=_facts(row), after={})
        row.delete()
        return answer

    return _once(access, f"{robot}/remove", {}, key, now, work)


def robot_try(*, access: Access, robot: int, now: datetime) -> str:
    """Send a message that says it is a trial, at once; returns why it did not arrive, "" when it did.

    Raises:
        NotAllowed, NotFound: they look after no such robot. TooOften: twenty trials in this hour.
    """
    row = robot_found(access, robot)
    rate_take(bucket="notices.trial", client=f"robot:{row.pk}", limit=_TRIALS_PER_HOUR, now=now)
    error = ""
    try:
        trial(row, now)()
    except Fault as refusal:
        error = covered(refusal.kept)[:500].replace("\x00", "")
    Robot.objects.filter(pk=row.pk).update(tried_at=now, trial_error=error)
    return words_of(error)


def robot_found(access: Access, robot: int, *, lock: bool = False) -> Robot:
    """A robot somebody looks after, with its unit; locked if asked.

    Raises:
        NotAllowed, NotFound: they look after no such robot.
    """
    check_may_keep_robots(access)
    rows = Robot.objects.select_for_update(of=("self",)) if lock else Robot.objects.all()
    row = rows.filter(robots_kept(access), pk=min(robot, 2**62)).select_related("unit").first()
    if row is None:
        raise NotFound(_("There is no such robot, or you don't look after it."))
    return row


def _written(access: Access, row: Robot, about: RobotAbout, now: datetime, action: str) -> dict[str, Any]:
    before = _facts(row) if row.pk else {}
    _check(row, about)
    row.kind, row.name, row.active = about.kind, about.name.strip(), about.active
    row.groups, row.language = sorted(set(about.groups)), about.language
    row.quiet_from, row.quiet_to = about.quiet_from, about.quiet_to
    if about.url.strip():
        row.url, row.secret = about.url.strip(), about.secret.strip()
    elif about.secret.strip():
        row.secret = about.secret.strip()
    if row.kind == Robot.Kind.GENERIC and len(row.secret) < _SHORTEST_SECRET:
        raise BadInput(_("A signed webhook needs a secret of 16 characters or more."), field="secret")
    row.save()
    after = _facts(row) | {"address_changed": bool(about.url.strip())}
    _audit(access, row, action, now, before=before, after=after)
    return {"robot": row.pk, "unit": row.unit.code}


def _check(row: Robot, about: RobotAbout) -> None:
    if about.kind not in Robot.Kind.values:
        raise BadInput(_("Choose what kind of robot it is."), field="kind")
    if not about.name.strip() or len(about.name) > 60 or not about.name.isprintable():
        raise BadInput(_("Give the robot a name of at most 60 characters."), field="name")
    moved = bool(row.pk) and row.kind != about.kind
    if not about.url.strip() and (not row.pk or moved):
        raise BadInput(_("Give the address that the group shows for its robot."), field="url")
    if about.url.strip():
        if len(about.url) > 500:
            raise BadInput(_("This is no web address. Copy it whole, from https:// on."), field="url")
        address_checked(about.url.strip())
    if len(about.secret) > 200 or not about.secret.isprintable():
        raise BadInput(_("This is no secret. Copy it whole."), field="secret")
    check_language(about.language)
    check_groups(about.groups, list(IN_GROUPS), "groups")
    check_quiet(about.quiet_from, about.quiet_to)


def _once(
    access: Access,
    path: str,
    body: dict[str, Any],
    key: str,
    now: datetime,
    work: Callable[[], dict[str, Any]],
) -> dict[str, Any]:
    check_may_keep_robots(access)
    fingerprint = fingerprint_of(method="POST", path=f"robots/{path}", body=body)
    return run_once(actor=f"user:{access.user_id}", key=key, fingerprint=fingerprint, now=now, work=work)


def _facts(row: Robot) -> dict[str, Any]:
    # The host alone: the rest of the address lets anybody speak in the group.
    names = ("kind", "name", "groups", "language", "quiet_from", "quiet_to", "active")
    return {name: getattr(row, name) for name in names} | {
        "unit": row.unit.code, "host": urlsplit(row.url).hostname,
    }  # fmt: skip


def _audit(
    access: Access, row: Robot, action: str, now: datetime, *, before: dict[str, Any], after: dict[str, Any]
) -> None:
    audit_write(
        actor_id=access.user_id, action=action, subject=f"unit:{row.unit.code}", now=now,
        before=before, after={"robot": row.pk, **after},
    )  # fmt: skip
