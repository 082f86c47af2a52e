"""Many made-up people at once, for a replay or a demonstration: logins, postings and their grants."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.roles import Role
from core.errors import BadInput
from core.services.audit import audit_write
from grids.access import grants_recompute
from grids.models import Area, Posting


@dataclass(frozen=True, slots=True)
class Newcomer:
    """One posting of a made-up person; ``place`` is an area's code, or ``unit:`` and a unit's.

    ``member_of`` is the code of the unit the person belongs to; by default that of a unit posting.
    """

    username: str
    name: str
    role: Role
    place: str
    member_of: str = ""

    @property
    def unit_code(self) -> str:
        """The unit of the posting, "" for one in an area."""
        return self.place.removeprefix("unit:") if self.place.startswith("unit:") else ""


def people_enrol(
    *, newcomers: Iterable[Newcomer], since: datetime, now: datetime, password: str = ""
) -> dict[str, User]:
    """Make the logins and postings that are missing, in one transaction; returns everybody by login.

    All are marked as made up. Without a password nobody can log in as them; with one, all share it.

    Raises:
        BadInput: a place or unit is not there.
    """
    wanted = list(newcomers)
    with transaction.atomic():
        areas, units = _areas(wanted), _units(wanted)
        people = _logins(wanted, units, since, make_password(password or None))
        missing = _postings(wanted, people, areas, units, since)
        for username in dict.fromkeys(username for username, _posting in missing):
            grants_recompute(people[username])
        if missing:
            after = {"postings": len(missing), "first": missing[0][0]}
            audit_write(actor_id=None, action="people.enrol", subject="people:made_up", now=now, after=after)
    return people


def _areas(wanted: list[Newcomer]) -> dict[str, Area]:
    codes = {one.place for one in wanted if not one.unit_code}
    found = {area.code: area for area in Area.objects.filter(code__in=codes).defer("outline")}
    _check_there(codes - found.keys())
    return found


def _units(wanted: list[Newcomer]) -> dict[str, Unit]:
    codes = {code for one in wanted for code in (one.unit_code, one.member_of) if code}
    found = {unit.code: unit for unit in Unit.objects.filter(code__in=codes)}
    _check_there(codes - found.keys())
    return found


def _check_there(missing: set[str]) -> None:
    if missing:
        raise BadInput(
            _("There is no area or unit %(code)s. Load the districts first.") % {"code": min(missing)}
        )


def _logins(
    wanted: list[Newcomer], units: dict[str, Unit], since: datetime, password: str
) -> dict[str, User]:
    names = {one.username: one for one in wanted}
    known = set(User.objects.filter(username__in=names).values_list("username", flat=True))
    User.objects.bulk_create(
        User(
            username=one.username,
            name=one.name,
            password=password,
            unit=units.get(one.member_of or one.unit_code),
            date_joined=since,
            made_up=True,
        )
        for one in names.values()
        if one.username not in known
    )
    return {user.username: user for user in User.objects.filter(username__in=names).select_related("unit")}


def _postings(
    wanted: list[Newcomer],
    people: dict[str, User],
    areas: dict[str, Area],
    units: dict[str, Unit],
    since: datetime,
) -> list[tuple[str, Posting]]:
    rows = Posting.objects.filter(user__in=people.values())
    held: set[tuple[int, str, int | None, int | None]] = set(
        rows.values_list("user_id", "role", "area_id", "unit_id")
    )
    missing = []
    for one in wanted:
        user, area, unit = people[one.username], areas.get(one.place), units.get(one.unit_code)
        key = (user.pk, one.role.value, area.pk if area else None, unit.pk if unit else None)
        if key not in held:
            held.add(key)
            missing.append(
                (one.username, Posting(user=user, role=one.role, area=area, unit=unit, starts_at=since))
            )
    Posting.objects.bulk_create(posting for _name, posting in missing)
    return missing
