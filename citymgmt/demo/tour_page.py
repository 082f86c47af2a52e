"""What the page of the story shows: two screens, the clock, what happened and who did it."""

from datetime import datetime
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.lists import rows_found
from citymgmt.demo.tour import (
    NAMES,
    Tour,
    access_of,
    closed_query,
    face_at,
    moment_of,
    refusal_for,
)
from citymgmt.demo.tour_script import CLICKS, LAST_DESK, LAST_PHONE, READER, TURNS, Turn, View
from citymgmt.local.cast import CAST

_ROLES = {member.username: member.role.label for member in CAST}


def tour_page(tour: Tour, *, now: datetime, at_list: bool) -> dict[str, Any]:
    """The context of ``pages/tour.html``; ``at_list`` once the number has been clicked."""
    turn, query = tour.turn, closed_query(tour)
    at_list = at_list and bool(query)
    at, before = moment_of(tour, now=now), moment_of(tour, now=now, back=1)
    phone, desk = (turn.phone, turn.desk) if turn else (LAST_PHONE, LAST_DESK)
    desk = (READER, f"/cases/?{query}") if at_list else desk
    return {
        "tour": tour,
        "turn": turn,
        "button": str(turn.button) % {"who": NAMES[turn.who]} if turn else "",
        "clicks": CLICKS,
        "click": tour.done + at_list,
        "dots": [n < tour.done + at_list for n in range(CLICKS)],
        "said": _said(tour),
        "refused": _refused(tour, now),
        "face": face_at(tour, at),
        "was": face_at(tour, before),
        "phone": _screen(tour, phone, acts=bool(turn and turn.on_phone)),
        "desk": _screen(tour, desk, acts=bool(turn and not turn.on_phone)),
        "hands": [_hand(done) for done in TURNS[: tour.done]],
        "figure": _figure(query, now) if query else None,
        "at_list": at_list,
        "query": query,
        "reader": READER,
    }


def _refused(tour: Tour, now: datetime) -> dict[str, str] | None:
    words = refusal_for(tour, now=now)
    return {"who": NAMES[tour.turn.tried], "words": words} if words and tour.turn else None


def _said(tour: Tour) -> dict[str, str] | None:
    if not tour.done:
        return None
    turn = TURNS[tour.done - 1]
    return {"happened": str(turn.happened) % {"who": NAMES[turn.who]}, "why": str(turn.why)}


def _screen(tour: Tour, view: View, *, acts: bool) -> dict[str, Any]:
    who, path = view
    path = path.format(number=tour.case.number if tour.case else "")
    name, role = NAMES[who], _ROLES[who]
    return {
        "url": reverse("tour_seen", args=[tour.uuid, who]) + path.removeprefix("/"),
        "name": name,
        "role": role,
        "acts": acts,
        "title": _("What %(name)s sees") % {"name": name},
    }


def _hand(turn: Turn) -> dict[str, Any]:
    return {"name": NAMES[turn.who], "role": _ROLES[turn.who], "did": turn.action.label}


def _figure(query: str, now: datetime) -> int:
    """How many cases the list behind the number holds, counted by the list's own selector."""
    return rows_found(access_of(READER, now=now), QueryDict(query)).count()
