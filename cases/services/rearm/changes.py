"""What can change of the rules deadlines are reckoned by, and the rules as they would be then."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from cases.catalogue_reads import HIGHEST_SEQ
from cases.deadlines import Limit, Rung, default_rung
from cases.limits import Rules, rules_now
from cases.models import FilingCondition, RearmJob
from cases.workflow import OPEN, Track
from core.calendar_seed import version_id
from core.calendars import Calendars, calendar_supposed, content_of
from core.errors import BadInput, Conflict, NotFound, Stale
from core.models import Calendar
from core.worktime import Content, Unit

Kind = RearmJob.Kind
Place = tuple[str, str]  # stage and track, "" for every one
Step = tuple[str, str, int]  # the same, and a level
_MINUTES = {Unit.WORKING_MINUTE: 1, Unit.WORKING_HOUR: 60}
NOTHING = _("It stands so already. Nothing would change.")


@dataclass(frozen=True, slots=True)
class LimitsChange:
    """Limits of stages by (stage, track); None takes the city's own away, so that the built-in one holds."""

    kind: ClassVar[Kind] = Kind.LIMITS
    limits: Mapping[Place, Limit | None]

    def facts(self) -> dict[str, Any]:
        """What it says, as a job keeps it."""
        rows = [
            {"stage": stage, "track": track, "limit": [limit.amount, str(limit.unit)] if limit else None}
            for (stage, track), limit in sorted(self.limits.items())
        ]
        return {"limits": rows}


@dataclass(frozen=True, slots=True)
class LadderChange:
    """Rungs by (stage, track, level), None for one that is switched off; ``removed`` are those that the city
    sets no more, so that the more general or built-in one holds."""

    kind: ClassVar[Kind] = Kind.LADDER
    rungs: Mapping[Step, Rung | None]
    removed: frozenset[Step] = field(default_factory=frozenset)

    def facts(self) -> dict[str, Any]:
        """What it says, as a job keeps it."""
        rows = [_place(step) | {"rung": rung_facts(rung)} for step, rung in sorted(self.rungs.items())]
        return {"rungs": rows, "removed": [_place(step) for step in sorted(self.removed)]}


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """New content of a calendar; ``was`` is the number of the version it was decided on."""

    kind: ClassVar[Kind] = Kind.CALENDAR
    code: str
    content: Content
    was: int | None = None

    def facts(self) -> dict[str, Any]:
        """What it says, by a digest, as a job keeps it."""
        return {"calendar": self.code, "says": str(version_id(self.code, self.was or 0, self.content))}


@dataclass(frozen=True, slots=True)
class ConditionChange:
    """Open cases of a filing condition, by the key of its class and its number, take the handling limit that
    holds for new ones. Without it they keep the one under which they were filed."""

    kind: ClassVar[Kind] = Kind.CONDITION
    key: str
    seq: int

    def facts(self) -> dict[str, Any]:
        """What it says, as a job keeps it, with the limit that holds now."""
        row = self.row()
        limit = [row.limit_value, row.limit_unit]
        return {"class": self.key, "seq": self.seq, "condition": row.pk, "limit": limit}

    def row(self) -> FilingCondition:
        """The condition.

        Raises:
            NotFound: there is none such.
        """
        kind, _dash, code = self.key.replace("\x00", "").partition("-")
        rows = FilingCondition.objects.filter(
            case_class__kind=kind, case_class__code=code, seq=min(self.seq, HIGHEST_SEQ)
        )
        row = rows.select_related("case_class").first()
        if row is None:
            raise NotFound(_("This class has no such filing condition."))
        return row


@dataclass(frozen=True, slots=True)
class Renewal:
    """No rule changes: open cases that are still reckoned by older rules, or by another calendar than their
    unit has now, are brought up to those in force."""

    kind: ClassVar[Kind] = Kind.RENEWAL

    def facts(self) -> dict[str, Any]:
        """Nothing of its own."""
        return {}


Change = LimitsChange | LadderChange | CalendarChange | ConditionChange | Renewal


def floor_of(rung: Rung) -> tuple[int, int]:
    """Before what a rung does not come past the deadline: working days, or else working minutes."""
    floor = rung.not_before
    if floor is None:
        return 0, 0
    if floor.unit == Unit.WORKING_DAY:
        return floor.amount, 0
    return 0, floor.amount * _MINUTES[Unit(floor.unit)]


