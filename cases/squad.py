"""The squad leader's and unit head's page: who has what, the pool, who is away and who is on duty."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db.models import Count, Exists, F, IntegerField, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.roles import May, Role
from cases.filters import BY_DEADLINE
from cases.lamps import lamp_q
from cases.limits import Rules, rules_now
from cases.lists import row_of
from cases.models import Case, Lamp, UnitPart
from cases.offers import offered_steps
from cases.policies import holder_of
from cases.selectors import cases_for, listed
from cases.services.handover import POOL, RULE, Picked
from cases.workflow import BY_ACTION, OPEN, STAGES, Action, Stage
from core.errors import BadInput
from core.paging import Page, page_of
from grids.access import Access, postings_in_force
from grids.duty import midnight
from grids.models import Area, DutyTurn, Posting
from grids.presence import absences_at, turns_at
from grids.roster import MOST, Place, led_q, person_kept, place_code
from grids.roster_pages import named, place_among, places_of
from grids.services.rows import day_of

_OF_STREET = (Stage.VERIFY, Stage.CHECK)
_NAMED = tuple(stage for stage, spec in STAGES.items() if spec.named)
_WORKERS = frozenset({Role.OFFICER, Role.GRID_WORKER, Role.UNIT_HANDLER, Role.UNIT_HEAD})


def tasks_at(access: Access, place: Place) -> QuerySet[Case]:
    """The work of named people in a street (to verify, to check) or a unit (to handle) within the scope."""
    stages = _OF_STREET if isinstance(place, Area) else (Stage.HANDLE,)
    return cases_at(access, place).filter(stage__in=stages)


def cases_at(access: Access, place: Place) -> QuerySet[Case]:
    """The cases that lie in a street, or in which a unit has a part; none where the place is not seen.

    The place stands for the scope, so that counting needs no list of all one sees.
    """
    if isinstance(place, Area):
        seen = access.may_in(May.SEE_CASES, [i for i in (place.pk, place.district_id) if i])
        return Case.objects.filter(street=place) if seen else Case.objects.none()
    part = UnitPart.objects.filter(case_id=OuterRef("pk"), unit=place, active=True)
    seen = place.pk in access.unit_ids(May.SEE_CASES)
    return Case.objects.filter(Exists(part)) if seen else Case.objects.none()


def team_of(access: Access, place: Place, *, now: datetime) -> QuerySet[User]:
    """Everybody who works there or has a task there, with ``open`` tasks, those ``late``, the ``oldest``,
    ``away`` and ``duty``; those with most to do first. One query.
    """
    tasks = tasks_at(access, place).order_by().filter(assignee_id=OuterRef("pk")).values("assignee_id")
    held = postings_in_force(now).filter(_there(place), role__in=_WORKERS)
    turn = turns_at(now).filter(Q(area=place) if isinstance(place, Area) else Q(unit=place))
    holders = tasks_at(access, place).order_by().filter(assignee__isnull=False).values("assignee_id")
    rows = User.objects.filter(Q(pk__in=held.values("user_id"), is_active=True) | Q(pk__in=holders))
    late = tasks.filter(lamp_q(Lamp.RED, now))
    return rows.annotate(
        open=Coalesce(_count(tasks), 0),
        late=Coalesce(_count(late), 0),
        oldest=Subquery(tasks.annotate(first=Min("stage_since")).values("first")),
        away=Exists(absences_at(now).filter(person_id=OuterRef("pk"))),
        duty=Exists(turn.filter(person_id=OuterRef("pk"))),
    ).order_by("-open", "name", "pk")


def _count(tasks: QuerySet[Any, Any]) -> Subquery:
    return Subquery(tasks.annotate(n=Count("pk")).values("n"), output_field=IntegerField())


def _there(place: Place) -> Q:
    if not isinstance(place, Area):
        return Q(unit=place)
    return Q(area=place) | Q(area__street=place)


def pool_at(access: Access, place: Place, cursor: str = "", size: int = 25) -> Page[Case]:
    """A page of the tasks nobody has there, the longest waiting first.

    Raises:
        BadInput: the page marker is not one of ours.
    """
    rows = listed(tasks_at(access, place).filter(assignee__isnull=True))
    return page_of(rows, by="stage_since", cursor=cursor, size=size)


def team_page(access: Access, *, place: str, cursor: str, now: datetime) -> dict[str, Any]:
    """The context of the page, in at most six queries for whoever leads squads or units, not both.

    Raises:
        NotAllowed, NotFound: as ``place_kept``. BadInput: the page marker is not one of ours.
    """
    places = places_of(access)
    there = place_among(access, places, place)
    people = list(team_of(access, there, now=now)[:MOST])
    page = pool_at(access, there, cursor)
    begins = midnight(day_of(now))
    today = absences_at(now).filter(person__in=[person.pk for person in people])
    return {
        "place": there,
        "here": place_code(there),
        "places": named(places),
        "day": day_at(access, there, begins, now),
        "is_unit": not isinstance(there, Area),
        "people": people,
        "page": page,
        "rows": [_row(case, now) for case in page.rows],
        "absences": list(today.select_related("person", "deputy").order_by("person__name")),
        "turns": turns_of(there, begins, begins + timedelta(days=1)),
        "choices": choices_among(people, pool=False),
        "key": str(uuid4()),
        "sees_cases": access.may(May.SEE_CASES),
        "now": now,
    }


def day_at(access: Access, place: Place, begins: datetime, now: datetime) -> list[dict[str, Any]]:
    """The day of a street or unit in figures that open their lists: open, late, nearly due, with nobody,
    reported since."""
    if not access.may(May.SEE_CASES):
        return []
    open_now, street = Q(stage__in=OPEN), isinstance(place, Area)
    tasks = Q(stage__in=_OF_STREET if street else (Stage.HANDLE,), assignee__isnull=True)
    rows = cases_at(access, place).filter(open_now | Q(opened_at__gte=begins)).order_by()
    counted = rows.aggregate(
        open=Count("pk", filter=open_now),
        **{lamp.value: Count("pk", filter=open_now & lamp_q(lamp, now)) for lamp in (Lamp.RED, Lamp.YELLOW)},
        pool=Count("pk", filter=tasks),
        new=Count("pk", filter=Q(opened_at__gte=begins)),
    )
    where = f"{reverse('cases:list')}?{'street' if street else 'unit'}={place.code}"
    return [
        {"label": _("Open cases"), "figure": counted["open"], "url": f"{where}&open=yes"},
        *(
            {
                "label": lamp.label,
                "figure": counted[lamp],
                "lamp": lamp.value,
                "url": f"{where}&lamp={lamp.value}&sort={BY_DEADLINE}",
            }
            for lamp in (Lamp.RED, Lamp.YELLOW)
        ),
        {"label": _("Nobody's tasks"), "figure": counted["pool"], "url": "#pool"},
        {"label": _("Reported today"), "figure": counted["new"], "url": f"{where}&since={day_of(begins)}"},
    ]


def turns_of(place: Place, begins: datetime, ends: datetime) -> list[DutyTurn]:
    """The duty turns of a place that touch a stretch of time, in their order."""
    where = Q(area=place) if isinstance(place, Area) else Q(unit=place)
    rows = DutyTurn.objects.filter(where, starts_at__lt=ends, ends_at__gt=begins).select_related("person")
    return list(rows.order_by("starts_at", "pk"))


def choices_among(people: Iterable[Any], *, pool: bool) -> list[tuple[str, str]]:
    """To whom tasks can be handed: by the rule, to the pool, or to one of those who are there."""
    fixed = [(RULE, _("By the rule: deputy, duty officer, next"))] + [(POOL, _("The pool"))] * pool
    return fixed + [(p.username, p.name) for p in people if p.is_active and not p.away]


def person_page(access: Access, *, username: str, cursor: str, now: datetime) -> dict[str, Any]:
    """The open tasks of somebody one leads, or one's own, and to whom they can go.

    Raises:
        NotFound: nobody of this name whom one leads. BadInput: the page marker is not one of ours.
    """
    person = person_kept(access, username, now=now)
    page = page_of(tasks_held(access, person), by="stage_since", cursor=cursor)
    return {
        "person": person,
        "page": page,
        "rows": [_row(case, now) for case in page.rows],
        "absence": absences_at(now).filter(person=person).select_related("deputy").first(),
        "choices": _choices_for(access, person, now),
        "key": str(uuid4()),
        "oneself": person.pk == access.user_id,
    }


def tasks_held(access: Access, person: User) -> QuerySet[Case]:
    """The open tasks somebody has, within the scope."""
    return cases_for(access).filter(assignee=person, stage__in=_NAMED)


def _choices_for(access: Access, person: User, now: datetime) -> list[tuple[str, str]]:
    """Only who leads names a person or the pool; oneself hands over by the rule alone."""
    if not access.may(May.KEEP_ROSTER):
        return choices_among([], pool=False)
    roles = postings_in_force(now).filter(user=person).values("role")
    held = Posting.objects.filter(led_q(access), pk__in=postings_in_force(now).values("pk"), role__in=roles)
    away = Exists(absences_at(now).filter(person_id=OuterRef("pk")))
    others = User.objects.filter(pk__in=held.values("user_id"), is_active=True).exclude(pk=person.pk)
    return choices_among(others.annotate(away=away).order_by("name", "pk")[:MOST], pool=True)


_TOKEN = re.compile(r"([0-9]{19})\|([0-9]{1,9})\|([^|]{1,150})")


def picked_of(tokens: Iterable[str]) -> list[Picked]:
    """The tasks a form named, each as ``_row`` wrote it.

    Raises:
        BadInput: one is none of ours.
    """
    found = [_TOKEN.fullmatch(token) for token in tokens]
    if not all(found):
        raise BadInput(gettext_lazy("This list is out of date. Load the page anew."), field="tasks")
    return [Picked(match[1], int(match[2]), match[3]) for match in found if match]


def _row(case: Case, now: datetime) -> dict[str, Any]:
    return row_of(case, now) | {"token": f"{case.number}|{case.version}|{holder_of(case)}"}


def pool_page(access: Access, *, cursor: str, now: datetime) -> dict[str, Any]:
    """The tasks nobody has that a role of this person could take, and who is on duty there now.

    Raises:
        BadInput: the page marker is not one of ours.
    """
    page = pool_of(access, cursor)
    rules = rules_now()
    return {
        "page": page,
        "rows": [
            _row(c, now) | {"claimable": claimable(access, c, rules), "key": str(uuid4())} for c in page.rows
        ],
    } | {"turns": list(_on_duty(access, now))}


def pool_of(access: Access, cursor: str = "", size: int = 25) -> Page[Case]:
    """A page of those tasks, the longest waiting first, with their parts."""
    where = Q(pk__in=[])
    for stage in _NAMED:
        claim = BY_ACTION[Action.CLAIM, stage]
        places = {i for role in claim.by for i in access.areas.get(role, ())}
        units = {i for role in claim.by for i in access.units.get(role, ())}
        parts = UnitPart.objects.filter(unit_id__in=units, active=True).order_by().values("case_id")
        inside = Q(pk__in=parts)
        for level in ("district_id", "street_id", "community_id", "grid_id"):
            inside |= Q(**{f"{level}__in": places})
        where |= Q(stage=stage) & inside
    rows = cases_for(access).filter(where, assignee__isnull=True).prefetch_related("parts")
    return page_of(rows, by="stage_since", cursor=cursor, size=size)


def claimable(access: Access, case: Case, rules: Rules) -> bool:
    """Whether this person is offered the task. No queries once the parts are there."""
    steps = offered_steps(access, case, list(case.parts.all()), rules)
    return any(step.action is Action.CLAIM for step in steps)


def _on_duty(access: Access, now: datetime) -> QuerySet[DutyTurn]:
    held = {i for ids in access.areas.values() for i in ids}
    units = {i for ids in access.units.values() for i in ids}
    streets = Area.objects.filter(pk__in=held).annotate(there=Coalesce(F("street_id"), F("pk")))
    rows = turns_at(now).filter(Q(area_id__in=streets.order_by().values("there")) | Q(unit_id__in=units))
    return rows.select_related("person", "area", "unit").defer("area__outline").order_by("starts_at")[:MOST]
