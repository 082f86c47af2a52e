"""Absences: entered by the person, whoever leads them, or the administrator."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.errors import BadInput, Conflict
from core.services.audit import audit_write
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access
from grids.models import Absence
from grids.roster import absence_seen, check_not_over, deputies_of, person_kept
from grids.services.once import one_after_another

LONGEST, LATEST_ENTRY = timedelta(days=366), timedelta(days=31)


@dataclass(frozen=True, slots=True)
class AbsenceAbout:
    """What is said about an absence; ``deputy`` is a login name or "". ``ends_at`` is no part of it."""

    kind: str
    starts_at: datetime
    ends_at: datetime
    deputy: str = ""
    hand_over: bool = False


def absence_enter(
    *, access: Access, username: str, about: AbsenceAbout, now: datetime, key: str
) -> dict[str, Any]:
    """Enter that somebody is away; answers ``{"absence", "person", "begun", "warnings"}``.

    With ``hand_over`` the tasks the person holds when it begins go on to others by the rule; of one
    that has begun already they are for whoever enters it to look at.

    Raises:
        BadInput: the dates can't be, or the deputy could not stand in.
        NotFound: nobody of this name whom the person leads. Conflict: entered for that time already.
    """
    body = {"username": username, **asdict(about)}
    return _once(access, "absences", body, key, now, lambda: _enter(access, username, about, now))


def absence_change(
    *, access: Access, absence_id: int, about: AbsenceAbout, now: datetime, key: str
) -> dict[str, Any]:
    """Change an absence that is not over; one that has begun keeps its beginning.

    Raises: as ``absence_enter``; Conflict also when it is over.
    """
    path = f"absences/{absence_id}/change"
    return _once(access, path, asdict(about), key, now, lambda: _change(access, absence_id, about, now))


def absence_end(*, access: Access, absence_id: int, now: datetime, key: str) -> dict[str, Any]:
    """End an absence now; one that has not begun is withdrawn.

    Raises:
        NotFound: none such of oneself or somebody one leads. Conflict: it is over.
    """
    return _once(access, f"absences/{absence_id}/end", {}, key, now, lambda: _end(access, absence_id, now))


def absence_handed(*, absence: Absence, now: datetime) -> None:
    """Note that the tasks of the absent person have gone on, in the caller's transaction."""
    Absence.objects.filter(pk=absence.pk).update(handed_at=now)


def _once(
    access: Access, path: str, body: Mapping[str, Any], key: str, now: datetime, work: Callable[[], Any]
) -> dict[str, Any]:
    fingerprint = fingerprint_of(method="POST", path=path, body=body)
    return run_once(actor=f"user:{access.user_id}", key=key, fingerprint=fingerprint, now=now, work=work)


def _enter(access: Access, username: str, about: AbsenceAbout, now: datetime) -> dict[str, Any]:
    person = person_kept(access, username, now=now)
    one_after_another(Q(pk=person.pk))
    absence = Absence(person=person, entered_by_id=access.user_id or 0, entered_at=now)
    if about.starts_at < now - LATEST_ENTRY:
        raise BadInput(_("Enter an absence at most a month after it began."), field="starts_at")
    warnings = _fill(absence, about, now)
    absence.handed_at = now if about.starts_at <= now else None
    absence.save()
    _audit("absence.enter", access, absence, now, {}, facts_of(absence))
    return _answer(absence, now, warnings)


def _change(access: Access, absence_id: int, about: AbsenceAbout, now: datetime) -> dict[str, Any]:
    absence = _held(access, absence_id, now)
    before = facts_of(absence)
    if absence.starts_at <= now and about.starts_at != absence.starts_at:
        raise BadInput(_("It has begun; its first day stays. Change the last one."), field="starts_at")
    warnings = _fill(absence, about, now)
    if absence.handed_at is None and about.starts_at <= now:
        absence.handed_at = now
    absence.save()
    _audit("absence.change", access, absence, now, before, facts_of(absence))
    return _answer(absence, now, warnings)


def _end(access: Access, absence_id: int, now: datetime) -> dict[str, Any]:
    absence = _held(access, absence_id, now)
    before, pk = facts_of(absence), absence.pk
    if absence.starts_at >= now:
        absence.delete()
        _audit("absence.withdraw", access, absence, now, before, {})
    else:
        absence.ends_at = now
        absence.save(update_fields=["ends_at"])
        _audit("absence.end", access, absence, now, before, facts_of(absence))
    return {"absence": pk, "person": absence.person.username}


def _held(access: Access, absence_id: int, now: datetime) -> Absence:
    one_after_another(Q(pk=absence_seen(access, absence_id, now=now).person_id))
    absence = absence_seen(access, absence_id, now=now)
    check_not_over(absence.ends_at, now)
    return absence


def _fill(absence: Absence, about: AbsenceAbout, now: datetime) -> list[str]:
    """Take over what was given, checked; answers what is allowed and still worth saying."""
    _check_dates(about, now)
    if about.kind not in Absence.Kind.values:
        raise BadInput(_("Choose the reason from the list."), field="kind")
    absence.kind, absence.hand_over = about.kind, about.hand_over
    absence.starts_at, absence.ends_at = about.starts_at, about.ends_at
    absence.deputy = _deputy(absence.person, about.deputy, now) if about.deputy else None
    same = Absence.objects.filter(_overlaps(about), person=absence.person).exclude(pk=absence.pk)
    if same.exists():
        raise Conflict(_("For some of these days an absence is entered already. Change that one."))
    return _warnings(absence, about)


def _check_dates(about: AbsenceAbout, now: datetime) -> None:
    if about.ends_at <= about.starts_at:
        raise BadInput(_("An absence ends after it starts. Change one of the days."), field="ends_at")
    if about.ends_at <= now:
        raise BadInput(_("These days are over. An absence is entered while it lasts."), field="ends_at")
    if about.ends_at - about.starts_at > LONGEST:
        raise BadInput(_("An absence lasts a year at most; end the posting instead."), field="ends_at")


def _deputy(person: User, username: str, now: datetime) -> User:
    deputy = deputies_of(person, now=now).filter(username=username.strip().lower()).first()
    if deputy is None:
        raise BadInput(
            _("This person holds no such role there and can't stand in. Choose another."), field="deputy"
        )
    return deputy


def _overlaps(about: AbsenceAbout) -> Q:
    return Q(starts_at__lt=about.ends_at, ends_at__gt=about.starts_at)


def _warnings(absence: Absence, about: AbsenceAbout) -> list[str]:
    if absence.deputy is None:
        return []
    if not Absence.objects.filter(_overlaps(about), person=absence.deputy).exists():
        return []
    words = gettext("%(name)s is away in part of that time; then their own deputy, or the next, is named.")
    return [words % {"name": absence.deputy.name}]


def _answer(absence: Absence, now: datetime, warnings: list[str]) -> dict[str, Any]:
    begun = absence.starts_at <= now
    found = {"absence": absence.pk, "person": absence.person.username, "begun": begun}
    return found | {"warnings": warnings}


def facts_of(absence: Absence) -> dict[str, Any]:
    """What the audit log says. Not why: the log can't be cleared, and being sick is nobody's business."""
    return {
        "starts_at": absence.starts_at,
        "ends_at": absence.ends_at,
        "deputy": absence.deputy.username if absence.deputy else "",
        "hand_over": absence.hand_over,
    }


def _audit(
    action: str,
    access: Access,
    absence: Absence,
    now: datetime,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    audit_write(
        actor_id=access.user_id, action=action, subject=f"user:{absence.person.username}",
        now=now, before=before, after=after,
    )  # fmt: skip
