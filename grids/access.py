"""What a person may see and who they are where. The only caller of django-guardian.

A posting is the record, the guardian grant its effect. A grant counts only while a posting for the
same role and place is in force, so neither a forgotten grant nor a forged posting opens anything.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from django.contrib.auth.models import AnonymousUser, Permission
from django.db.models import Count, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from accounts.models import Unit, User
from accounts.roles import ROLES, May, Role, codename, roles_that_may
from grids.models import Area, AreaUserPermission, Posting, Succession, UnitUserPermission

NO_IDS: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Access:
    """One person's scopes at one moment; every selector takes one.

    ``areas`` and ``units`` map a role to the ids it is held on: areas with the retired ones whose
    only successor they are, units with the units below them. ``levels`` gives each area's level;
    ``own_units`` the units worked in, with those below a post and those above, for the four eyes;
    ``at`` the moment all this holds. ``stand_ins`` says for whom a role on an area is held, where it is held
    as a deputy alone.
    """

    user: User | None = None
    areas: Mapping[Role, frozenset[int]] = field(default_factory=dict)
    units: Mapping[Role, frozenset[int]] = field(default_factory=dict)
    own_units: frozenset[int] = NO_IDS
    levels: Mapping[int, str] = field(default_factory=dict)
    at: datetime | None = None
    stand_ins: Mapping[tuple[Role, int], int] = field(default_factory=dict)

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(self.areas) | frozenset(self.units)

    def may(self, ability: May) -> bool:
        """Whether any role held anywhere has the ability."""
        return bool(self.roles & roles_that_may(ability))

    def may_in(self, ability: May, area_ids: Collection[int]) -> bool:
        """Whether a role held on one of these areas (a place with its ancestors) has the ability."""
        return any(not ids.isdisjoint(area_ids) and ability in ROLES[r].may for r, ids in self.areas.items())

    def roles_in(self, area_ids: Collection[int]) -> frozenset[Role]:
        """The roles held on any of these areas."""
        return frozenset(role for role, ids in self.areas.items() if not ids.isdisjoint(area_ids))

    def roles_in_units(self, unit_ids: Collection[int]) -> frozenset[Role]:
        """The roles held on any of these units."""
        return frozenset(role for role, ids in self.units.items() if not ids.isdisjoint(unit_ids))

    def stands_in_for(self, roles: Collection[Role], area_ids: Collection[int]) -> int | None:
        """For whom alone these roles are held over a place; None when one is held in one's own right."""
        held = [(r, i) for r in Role if r in roles for i in area_ids if i in self.areas.get(r, NO_IDS)]
        if not held or any(pair not in self.stand_ins for pair in held):
            return None
        return self.stand_ins[held[0]]

    def area_ids(self, ability: May) -> frozenset[int]:
        """All areas on which some role with the ability is held."""
        return frozenset().union(*(ids for role, ids in self.areas.items() if ability in ROLES[role].may))

    def unit_ids(self, ability: May) -> frozenset[int]:
        """All units in which some role with the ability is held."""
        return frozenset().union(*(ids for role, ids in self.units.items() if ability in ROLES[role].may))

    def placed_q(self, ability: May) -> Q:
        """The WHERE of rows with the four area columns that lie in the scope; matches nothing without one."""
        by_level: dict[str, list[int]] = defaultdict(list)
        for area_id in sorted(self.area_ids(ability)):
            by_level[self.levels[area_id]].append(area_id)
        where = Q(pk__in=[])
        for level, ids in by_level.items():
            where |= Q(**{f"{level}_id__in": ids})
        return where

    def area_q(self, ability: May) -> Q:
        """The WHERE of areas in the scope: those posted on and all below."""
        ids = self.area_ids(ability)
        if not ids:
            return Q(pk__in=[])
        return Q(pk__in=ids) | Q(district_id__in=ids) | Q(street_id__in=ids) | Q(community_id__in=ids)


NOBODY = Access()


def access_for(user: User | AnonymousUser | None, *, now: datetime) -> Access:
    """Compute a person's scopes; once a request. A stranger or a disabled login gets an empty one."""
    if not isinstance(user, User) or not user.is_active:
        return NOBODY
    granted = _granted(user)
    in_force = [p for p in postings_in_force(now).filter(user=user) if _effect(p) in granted]
    areas, units = _by_role(in_force, "area_id"), _by_role(in_force, "unit_id")
    heirs = retired_into({i for ids in areas.values() for i in ids})
    areas = {role: ids.union(*(heirs[i] for i in ids)) for role, ids in areas.items()}
    below = units_below({i for ids in units.values() for i in ids})
    units = {role: ids.union(*(below[i] for i in ids)) for role, ids in units.items()}
    own_units = one_house(frozenset().union(*units.values()) | ({user.unit_id} if user.unit_id else NO_IDS))
    levels = dict(
        Area.objects.filter(pk__in={i for s in areas.values() for i in s}).values_list("pk", "level")
    )
    stand_ins = _stand_ins(in_force, heirs)
    return Access(
        user=user, areas=areas, units=units, own_units=own_units, levels=levels, at=now, stand_ins=stand_ins
    )


def postings_in_force(now: datetime) -> QuerySet[Posting]:
    """Postings that have begun and not ended at ``now``."""
    return Posting.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), starts_at__lte=now)


def _by_role(postings: Collection[Posting], column: str) -> dict[Role, frozenset[int]]:
    found: dict[Role, set[int]] = defaultdict(set)
    for posting in postings:
        place = getattr(posting, column)
        if place is not None:
            found[Role(posting.role)].add(place)
    return {role: frozenset(ids) for role, ids in found.items()}


