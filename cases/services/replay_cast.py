"""The made-up people and standing plans a replay needs, and who of them takes which step."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.roles import Role
from cases.models import CaseClass, StandingPlan
from cases.services.standing import standing_plan_approve, standing_plan_draft
from core.errors import Conflict
from grids.access import Access, access_for
from grids.models import Area
from grids.services.enrol import Newcomer, people_enrol

_ZONE = ZoneInfo("Asia/Shanghai")
_MEASURES = ["到场核对", "处置并恢复原状", "拍照留存"]


@dataclass(slots=True)
class ReplayCast:
    """Who acts where. Accesses are computed once, since nobody's posting changes during a run."""

    people: dict[str, User]
    units: dict[tuple[str, str], Unit]
    now: datetime
    _known: dict[str, Access] = field(default_factory=dict)

    def access(self, username: str) -> Access:
        """The scopes of one of the cast.

        Raises:
            Conflict: nobody of that name was made, because the place or unit came later.
        """
        if username not in self._known:
            if username not in self.people:
                raise Conflict(
                    _("Nobody was made up for this place or unit (%(name)s). Start the replay again.")
                    % {"name": username}
                )
            self._known[username] = access_for(self.people[username], now=self.now)
        return self._known[username]

    def unit_for(self, district: str, line: str) -> Unit:
        """The unit of a district that handles a line of work.

        Raises:
            Conflict: there is none.
        """
        unit = self.units.get((district, line))
        if unit is None:
            raise Conflict(
                _("District %(district)s has no handling unit for this line of work (%(line)s). Add one.")
                % {"district": district, "line": line}
            )
        return unit


def hotline_of(district: str) -> str:
    """Login of the hotline clerk of a district."""
    return f"replay-{district}-hotline"


def station_of(district: str) -> str:
    """Login of the district station's clerk."""
    return f"replay-{district}-station"


def bureau_of(district: str) -> str:
    """Login of the bureau's deputy head."""
    return f"replay-{district}-bureau"


def officer_of(street: str, which: int) -> str:
    """Login of an officer of a street: the first verifies, the second checks."""
    return f"replay-{street}-officer-{which}"


def handler_of(unit: str) -> str:
    """Login of a handling unit's clerk."""
    return f"replay-{unit}-handler"


def replay_cast(*, districts: Iterable[str], since: datetime, now: datetime) -> ReplayCast:
    """Make what is missing of the cast of these districts (6-digit codes); posted from ``since`` on.

    Idempotent; nobody can log in as one of them. Raises BadInput when a district is not loaded.
    """
    codes = sorted(set(districts))
    units = _handling_units(codes)
    newcomers = [one for code in codes for one in _of_district(code)]
    newcomers += [
        Newcomer(handler_of(unit.code), f"重放经办·{unit.name}"[:60], Role.UNIT_HANDLER, f"unit:{unit.code}")
        for unit in units.values()
    ]
    streets = Area.objects.filter(level=Area.Level.STREET, district__code__in=codes, valid_to__isnull=True)
    newcomers += [
        Newcomer(
            officer_of(street.code, which),
            f"重放队员{which}·{street.short_name}"[:60],
            Role.OFFICER,
            street.code,
        )
        for street in streets.defer("outline")
        for which in (1, 2)
    ]
    people = people_enrol(newcomers=newcomers, since=since, now=now)
    return ReplayCast(people, units, now)


def _of_district(code: str) -> list[Newcomer]:
    return [
        Newcomer(hotline_of(code), f"重放坐席·{code}", Role.HOTLINE, code),
        Newcomer(station_of(code), f"重放工作站·{code}", Role.STATION, code),
        Newcomer(bureau_of(code), f"重放区局·{code}", Role.BUREAU, code),
    ]


def _handling_units(codes: list[str]) -> dict[tuple[str, str], Unit]:
    rows = Unit.objects.filter(district_code__in=codes, kind=Unit.Kind.HANDLER, active=True)
    return {(unit.district_code, unit.line): unit for unit in rows.order_by("-code")}


def replay_plans(
    *, cast: ReplayCast, districts: Iterable[str], classes: Iterable[CaseClass], since: datetime
) -> int:
    """Put a standing plan into force for each class and district that has none; returns how many.

    Drafted by the station, approved by the bureau, valid in the simulated past alone: up to the day of
    the run. Without them every direct case would have to wait for a plan of its own.
    """
    last_day = cast.now.astimezone(_ZONE).date()
    made = 0
    for district in sorted(set(districts)):
        for row in classes:
            made += _plan(cast, district, row, since, last_day)
    return made


def _plan(cast: ReplayCast, district: str, row: CaseClass, since: datetime, last_day: date) -> bool:
    plans = StandingPlan.objects.filter(case_class=row, area__code=district)
    if plans.filter(state=StandingPlan.State.APPROVED).exists() or (district, row.line) not in cast.units:
        return False
    station = cast.access(station_of(district))
    # A run that died between draft and approval left a draft of its own.
    drafts = plans.filter(state=StandingPlan.State.DRAFT, author_id=station.user_id)
    plan_id = drafts.values_list("pk", flat=True).first()
    if plan_id is None:
        plan_id = _draft(cast, station, district, row, since, last_day)
    standing_plan_approve(access=cast.access(bureau_of(district)), plan_id=plan_id, now=since)
    return True


def _draft(
    cast: ReplayCast, station: Access, district: str, row: CaseClass, since: datetime, last_day: date
) -> int:
    raw = {
        "area": district,
        "case_class": row.key,
        "measures": _MEASURES,
        "lead_unit": cast.unit_for(district, row.line).code,
        "valid_from": since.astimezone(_ZONE).date(),
        "valid_to": last_day,
    }
    key = f"replay:plan:{district}:{row.key}:{last_day}"
    answer = standing_plan_draft(access=station, raw=raw, key=key, now=since)
    return int(answer["id"])
