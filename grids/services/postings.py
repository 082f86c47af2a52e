"""Postings: the record of who holds which role where; each change makes the grants anew."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from accounts.roles import ROLES, May, Role
from core.errors import BadInput, Conflict, NotFound
from core.services.audit import audit_write
from core.services.outbox import outbox_emit
from grids.access import Access, grants_recompute
from grids.models import Area, Posting
from grids.permissions import (
    NO_AREA,
    NO_PERSON,
    check_not_oneself,
    person_q,
    posting_q,
)
from grids.services.holding import area_held
from grids.services.once import configure_once, one_after_another
from grids.services.units import unit_found


def posting_add(
    *,
    access: Access,
    username: str,
    role: str,
    place: str,
    now: datetime,
    key: str,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    deputy_of: str = "",
) -> dict[str, Any]:
    """Post a person to an area (by code) or a unit (``unit:`` and its code); returns the posting's id.

    ``starts_at`` None means now. A deputy (代) holds the role for somebody who holds it there in their own
    right, until a last day.

    Raises:
        BadInput: the role isn't held in such a place, the dates can't be, or a deputy's end is missing.
        NotFound: no such person or place in the scope. NotAllowed: oneself, or not an administrator.
        Conflict: the place or login is closed, or the same posting overlaps.
    """
    body = {
        "username": username,
        "role": role,
        "place": place,
        "deputy_of": deputy_of,
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    return configure_once(
        access,
        "postings/add",
        body,
        key,
        now,
        lambda: _add(
            access, _person(access, username), role, place, starts_at or now, ends_at, deputy_of, now
        ),
    )


def posting_end(
    *, access: Access, posting_id: int, now: datetime, key: str, ends_at: datetime | None = None
) -> dict[str, Any]:
    """End a posting now or at a later moment; one that has not begun is withdrawn if it would end before.

    Raises:
        BadInput: a moment in the past. NotFound: none such in the scope. NotAllowed: one's own.
        Conflict: it has ended already.
    """
    body = {"ends_at": ends_at}
    return configure_once(
        access,
        f"postings/{posting_id}/end",
        body,
        key,
        now,
        lambda: _end(access, posting_id, ends_at or now, now),
    )


def postings_end_all(*, user: User, actor_id: int | None, now: datetime) -> int:
    """End everything a person still holds, in the caller's transaction; returns how many."""
    one_after_another(Q(pk=user.pk))
    held = Posting.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), user=user)
    rows = list(held.select_related("area", "unit", "user"))
    for posting in rows:
        _close(posting, now, now, actor_id)
    grants_recompute(user)
    return len(rows)


def first_posting(*, access: Access, person: User, role: str, place: str, now: datetime) -> None:
    """Post a person who was made a moment ago, in the caller's transaction. Raises as ``posting_add``."""
    _add(access, person, role, place, now, None, "", now)


def postings_follow(
    *, fates: Sequence[tuple[Posting, Sequence[str]]], actor_id: int | None, now: datetime
) -> None:
    """End postings to areas that end, and post the same people to the areas named by code instead.

    In the caller's transaction, which holds those areas. Nobody gets a role twice in one place.
    """
    users = {posting.user_id for posting, _codes in fates}
    one_after_another(Q(pk__in=users))
    wanted = {code for _posting, codes in fates for code in codes}
    areas = {area.code: area for area in Area.objects.filter(code__in=wanted).defer("outline")}
    for posting, codes in fates:
        for code in codes:
            _follow(posting, areas[code], now, actor_id)
        _close(posting, now, now, actor_id)
    for user in User.objects.filter(pk__in=users):
        grants_recompute(user)


def _follow(old: Posting, area: Area, now: datetime, actor_id: int | None) -> None:
    posting = Posting(
        user=old.user, role=old.role, area=area, starts_at=max(now, old.starts_at), ends_at=old.ends_at,
        deputy_of=old.deputy_of,
    )  # fmt: skip
    if not _same(posting).exists():
        posting.save()
        _audit("posting.add", posting, now, actor_id, {}, facts_of(posting))


def _add(
    access: Access,
    person: User,
    role: str,
    place: str,
    starts_at: datetime,
    ends_at: datetime | None,
    deputy_of: str,
    now: datetime,
) -> dict[str, Any]:
    check_not_oneself(access, person)
    area, unit = place_of(access, place)
    _check_role(role, area)
    _check_dates(starts_at, ends_at)
    deputised = _deputised(access, person, deputy_of, ends_at) if deputy_of else None
    # Grants are made anew from all postings of a person.
    one_after_another(Q(pk=person.pk))
    posting = Posting(
        user=person,
        role=role,
        area=area,
        unit=unit,
        starts_at=starts_at,
        ends_at=ends_at,
        deputy_of=deputised,
    )
    _check_alone(posting)
    _check_deputy(posting)
    posting.save()
    grants_recompute(person)
    _audit("posting.add", posting, now, access.user_id, {}, facts_of(posting))
    return {"posting": posting.pk, "user": person.username}


def _deputised(access: Access, person: User, deputy_of: str, ends_at: datetime | None) -> User:
    if ends_at is None:
        raise BadInput(_("A deputy stands in for a time. Give the last day."), field="ends_at")
    deputised = _person(access, deputy_of)
    if deputised == person:
        raise BadInput(_("Nobody stands in for themselves. Choose somebody else."), field="deputy_of")
    return deputised


