"""The reckoning of a deadline as lines of text, for a terminal."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cases.explain import Days, Explanation, Turn
from cases.models import Case


def lines_of(case: Case, told: Explanation) -> Iterator[str]:
    """Everything the page says, in the language that is active."""
    standing = told.seen.standing
    yield f"{case.number} · {case.get_stage_display()}"
    if standing:
        yield f"{standing.lamp.label}: {standing.words}"
    if case.due_at:
        yield _("Deadline: %(time)s") % {"time": _at(case.due_at)}
    yield _("Age: %(age)s") % {"age": told.seen.age}
    if case.first_due_at:
        yield _("First handling deadline: %(time)s") % {"time": _at(case.first_due_at)}
    if told.seen.unpublished:
        yield _("It lies in a year whose holidays are not published yet, and may still move.")
    yield from _section(_("Ladder of this stage"), _ladder(told))
    yield from _section(_("To come beside it"), (f"{_at(one.at)}  {one.what}" for one in told.beside))
    yield from _section(_("Every turn of the clock"), map(_turn, told.turns))
    yield from _section(_("Day by day"), _days(told))


def _section(title: str, lines: Iterator[str]) -> Iterator[str]:
    found = list(lines)
    if found:
        yield ""
        yield title
        yield from (f"  {line}" for line in found)


def _ladder(told: Explanation) -> Iterator[str]:
    marks = {"passed": "●", "next": "▶", "coming": "○"}
    for rung in told.seen.ladder:
        at = _at(rung.at) if rung.at else "—"
        yield f"{marks[rung.state]} {at}  {rung.label} ({rung.percent} %): {'、'.join(rung.hears)}"


def _turn(turn: Turn) -> str:
    facts = [turn.stage, turn.what, turn.limit, turn.calendar]
    due = _("due %(due)s") % {"due": _at(turn.due)} if turn.due else ""
    return f"{_at(turn.at)}  " + " · ".join(word for word in (*facts, due) if word)


def _days(told: Explanation) -> Iterator[str]:
    if not told.days:
        return
    yield _("%(calendar)s; one working day is %(day)s") % {"calendar": told.calendar, "day": told.day}
    yield _("Passed before: %(spent)s") % {"spent": told.spent}
    for one in told.days:
        yield _day(one)
    if told.more:
        yield "…"
    yield _("In all: %(total)s") % {"total": told.total}


def _day(one: Days) -> str:
    days = date_format(one.first, "m-d D") + (f" – {date_format(one.last, 'm-d D')}" if one.several else "")
    hours = "、".join(one.hours) or "—"
    return f"{days}  {hours}  {one.special}".rstrip() + f"  + {one.counted} = {one.so_far}"


def _at(at: datetime) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M:%S}"
