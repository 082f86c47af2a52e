"""督办, the board of those who supervise: what is late by level, replies owed, supervisions that are open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.roles import May, Role
from cases.lamps import lamp_q
from cases.models import Case, Lamp, Supervision
from cases.narrowing import filtered, searched
from cases.selectors import cases_for
from cases.supervised import with_roles
from cases.workflow import OPEN, STAGES, Stage
from core.errors import NotAllowed
from grids.access import Access

LATE, OWED, WATCHED = "late", "owed", "watched"
SUPERVISORS = (Role.BUREAU, Role.STATION)


def check_may_supervise(access: Access) -> None:
    """Raises NotAllowed for whoever supervises nothing."""
    if not access.may(May.SUPERVISE):
        raise NotAllowed(
            _("This board is for the bureau, stations, leaders, and those who lead a squad or unit.")
        )


def board_cases(access: Access, wanted: Mapping[str, Any], words: str = "") -> QuerySet[Case]:
    """The open cases of the scope that filters and words ask for, late or not.

    Raises:
        NotAllowed: the person supervises nothing.
    """
    check_may_supervise(access)
    rows = filtered(cases_for(access).filter(stage__in=OPEN), wanted, now=access.at)
    return searched(rows, access, words)


def late_of(cases: QuerySet[Case], now: datetime) -> QuerySet[Case]:
    """Those of them past their deadline, the earliest deadline first, each with ``reply_owed_by``: the
    earliest time of a reply that is owed."""
    owed = _owed(Supervision.objects.filter(case=OuterRef("pk"))).order_by().values("case")
    reply = Subquery(owed.annotate(first=Min("reply_by")).values("first"))
    return cases.filter(lamp_q(Lamp.RED, now)).annotate(reply_owed_by=reply).order_by("due_at", "pk")


def watches_in(cases: QuerySet[Case]) -> QuerySet[Supervision]:
    """The open supervisions of these cases that somebody attached by hand, each with its ``role``."""
    rows = Supervision.objects.filter(case__in=cases.order_by().values("pk"), by__isnull=False)
    return with_roles(rows.filter(replied_at__isnull=True))


def owed_in(cases: QuerySet[Case]) -> QuerySet[Supervision]:
    """Those of them that wait for a reply by a time, the earliest first."""
    return _owed(watches_in(cases)).order_by("reply_by", "pk")


def _owed(rows: QuerySet[Supervision]) -> QuerySet[Supervision]:
    return rows.filter(reply_by__isnull=False, replied_at__isnull=True)


def watches_narrowed(
    rows: QuerySet[Supervision], *, by: str = "", reply: str = "", now: datetime
) -> QuerySet[Supervision]:
    """Supervisions attached in the role ``by``, and with ``reply`` "late" or "due" by their time."""
    if by in SUPERVISORS:
        rows = rows.filter(Q(role=by))
    if reply in ("late", "due"):
        late = Q(reply_by__lte=now)
        rows = rows.filter(late if reply == "late" else ~late, reply_by__isnull=False)
    return rows


def figures_of(cases: QuerySet[Case], now: datetime) -> dict[str, int]:
    """What the board counts over these cases, in two queries: ``late``, ``level1`` to ``level3``, ``owed``,
    ``owed_late``, ``bureau`` and ``station`` (open supervisions by who attached them)."""
    levels = {f"level{level}": Count("pk", filter=Q(escalation=level)) for level in (1, 2, 3)}
    found = cases.filter(lamp_q(Lamp.RED, now)).order_by().aggregate(late=Count("pk"), **levels)
    owed, by = (
        Q(reply_by__isnull=False),
        {role.value: Count("pk", filter=Q(role=role)) for role in SUPERVISORS},
    )
    watches = watches_in(cases).order_by()
    return found | watches.aggregate(
        owed=Count("pk", filter=owed), owed_late=Count("pk", filter=owed & Q(reply_by__lte=now)), **by
    )


def with_cases(rows: QuerySet[Supervision]) -> QuerySet[Supervision]:
    """Supervisions with all of their cases that a list shows."""
    joins = ("case_class", "condition", "district", "street", "community", "grid", "lead_unit", "assignee")
    outlines = [f"case__{area}__outline" for area in ("district", "street", "community", "grid")]
    return rows.select_related(*(f"case__{name}" for name in joins), "case__contact").defer(*outlines)


def waits_for(case: Case) -> str:
    """Whom a case waits for: the named person, else the unit, else the roles that own its stage."""
    if case.assignee:
        return str(case.assignee)
    if case.stage == Stage.HANDLE and case.lead_unit:
        return case.lead_unit.name
    owners = STAGES[Stage(case.stage)].owners
    return "、".join(str(role.label) for role in Role if role in owners)