def ladder_set(change: LadderChange) -> LadderChange:
    """The same with only those rungs that differ from what would hold without them; the others are the city's
    own no more, and those it never set are left out."""
    rules = rules_now()
    apart, removed = {}, set(change.removed)
    for step, rung in change.rungs.items():
        # What is built in for every stage is not the same in all of them.
        if step[0] and _same(rung, _without(rules, step)):
            removed.add(step)
        else:
            apart[step] = rung
    return LadderChange(apart, frozenset(step for step in removed if step in rules.rungs))


def _without(rules: Rules, step: Step) -> Rung | None:
    """The rung that would hold at a place without one of its own."""
    stage, track, level = step
    rungs = {known: rung for known, rung in rules.rungs.items() if known != step}
    for place in ((stage, ""), ("", track), ("", "")):
        if (*place, level) in rungs:
            return rungs[*place, level]
    return default_rung(stage, level)


def _same(one: Rung | None, other: Rung | None) -> bool:
    if one is None or other is None:
        return one is other
    return floor_of(one) == floor_of(other) and replace(one, not_before=None) == replace(
        other, not_before=None
    )


def rung_facts(rung: Rung | None) -> dict[str, Any] | None:
    """A rung as plain data; None where it is switched off."""
    if rung is None:
        return None
    before = [rung.not_before.amount, str(rung.not_before.unit)] if rung.not_before else None
    return {
        "percent": rung.percent,
        "past_days": rung.past_days,
        "not_before": before,
        "hears": list(rung.hears),
        "supervision": rung.supervision,
        "sounds": rung.sounds,
    }


@contextmanager
def rules_supposed(change: Change) -> Iterator[Rules]:
    """The rules as they would be after a change; what it supposes is known inside alone.

    Raises:
        Conflict: it would change nothing. NotFound: no such calendar. Stale: decided on an older version.
        BadInput: a higher rung would come before a lower one.
    """
    rules = rules_now()
    if isinstance(change, CalendarChange):
        with _calendar_supposed(change, rules) as supposed:
            yield supposed
    elif isinstance(change, LimitsChange):
        yield _changed(rules, replace(rules, limits=_limits(change, rules)))
    elif isinstance(change, LadderChange):
        yield _check_rising(_changed(rules, replace(rules, rungs=_rungs(change, rules))))
    else:
        yield rules


def _changed(before: Rules, after: Rules) -> Rules:
    if after == before:
        raise Conflict(NOTHING)
    return after


def _limits(change: LimitsChange, rules: Rules) -> dict[Place, Limit]:
    merged = {**rules.limits, **change.limits}
    return {place: limit for place, limit in merged.items() if limit is not None}


def _rungs(change: LadderChange, rules: Rules) -> dict[Step, Rung | None]:
    return {
        step: rung for step, rung in {**rules.rungs, **change.rungs}.items() if step not in change.removed
    }


def _check_rising(rules: Rules) -> Rules:
    """Refuse a ladder on which a higher rung would come before a lower one."""
    for stage in OPEN:
        for track in (None, *Track):
            percents = [rung.percent for rung in rules.ladder_of(stage, track)]
            if percents != sorted(set(percents)):
                raise BadInput(
                    _("%(stage)s: each level has to come at a higher percentage than the one below it.")
                    % {"stage": stage.label},
                    field="percent",
                )
    return rules


@contextmanager
def _calendar_supposed(change: CalendarChange, rules: Rules) -> Iterator[Rules]:
    row = Calendar.objects.select_related("current").filter(code=change.code.replace("\x00", "")).first()
    if row is None or row.current is None:
        raise NotFound(_("There is no such calendar."))
    if change.was is not None and change.was != row.current.number:
        raise Stale(
            _("Somebody changed the calendar meanwhile. Look at what stands there now, and decide again."),
            version=row.current.number,
        )
    if content_of(row.current) == change.content:
        raise Conflict(NOTHING)
    version = version_id(row.code, row.current.number + 1, change.content)
    known = rules.calendars
    calendars = Calendars({**known.ids, row.pk: version}, {**known.codes, row.code: version})
    with calendar_supposed(version, change.content.calendar):
        yield replace(rules, calendars=calendars)


def _place(step: Step) -> dict[str, Any]:
    return dict(zip(("stage", "track", "level"), step, strict=True))