def _stand_ins(
    postings: Collection[Posting], heirs: Mapping[int, Collection[int]]
) -> dict[tuple[Role, int], int]:
    """For whom a role on an area is held, where no posting of one's own gives the same."""
    own: set[tuple[Role, int]] = set()
    found: dict[tuple[Role, int], int] = {}
    for posting in sorted(postings, key=lambda p: (p.starts_at, p.pk)):
        for area_id in {posting.area_id, *heirs.get(posting.area_id or 0, ())} - {None}:
            pair = (Role(posting.role), area_id or 0)
            if posting.deputy_of_id is None:
                own.add(pair)
            else:
                found.setdefault(pair, posting.deputy_of_id)
    return {pair: principal for pair, principal in found.items() if pair not in own}


def _effect(posting: Posting) -> tuple[str, str, int]:
    kind, place = ("area", posting.area_id) if posting.area_id else ("unit", posting.unit_id)
    return (codename(Role(posting.role)), kind, place or 0)


def _granted(user: User) -> set[tuple[str, str, int]]:
    areas, units = (
        table._default_manager.filter(user=user).values_list(
            "permission__codename", Value(kind), "content_object_id"
        )
        for kind, table in (("area", AreaUserPermission), ("unit", UnitUserPermission))
    )
    return set(areas.union(units, all=True))


def retired_into(area_ids: set[int]) -> dict[int, set[int]]:
    """For each area the retired ones, over several generations, whose only successor it is."""
    heirs: dict[int, set[int]] = {i: set() for i in area_ids}
    layer = {i: i for i in area_ids}
    while layer:
        siblings = Count("old__successors", distinct=True)
        # An area still in force belongs to its own people, whatever is to follow it.
        past = Succession.objects.filter(new_id__in=layer, old__valid_to__isnull=False)
        rows = past.annotate(siblings=siblings)
        following: dict[int, int] = {}
        for old, new, count in rows.values_list("old_id", "new_id", "siblings"):
            if count == 1 and old not in heirs[layer[new]]:
                heirs[layer[new]].add(old)
                following[old] = layer[new]
        layer = following
    return heirs


def units_below(unit_ids: set[int]) -> dict[int, set[int]]:
    """For each unit all those below it, over any number of levels."""
    below: dict[int, set[int]] = {i: set() for i in unit_ids}
    layer = {i: {i} for i in unit_ids}
    while layer:
        following: dict[int, set[int]] = defaultdict(set)
        for child, parent in Unit.objects.filter(parent_id__in=layer).values_list("pk", "parent_id"):
            for top in layer[parent or 0]:
                if child not in below[top]:
                    below[top].add(child)
                    following[child].add(top)
        layer = dict(following)
    return below


def one_house(unit_ids: frozenset[int]) -> frozenset[int]:
    """Units with all those they are part of: a section has the whole unit's work as its own."""
    house, layer = set(unit_ids), unit_ids
    while layer:
        parents = Unit.objects.filter(pk__in=layer, parent__isnull=False).values_list("parent_id", flat=True)
        layer = frozenset(parent for parent in parents if parent) - house
        house |= layer
    return frozenset(house)


class Towards(Enum):
    """A way through the tree of units: the column that is known and the one it leads to."""

    BELOW = ("parent_id", "id")
    ABOVE = ("id", "parent_id")


_TREE = """
WITH RECURSIVE kin(id) AS (
    SELECT unit.id FROM accounts_unit unit WHERE unit.id IN ({these})
    UNION SELECT unit.{onward} FROM accounts_unit unit JOIN kin ON unit.{known} = kin.id
) SELECT id FROM kin WHERE id IS NOT NULL
"""


def units_from(unit_ids: Collection[int], towards: Towards) -> RawSQL:
    """These units with all those below or above them, over any number of levels, as the right side of
    ``unit_id__in``."""
    known, onward = towards.value
    these = ", ".join(["%s"] * len(unit_ids)) or "NULL"
    # The statement is put together of constants; what is asked for travels beside it.
    return RawSQL(_TREE.format(these=these, known=known, onward=onward), tuple(unit_ids))  # noqa: S611


def grants_recompute(user: User) -> None:
    """Make a person's guardian grants the effect of all their postings, past and future ones too.

    Whether one counts is asked at the moment of use, so nothing need run when a posting begins.
    """
    wanted = {_effect(posting) for posting in Posting.objects.filter(user=user)}
    _sync(AreaUserPermission, user, {(c, p) for c, kind, p in wanted if kind == "area"})
    _sync(UnitUserPermission, user, {(c, p) for c, kind, p in wanted if kind == "unit"})


def _sync(
    table: type[AreaUserPermission] | type[UnitUserPermission], user: User, wanted: set[tuple[str, int]]
) -> None:
    manager: Any = table._default_manager
    rows = manager.filter(user=user)
    held = {(c, p): pk for pk, c, p in rows.values_list("pk", "permission__codename", "content_object_id")}
    rows.filter(pk__in=[pk for grant, pk in held.items() if grant not in wanted]).delete()
    model = "area" if table is AreaUserPermission else "unit"
    permissions = {
        p.codename: p
        for p in Permission.objects.filter(content_type__model=model, codename__in={c for c, _ in wanted})
    }
    manager.bulk_create(
        table(user=user, permission=permissions[name], content_object_id=place)
        for name, place in sorted(wanted - held.keys())
    )
