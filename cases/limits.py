"""The limits, ladders and calendars in force: what the city set, else what is built in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.models import FilteredRelation, Q, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Unit
from cases.deadlines import Clock, Ladder, Limit, Rung, default_ladder, default_limit
from cases.models import Case, LadderRung, StageLimit
from cases.workflow import Stage, Track
from core.calendars import CURRENT, Calendars, calendar_of, calendars_from
from core.models import Revision
from core.services.revisions import revision_of
from core.worktime import Unit as Amount

REVISION = "limits"
# Whose working time a stage runs by: that of the unit of this kind there; of the lead unit in handling.
_KEPT_BY = {
    Stage.VERIFY: Unit.Kind.SQUAD,
    Stage.PLAN: Unit.Kind.STATION,
    Stage.APPROVE: Unit.Kind.BUREAU,
    Stage.DISPATCH: Unit.Kind.STATION,
    Stage.HANDLE: Unit.Kind.HANDLER,
    Stage.CHECK: Unit.Kind.SQUAD,
    Stage.CALL_BACK: Unit.Kind.STATION,
}
KEEPERS = (Unit.Kind.SQUAD, Unit.Kind.STATION, Unit.Kind.BUREAU)
Limits = Mapping[tuple[str, str], Limit]
Rungs = Mapping[tuple[str, str, int], Rung | None]


@dataclass(frozen=True, slots=True)
class Rules:
    """What deadlines are reckoned by. ``limits`` by (stage, track), ``rungs`` by (stage, track, level), each
    with "" for any; a rung that is None was switched off.

    ``kept`` are the calendars of squads, stations and bureaus that have one of their own, by kind and place:
    a squad's is its code, the others' the code of their district.
    """

    limits: Limits
    rungs: Rungs
    calendars: Calendars
    kept: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def limit(self, case: Case) -> Limit | None:
        """The limit of the stage the case is in; None where nothing limits it."""
        stage, track = Stage(case.stage), track_of(case)
        if stage is Stage.HANDLE:
            limit = Limit(case.limit_value, case.limit_unit) if case.limit_value else None
            # What is dangerous does not wait for the morning.
            return limit.day_and_night if limit and track is Track.EMERGENCY else limit
        return self.limit_of(stage, track)

    def limit_of(self, stage: Stage, track: Track | None) -> Limit | None:
        """The same by stage and track, None for any without a limit of its own; None for handling, whose
        limit is that of the filing condition."""
        own = self.limits.get((stage, track or "")) or self.limits.get((stage, ""))
        return own or default_limit(stage, track or Track.STANDARD)

    def ladder(self, case: Case) -> Ladder:
        """The ladder of the stage the case is in, lowest rung first."""
        return self.ladder_of(Stage(case.stage), track_of(case) if self.rungs else None)

    def ladder_of(self, stage: Stage, track: Track | None) -> Ladder:
        """The same by stage and track, None for any without rungs of its own: the most particular row of each
        level counts."""
        if not self.rungs:
            return default_ladder(stage)
        found: dict[int, Rung | None] = {rung.level: rung for rung in default_ladder(stage)}
        for place in (("", ""), ("", track or ""), (stage, ""), (stage, track or "")):
            for level in range(1, 5):
                if (*place, level) in self.rungs:
                    found[level] = self.rungs[*place, level]
        return tuple(rung for _level, rung in sorted(found.items()) if rung is not None)

    def version_for(self, case: Case) -> int:
        """The id of the calendar version the stage of the case runs by."""
        stage = Stage(case.stage)
        if stage is Stage.HANDLE and case.lead_unit is not None:
            return self.calendars.version_for(case.lead_unit.calendar_id, Unit.Kind(case.lead_unit.kind))
        return self.version_of(_KEPT_BY[stage], case)

    def version_of(self, kind: Unit.Kind, case: Case) -> int:
        """The id of the calendar version of the units of this kind in the place of the case."""
        if not self.kept:
            return self.calendars.version_for(None, kind)
        place = squad_code(case.street.code) if kind is Unit.Kind.SQUAD else case.district.code
        return self.calendars.version_for(self.kept.get((kind, place)), kind)


def squad_code(street: str) -> str:
    """The code of the unit that is the squad of a street."""
    return f"{street}-squad"


def stages_of(kind: str) -> list[Stage]:
    """The stages that run by the working time of units of a kind, but for handling."""
    return [stage for stage, keeper in _KEPT_BY.items() if stage is not Stage.HANDLE and keeper == kind]


def track_of(case: Case) -> Track:
    """The track a case runs on; before it is verified, the one its reported condition asks for."""
    if case.filed_at is None and case.condition is not None:
        return Track(case.condition.track)
    return Track(case.track)


def clock_of(case: Case) -> Clock | None:
    """The clock that runs; None where none does."""
    if case.clock_since is None:
        return None
    calendar = calendar_of(case.clock_calendar_id) if case.clock_calendar_id else None
    return Clock(
        case.clock_since, case.clock_spent, case.clock_total, case.clock_limit, calendar, case.clock_rung
    )


def rules_now() -> Rules:
    """The rules in force, in one query for a few short rows."""
    with connection.cursor() as cursor:
        cursor.execute(*_question(connection.vendor))
        rows = cursor.fetchall()
    limits, rungs = _read(rows[0][3] if rows else revision_of(REVISION))
    kept = {
        (kind, code if kind == Unit.Kind.SQUAD else district): pk
        for pk, _code, _current, _number, kind, code, district in rows
        if kind
    }
    return Rules(limits, rungs, calendars_from(row[:3] for row in rows), kept)


@cache
def _question(vendor: str) -> tuple[str, tuple[Any, ...]]:
    """What ``rules_now`` asks, as SQL. It never differs and every step asks it; having Django write it anew
    each time would cost several times its answer."""
    number = Revision.objects.filter(name=REVISION).values("number")[:1]
    theirs = FilteredRelation("units", condition=Q(units__active=True, units__kind__in=KEEPERS))
    found = CURRENT.annotate(kept=theirs).values_list(
        "pk", "code", "current_id", Coalesce(Subquery(number), 0), "kept__kind", "kept__code",
        "kept__district_code",
    )  # fmt: skip
    return found.query.sql_with_params()


@lru_cache(maxsize=4)
def _read(number: int) -> tuple[Limits, Rungs]:
    # Nothing was ever set before the first change.
    return (limits_set(), rungs_set()) if number else ({}, {})


def forget() -> None:
    """Let the next call look again; for tests, whose changes are taken back."""
    _read.cache_clear()


def limits_set() -> dict[tuple[str, str], Limit]:
    """The limits the city set, by (stage, track)."""
    return {(row.stage, row.track): Limit(row.amount, row.unit) for row in StageLimit.objects.all()}


def rungs_set() -> dict[tuple[str, str, int], Rung | None]:
    """The rungs the city set, by (stage, track, level)."""
    return {(row.stage, row.track, row.level): rung_of(row) for row in LadderRung.objects.all()}


def rung_of(row: LadderRung) -> Rung | None:
    """A row as the ladder takes it; None where it is switched off."""
    if not row.active:
        return None
    before = None
    if row.not_before_days:
        before = Limit(row.not_before_days, Amount.WORKING_DAY)
    elif row.not_before_minutes:
        before = Limit(row.not_before_minutes, Amount.WORKING_MINUTE)
    return Rung(row.level, row.percent, tuple(row.hears), row.past_days, before, row.supervision, row.sounds)
