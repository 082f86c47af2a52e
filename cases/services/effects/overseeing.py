"""Looking over somebody's shoulder: supervision, reminders, and superiors called to the place (请示到场)."""

from datetime import timedelta

from accounts.roles import Role
from cases.given import needed
from cases.models import PresenceCall, Supervision
from cases.services.naming import people_in_charge, people_to_tell
from cases.services.work import Work
from cases.workflow import Asked, Stage, asked_in

DUE_IN = timedelta(days=2)


def supervise(work: Work) -> None:
    """Attach a supervision; with a time it owes a reply from whoever the case waits for."""
    case, asked = work.case, asked_in(Stage(work.case.stage))
    Supervision.objects.create(
        case=case,
        by=needed(work.access.user),
        at=work.now,
        event=work.seq,
        asked=asked,
        asked_unit=case.lead_unit if asked is Asked.UNIT else None,
        reply_by=work.given.reply_by,
    )
    case.supervisions += 1
    work.data |= {"supervision": case.supervisions, "asked": asked.value}
    if work.given.reply_by:
        case.reply_from = asked
    work.told["supervised"] = people_in_charge(case, work.now)


def reply(work: Work) -> None:
    """One reply answers all that is open."""
    rows = Supervision.objects.filter(case=work.case, reply_by__isnull=False, replied_at__isnull=True)
    asked_by = list(rows.order_by("pk").values_list("by_id", flat=True))
    rows.update(replied_by=work.access.user, replied_at=work.now, reply_event=work.seq)
    work.case.reply_from = ""
    work.told["replied"] = list(dict.fromkeys(asked_by))


def remind(work: Work) -> None:
    """催办: a word to whoever the case waits for."""
    work.told["reminded"] = people_in_charge(work.case, work.now)


def ask_presence(work: Work) -> None:
    """Call the section head, or from there the director, to the place; due in two days."""
    case, role = work.case, Role.SECTION_HEAD
    if work.role is Role.SECTION_HEAD:
        role = Role.DIRECTOR
    PresenceCall.objects.filter(case=case, arrived_at__isnull=True, over=False).update(over=True)
    PresenceCall.objects.create(
        case=case,
        role=role,
        asked_by=needed(work.access.user),
        asked_at=work.now,
        event=work.seq,
        due_at=work.now + DUE_IN,
    )
    case.presence = role
    work.data["called"] = role.value
    work.told["called"] = people_to_tell(case, frozenset({role}), work.now)


def arrive(work: Work) -> None:
    """The called person is there, and says what is to be done."""
    position, case = work.given.position, work.case
    call = PresenceCall.objects.filter(case=case, arrived_at__isnull=True, over=False)
    asked_by = list(call.values_list("asked_by_id", flat=True))
    call.update(
        arrived_by=work.access.user,
        arrived_at=work.now,
        arrival_event=work.seq,
        lon=position.lon if position else None,
        lat=position.lat if position else None,
    )
    case.presence = ""
    work.told["arrived"] = asked_by


def calls_end(work: Work) -> None:
    """A case that is done waits for nobody to come or to reply."""
    if work.case.presence:
        PresenceCall.objects.filter(case=work.case, arrived_at__isnull=True).update(over=True)
    work.case.presence = work.case.reply_from = ""