def _end(access: Access, posting_id: int, ends_at: datetime, now: datetime) -> dict[str, Any]:
    rows = Posting.objects.filter(posting_q(access), pk=posting_id)
    one_after_another(Q(pk__in=rows.values("user_id")))
    posting = rows.select_for_update(of=("self",)).select_related("user", "area", "unit").first()
    if posting is None:
        raise NotFound(_("There is no such posting, or it lies outside your district."))
    check_not_oneself(access, posting.user)
    if ends_at < now:
        raise BadInput(_("A posting can end now or later, not in the past."), field="ends_at")
    if posting.ends_at is not None and posting.ends_at <= now:
        raise Conflict(_("This posting has ended already."))
    user = posting.user
    _close(posting, ends_at, now, access.user_id)
    grants_recompute(user)
    return {"posting": posting_id, "user": user.username}


def _close(posting: Posting, ends_at: datetime, now: datetime, actor_id: int | None) -> None:
    before = facts_of(posting)
    if posting.starts_at >= ends_at:
        # It never began; the audit row keeps what was planned.
        _audit("posting.withdraw", posting, now, actor_id, before, {})
        posting.delete()
        return
    posting.ends_at = ends_at
    posting.save(update_fields=["ends_at"])
    if ends_at <= now:
        # What they held is somebody else's from here; rooms above hear of it and see to it.
        outbox_emit(
            topics=["posting.ended"], subject=f"user:{posting.user_id}",
            payload={"user": posting.user_id}, now=now,
        )  # fmt: skip
    _audit("posting.end", posting, now, actor_id, before, facts_of(posting))


def place_of(access: Access, place: str) -> tuple[Area | None, Unit | None]:
    """The area or unit in force that ``place`` names within the scope.

    Raises:
        NotFound: none such. Conflict: retired or closed.
    """
    if place.startswith("unit:"):
        return None, _unit(access, place.removeprefix("unit:"))
    area = Area.objects.filter(access.area_q(May.CONFIGURE), code=place.strip()).defer("outline").first()
    if area is None:
        raise NotFound(NO_AREA)
    if area.valid_to is not None or not area_held(area):
        raise Conflict(_("This area is retired. Post people to the one that follows it."), field="place")
    return area, None


def _unit(access: Access, code: str) -> Unit:
    unit = unit_found(access, code)
    if not unit.active:
        raise Conflict(_("This unit is closed. Choose another."), field="place")
    return unit


def _person(access: Access, username: str) -> User:
    person = User.objects.filter(person_q(access), username=username.strip().lower()).first()
    if person is None:
        raise NotFound(NO_PERSON)
    if not person.is_active:
        raise Conflict(_("This login is closed. Open it again first."), field="username")
    return person


def _check_role(role: str, area: Area | None) -> None:
    kind = area.level if area else "unit"
    if role not in Role.values or kind not in ROLES[Role(role)].posted_on:
        raise BadInput(_("This role isn't held in such a place. Choose another place or role."), field="role")


def _check_dates(starts_at: datetime, ends_at: datetime | None) -> None:
    if ends_at is not None and ends_at <= starts_at:
        raise BadInput(_("A posting ends after it starts. Change one of the dates."), field="ends_at")


def _same(posting: Posting) -> QuerySet[Posting]:
    """The person's other postings in that role and place within its time."""
    same = Posting.objects.filter(
        user=posting.user, role=posting.role, area=posting.area, unit=posting.unit
    ).filter(Q(ends_at__isnull=True) | Q(ends_at__gt=posting.starts_at))
    if posting.ends_at is not None:
        same = same.filter(starts_at__lt=posting.ends_at)
    return same


def _check_alone(posting: Posting) -> None:
    if _same(posting).exists():
        raise Conflict(_("This person holds this role here already in that time."))


def _check_deputy(posting: Posting) -> None:
    """Somebody stands in for somebody else, within dates, in a role the other holds there meanwhile."""
    if posting.deputy_of is None:
        return
    if posting.deputy_of == posting.user:
        raise BadInput(_("Nobody is their own deputy. Name the person stood in for."), field="deputy_of")
    if posting.ends_at is None:
        raise BadInput(_("A deputy stands in within dates. Give the last day."), field="ends_at")
    held = Posting.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=posting.starts_at),
        user=posting.deputy_of,
        role=posting.role,
        area=posting.area,
        unit=posting.unit,
        starts_at__lt=posting.ends_at,
        deputy_of__isnull=True,
    )
    if not held.exists():
        raise BadInput(
            _("The person stood in for does not hold this role here in that time. Name somebody who does."),
            field="deputy_of",
        )


def facts_of(posting: Posting) -> dict[str, Any]:
    """What the audit log says about a posting."""
    place = posting.area.code if posting.area else f"unit:{posting.unit.code if posting.unit else ''}"
    return {
        "user": posting.user.username,
        "role": posting.role,
        "place": place,
        "starts_at": posting.starts_at,
        "ends_at": posting.ends_at,
        "deputy_of": posting.deputy_of.username if posting.deputy_of else "",
    }


def _audit(
    action: str,
    posting: Posting,
    now: datetime,
    actor_id: int | None,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """One row under the person, and the same under the place, so that both histories tell it."""
    facts = after or before
    subject = facts["place"] if str(facts["place"]).startswith("unit:") else f"area:{facts['place']}"
    for about in (f"user:{facts['user']}", subject):
        audit_write(actor_id=actor_id, action=action, subject=about, now=now, before=before, after=after)
