"""Requests that somebody else decides: suspension, extension, appeal, objection."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from cases.models import Case, CaseRequest
from cases.selectors import plan_date
from cases.services.naming import people_in_charge, people_to_tell
from cases.services.work import Work
from cases.workflow import UNIT_ROLES, Verdict
from core.errors import Conflict

Kind, State = CaseRequest.Kind, CaseRequest.State
# The column of the case that says a request of this kind waits, and who is to be told of it.
ASKED = {
    Kind.SUSPENSION: "suspension_asked",
    Kind.EXTENSION: "extension_asked",
    Kind.APPEAL: "appeal_asked",
    Kind.OBJECTION: "objection_asked",
}


@dataclass(frozen=True, slots=True)
class Decider:
    """The effects of asking for and deciding on one kind of request."""

    kind: CaseRequest.Kind

    def ask(self, work: Work) -> None:
        """Write the request down and tell those who decide."""
        case = work.case
        setattr(case, ASKED[self.kind], True)
        unit = work.lead.unit if work.lead and work.role in UNIT_ROLES else None
        CaseRequest.objects.create(
            case=case,
            kind=self.kind,
            asked_by=work.access.user,
            asked_unit=unit,
            asked_at=work.now,
            asked_event=work.seq,
            until=work.given.until,
        )
        if unit is not None:
            work.data["unit"] = unit.code
        work.told["asked"] = people_to_tell(case, self._who(case), work.now)

    def decide(self, work: Work) -> CaseRequest | None:
        """Settle the open request; the row where it was granted."""
        case, granted = work.case, work.given.verdict is Verdict.GRANT
        row = CaseRequest.objects.filter(case=case, kind=self.kind, state=State.OPEN).first()
        if row is None:
            raise Conflict(_("Nothing was asked that could be decided."))
        if row.asked_by_id is not None and row.asked_by_id == work.access.user_id:
            raise Conflict(_("A request is decided by somebody other than who asked."))
        row.state = State.GRANTED if granted else State.REFUSED
        row.decided_by, row.decided_at, row.decided_event = work.access.user, work.now, work.seq
        row.until = work.given.until or row.until
        row.save()
        setattr(case, ASKED[self.kind], False)
        work.data |= {"asked_event": row.asked_event}
        if row.asked_by_id is not None:
            work.told["granted" if granted else "refused"] = [row.asked_by_id]
        return row if granted else None

    def _who(self, case: Case) -> frozenset[Role]:
        if self.kind is Kind.OBJECTION or (self.kind is Kind.EXTENSION and not case.extensions):
            return frozenset({Role.STATION})
        return frozenset({Role.BUREAU})


def appeal(work: Work) -> None:
    """The lead unit's one appeal against having been late."""
    work.case.appeals += 1
    Decider(Kind.APPEAL).ask(work)


def decide_appeal(work: Work) -> None:
    """Upheld, the case leaves the overdue counts; that it was late stays to be seen."""
    work.case.overdue_waived = Decider(Kind.APPEAL).decide(work) is not None


def decide_extension(work: Work) -> None:
    """Granted, the original limit is added once more."""
    if Decider(Kind.EXTENSION).decide(work):
        work.case.extensions += 1
    work.data["extensions"] = work.case.extensions


def decide_suspension(work: Work) -> None:
    """Granted, the clock rests until the date."""
    granted = Decider(Kind.SUSPENSION).decide(work)
    if granted is not None and granted.until is not None:
        work.data["until"] = granted.until.isoformat()
        work.case.suspended_at, work.case.suspended_until = work.now, granted.until


def resume(work: Work) -> None:
    """The suspension ends, by hand or on its date; the clock goes on from there however late that is seen,
    and the date of the plan holds again."""
    if work.case.suspended_until is not None:
        work.clock_at = min(work.now, work.case.suspended_until)
    suspension_end(work)
    work.finish_by = plan_date(work.case, work.case.stage)
    work.told["suspension_over"] = people_in_charge(work.case, work.now)


def suspension_end(work: Work) -> None:
    """Take the mark off and close the granted request."""
    case = work.case
    if case.suspended_until is None:
        return
    case.suspended_at = case.suspended_until = None
    rows = CaseRequest.objects.filter(case=case, kind=Kind.SUSPENSION, state=State.GRANTED)
    rows.filter(ended_at__isnull=True).update(ended_at=work.clock_at or work.now)


def object_to_rejection(work: Work) -> None:
    """The reporter's one objection."""
    work.case.objections += 1
    Decider(Kind.OBJECTION).ask(work)


def decide_objection(work: Work) -> None:
    """Upheld, the case is verified anew."""
    Decider(Kind.OBJECTION).decide(work)


ask_suspension: Callable[[Work], None] = Decider(Kind.SUSPENSION).ask
ask_extension: Callable[[Work], None] = Decider(Kind.EXTENSION).ask


def requests_lapse(work: Work) -> None:
    """What was asked of a stage the case has left is asked of nobody any more."""
    case = work.case
    waiting = [kind for kind, column in ASKED.items() if getattr(case, column)]
    if not waiting:
        return
    rows = CaseRequest.objects.filter(case=case, kind__in=waiting, state=State.OPEN)
    rows.update(state=State.LAPSED, decided_at=work.now)
    for kind in waiting:
        setattr(case, ASKED[kind], False)
    work.data["lapsed"] = sorted(kind.value for kind in waiting)
