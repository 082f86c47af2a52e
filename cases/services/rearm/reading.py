"""A change as a client writes it, understood; what can't be is refused with a sentence."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.deadlines import HEARERS, Level, Limit, Rung
from cases.services.rearm.changes import (
    CalendarChange,
    Change,
    ConditionChange,
    LadderChange,
    LimitsChange,
    Place,
    Renewal,
    Step,
    ladder_set,
)
from cases.workflow import OPEN, Stage, Track
from core.errors import BadInput
from core.worktime import Unit, checked

MOST_ROWS, MOST_AMOUNT, MOST_PERCENT, MOST_DAYS = 60, 1000, 3000, 365
# In what a rung's floor may be given; a minute's share of it is kept.
FLOORS = (Unit.WORKING_MINUTE, Unit.WORKING_HOUR, Unit.WORKING_DAY)
Raw = Mapping[str, Any]


def change_read(raw: Raw) -> Change:
    """The change that ``raw`` describes; its ``kind`` says which.

    limits: ``limits`` is a list of ``{"stage", "track", "limit": [amount, unit] or null}``.
    ladder: ``rungs`` is a list of ``{"stage", "track", "level", "rung": {"percent", "past_days",
    "not_before": [amount, unit] or null, "hears", "supervision", "sounds"} or null}``, null to switch it off;
    ``removed`` lists ``{"stage", "track", "level"}``. "" is every stage or track.
    condition: ``class`` and ``seq``. calendar: ``code``, ``was`` and the content of a version.
    renewal: nothing more.

    Raises:
        BadInput: it can't be understood, or no such limit or rung can be.
    """
    read = _READERS.get(str(raw.get("kind", "")))
    if read is None:
        raise BadInput(_("Say what is to change."), field="kind")
    return read(raw)


def change_wanted(raw: Raw) -> Change:
    """The same without those rungs that would hold anyway; for what was filled in on a whole ladder.

    Raises:
        As ``change_read``.
    """
    change = change_read(raw)
    return ladder_set(change) if isinstance(change, LadderChange) else change


def _limits(raw: Raw) -> LimitsChange:
    limits: dict[Place, Limit | None] = {}
    for row in _rows(raw, "limits"):
        place = _stage(row, handled=False), _track(row)
        limits[place] = limit_read(row.get("limit")) if row.get("limit") is not None else None
    if not limits:
        raise BadInput(_("Name at least one limit."), field="limits")
    return LimitsChange(limits)


def limit_read(given: Any, most: int = MOST_AMOUNT, units: Iterable[Unit] = Unit) -> Limit:
    """``[amount, unit]`` as a limit.

    Raises:
        BadInput: no whole number from 1 to ``most``, or no such unit.
    """
    amount, unit = (*given, "", "")[:2] if isinstance(given, list | tuple) else ("", "")
    if unit not in list(units):
        raise BadInput(_("Choose the unit of the limit from the list."), field="unit")
    return Limit(_number(amount, "amount", 1, most), Unit(unit))


def _ladder(raw: Raw) -> LadderChange:
    rungs = {_step(row): _rung(row) for row in _rows(raw, "rungs")}
    removed = frozenset(_step(row) for row in _rows(raw, "removed")) - rungs.keys()
    if not rungs and not removed:
        raise BadInput(_("Name at least one rung."), field="rungs")
    return LadderChange(rungs, removed)


def _rung(row: Raw) -> Rung | None:
    given, level = row.get("rung"), _level(row)
    if level == Level.OVERDUE and given is None:
        raise BadInput(_("The deadline itself can't be switched off."), field="rung")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise BadInput(_("A rung says when it comes and who hears of it."), field="rung")
    floor = given.get("not_before")
    return Rung(
        level=level,
        percent=_percent(given, level),
        hears=_hears(given.get("hears")),
        past_days=_number(given.get("past_days", 0), "past_days", 0, MOST_DAYS)
        if level > Level.OVERDUE
        else 0,
        not_before=limit_read(floor, units=FLOORS) if floor and level > Level.OVERDUE else None,
        supervision=_number(given.get("supervision", 0), "supervision", 0, 3),
        sounds=given.get("sounds") is True,
    )


def _percent(given: Raw, level: int) -> int:
    lowest, highest = {Level.WARNING: (1, 99), Level.OVERDUE: (100, 100)}.get(
        Level(level), (101, MOST_PERCENT)
    )
    return _number(given.get("percent"), "percent", lowest, highest)


def _hears(given: Any) -> tuple[str, ...]:
    codes = given if isinstance(given, list | tuple) else []
    if not codes or any(code not in HEARERS for code in codes):
        raise BadInput(_("Choose who hears of it from the list, at least one."), field="hears")
    return tuple(code for code in HEARERS if code in codes)


def _step(row: Raw) -> Step:
    return _stage(row, every=True), _track(row), _level(row)


def _level(row: Raw) -> int:
    return _number(row.get("level"), "level", Level.WARNING, Level.LEVEL3)


def _stage(row: Raw, *, handled: bool = True, every: bool = False) -> str:
    stage = row.get("stage")
    if stage == Stage.HANDLE and not handled:
        raise BadInput(_("How long handling may take stands with the filing condition."), field="stage")
    if not (every and stage == "") and stage not in [one.value for one in OPEN]:
        raise BadInput(_("Choose a stage from the list."), field="stage")
    return str(stage)


def _track(row: Raw) -> str:
    track = row.get("track", "")
    if track != "" and track not in Track.values:
        raise BadInput(_("Choose a track from the list."), field="track")
    return str(track)


def _rows(raw: Raw, name: str) -> Sequence[Raw]:
    rows = raw.get(name) or []
    if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows):
        raise BadInput(_("This has to be a list."), field=name)
    if len(rows) > MOST_ROWS:
        raise BadInput(_("These are more than %(most)d.") % {"most": MOST_ROWS}, field=name)
    return rows


def _number(given: Any, field: str, lowest: int, highest: int) -> int:
    text = str(given).strip() if not isinstance(given, bool) else ""
    if text.isascii() and text.isdigit() and len(text) < 6 and lowest <= int(text) <= highest:
        return int(text)
    raise BadInput(
        _("Give a whole number from %(lowest)d to %(highest)d.") % {"lowest": lowest, "highest": highest},
        field=field,
    )


def _condition(raw: Raw) -> ConditionChange:
    return ConditionChange(str(raw.get("class", "")), _number(raw.get("seq"), "seq", 1, 32767))


def _calendar(raw: Raw) -> CalendarChange:
    names = ("shifts", "days", "standard_day_minutes", "published_until")
    was = raw.get("was")
    return CalendarChange(
        str(raw.get("code", "")),
        checked(*(raw.get(name) for name in names)),
        was if type(was) is int else None,
    )


def _renewal(_raw: Raw) -> Renewal:
    return Renewal()


_READERS: Mapping[str, Callable[[Raw], Change]] = {
    "limits": _limits,
    "ladder": _ladder,
    "condition": _condition,
    "calendar": _calendar,
    "renewal": _renewal,
}
