"""Change areas: preview, then apply exactly what was previewed, in one audited transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from core.errors import BadInput, Conflict, Stale
from core.services.audit import audit_write
from grids.access import Access
from grids.following import followers
from grids.geo.shapes import outline_from_wkb, outline_to_geojson, outline_to_wkb
from grids.models import Area, AreaJob, Succession
from grids.permissions import check_may_configure
from grids.services.change_kinds import plan_make
from grids.services.change_plan import Altered, ChangePlan, NewGrid
from grids.services.holding import areas_hold
from grids.services.once import configure_once
from grids.services.postings import postings_follow
from grids.services.rows import day_of, hang, lineage, map_touch, outline_columns, short_name
from grids.services.wishes import Kind, Wish, wish_read


class PreviewStale(Stale):
    """The areas or posts are not as the preview showed them."""

    title = _("The areas have changed meanwhile")
    code = "preview_stale"


def change_preview(*, access: Access, raw: Mapping[str, Any], now: datetime) -> ChangePlan:
    """What a change would do, and the ``token`` by which exactly that is applied.

    Raises:
        NotAllowed: not an administrator. NotFound: an area outside the scope.
        BadInput, Conflict: it can't be; see ``wish_read`` and ``plan_make``.
    """
    check_may_configure(access)
    return plan_make(wish_read(raw), access=access, now=now)


def change_apply(
    *, access: Access, raw: Mapping[str, Any], token: str, now: datetime, key: str
) -> dict[str, Any]:
    """Make the change that was previewed under ``token``, once per key; returns ``{"job", "state"}``.

    Areas, successors, posts and standing things change at once; what lies in them follows under the job.

    Raises:
        PreviewStale: areas or posts have changed since. Conflict: something stands in the way.
        Others as ``change_preview``.
    """
    check_may_configure(access)
    wish = wish_read(raw)
    body = {"wish": wish.facts(), "token": token}
    return configure_once(access, "changes", body, key, now, lambda: _apply(wish, access, token, now))


def operator_apply(*, raw: Mapping[str, Any], token: str, now: datetime) -> tuple[ChangePlan, int | None]:
    """The same for the operator at the command line, who has every district in sight.

    Returns the plan and the job; without the right token nothing is changed and there is no job.
    """
    wish = wish_read(raw)
    with transaction.atomic():
        plan = _plan_held(wish, None, now)
        if token != plan.token or plan.errors:
            return plan, None
        return plan, _carry_out(plan, None, now).pk


def _apply(wish: Wish, access: Access, token: str, now: datetime) -> dict[str, Any]:
    try:
        plan = _plan_held(wish, access, now)
    except (BadInput, Conflict) as refusal:
        raise PreviewStale(refusal.detail) from refusal
    if plan.token != token:
        raise PreviewStale(
            _("The areas or posts have changed since this preview. Look at the new preview, then apply it.")
        )
    if plan.errors:
        raise Conflict(" ".join(str(sentence) for sentence in plan.errors))
    job = _carry_out(plan, access.user_id, now)
    return {"job": job.pk, "state": str(job.state)}


def _plan_held(wish: Wish, access: Access | None, now: datetime) -> ChangePlan:
    """The plan as it is now, with every area it rests on held until the transaction ends."""
    named = Area.objects.filter(code__in=wish.named)
    above = {pk for row in named.values_list("district", "street", "community") for pk in row if pk}
    where = Q(code__in=wish.named) | Q(pk__in=above)
    if wish.kind in (Kind.MOVE, Kind.ABOLISH):
        # What lies below changes its ancestors, and a report there must not go by the old ones.
        top = Area.objects.filter(code=wish.area).values("pk")
        where |= Q(district__in=top) | Q(street__in=top) | Q(community__in=top)
    areas_hold(Area.objects.filter(where).defer("outline"))
    return plan_make(wish, access=access, now=now)


def _carry_out(plan: ChangePlan, actor_id: int | None, now: datetime) -> AreaJob:
    facts = _facts(plan)
    made = [_grid_make(new, now) for new in plan.made]
    for altered in plan.altered:
        _alter(altered)
    _end(plan, [*plan.heirs, *made], now)
    map_touch()
    postings_follow(
        fates=[(fate.posting, fate.to) for fate in plan.fates], actor_id=actor_id, now=now
    )  # fmt: skip
    if plan.wish.kind == Kind.ABOLISH:
        Unit.objects.filter(district_code=plan.area.code).update(district_code=plan.wish.to)
    job = _job(plan, facts, actor_id, now)
    _audit(plan, job, made, actor_id, now)
    for _name, follower in followers():
        follower.settle(job, now)
    return job


def _grid_make(new: NewGrid, now: datetime) -> Area:
    return Area.objects.create(
        level=Area.Level.GRID,
        code=new.code,
        name=new.name,
        short_name=short_name(new.name),
        valid_from=day_of(now),
        code_provisional=not new.code.startswith(new.parent.code),
        made_up=new.made_up,
        **lineage(new.parent),
        **outline_columns(new.outline, datum=new.datum),
    )


def _alter(altered: Altered) -> None:
    area = Area.objects.get(pk=altered.area.pk)
    if altered.outline is not None:
        columns = outline_columns(altered.outline, datum=area.source_datum or "WGS84")
        for column, value in columns.items():
            setattr(area, column, value)
        area.version += 1
        area.save(update_fields=[*columns, "version"])
    if altered.parent is not None:
        area.code_provisional = not area.code.startswith(altered.parent.code)
        area.save(update_fields=["code_provisional"])
        hang(area, altered.parent)


def _end(plan: ChangePlan, heirs: list[Area], now: datetime) -> None:
    day = day_of(now)
    for area in plan.ended:
        area.valid_to = day
        area.version += 1
        area.save(update_fields=["valid_to", "version"])
    Succession.objects.bulk_create(
        Succession(old=area, new=heir, day=day) for area in plan.ended for heir in heirs
    )


def _facts(plan: ChangePlan) -> dict[str, Any]:
    """What the job keeps: codes and, of areas whose outline changes, the one before and its version."""
    redrawn = [one.area for one in plan.altered if one.outline is not None]
    return {
        "ended": [area.code for area in plan.ended],
        "made": [new.code for new in plan.made],
        "heirs": list(plan.heir_codes),
        "altered": [one.area.code for one in plan.altered],
        "to": plan.wish.to,
        "posts": len(plan.fates),
        "units": plan.units,
        "leaves": sorted(plan.shift.leaves),
        "ends": sorted(plan.shift.ends),
        "before": [
            {
                "code": area.code,
                "version": area.version,
                "outline": outline_to_geojson(outline_from_wkb(area.outline)),
            }
            for area in redrawn
            if area.outline
        ],
    }


def _job(plan: ChangePlan, facts: dict[str, Any], actor_id: int | None, now: datetime) -> AreaJob:
    ground = [
        {"from": piece.source, "to": piece.target, "outline": outline_to_wkb(piece.outline).hex()}
        for piece in plan.ground
    ]
    return AreaJob.objects.create(
        kind=plan.wish.kind,
        area=plan.area,
        level=plan.shift.level,
        area_ids=sorted(plan.shift.names),
        ground=ground,
        facts=facts,
        total=plan.moving,
        reason=plan.wish.reason,
        actor_id=actor_id,
        created_at=now,
    )


def _audit(plan: ChangePlan, job: AreaJob, made: list[Area], actor_id: int | None, now: datetime) -> None:
    """One row under every area that ends, begins or changes, so that each one's history tells it."""
    about = {area.code: area for area in (*plan.ended, *made, *plan.heirs)}
    about |= {one.area.code: one.area for one in plan.altered}
    ended, day = {area.code for area in plan.ended}, day_of(now)
    for code in sorted(about):
        after: dict[str, Any] = {"job": job.pk, "from": plan.area.code}
        if code in ended:
            after |= {"valid_to": day, "successors": list(plan.heir_codes)}
        elif plan.wish.to:
            after |= {"parent": plan.wish.to}
        audit_write(
            actor_id=actor_id, action=f"area.{plan.wish.kind}", subject=f"area:{code}", now=now,
            after=after, reason=plan.wish.reason,
        )  # fmt: skip
