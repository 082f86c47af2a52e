"""The units a district begins with."""

from datetime import datetime

from accounts.models import Unit
from accounts.roles import Line
from accounts.services.units import unit_save
from grids.models import Area

# End of the code, name after the district's, line, kind.
_BUREAU = ("bureau", "城市管理局", Line.ENFORCEMENT, Unit.Kind.BUREAU)
_BELOW = (
    ("station", "城管进社区工作站", Line.PARTY, Unit.Kind.STATION),
    ("sanitation", "环境卫生管理所", Line.SANITATION, Unit.Kind.HANDLER),
    ("greenery", "园林绿化管理所", Line.GREENERY, Unit.Kind.HANDLER),
    ("municipal", "市政设施管理所", Line.MUNICIPAL, Unit.Kind.HANDLER),
    ("enforcement", "综合行政执法支队", Line.ENFORCEMENT, Unit.Kind.HANDLER),
)


def district_units_create(*, district: Area, actor_id: int | None, now: datetime) -> list[Unit]:
    """Create the units a district needs to handle cases: bureau, station, four handling units, and a
    squad for each street. Codes are ``500115-sanitation`` and ``500115001-squad``. Those there already
    are left alone; returns the new ones.
    """
    made: list[Unit] = []
    place = district.short_name.split("（", 1)[0]

    def ensure(code: str, name: str, line: Line, kind: Unit.Kind, parent: Unit | None) -> Unit:
        unit = Unit.objects.filter(code=code).first()
        if unit is None:
            unit = unit_save(
                unit=None, code=code, name=name, line=line, kind=kind, parent=parent,
                district_code=district.code, now=now, actor_id=actor_id,
            )  # fmt: skip
            made.append(unit)
        return unit

    end, name, line, kind = _BUREAU
    bureau = ensure(f"{district.code}-{end}", f"{place}{name}", line, kind, None)
    below = {
        end: ensure(f"{district.code}-{end}", f"{place}{name}", line, kind, bureau)
        for end, name, line, kind in _BELOW
    }
    for street in Area.objects.filter(parent=district, level="street", valid_to=None):
        squad = f"{street.short_name}综合行政执法大队"
        ensure(f"{street.code}-squad", squad, Line.ENFORCEMENT, Unit.Kind.SQUAD, below["enforcement"])
    return made
