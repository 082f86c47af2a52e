"""Whom a notice reaches and how they want it: everything about a person that delivery asks, in one query."""

from collections.abc import Collection
from dataclasses import dataclass

from django.conf import settings

from accounts.models import Unit, User
from core.history import digest
from notices.kinds import IN_GROUPS, Group
from notices.models import Preference
from notices.quiet import FIELD, OFFICE, Quiet, quiet_between

LANGUAGE = "zh-hans"
EMAIL_GROUPS = (Group.WORK, Group.DEADLINES, Group.SUPERVISION, Group.DECISIONS)
_IN_THE_FIELD = frozenset({Unit.Kind.SQUAD, Unit.Kind.HANDLER})


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is told things; ``email`` is "" unless it was confirmed, groups are codes."""

    id: int
    name: str
    phone: str
    email: str
    unit_id: int | None
    language: str = LANGUAGE
    email_groups: frozenset[str] = frozenset()
    robot_groups: frozenset[str] = frozenset()
    quiet: Quiet | None = None


def people_told(user_ids: Collection[int]) -> dict[int, Person]:
    """Those of these people whose logins are open, by id."""
    rows = User.objects.filter(pk__in=user_ids, is_active=True).select_related("preference", "unit")
    return {user.pk: person_of(user) for user in rows}


def person_of(user: User) -> Person:
    """A person with their wishes, or with the defaults where they said nothing."""
    wish = wish_of(user)
    confirmed = bool(user.email) and wish.email_mark == email_mark(user.email)
    return Person(
        id=user.pk,
        name=user.name,
        phone=user.phone,
        email=user.email if confirmed else "",
        unit_id=user.unit_id,
        language=wish.language,
        email_groups=frozenset(wish.email_groups),
        robot_groups=frozenset(wish.robot_groups),
        quiet=quiet_between(wish.quiet_from, wish.quiet_to),
    )


def wish_of(user: User) -> Preference:
    """A person's row of wishes; one that is not saved, with the defaults, where there is none."""
    kept: Preference | None = getattr(user, "preference", None)
    if kept is not None:
        return kept
    quiet = default_quiet(user.unit)
    return Preference(
        user=user, language=LANGUAGE, email_groups=list(EMAIL_GROUPS), robot_groups=list(IN_GROUPS),
        quiet_from=quiet.begins, quiet_to=quiet.ends,
    )  # fmt: skip


def default_quiet(unit: Unit | None) -> Quiet:
    """The quiet hours of whoever chose none: outside the working time usual in the unit."""
    return FIELD if unit is not None and unit.kind in _IN_THE_FIELD else OFFICE


def email_mark(address: str) -> str:
    """What stands for an address that was confirmed, so that the address is kept in one place alone."""
    return digest(address, settings.PERSON_SALT)
