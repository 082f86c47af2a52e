"""Who may change places, people's posts and units: administrators, within their districts."""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.roles import May
from core.errors import NotAllowed, NotFound, Sentence
from grids.access import Access
from grids.models import Area, Posting

NO_AREA: Sentence = _("There is no such area, or it lies outside your district.")
NO_UNIT: Sentence = _("There is no such unit, or it belongs to another district.")
NO_PERSON: Sentence = _("There is no such person, or they work in another district.")


def check_may_configure(access: Access) -> None:
    """Refuse whoever is administrator nowhere.

    Raises:
        NotAllowed: no role held anywhere may configure.
    """
    if not access.may(May.CONFIGURE):
        raise NotAllowed(_("Only an administrator may change this. Ask the one of your district."))


def check_area(access: Access, area: Area) -> None:
    """Refuse an area outside the administrator's scope as if it did not exist.

    Raises:
        NotAllowed: not an administrator. NotFound: outside the scope.
    """
    check_may_configure(access)
    lineage = [area.pk, area.district_id, area.street_id, area.community_id]
    if not access.may_in(May.CONFIGURE, [pk for pk in lineage if pk]):
        raise NotFound(NO_AREA)


def check_unit(access: Access, unit: Unit) -> None:
    """Refuse a unit that works for no district of the administrator's.

    Raises:
        NotAllowed: not an administrator. NotFound: another district's, or the whole city's.
    """
    check_may_configure(access)
    if unit.district_code not in district_codes(access):
        raise NotFound(NO_UNIT)


def check_person(access: Access, user: User, now: datetime) -> None:
    """Refuse to touch somebody's login unless all they hold, now or later, lies in the scope.

    Whoever could reset the password of a person with posts elsewhere could act there as that person.

    Raises:
        NotAllowed: not an administrator, one's own login, or posts elsewhere. NotFound: never worked here.
    """
    check_may_configure(access)
    if not User.objects.filter(person_q(access), pk=user.pk).exists():
        raise NotFound(NO_PERSON)
    check_not_oneself(access, user)
    held = Posting.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), user=user)
    if user.is_superuser or held.exclude(posting_q(access)).exists():
        raise NotAllowed(_("This person also works outside your district. Ask the administrator there."))


def check_not_oneself(access: Access, user: User) -> None:
    """Refuse an administrator's own login and posts with NotAllowed: nobody gives rights to themselves."""
    if user.pk == access.user_id:
        raise NotAllowed(_("You can't change your own login or posts here. Ask another administrator."))


def posting_q(access: Access) -> Q:
    """The WHERE of postings in the areas and units an administrator looks after."""
    areas = Area.objects.filter(access.area_q(May.CONFIGURE))
    return Q(area__in=areas.values("pk")) | Q(unit__district_code__in=district_codes(access))


def person_q(access: Access) -> Q:
    """The WHERE of people who work or worked in those areas and units."""
    held = Posting.objects.filter(posting_q(access))
    return Q(pk__in=held.values("user_id")) | Q(unit__district_code__in=district_codes(access))


def district_codes(access: Access) -> list[str]:
    """The codes of the administrator's districts, retired ones too; never the empty code."""
    rows = Area.objects.filter(pk__in=access.area_ids(May.CONFIGURE), level=Area.Level.DISTRICT)
    return list(rows.order_by("code").values_list("code", flat=True))
