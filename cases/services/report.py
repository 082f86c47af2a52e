"""How a case begins: a report, or a report of something fixed at once."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from cases import policies
from cases.given import Given, needed
from cases.inputs import clean_birth
from cases.limits import rules_now
from cases.models import Case, ReporterContact
from cases.models.case import Source, contact_words
from cases.permissions import check_may_report
from cases.services.advance import answer_of
from cases.services.clocks import case_arm, clock_turn
from cases.services.effects import EFFECTS
from cases.services.events import event_next, event_save
from cases.services.naming import named_person
from cases.services.numbers import follow_code_new, number_next
from cases.services.tell import step_tell
from cases.services.work import Work, facts_of, photos_attach
from cases.workflow import BY_ACTION, Action, Guest, Stage, Step
from core.errors import BadInput, Conflict, NotAllowed
from core.history import GENESIS, digest
from core.services.idempotency import fingerprint_of, run_once
from grids.access import Access
from grids.models import Area
from grids.selectors import grid_at, retired_grid_at
from grids.services.holding import area_held

_SOURCES = {
    Role.GRID_WORKER: Source.PATROL,
    Role.OFFICER: Source.OFFICER,
    Role.SECTION_HEAD: Source.LEADER,
    Role.DIRECTOR: Source.LEADER,
    Role.HOTLINE: Source.HOTLINE,
}
LOOKS = 3
_GUEST_SOURCES = {Guest.RESIDENT: Source.RESIDENT, Guest.APP: Source.APP}


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a report comes from when that does not follow from the reporter's role."""

    guest: Guest | None = None
    source_ref: str = ""
    subject_kind: str = ""
    subject_id: str = ""


STAFF = Origin()


def case_report(
    *,
    access: Access,
    raw: Mapping[str, Any],
    key: str,
    now: datetime,
    action: Action = Action.REPORT,
    uuid: UUID | None = None,
    origin: Origin = STAFF,
    quiet: bool = False,
) -> dict[str, Any]:
    """File a report, once per key; ``action`` is REPORT or REPORT_FIXED.

    ``uuid`` is the client's own name for the case, if it made one; a ``quiet`` report tells nobody's
    inbox. Returns what ``case_advance``
    returns, and ``follow_code`` where a stranger may follow the case by it.

    Raises:
        BadInput: a field is missing or can't be, or the place lies in no grid.
        NotAllowed: no role that reports is held over the place.
        KeyReused: the key belongs to another request.
    """
    actor = f"user:{access.user_id}" if origin.guest is None else f"guest:{origin.guest.name.lower()}"
    body = {**raw, "uuid": str(uuid or "")}
    return run_once(
        actor=actor,
        key=key,
        fingerprint=fingerprint_of(method="POST", path=f"cases/{action}", body=body),
        now=now,
        work=lambda: _report(access, BY_ACTION[action, None], raw, now, uuid or uuid4(), origin, quiet),
    )


def _report(
    access: Access,
    step: Step,
    raw: Mapping[str, Any],
    now: datetime,
    uuid: UUID,
    origin: Origin,
    quiet: bool,
) -> dict[str, Any]:
    given = clean_birth(step, raw)
    errors = policies.missing(step, given)
    if errors:
        first = next(iter(errors))
        raise BadInput(errors[first], field=first, errors=errors)
    grid = _grid_of(given)
    role = _reporter_role(access, grid, step, origin)
    case = _new_case(access, given, grid, now, uuid, origin, role)
    work = Work(case, step, given, access, role, now, quiet=quiet)
    salt = secrets.token_hex(16)
    work.data = _facts(work, origin, salt)
    _classify(work)
    return _file(work, origin, salt)


def _grid_of(given: Given) -> Area:
    position = needed(given.position)
    grid = None
    # A map that changed between the look and the hold is looked at again, and then names what follows.
    for _look in range(LOOKS):
        grid = grid_at(position.lon, position.lat)
        if grid is not None and area_held(grid):
            return grid
    retired = grid or retired_grid_at(position.lon, position.lat)
    if retired is not None:
        raise BadInput(
            _("This place lies in grid %(code)s, which was retired. Ask the administrator what follows it.")
            % {"code": retired.code},
            field="position",
        )
    raise BadInput(
        _("This place lies outside every grid of the districts served here. Move the pin into the area."),
        field="position",
    )


