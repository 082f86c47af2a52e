"""Starting what was previewed: the change, its audit entry and the job that lets open cases follow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.deadlines import Limit, Rung, default_rung
from cases.limits import REVISION as LIMITS
from cases.limits import limits_set, rungs_set
from cases.models import LadderRung, RearmJob, StageLimit
from cases.services.rearm.changes import (
    CalendarChange,
    Change,
    LadderChange,
    LimitsChange,
    Place,
    Step,
    floor_of,
    rung_facts,
)
from cases.services.rearm.narrowing import areas_of
from cases.services.rearm.preview import Preview, rearm_preview
from core.calendars import REVISION as CALENDARS
from core.errors import BadInput, CityError, Stale
from core.models import Calendar, Revision
from core.services.audit import audit_write
from core.services.calendars import LONGEST_REASON, calendar_change
from core.services.revisions import revision_count_up
from grids.access import Access
from grids.permissions import check_may_configure
from grids.services.once import configure_once


class PreviewStale(Stale):
    """The rules are not those on which the preview was reckoned, or it was another's."""

    title = _("The rules have changed meanwhile")
    code = "preview_stale"


def rearm_start(
    *, change: Change, reason: str, digest: str, access: Access, key: str, now: datetime
) -> dict[str, Any]:
    """Make the change that was previewed under ``digest``, once per key; returns ``{"job", "state"}``.

    The rules change at once; open cases in the administrator's scope follow under the job, those of other
    districts keep their deadlines until their own administrators have them follow (``Renewal``).

    Raises:
        PreviewStale: rules have changed since, so that something else would happen.
        BadInput: no reason. Others as ``rearm_preview`` and ``calendar_change``.
    """
    check_may_configure(access)
    body = {"kind": str(change.kind), "digest": digest, "reason": reason}
    return configure_once(
        access,
        "rearm",
        body,
        key,
        now,
        lambda: rearm_begin(change=change, reason=reason, digest=digest, access=access, now=now),
    )


@transaction.atomic
def operator_rearm(*, change: Change, reason: str, digest: str, now: datetime) -> dict[str, Any]:
    """The same for the operator at the command line, for the cases of all districts.

    Raises:
        As ``rearm_start``.
    """
    return rearm_begin(change=change, reason=reason, digest=digest, access=None, now=now)


def rearm_begin(
    *, change: Change, reason: str, digest: str, access: Access | None, now: datetime
) -> dict[str, Any]:
    """The same in the transaction of a caller who sees to it that it happens once."""
    words = _reason(reason)
    _hold(change)
    preview = _as_previewed(change, digest, access, now)
    by = access.user_id if access is not None else None
    before, after = _apply(change, words, by, now)
    facts = {"before": before, "after": after, "numbers": preview.numbers()}
    job = RearmJob.objects.create(
        kind=change.kind, change=preview.facts, facts=facts, everywhere=access is None, round_at=now,
        total=preview.counts.changed, reason=words, actor_id=by, created_at=now,
    )  # fmt: skip
    job.areas.set(areas_of(access) if access is not None else [])
    audit_write(
        actor_id=by, action=f"rearm.{change.kind}", subject=f"rearm:{job.pk}", now=now,
        before=before, after=after | {"numbers": preview.numbers()}, reason=words,
    )  # fmt: skip
    return {"job": job.pk, "state": str(job.state)}


def _reason(text: str) -> str:
    reason = text.replace("\x00", "").strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadInput(_("Say why, in at most 500 characters."), field="reason")
    return reason


def _hold(change: Change) -> None:
    """Have changes of the rules stand in line until the transaction ends: the calendar first, as whoever
    else changes it does."""
    if isinstance(change, CalendarChange):
        list(Calendar.objects.select_for_update().filter(code=change.code.replace("\x00", "")))
    for name in (CALENDARS, LIMITS):
        Revision.objects.get_or_create(name=name)
        list(Revision.objects.select_for_update().filter(name=name))


def _as_previewed(change: Change, digest: str, access: Access | None, now: datetime) -> Preview:
    """What would happen now, if that is what was previewed."""
    try:
        preview = rearm_preview(change=change, access=access, now=now)
    except CityError as refusal:
        raise PreviewStale(refusal.detail) from refusal
    if preview.digest != digest:
        raise PreviewStale(
            _("Limits, ladders or calendars have changed since this preview. Look at the new one first.")
        )
    return preview


def _apply(
    change: Change, reason: str, by: int | None, now: datetime
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Write the rules; what stood there before and what does now."""
    before, after = rules_around(change)
    if isinstance(change, LimitsChange):
        _limits_write(change)
    elif isinstance(change, LadderChange):
        _ladder_write(change)
    elif isinstance(change, CalendarChange):
        calendar_change(
            code=change.code, reason=reason, by=by, now=now, was=change.was, **change.content.columns
        )
    return before, after


def rules_around(change: Change) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a change finds and what it leaves, by place ("plan/*", "plan/standard/3"): the city's own limit as
    [amount, unit], its rung, "off" for one switched off, None where what is built in holds."""
    if isinstance(change, LimitsChange):
        limits, wanted = limits_set(), change.limits
        return (
            {_name(place): _limit(limits.get(place)) for place in wanted},
            {_name(place): _limit(limit) for place, limit in wanted.items()},
        )
    if isinstance(change, LadderChange):
        steps = {*change.rungs, *change.removed}
        return _rungs_told(rungs_set(), steps), _rungs_told(change.rungs, steps)
    if isinstance(change, CalendarChange):
        number = Calendar.objects.values_list("current__number", flat=True).get(code=change.code) or 0
        return {"version": number}, {"calendar": change.code, "version": number + 1}
    return {}, change.facts()


def _limits_write(change: LimitsChange) -> None:
    for (stage, track), limit in change.limits.items():
        rows = StageLimit.objects.filter(stage=stage, track=track)
        if limit is None:
            rows.delete()
        else:
            columns = {"amount": limit.amount, "unit": str(limit.unit)}
            StageLimit.objects.update_or_create(stage=stage, track=track, defaults=columns)
    revision_count_up(name=LIMITS)


def _limit(limit: Limit | None) -> list[Any] | None:
    return [limit.amount, str(limit.unit)] if limit else None


def _ladder_write(change: LadderChange) -> None:
    for stage, track, level in change.removed:
        LadderRung.objects.filter(stage=stage, track=track, level=level).delete()
    for (stage, track, level), rung in change.rungs.items():
        LadderRung.objects.update_or_create(
            stage=stage, track=track, level=level, defaults=_columns(stage, level, rung)
        )
    revision_count_up(name=LIMITS)


def _columns(stage: str, level: int, rung: Rung | None) -> Mapping[str, Any]:
    """A rung as columns of its row; one that is switched off keeps what is built in."""
    held = rung or default_rung(stage, level)
    days, minutes = floor_of(held)
    return {
        "percent": held.percent, "past_days": held.past_days, "not_before_days": days,
        "not_before_minutes": minutes, "hears": list(held.hears), "supervision": held.supervision,
        "sounds": held.sounds, "active": rung is not None,
    }  # fmt: skip


def _rungs_told(rungs: Mapping[Step, Rung | None], steps: set[Step]) -> dict[str, Any]:
    return {
        _name(step): ("off" if rungs[step] is None else rung_facts(rungs[step])) if step in rungs else None
        for step in sorted(steps)
    }


def _name(place: Place | Step) -> str:
    return "/".join(str(part) or "*" for part in place)
