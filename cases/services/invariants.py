"""What must be true of the rows whatever happened: each rule is one query that finds what breaks it.

Nothing here repairs anything. Hashes are checked by ``history_verify``; here the rows are held
against their history and against each other.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.services import invariant_clocks as clocks
from cases.services import invariant_queries as find
from core.errors import Sentence

EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Invariant:
    """A rule with a name and a sentence; ``offenders(now)`` names the cases (or rows) that break it."""

    name: str
    sentence: Sentence
    offenders: Callable[[datetime], QuerySet[Any, Any]]


@dataclass(frozen=True, slots=True)
class Finding:
    """How often a rule is broken, with the first few places."""

    invariant: Invariant
    count: int
    examples: tuple[str, ...]


def invariants_check(*, now: datetime) -> Iterator[Finding]:
    """Ask every rule in turn; memory does not grow with the number of cases."""
    for invariant in INVARIANTS:
        offenders = invariant.offenders(now)
        count = offenders.count()
        yield Finding(invariant, count, tuple(str(name) for name in offenders[:EXAMPLES]) if count else ())


INVARIANTS: tuple[Invariant, ...] = (
    Invariant("stage", _("A case stands where its last event left it."), find.stage_off),
    Invariant("count", _("A case knows the number and the hash of its last event."), find.head_off),
    Invariant("gaps", _("The events of a case are numbered from 1 without a gap."), find.gaps),
    Invariant("path", _("Every event starts in the stage where the one before it ended."), find.path_broken),
    Invariant("table", _("Every event is a step of the workflow table."), find.not_in_table),
    Invariant("version", _("The version is 1 plus the steps that move it."), find.version_off),
    Invariant(
        "counters", _("Returns, rework and complaints are counted as they happened."), find.counters_off
    ),
    Invariant("end", _("A case ends when its last step was taken, and then waits for nobody."), find.end_off),
    Invariant("filed", _("A filed case has a class, a filing condition and a filing time."), find.filed_off),
    Invariant("units", _("The lead unit is the unit of the active lead part."), find.units_off),
    Invariant(
        "number", _("A number is district, day of the report and serial, and unique."), find.number_off
    ),
    Invariant("serial", _("No number lies beyond the last serial given that day."), find.serial_off),
    Invariant(
        "place", _("An open case lies in a grid in force and under that grid's ancestors."), find.place_off
    ),
    Invariant("requests", _("What a case says waits for a decision is an open request."), find.requests_off),
    Invariant("suspended", _("A suspended case has a suspension granted and not ended."), find.suspended_off),
    Invariant("seen", _("Every case lies in the sight of somebody posted to its district."), find.unseen),
    Invariant("photos", _("A photo of a case belongs to one of its events."), find.photos_off),
    Invariant("four_eyes", _("Nobody verified, approved or checked their own step."), find.own_step_judged),
    Invariant("plans", _("Nobody decided on their own plan."), find.own_plan_decided),
    Invariant("own_unit", _("Nobody checked the work of their own unit."), find.own_unit_checked),
    Invariant(
        "actor", _("Every step was taken by somebody, but for those only the system takes."), find.actor_off
    ),
    Invariant(
        "clock", _("The clock of an open case runs, unless it rests; a done case has none."), clocks.clock_off
    ),
    Invariant("timers", _("A running clock has its timers armed; nothing else is armed."), clocks.timers_off),
    Invariant("lateness", _("The rungs a case says it reached stand in its history."), clocks.rungs_off),
    Invariant("outbox", _("What happened was told within the hour."), find.outbox_late),
)