def _reporter_role(access: Access, grid: Area, step: Step, origin: Origin) -> Role | None:
    if origin.guest is None:
        area_ids = [i for i in (grid.district_id, grid.street_id, grid.community_id, grid.pk) if i]
        return check_may_report(access, area_ids, step)
    if origin.guest not in step.guests:
        raise NotAllowed(_("Log in to report something as fixed."))
    return None


def _new_case(
    access: Access, given: Given, grid: Area, now: datetime, uuid: UUID, origin: Origin, role: Role | None
) -> Case:
    position = needed(given.position)
    source = (
        _GUEST_SOURCES[origin.guest] if origin.guest else _SOURCES.get(role or Role.OFFICER, Source.OFFICER)
    )
    return Case(
        uuid=uuid,
        head_hash=GENESIS,
        stage=Stage.VERIFY,
        description=given.description,
        address=given.address,
        lon=position.lon,
        lat=position.lat,
        accuracy=position.accuracy,
        source_datum=position.datum,
        district=needed(grid.district),
        street=needed(grid.street),
        community=needed(grid.community),
        grid=grid,
        filed_district_code=needed(grid.district).code,
        filed_grid_code=grid.code,
        source=source,
        source_ref=origin.source_ref,
        subject_kind=origin.subject_kind,
        subject_id=origin.subject_id,
        reporter=access.user,
        follow_code=follow_code_new() if _outsider(given, origin) else None,
        somebody_to_call=bool(given.reporter_phone),
        takers={Action.REPORT.value: access.user_id} if access.user_id else {},
        opened_at=now,
        stage_since=now,
    )


def _outsider(given: Given, origin: Origin) -> bool:
    return origin.guest is Guest.RESIDENT or bool(given.reporter_phone or given.reporter_name)


def _facts(work: Work, origin: Origin, salt: str) -> dict[str, Any]:
    case, given = work.case, work.given
    facts = facts_of(work) | {
        "uuid": str(case.uuid),
        "grid": case.filed_grid_code,
        "source": case.source,
        "source_ref": origin.source_ref,
        # What people write may name people, so the chain holds its digest and the row its words.
        "description_digest": digest(given.description, settings.PERSON_SALT),
        "address_digest": digest(given.address, settings.PERSON_SALT),
    }
    facts.pop("distance_m", None)
    if _outsider(given, origin):
        who = contact_words(given.reporter_name, given.reporter_phone, salt)
        facts["reporter_digest"] = digest(who, settings.PERSON_SALT)
    return facts


def _classify(work: Work) -> None:
    case, given = work.case, work.given
    if work.step.action is Action.REPORT_FIXED:
        EFFECTS[Action.REPORT_FIXED](work)
        case.stage = Stage.CHECK
        case.takers |= {Action.REPORT_FIXED.value: work.access.user_id}
    elif given.case_class is not None:
        # The finder's guess; the officer decides, and the track with it.
        case.case_class, case.condition = given.case_class, given.condition
        work.data |= {
            "class": given.case_class.key,
            "condition": given.condition.seq if given.condition else None,
        }
    case.assignee = named_person(case, Stage(case.stage), work.now)


def _file(work: Work, origin: Origin, salt: str) -> dict[str, Any]:
    case, given = work.case, work.given
    case.number = number_next(district_code=case.filed_district_code, now=work.now)
    rules = rules_now()
    work.data |= clock_turn(case=case, step=work.step, before="", verdict=None, rules=rules, now=work.now)
    # The first event's hash needs no row of the case, so both are written once, with the chain begun.
    event, said = event_next(
        case=case,
        action=work.step.action,
        actor_id=work.access.user_id,
        role=work.role.value if work.role else (origin.guest.name.lower() if origin.guest else ""),
        now=work.now,
        from_stage="",
        data=work.data,
    )
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        # Numbers and codes are ours and unique; only the client's own UUID can clash.
        raise Conflict(_("A case with this UUID was reported before. Make a new one.")) from None
    event.case = case
    event_save(event=event, said=said)
    case_arm(case=case, parts=(), known=(), rules=rules, now=work.now)
    if given.reporter_name or given.reporter_phone:
        ReporterContact.objects.create(
            case=case, name=given.reporter_name, phone=given.reporter_phone, salt=salt
        )
    photos_attach(case_id=case.pk, seq=event.seq, given=given, actor_id=work.access.user_id)
    step_tell(work=work, event=event, previous_assignee=None)
    answer = answer_of(case, event)
    return answer | {"follow_code": case.follow_code} if case.follow_code else answer
