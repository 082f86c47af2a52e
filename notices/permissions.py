"""Who looks after robots and deliveries: administrators in their districts, unit heads their own robots."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.roles import May, Role
from core.errors import NotAllowed, NotFound
from grids.access import NO_IDS, Access
from grids.permissions import check_may_configure, district_codes, person_q
from notices.models import Robot


def units_kept(access: Access) -> Q:
    """The WHERE of units whose robots somebody looks after."""
    where = Q(pk__in=access.units.get(Role.UNIT_HEAD, NO_IDS))
    if access.may(May.CONFIGURE):
        where |= Q(district_code__in=district_codes(access))
    return where


def check_may_keep_robots(access: Access) -> None:
    """Refuse whoever is neither administrator nor head of a unit with NotAllowed."""
    if not (access.may(May.CONFIGURE) or access.units.get(Role.UNIT_HEAD)):
        raise NotAllowed(_("Only administrators and heads of units look after group robots."))


def robot_unit(access: Access, code: str) -> Unit:
    """A unit whose robots somebody looks after.

    Raises:
        NotAllowed: they look after none. NotFound: not this one's.
    """
    check_may_keep_robots(access)
    unit = Unit.objects.filter(units_kept(access), code=code.strip()).first()
    if unit is None:
        raise NotFound(_("There is no such unit, or you don't look after its robots."))
    return unit


def robots_kept(access: Access) -> Q:
    """The WHERE of robots somebody looks after."""
    return Q(unit__in=Unit.objects.filter(units_kept(access)).values("pk"))


def deliveries_kept(access: Access) -> Q:
    """The WHERE of deliveries an administrator looks after: to people and robots of their districts.

    Raises:
        NotAllowed: not an administrator.
    """
    check_may_configure(access)
    robots = Robot.objects.filter(unit__district_code__in=district_codes(access)).values_list("pk", flat=True)
    people = User.objects.filter(person_q(access)).values("pk")
    of_robots = Q(channel="robot", target__in=[f"robot:{pk}" for pk in robots])
    return of_robots | (~Q(channel="robot") & Q(notice__recipient__in=people))
