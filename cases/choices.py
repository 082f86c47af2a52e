"""What forms let one choose from: classes, conditions, units, people, areas. Reads within a scope."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext

from accounts.models import Unit
from accounts.roles import Line, May
from cases.candidates import candidates_for
from cases.models import Case, CaseClass, FilingCondition, UnitPart
from cases.selectors import cases_for
from cases.workflow import OPEN, Action
from core.errors import CityError
from grids.access import Access
from grids.geo.shapes import metres_between
from grids.models import Area
from grids.selectors import areas_in

MOST_NEAR = 500  # open cases of one community looked at for the nearest


def classes() -> list[CaseClass]:
    """The classes in use, in the order of the standard."""
    return list(CaseClass.objects.filter(active=True).order_by("kind", "code"))


def conditions_of(class_key: str) -> list[FilingCondition]:
    """The filing conditions in use of a class named by its key; none for an unknown one."""
    kind, _dash, code = class_key.replace("\x00", "").partition("-")
    rows = FilingCondition.objects.filter(case_class__kind=kind, case_class__code=code, active=True)
    return list(rows.order_by("seq"))


Grouped = list[tuple[str, list[tuple[str, str]]]]
_OFTEN = 5  # units that head the list


def units_in(district_code: str, *, class_id: int | None = None) -> Grouped:
    """Codes and names of the units that can be given work in a district, by line of work.

    Those that led most of the district's latest cases of the class come first, in a group of their own.
    """
    rows = Unit.objects.filter(Q(district_code=district_code) | Q(district_code=""), active=True)
    rows = rows.exclude(kind=Unit.Kind.COMMUNITY).order_by("name")
    often = _often(district_code, class_id) if class_id else []
    return units_grouped(list(rows.values_list("pk", "code", "name", "line")), often)


def units_grouped(rows: Sequence[tuple[int, str, str, str]], often: Sequence[int] = ()) -> Grouped:
    """Units (id, code, name, line) under the names of their lines, those in ``often`` before all others."""
    first = [(code, name) for pk in often for unit, code, name, _line in rows if unit == pk]
    groups: dict[str, list[tuple[str, str]]] = {gettext("Most used for this class"): first}
    for line in Line:
        groups[str(line.label)] = [(c, n) for pk, c, n, own in rows if own == line and pk not in often]
    return [(label, units) for label, units in groups.items() if units]


def _often(district_code: str, class_id: int) -> list[int]:
    # The latest five hundred say enough, and cost the same however many there are.
    lately = Case.objects.filter(case_class_id=class_id, lead_unit__isnull=False).order_by("-opened_at")
    lead = lately.filter(district__code=district_code).values_list("lead_unit_id", flat=True)[:500]
    return [pk for pk, _count in Counter(lead).most_common(_OFTEN) if pk]


def people_for(
    access: Access, case: Case, parts: Sequence[UnitPart], *, now: datetime
) -> list[tuple[str, str]]:
    """Login names and names of those who may be given the task the case is; none where nobody is named."""
    try:
        found = candidates_for(access, case, parts, Action.ASSIGN, now=now)
    except CityError:
        # A form shown again after the case moved on offers nobody any more.
        return []
    return [(person.username, person.name) for person in found]


def cases_to_merge_into(access: Access, case: Case) -> list[tuple[str, str]]:
    """Numbers and words of the open cases of the same community, the nearest first; at most fifty."""
    rows = cases_for(access).filter(community_id=case.community_id, stage__in=OPEN).exclude(pk=case.pk)
    near = [(metres_between(case.lon, case.lat, row.lon, row.lat), row) for row in rows[:MOST_NEAR]]
    near.sort(key=lambda found: found[0])
    return [(row.number, _near(row, metres)) for metres, row in near[:50]]


def _near(row: Case, metres: float) -> str:
    what = str(row.case_class or row.description[:20] or row.get_stage_display())
    return f"{round(metres)} m · {what} · {row.address or row.grid.short_name} · {row.number}"


def list_choices(access: Access, wanted: dict[str, Any]) -> dict[str, list[Any]]:
    """Options of the list's filters; communities appear with a street, grids with a community.

    At most three queries.
    """
    chosen = [code for name in ("street", "community") for code in wanted.get(name) or []]
    below = Q(level__in=(Area.Level.DISTRICT, Area.Level.STREET)) | Q(parent__code__in=chosen)
    rows = areas_in(access, May.SEE_CASES).filter(below, valid_to__isnull=True).order_by("code")
    found = list(rows.values_list("level", "code", "short_name", "name"))
    areas = {
        level: [(code, short or name) for kind, code, short, name in found if kind == level]
        for level in ("district", "street", "community", "grid")
    }
    if len(areas["district"]) < 2:
        areas["district"] = []  # nothing to choose between
    return {"line": list(Line.choices), **areas, "unit": _units_seen(access)}


def _units_seen(access: Access) -> list[tuple[str, str]]:
    placed = access.area_ids(May.SEE_CASES)
    # The streets of a district may carry the codes of another that was abolished: ask, don't cut codes.
    above = Area.objects.filter(pk__in=placed).values_list("code", "district__code")
    districts_of = {district or code for code, district in above}
    rows = Unit.objects.filter(district_code__in=districts_of, active=True).exclude(kind=Unit.Kind.COMMUNITY)
    return [(unit.code, unit.name) for unit in rows.order_by("line", "name")]
