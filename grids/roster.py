"""Whose absences and duty somebody keeps, and what they see of them. Each read takes an ``Access``."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.roles import May, Role
from core.errors import Conflict, NotAllowed, NotFound, Sentence
from grids.access import Access, postings_in_force
from grids.models import Absence, Area, DutyTurn, Posting
from grids.permissions import NO_PERSON, district_codes

NO_PLACE: Sentence = _("There is no such street or unit, or you do not keep its roster.")
DUTY_ROLES = {"area": (Role.OFFICER,), "unit": (Role.UNIT_HANDLER, Role.UNIT_HEAD)}
MOST = 200
Place = Area | Unit


def led_q(access: Access) -> Q:
    """The WHERE of postings of people whose roster this person keeps."""
    areas = Area.objects.filter(access.area_q(May.KEEP_ROSTER))
    return (
        Q(area__in=areas.values("pk"))
        | Q(unit_id__in=access.unit_ids(May.KEEP_ROSTER))
        | Q(unit__district_code__in=district_codes(access))
    )


def people_led(access: Access, *, now: datetime) -> QuerySet[User]:
    """People with a post, now or later, in the places whose roster this person keeps."""
    held = Posting.objects.filter(led_q(access)).filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))
    return User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("name", "pk")


def person_kept(access: Access, username: str, *, now: datetime) -> User:
    """Somebody whose absences this person may enter: themselves, or one they lead.

    Raises:
        NotFound: nobody of this name among them.
    """
    where = Q(pk=access.user_id or 0) | Q(pk__in=people_led(access, now=now).order_by().values("pk"))
    person = User.objects.filter(where, username=username.strip().lower(), is_active=True).first()
    if person is None:
        raise NotFound(NO_PERSON)
    return person


def absences_seen(access: Access, *, now: datetime) -> QuerySet[Absence]:
    """One's own absences and those of the people one leads."""
    led = people_led(access, now=now).order_by().values("pk")
    rows = Absence.objects.filter(Q(person_id=access.user_id or 0) | Q(person_id__in=led))
    return rows.select_related("person", "deputy", "entered_by")


def absence_seen(access: Access, absence_id: int, *, now: datetime) -> Absence:
    """One of them; NotFound otherwise."""
    found = absences_seen(access, now=now).filter(pk=min(absence_id, 2**62)).first()
    if found is None:
        raise NotFound(_("There is no such absence, or it is of somebody you do not lead."))
    return found


def deputies_of(person: User, *, now: datetime) -> QuerySet[User]:
    """Who could stand in: people who hold one of the person's roles in the same place or above it."""
    held = postings_in_force(now).filter(user=person).select_related("area")
    where = Q(pk__in=[])
    for posting in held.defer("area__outline"):
        area = posting.area
        lineage = (area.pk, area.district_id, area.street_id, area.community_id) if area else ()
        where |= Q(role=posting.role, area_id__in=[pk for pk in lineage if pk])
        where |= Q(role=posting.role, unit_id=posting.unit_id or 0)
    able = postings_in_force(now).filter(where).values("user_id")
    return User.objects.filter(is_active=True, pk__in=able).exclude(pk=person.pk).order_by("name", "pk")


def deputy_postings(access: Access, *, now: datetime) -> QuerySet[Posting]:
    """Postings by which somebody stands in for another, now or later, in the places one keeps."""
    rows = Posting.objects.filter(led_q(access), deputy_of__isnull=False, ends_at__gt=now)
    return rows.select_related("user", "area", "unit", "deputy_of").defer("area__outline")


def streets_kept(access: Access) -> QuerySet[Area]:
    """The streets in force whose roster this person keeps."""
    rows = Area.objects.filter(access.area_q(May.KEEP_ROSTER), level=Area.Level.STREET, valid_to=None)
    return rows.defer("outline").order_by("code")


def units_kept(access: Access) -> QuerySet[Unit]:
    """The units that take work whose roster this person keeps."""
    where = Q(pk__in=access.unit_ids(May.KEEP_ROSTER)) | Q(district_code__in=district_codes(access))
    return Unit.objects.filter(where, active=True).order_by("code")


def place_kept(access: Access, place: str) -> Place:
    """A street by its code, or a unit as ``unit:`` and its code; without a name the first one kept.

    Raises:
        NotAllowed: keeps no roster anywhere. NotFound: none such among those kept.
    """
    check_may_keep(access)
    found: Place | None
    if place.startswith("unit:"):
        found = units_kept(access).filter(code=place.removeprefix("unit:")).first()
    else:
        streets = streets_kept(access)
        found = (streets.filter(code=place.strip()) if place else streets).first()
    if found is None and not place:
        found = units_kept(access).first()
    if found is None:
        raise NotFound(NO_PLACE)
    return found


def check_may_keep(access: Access) -> None:
    """Refuse whoever keeps no roster at all with NotAllowed."""
    if not access.may(May.KEEP_ROSTER):
        raise NotAllowed(_("The roster is kept by the squad leader or the unit head. Ask them."))


def place_code(place: Place) -> str:
    """How a place is named in addresses and forms."""
    return place.code if isinstance(place, Area) else f"unit:{place.code}"


def place_q(place: Place) -> Q:
    """The WHERE of postings and turns that are exactly there."""
    return Q(area=place) if isinstance(place, Area) else Q(unit=place)


def duty_people(place: Place, *, now: datetime) -> QuerySet[User]:
    """Who can be on duty there: officers posted to the whole street, people posted to the unit."""
    roles = DUTY_ROLES["area" if isinstance(place, Area) else "unit"]
    held = postings_in_force(now).filter(place_q(place), role__in=roles)
    return User.objects.filter(is_active=True, pk__in=held.values("user_id")).order_by("name", "pk")


def turns_seen(access: Access) -> QuerySet[DutyTurn]:
    """Duty turns of the streets and units one keeps, and one's own."""
    streets, units = streets_kept(access).order_by().values("pk"), units_kept(access).order_by().values("pk")
    where = Q(area__in=streets) | Q(unit__in=units) | Q(person_id=access.user_id or 0)
    return DutyTurn.objects.filter(where).select_related("person", "area", "unit").defer("area__outline")


def check_not_over(ends_at: datetime, now: datetime) -> None:
    """Refuse with Conflict to change what is over."""
    if ends_at <= now:
        raise Conflict(_("This is over and stays as it was. Enter a new one."))
