"""What a change of areas would do, worked out before anything is written; the same again under its locks."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import May
from core.errors import NotFound, Sentence
from core.history import canonical
from grids.access import Access
from grids.following import Outlook, Shift, followers
from grids.geo.shapes import Outline
from grids.models import Area, AreaJob, Posting
from grids.permissions import NO_AREA
from grids.policies import check_in_force
from grids.services.wishes import MOVE, Kind, Wish

MOST_PEOPLE = 200
_JOINS = ("parent", "district", "street", "community")


@dataclass(frozen=True, slots=True)
class NewGrid:
    """A grid to be made, with its outline in WGS 84."""

    code: str
    name: str
    parent: Area
    outline: Outline
    made_up: bool
    datum: str


@dataclass(frozen=True, slots=True)
class Altered:
    """An area that stays and gets another outline or lies below another area from then on."""

    area: Area
    outline: Outline | None = None
    parent: Area | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """Ground that passes from one area in force to another, by their ids."""

    source: int
    target: int
    outline: Outline


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a posting to an area that ends: it moves to those codes, or ends."""

    posting: Posting
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """One person who loses or gains something, in words."""

    name: str
    role: Sentence
    place: str
    effect: Sentence


@dataclass(slots=True)
class ChangePlan:
    """Everything a change does. ``hold`` are further areas it rests on; ``errors`` forbid it."""

    wish: Wish
    area: Area
    shift: Shift
    ended: list[Area] = field(default_factory=list)
    made: list[NewGrid] = field(default_factory=list)
    altered: list[Altered] = field(default_factory=list)
    heirs: list[Area] = field(default_factory=list)
    ground: list[Ground] = field(default_factory=list)
    hold: list[Area] = field(default_factory=list)
    left: list[Area] = field(default_factory=list)
    entered: list[Area] = field(default_factory=list)
    errors: list[Sentence] = field(default_factory=list)
    remarks: list[Sentence] = field(default_factory=list)
    fates: list[Fate] = field(default_factory=list)
    people: list[Touched] = field(default_factory=list)
    units: int = 0
    outlooks: list[Outlook] = field(default_factory=list)

    @property
    def heir_codes(self) -> tuple[str, ...]:
        """The codes of what follows the areas that end."""
        return tuple(heir.code for heir in self.heirs) or tuple(new.code for new in self.made)

    @property
    def moving(self) -> int:
        """How many rows of all rooms go elsewhere."""
        return sum(outlook.moving for outlook in self.outlooks)

    def lines(self) -> Iterable[Sentence]:
        """The plan in lines for a terminal."""
        yield from (f"- {area}" for area in self.ended)
        yield from (f"+ {new.code} {new.name}" for new in self.made)
        yield from (f"~ {one.area} → {one.parent or _('Outline changed')}" for one in self.altered)
        for outlook in self.outlooks:
            yield from (f"{outlook.what}: {f.source} → {f.target}: {f.count}" for f in outlook.flows)
            yield from outlook.remarks
        yield from (f"{one.name} ({one.role}, {one.place}): {one.effect}" for one in self.people)
        yield from (*self.remarks, *self.errors)

    @property
    def token(self) -> str:
        """Names exactly this plan: what was asked, the versions of all areas it rests on, the codes given,
        the posts that move. Reports come in every minute, so their number is no part of it."""
        rows = [*self.ended, *self.heirs, *self.hold, *(one.area for one in self.altered)]
        facts: dict[str, Any] = {
            "wish": self.wish.facts(),
            "seen": {row.code: row.version for row in rows},
            "made": [new.code for new in self.made],
            "posts": [[fate.posting.pk, fate.to] for fate in self.fates],
        }
        return hashlib.sha256(canonical(facts)).hexdigest()


def area_named(access: Access | None, code: str) -> Area:
    """An area in force of the administrator's scope, with its ancestors and outline.

    Raises:
        NotFound: none such in the scope. Conflict: retired.
    """
    where = Q() if access is None else access.area_q(May.CONFIGURE)
    area = Area.objects.filter(where, code=code).select_related(*_JOINS).first()
    if area is None:
        raise NotFound(NO_AREA)
    check_in_force(area)
    return area


def plan_finish(plan: ChangePlan, access: Access | None, now: datetime) -> ChangePlan:
    """Add what follows from the areas alone: posts, people, units, and what each room says."""
    plan.errors += _still_under_way(plan)
    held = _held(plan.ended, now)
    plan.fates = [Fate(posting, _fate(plan, posting, access)) for posting in held]
    plan.people = [*map(_touched, plan.fates), *_onlookers(plan, now)][:MOST_PEOPLE]
    if plan.wish.kind == Kind.ABOLISH:
        plan.units = Unit.objects.filter(district_code=plan.area.code).count()
    plan.outlooks = [follower.outlook(plan.shift, now) for _name, follower in followers()]
    return plan


def _still_under_way(plan: ChangePlan) -> list[Sentence]:
    """Ground whose cases are still on their way from one change is not changed again before they arrive."""
    mine = {area.code for area in (*plan.ended, *plan.heirs, *(one.area for one in plan.altered))}
    for job in AreaJob.objects.filter(state=AreaJob.State.RUNNING):
        if mine & {code for name in ("ended", "made", "heirs", "altered") for code in job.facts[name]}:
            return [_("An earlier change of these areas is still under way. Wait until it is done.")]
    return []


def _held(areas: Iterable[Area], now: datetime) -> list[Posting]:
    rows = Posting.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now))
    rows = rows.filter(area__in=[area.pk for area in areas]).select_related("user", "area", "deputy_of")
    return list(rows.defer("area__outline").order_by("user__name", "pk"))


def _fate(plan: ChangePlan, posting: Posting, access: Access | None) -> tuple[str, ...]:
    """Where a post goes. Nobody gives more ground to themselves: one's own moves only to its own parts."""
    own = access is not None and posting.user_id == access.user_id
    if plan.wish.people != MOVE or (own and plan.wish.kind != Kind.SPLIT):
        return ()
    return plan.heir_codes


def _touched(fate: Fate) -> Touched:
    effect: Sentence = (
        _("The post moves to %(codes)s.") % {"codes": ", ".join(fate.to)} if fate.to else _("The post ends.")
    )
    return _person(fate.posting, effect)


def _person(posting: Posting, effect: Sentence) -> Touched:
    place = posting.area.short_name if posting.area else ""
    return Touched(str(posting.user), posting.get_role_display(), place, effect)


def _onlookers(plan: ChangePlan, now: datetime) -> list[Touched]:
    """People whose posts stay and who see less, or more, from then on."""
    words: tuple[tuple[Sequence[Area], Sentence], ...] = (
        (plan.left, _("Loses the open cases that go elsewhere.")),
        (plan.entered, _("Gains the open cases that come.")),
    )
    return [_person(posting, effect) for areas, effect in words for posting in _held(areas, now)]
