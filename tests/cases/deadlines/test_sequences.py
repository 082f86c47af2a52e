"""Whatever happens to a case in whatever order: its clock is the one reckoned by hand, its timers are those
it is to have, no rung stands twice, nothing that must hold is broken. Takes some seconds."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.models import Case, CaseEvent
from cases.services.advance import case_advance
from cases.workflow import Action, Stage
from core.calendars import calendar_of
from core.errors import CityError
from core.worktime import add_seconds, seconds_between
from tests.cases.deadlines.passing import fire, sound
from tests.cast import NOW, World
from tests.walk import report, usual

LIMIT, EXAMPLES = 4 * 3600, 15
MINUTES = (1, 7, 25, 61, 130, 400, 1440, 4000, 11000)
SPANS = st.sampled_from([timedelta(minutes=minutes) for minutes in MINUTES])
Acts = tuple[tuple[str, str], ...]
ACTS: tuple[Acts, ...] = (
    (("request_suspension", "cleaner"), ("decide_suspension", "bureau")),
    (("request_extension", "cleaner"), ("decide_extension", "station"), ("decide_extension", "bureau")),
    (("finish", "cleaner"), ("rework", "colleague")),
    (("resume", "station"),), (("resume", "station"),), (("finish", "cleaner"),), (("rework", "colleague"),),
    (("sign_for", "cleaner"),), (("note", "station"),), (("supervise", "bureau"),), (("reply", "cleaner"),),
    (("claim", "clean_head"),), (("assign", "clean_head"),), (("request_extension", "cleaner"),),
)  # fmt: skip
# Some time goes by, a dispatcher looks or does not, somebody tries something.
Moves = list[tuple[timedelta, bool, Acts]]
MOVES = st.lists(st.tuples(SPANS, st.booleans(), st.sampled_from(ACTS)), min_size=4, max_size=9)


@dataclass
class ByHand:
    """The clock of the handling as somebody with paper and a calendar would keep it."""

    since: datetime | None
    spent: float = 0.0
    total: float = LIMIT
    until: datetime | None = None

    def follow(self, event: CaseEvent) -> None:
        days = calendar_of(Case.objects.get(pk=event.case_id).clock_calendar_id or 0) if self.since else None
        if self.since is not None and event.action in (Action.FINISH, Action.DECIDE_SUSPENSION):
            self.spent += round(seconds_between(self.since, event.at, days)) if self._stops(event) else 0
        if event.action == Action.DECIDE_SUSPENSION and self._stops(event):
            self.since, self.until = None, datetime.fromisoformat(event.data["until"])
        elif event.action == Action.RESUME and self.until is not None:
            self.since, self.until = min(event.at, self.until), None
        elif event.action == Action.DECIDE_EXTENSION:
            self.total += LIMIT
        elif event.action == Action.FINISH:
            self.since = None
        elif event.action == Action.REWORK:
            self.since, self.total = event.at, max(self.total - self.spent, LIMIT / 5)
            self.spent = 0.0

    def _stops(self, event: CaseEvent) -> bool:
        return event.action == Action.FINISH or event.data.get("verdict") == "grant"

    def due(self, case: Case) -> datetime | None:
        if self.since is None or case.clock_calendar_id is None:
            return None
        left = max(self.total - self.spent, 0)
        return add_seconds(self.since, left, calendar_of(case.clock_calendar_id))


def tried(world: World, case: Case, action: str, who: str, now: datetime) -> None:
    """Take a step if it fits."""
    raw: dict[str, Any] = usual(world, action, who, "litter", case)
    if "until" in raw:
        raw["until"] = (now + timedelta(days=2)).isoformat()
    if "reply_by" in raw:
        raw["reply_by"] = (now + timedelta(hours=30)).isoformat()
    access = world.access(who, now)
    try:
        case_advance(
            number=case.number, action=action, access=access, raw=raw, version=case.version,
            key=str(uuid4()), now=now,
        )  # fmt: skip
    except CityError:
        return


def lived(world: World, moves: Moves) -> None:
    """One life, checked at every turn."""
    case, now = report(world), NOW
    now += timedelta(minutes=10)
    tried(world, case, "verify", "officer", now)
    hand, seen = ByHand(now), 2
    for span, looks, acts in moves:
        now += span
        if looks:
            fire(now)
        for action, who in acts:
            now += timedelta(minutes=1)
            case.refresh_from_db()
            tried(world, case, action, who, now)
        case.refresh_from_db()
        for event in CaseEvent.objects.filter(case=case, seq__gt=seen).order_by("seq"):
            hand.follow(event)
            seen = event.seq
        if case.stage == Stage.HANDLE:
            assert case.due_at == hand.due(case), f"after {acts} at {now}"
    fire(now)
    case.refresh_from_db()
    in_order = list(case.events.order_by("seq").values_list("at", flat=True))
    assert in_order == sorted(in_order)
    rungs = case.events.filter(action=Action.ESCALATE).values_list("data", flat=True)
    # A deadline put off may be missed once more, at another moment; the same rung of the same moment is one.
    assert set(Counter((rung["rule"], rung["level"], rung["due"]) for rung in rungs).values()) <= {1}
    if case.overdue_at is not None:
        assert any(rung["rule"] == "stage" and rung["level"] > 1 for rung in rungs)
    sound(now)


@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(moves=MOVES)
def test_a_clock_is_what_its_history_makes_it(world: World, moves: Moves) -> None:
    with transaction.atomic():
        lived(world, moves)
        transaction.set_rollback(True)
