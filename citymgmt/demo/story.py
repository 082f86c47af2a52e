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
    (Action.SEND_BACK, 3),
    (Action.RETURN_PLAN, 7),
    (Action.RETURN_DISPATCH, 5),
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
# One case of each stage for everybody's first screen, opened in the last two days; three rounds.
SHOWN = (
    Stage.VERIFY, Stage.PLAN, Stage.APPROVE, Stage.DISPATCH, Stage.HANDLE, Stage.HANDLE, Stage.CHECK,
    Stage.CALL_BACK,
) * 3  # fmt: skip


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


def story(*, index: int, seed: int, now: datetime, days: int, communities: int) -> Story:
    """The story with this number. The first ones stand in every stage before the cast's eyes.

    ``communities`` is how many there are to choose from; the first is the cast's own.
    """
    dice = random.Random(f"{seed}:{index}")  # noqa: S311 - made-up life, no secret
    if index < len(SHOWN):
        return _shown(index, dice, now)
    scene = dice.choices(SCENES, [scene.weight for scene in SCENES])[0]
    hot_spot = dice.randrange(_HOT_SPOTS) if dice.random() < 0.3 else None
    return Story(
        index=index,
        opened=_opened(dice, now, days, scene),
        scene=scene,
        reporter=dice.choices(("worker", "officer", "fixed", "hotline", "resident"), (40, 14, 8, 24, 14))[0],
        community=_community(dice, communities, hot_spot),
        hot_spot=hot_spot,
        turns=frozenset(action for action, share in _TURNS if dice.random() * 100 < share),
        slow=dice.random() < 0.05,
        stop_at=None,
    )


def _shown(index: int, dice: random.Random, now: datetime) -> Story:
    stage = SHOWN[index]
    planned = stage in (Stage.PLAN, Stage.APPROVE, Stage.DISPATCH)
    # Work for the named handler; what has to be planned takes days and so the standard track.
    scene = SCENES[1] if planned else SCENES[0]
    return Story(
        index=index,
        opened=now - timedelta(hours=dice.uniform(7, 40)),
        scene=scene,
        reporter="hotline" if stage is Stage.CALL_BACK or index % 2 else "worker",
        community=0,
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


def _community(dice: random.Random, communities: int, hot_spot: int | None) -> int:
    if hot_spot is not None:
        return hot_spot * 3 % communities
    # The cast's own community and street see most of it.
    return min(int(dice.expovariate(1) * communities / 3.2), communities - 1)
