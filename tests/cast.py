"""The fixed cast every test shares: a small world of two districts and the people in it.

Grids are squares of 0.01 degree. 长寿 has two streets: 凤城 (two communities of two grids) and 晏家
(one community, one grid); 沙坪坝 has one grid far away.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from shapely import box

from accounts.models import Unit, User
from accounts.roles import Line, Role
from cases.models import CaseClass, FilingCondition, StandingPlan
from grids.access import Access, access_for, grants_recompute
from grids.models import Area, MapVersion, Posting
from tests.kept import Made, kept, writes

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)  # a Monday, 10:00 in Chongqing
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "three-small-lamps"


@dataclass
class World:
    """Everything by name; ``people`` by login name. ``written``: the count of ``writes`` when built."""

    areas: dict[str, Area] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, User] = field(default_factory=dict)
    conditions: dict[str, FilingCondition] = field(default_factory=dict)
    written: int = 0

    def kept(self, key: str, make: Callable[[], Made]) -> Made:
        """What ``make`` returns and wrote, out of what was kept where nothing was written since the cast."""
        return kept(key, make) if self.written == writes() else make()

    def access(self, name: str, now: datetime = NOW) -> Access:
        """The scopes of a person of the cast."""
        return access_for(self.people[name], now=now)


# Somewhere inside grid 500115001001001, the cast's home.
HOME = {"lon": 107.005, "lat": 29.805, "accuracy": 8}
NEXT_COMMUNITY = {"lon": 107.005, "lat": 29.815}
NEXT_STREET = {"lon": 107.055, "lat": 29.805}
FAR_AWAY = {"lon": 106.455, "lat": 29.545}
NOWHERE = {"lon": 100.0, "lat": 20.0}

_TREE = (
    # code, name, parent, south-west corner of a grid
    ("500115", "长寿区", None, None),
    ("500115001", "凤城街道", "500115", None),
    ("500115001001", "向阳社区居民委员会", "500115001", None),
    ("500115001001001", "向阳001", "500115001001", (107.00, 29.80)),
    ("500115001001002", "向阳002", "500115001001", (107.01, 29.80)),
    ("500115001002", "望江社区居民委员会", "500115001", None),
    ("500115001002001", "望江001", "500115001002", (107.00, 29.81)),
    ("500115001002002", "望江002", "500115001002", (107.01, 29.81)),
    ("500115002", "晏家街道", "500115", None),
    ("500115002001", "沙塘社区居民委员会", "500115002", None),
    ("500115002001001", "沙塘001", "500115002001", (107.05, 29.80)),
    ("500106", "沙坪坝区", None, None),
    ("500106001", "小龙坎街道", "500106", None),
    ("500106001001", "正街社区居民委员会", "500106001", None),
    ("500106001001001", "正街001", "500106001001", (106.45, 29.54)),
)
_LEVELS = {6: "district", 9: "street", 12: "community", 15: "grid"}

# login, name, role, where (area code or "unit:code")
CAST = (
    ("worker", "网格员甲", Role.GRID_WORKER, "500115001001001"),
    ("worker2", "网格员乙", Role.GRID_WORKER, "500115001001001"),
    ("officer", "队员甲", Role.OFFICER, "500115001"),
    ("colleague", "队员乙", Role.OFFICER, "500115001"),
    ("leader_of_squad", "中队长", Role.SQUAD_LEADER, "500115001"),
    ("section_head", "科长", Role.SECTION_HEAD, "500115001"),
    ("director", "局长", Role.DIRECTOR, "500115"),
    ("station", "工作站甲", Role.STATION, "500115"),
    ("station2", "工作站乙", Role.STATION, "500115"),
    ("bureau", "区局甲", Role.BUREAU, "500115"),
    ("cleaner", "环卫经办", Role.UNIT_HANDLER, "unit:cs-clean"),
    ("clean_head", "环卫负责人", Role.UNIT_HEAD, "unit:cs-clean"),
    ("gardener", "园林经办", Role.UNIT_HANDLER, "unit:cs-green"),
    ("green_head", "园林负责人", Role.UNIT_HEAD, "unit:cs-green"),
    ("community", "社区干部", Role.COMMUNITY, "500115001001"),
    ("hotline", "坐席", Role.HOTLINE, "500115"),
    ("admin", "管理员", Role.ADMINISTRATOR, "500115"),
    ("leader", "领导", Role.LEADER, "500115"),
    # the neighbour from the next street, and the stranger from the next district
    ("neighbour", "邻街队员", Role.OFFICER, "500115002"),
    ("stranger", "外区工作站", Role.STATION, "500106"),
    ("stranger_officer", "外区队员", Role.OFFICER, "500106001"),
    ("stranger_admin", "外区管理员", Role.ADMINISTRATOR, "500106"),
    ("stranger_bureau", "外区区局", Role.BUREAU, "500106"),
)
UNITS = (
    ("cs-clean", "长寿环卫所", Line.SANITATION, "500115"),
    ("cs-green", "长寿园林所", Line.GREENERY, "500115"),
    ("cs-works", "长寿市政所", Line.MUNICIPAL, "500115"),
    ("spb-clean", "沙坪坝环卫所", Line.SANITATION, "500106"),
)
# name, class, line, track
CONDITIONS = (
    ("litter", ("06010", "暴露垃圾", "Exposed litter"), Line.SANITATION, "direct", (4, "工作时")),
    ("sign", ("07006", "违规牌匾标识", "Unlawful sign"), Line.ENFORCEMENT, "standard", (5, "工作日")),
    ("manhole", ("01001", "供水井盖异常", "Manhole cover"), Line.MUNICIPAL, "emergency", (2, "紧急工作时")),
    ("tree", ("04002", "行道树异常", "Street tree"), Line.GREENERY, "direct", (1, "工作日")),
)


def build_world() -> World:
    """Put the whole cast into the database.

    Made once in a process, in two hundred statements; after that its rows are written again as they were, in
    a dozen.
    """
    world = kept("the cast", _make_world)
    world.written = writes()
    return world


def _make_world() -> World:
    world = World()
    _build_areas(world)
    _build_units(world)
    _build_people(world)
    _build_catalogue(world)
    return world


def _build_areas(world: World) -> None:
    for code, name, parent_code, corner in _TREE:
        parent = world.areas.get(parent_code or "")
        lineage = _lineage(parent)
        shape = box(corner[0], corner[1], corner[0] + 0.01, corner[1] + 0.01) if corner else None
        area = Area(
            level=_LEVELS[len(code)],
            code=code,
            name=name,
            short_name=name.removesuffix("居民委员会"),
            parent=parent,
            valid_from=date(2020, 1, 1),
            made_up=corner is not None,
            **lineage,
        )
        if shape is not None:
            area.outline = shape.wkb
            area.min_lon, area.min_lat, area.max_lon, area.max_lat = shape.bounds
            area.centre_lon, area.centre_lat = shape.centroid.x, shape.centroid.y
        area.save()
        world.areas[code] = area
    MapVersion.objects.create(number=int(world.areas["500115"].pk) + 1)


def _lineage(parent: Area | None) -> dict[str, Area | None]:
    if parent is None:
        return {}
    above = {"district": parent.district, "street": parent.street, "community": parent.community}
    return above | {parent.level: parent}


def _build_units(world: World) -> None:
    for code, name, line, district in UNITS:
        world.units[code] = Unit.objects.create(code=code, name=name, line=line, district_code=district)


def _build_people(world: World) -> None:
    for login, name, role, where in CAST:
        person = User.objects.create_user(username=login, password=PASSWORD, name=name)
        unit = world.units.get(where.removeprefix("unit:")) if where.startswith("unit:") else None
        if unit:
            person.unit = unit
            person.save(update_fields=["unit"])
        Posting.objects.create(
            user=person, role=role, area=world.areas.get(where), unit=unit, starts_at=BEGAN
        )
        grants_recompute(person)
        world.people[login] = person


def _build_catalogue(world: World) -> None:
    for key, (code, name, name_en), line, track, (value, unit) in CONDITIONS:
        row = CaseClass.objects.create(
            kind="matter", code=code, major_code=code[:2], major="样例", name=name, name_en=name_en,
            origin="standard", line=line,
        )  # fmt: skip
        world.conditions[key] = FilingCondition.objects.create(
            case_class=row, seq=1, text=f"{name}的", closing="恢复", limit_value=value, limit_unit=unit,
            basis="default", track=track,
        )  # fmt: skip
    standing_plan(world, "litter", "cs-clean")
    standing_plan(world, "manhole", "cs-works")


def standing_plan(world: World, condition: str, lead: str, assisting: tuple[str, ...] = ()) -> StandingPlan:
    """An approved standing plan of 长寿 for the class of a condition."""
    plan = StandingPlan.objects.create(
        case_class=world.conditions[condition].case_class,
        area=world.areas["500115"],
        version=1,
        state=StandingPlan.State.APPROVED,
        measures=["到场处置", "恢复原状"],
        lead_unit=world.units[lead],
        author=world.people["station"],
        approver=world.people["bureau"],
        valid_from=date(2026, 1, 1),
        drafted_at=BEGAN,
        approved_at=BEGAN,
    )
    plan.assisting_units.set([world.units[code] for code in assisting])
    return plan
