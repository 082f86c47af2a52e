"""What is to happen to one made-up case, drawn by lot from the seed. Pure: no queries, no clock."""

import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cases.workflow import Action, Stage
from citymgmt.demo.scenes import SCENES, Scene

ZONE = ZoneInfo("Asia/Shanghai")
# Turns a life can take, with how many in a hundred take it.
_TURNS: tuple[tuple[Action, int], ...] = (
    (Action.REJECT, 6),
    (Action.FIX_NOW, 9),
    (Action.CORRECT, 4),
    (Action.SEND_BACK, 7),
    (Action.RETURN_PLAN, 14),
    (Action.RETURN_DISPATCH, 11),
    (Action.REWORK, 9),
    (Action.DISSATISFIED, 8),
    (Action.NOTE, 9),
)
# Working hours of the day at which people report, with their weights.
_HOURS = (
    *((hour, 2) for hour in (7, 12, 13)),
    (8, 6),
    (9, 10),
    (10, 9),
    (11, 6),
    (14, 7),
    (15, 8),
    (16, 7),
    (17, 4),
)
_EVENING = ((18, 5), (19, 6), (20, 5), (21, 3), (22, 1))
_HOT_SPOTS = 7
# What stands before everybody's eyes on the first screen: stage, class, where, hours since the report.
_LITTER, _DEBRIS, _LAMP, _TREE, _COVER = (
    next(scene for scene in SCENES if scene.case_class == key)
    for key in ("matter-06010", "matter-06011", "component-01037", "component-04002", "component-01001")
)
SHOWN: tuple[tuple[Stage, Scene, str, float, float], ...] = (
    *(
        (Stage.VERIFY, _LITTER, "own", 0.2, 1.3),
        (Stage.PLAN, _DEBRIS, "own", 1.0, 4.0),
        (Stage.APPROVE, _DEBRIS, "own", 2.0, 6.0),
        (Stage.DISPATCH, _DEBRIS, "own", 3.0, 6.0),
        (Stage.HANDLE, _LITTER, "own", 3.0, 9.0),
        (Stage.HANDLE, _DEBRIS, "own", 8.0, 40.0),
        (Stage.CHECK, _LITTER, "own", 4.0, 20.0),
        (Stage.CALL_BACK, _LITTER, "own", 6.0, 30.0),
    )
    * 3,
    (Stage.HANDLE, _LAMP, "own", 3.0, 20.0),
    (Stage.HANDLE, _TREE, "own", 3.0, 20.0),
    (Stage.HANDLE, _COVER, "own", 1.5, 2.5),
    (Stage.VERIFY, _LITTER, "next", 0.3, 2.0),
    (Stage.VERIFY, _TREE, "other", 0.3, 2.0),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Land:
    """The communities as positions in a list: how many, how many of them (the first) belong to the
    cast's own street, and the first one of the neighbour's street and of the stranger's district."""

    total: int
    own: int
    next: int
    other: int


@dataclass(frozen=True, slots=True)
class Story:
    """One case before it begins.

    ``community`` is a position in the list of communities; ``hot_spot`` 0 to 6 for a place where it
    happens again and again, None elsewhere. ``stop_at`` holds a case in a stage for somebody's screen.
    """

    index: int
    opened: datetime
    scene: Scene
    reporter: str  # worker, officer, fixed, hotline or resident
    community: int
    hot_spot: int | None
    turns: frozenset[Action]
    slow: bool
    stop_at: Stage | None

    def dice(self, about: str) -> random.Random:
        """Lots for one aspect of the story, always the same."""
        return random.Random(f"{self.index}:{self.scene.case_class}:{about}")  # noqa: S311


def story(*, index: int, seed: int, now: datetime, days: int, land: Land) -> Story:
    """The story with this number. The first ones stand in every stage before the cast's eyes."""
    dice = random.Random(f"{seed}:{index}")  # noqa: S311 - made-up life, no secret
    if index < len(SHOWN):
        return _shown(index, dice, now, land)
    scene = dice.choices(SCENES, [scene.weight for scene in SCENES])[0]
    hot_spot = dice.randrange(_HOT_SPOTS) if dice.random() < 0.3 else None
    return Story(
        index=index,
        opened=_opened(dice, now, days, scene),
        scene=scene,
        reporter=dice.choices(("worker", "officer", "fixed", "hotline", "resident"), (40, 14, 8, 24, 14))[0],
        community=_community(dice, land, hot_spot),
        hot_spot=hot_spot,
        turns=frozenset(action for action, share in _TURNS if dice.random() * 100 < share),
        slow=dice.random() < 0.05,
        stop_at=None,
    )


def _shown(index: int, dice: random.Random, now: datetime, land: Land) -> Story:
    stage, scene, where, least, most = SHOWN[index]
    return Story(
        index=index,
        opened=now - timedelta(hours=dice.uniform(least, most)),
        scene=scene,
        reporter="hotline" if stage is Stage.CALL_BACK else ("worker", "hotline", "officer")[index % 3],
        community={"own": 0, "next": land.next, "other": land.other}[where],
        hot_spot=None,
        turns=frozenset(),
        slow=False,
        stop_at=stage,
    )


def _opened(dice: random.Random, now: datetime, days: int, scene: Scene) -> datetime:
    """More on weekdays than on weekends, more lately than long ago, with the rhythm of a day."""
    today = now.astimezone(ZONE).date()
    back = [today - timedelta(days=ago) for ago in range(days)]
    day = dice.choices(back, [_busy(one, ago, days) for ago, one in enumerate(back)])[0]
    hours = _EVENING if dice.random() < scene.night else _HOURS
    hour = dice.choices([hour for hour, _weight in hours], [weight for _hour, weight in hours])[0]
    opened = datetime.combine(day, time(hour, dice.randrange(60), dice.randrange(60)), ZONE)
    # What would still lie ahead happened the day before.
    return opened if opened < now - timedelta(minutes=10) else opened - timedelta(days=1)


def _busy(day: date, ago: int, days: int) -> float:
    weekend = 0.55 if day.weekday() >= 5 else 1.0
    return weekend * (1.3 - 0.6 * ago / days)


def _community(dice: random.Random, land: Land, hot_spot: int | None) -> int:
    if hot_spot is not None:
        return hot_spot * 7 % land.total
    # A sixth in the cast's own community, a third in the rest of its street, the other half all over.
    drawn = dice.random()
    if drawn < 0.17:
        return 0
    return dice.randrange(land.own) if drawn < 0.5 else dice.randrange(land.total)
