"""The made-up people of the one-command start: at least one for every role, and two who must see less.

The demonstration's seed makes them; the start prints them; the role switch lists them. Nothing here is
ever loaded in production.
"""

from dataclasses import dataclass

from accounts.roles import Role

# Shown on the terminal and on the login page in local mode, where everything is made up.
DEMO_PASSWORD = "chengguan-2026"  # noqa: S105 - not a secret: it opens made-up data on one machine

DISTRICT = "500115"  # 长寿区
STREET = "500115001"  # 凤城街道
COMMUNITY = "500115001002"  # 骑鞍社区
NEXT_STREET = "500115002"  # 晏家街道
OTHER_STREET = "500106001"  # 沙坪坝区小龙坎街道


@dataclass(frozen=True, slots=True)
class CastMember:
    """One made-up person.

    ``where`` is the code of the area the person is posted to (6 digits district, 9 street,
    12 community), or ``unit:CODE`` for a posting to a unit.
    """

    username: str
    name: str
    role: Role
    where: str

    @property
    def unit_code(self) -> str:
        """The unit's code; "" for somebody posted to an area."""
        return self.where.removeprefix("unit:") if self.where.startswith("unit:") else ""


CAST: tuple[CastMember, ...] = (
    CastMember("grid", "张小雨", Role.GRID_WORKER, COMMUNITY),
    CastMember("officer", "李卫国", Role.OFFICER, STREET),
    CastMember("leader-squad", "王强", Role.SQUAD_LEADER, STREET),
    CastMember("section", "陈敏", Role.SECTION_HEAD, STREET),
    CastMember("director", "刘志远", Role.DIRECTOR, DISTRICT),
    CastMember("station", "周丽", Role.STATION, DISTRICT),
    CastMember("bureau", "赵建民", Role.BUREAU, DISTRICT),
    CastMember("handler", "杨洋", Role.UNIT_HANDLER, f"unit:{DISTRICT}-sanitation"),
    CastMember("handler-head", "何大勇", Role.UNIT_HEAD, f"unit:{DISTRICT}-sanitation"),
    CastMember("community", "罗秀英", Role.COMMUNITY, COMMUNITY),
    CastMember("hotline", "唐静", Role.HOTLINE, DISTRICT),
    CastMember("admin", "徐工", Role.ADMINISTRATOR, DISTRICT),
    CastMember("leader", "郭正", Role.LEADER, DISTRICT),
    # A colleague who checks what the officer verified, and the units of the other lines of work.
    CastMember("officer-2", "孙浩", Role.OFFICER, STREET),
    CastMember("gardener", "林青", Role.UNIT_HANDLER, f"unit:{DISTRICT}-greenery"),
    CastMember("engineer", "高磊", Role.UNIT_HANDLER, f"unit:{DISTRICT}-municipal"),
    # The neighbour from the next street and the stranger from the next district see other cases.
    CastMember("neighbour", "邓晏", Role.OFFICER, NEXT_STREET),
    CastMember("stranger", "沈沙", Role.OFFICER, OTHER_STREET),
)


def one_for_each_role() -> tuple[CastMember, ...]:
    """The first of the cast in every role, in the order a case passes them."""
    first: dict[Role, CastMember] = {}
    for member in CAST:
        first.setdefault(member.role, member)
    return tuple(first.values())
