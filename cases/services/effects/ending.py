"""Two cases that are one, and ends that are not the ordinary one."""

from django.utils.translation import gettext_lazy as _

from cases.models import Case, Joiner
from cases.selectors import plan_date
from cases.services.events import event_append
from cases.services.forget import reporter_forget
from cases.services.numbers import follow_code_new
from cases.services.work import Work, parts_end
from cases.workflow import OPEN, Action, Guest
from core.errors import BadInput, Conflict


def merge(work: Work) -> None:
    """This case rests in the other; both reporters stay on the record and hear of the end."""
    case, into = work.case, work.other
    if into is None:
        raise BadInput(_("There is no such case in your area. Choose one from the list."), field="into")
    if into.stage not in OPEN:
        raise BadInput(_("The case it goes into must be open, and not merged itself."), field="into")
    case.stage_before, case.merged_into = case.stage, into
    _tell_survivor(work, into, {"merged": case.number})


def unmerge(work: Work) -> None:
    """It was another matter after all: the case goes on where it stood."""
    if work.other is not None:
        _tell_survivor(work, work.other, {"released": work.case.number})
    work.case.merged_into = None
    work.finish_by = plan_date(work.case, work.case.stage_before)


def _tell_survivor(work: Work, other: Case, data: dict[str, str]) -> None:
    event_append(
        case=other,
        action=Action.ABSORB,
        actor_id=work.access.user_id,
        role=work.role.value if work.role else "",
        now=work.now,
        from_stage=other.stage,
        data=data,
    )
    other.save()


def join(work: Work) -> None:
    """Somebody else saw the same thing; they are told when it ends, as if they had reported it.

    Raises:
        Conflict: this person has joined before.
    """
    case, given, user = work.case, work.given, work.access.user
    if user is not None and Joiner.objects.filter(case=case, user=user).exists():
        raise Conflict(_("You have joined this case already; you will hear of its end."))
    outsider = work.guest is Guest.RESIDENT or bool(given.reporter_name or given.reporter_phone)
    row = Joiner.objects.create(
        case=case,
        user=user,
        follow_code=follow_code_new() if outsider else None,
        name=given.reporter_name,
        phone=given.reporter_phone,
        at=work.now,
        event=work.seq,
    )
    work.data["joiners"] = Joiner.objects.filter(case=case).count()
    if row.follow_code:
        work.answer["follow_code"] = row.follow_code


def close_by_force(work: Work) -> None:
    """Counted apart from all that came to its own end."""
    work.case.closed_by_force = True
    work.case.plan_owed = ""


def reopen(work: Work) -> None:
    """From the beginning, with everything that was found and done before on the record."""
    case = work.case
    case.reopens += 1
    case.fixed_on_the_spot = case.closed_by_force = False
    case.overdue_waived = False
    case.plan_owed = ""
    parts_end(work)


def forget(work: Work) -> None:
    """Take whoever reported out of everything kept with the case."""
    given = work.given
    work.data |= reporter_forget(
        case=work.case, strike=given.strike, photos=given.photos_gone, now=work.now, reason=given.reason
    )
