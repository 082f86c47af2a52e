"""The guided story: a new case for every visitor, moved on by real steps of made-up people."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases import policies
from cases.limits import rules_now
from cases.models import Case
from cases.permissions import check_may_take
from cases.selectors import parts_of
from cases.services.advance import case_advance
from cases.services.photos import photo_store
from cases.services.report import case_report
from cases.workflow import Action, Stage
from citymgmt.demo.ground import point_inside
from citymgmt.demo.pictures import VARIANTS, picture
from citymgmt.demo.tour_clock import Face, face_of
from citymgmt.demo.tour_script import CASE_CLASS, CONDITION, LENGTH, PICTURE, TURNS, Turn
from citymgmt.local.cast import CAST, COMMUNITY
from core.errors import CityError, Conflict, NotFound
from core.services.idempotency import done_before
from grids.access import Access, access_for
from grids.models import Area

_JITTER = 0.0006  # degrees, some sixty metres: two visitors' cases do not lie on one pin
NAMES = {member.username: member.name for member in CAST}
PEOPLE = frozenset(login for turn in TURNS for login in (turn.who, turn.phone[0], turn.desk[0]))
Given = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Tour:
    """How far one visitor has come; ``case`` is None before the first click, ``done`` counts steps taken."""

    uuid: UUID
    case: Case | None = None
    done: int = 0

    @property
    def turn(self) -> Turn | None:
        """The step that comes next."""
        return TURNS[self.done] if self.done < len(TURNS) else None


def tour_of(uuid: UUID) -> Tour:
    """Where the story of this visitor stands.

    Raises:
        NotFound: the case of this name was not made by the story.
        Conflict: somebody took a step on the case that is not in the story.
    """
    case = Case.objects.select_related("district", "street", "community", "condition").filter(uuid=uuid)
    found = case.defer("district__outline", "street__outline", "community__outline").first()
    if found is None:
        return Tour(uuid)
    if not done_before(actor=f"user:{found.takers.get(Action.REPORT)}", key=_key(uuid, 0)):
        raise NotFound(_("This case does not belong to the story. Start the story again."))
    # What the system itself writes into a history is no step of the story.
    taken = list(found.events.filter(actor__isnull=False).order_by("seq").values_list("action", flat=True))
    if taken != [turn.action.value for turn in TURNS[: len(taken)]]:
        raise Conflict(_("Somebody has worked on this case outside the story. Start the story again."))
    return Tour(uuid, found, len(taken))


def tour_step(*, uuid: UUID, step: int, now: datetime) -> Tour:
    """Take step number ``step`` (0 the report) unless it was taken before; one transaction.

    Time is told, not passed: the report lies as far back as the whole story is long, and each step
    comes its own minutes later, so that nothing lies ahead of ``now``.

    Raises:
        CityError: the step was refused, or somebody worked on the case outside the story.
    """
    with transaction.atomic():
        tour = tour_of(uuid)
        if step != tour.done or tour.turn is None:
            return tour
        if tour.case is None:
            _report(uuid, tour.turn, now)
        else:
            _advance(tour.case, tour.done, tour.turn, now)
    return tour_of(uuid)


def moment_of(tour: Tour, *, now: datetime, back: int = 0) -> datetime:
    """The story's time after the last step, or ``back`` steps before it."""
    if tour.case is None:
        return now - timedelta(minutes=LENGTH)
    return tour.case.opened_at + timedelta(minutes=TURNS[max(tour.done - back, 1) - 1].minute)


def face_at(tour: Tour, at: datetime) -> Face:
    """The clock at a moment of the story."""
    case = tour.case
    if case is None:
        return Face(at)
    limit = (case.limit_value or 0, case.limit_unit)
    return face_of(at=at, begun=case.dispatched_at, ended=case.finished_at, limit=limit)


def refusal_for(tour: Tour, *, now: datetime) -> str:
    """What the system answers to the person who must not take the next step; "" where nobody is named."""
    turn = tour.turn
    if tour.case is None or turn is None or not turn.tried:
        return ""
    access, parts = access_of(turn.tried, now=now), parts_of(tour.case)
    try:
        step = policies.check_offered(tour.case, turn.action)
        check_may_take(access, tour.case, step, parts)
        policies.check_when(tour.case, step, access, parts, rules_now())
    except CityError as refusal:
        return str(refusal.detail)
    return ""


def closed_query(tour: Tour) -> str:
    """The filters of the list that the last number opens: closed cases of the community since that day."""
    case = tour.case
    if case is None or case.stage != Stage.CLOSED:
        return ""
    day = localtime(case.opened_at).date().isoformat()
    place = f"street={case.street.code}&community={case.community.code}"
    return f"stage={Stage.CLOSED.value}&{place}&since={day}"


def access_of(username: str, *, now: datetime) -> Access:
    """The scopes of somebody of the cast.

    Raises:
        NotFound: there is no such made-up person with an open login.
    """
    person = User.objects.filter(username=username, made_up=True, is_active=True).first()
    if person is None:
        raise NotFound(_("The made-up people are not there yet. Wait until the start has finished."))
    return access_for(person, now=now)


def home_place(dice: random.Random | None = None) -> tuple[float, float]:
    """Somewhere in the grid where the cast's grid worker walks, in degrees.

    Raises:
        NotFound: there is no such grid yet.
    """
    grid = Area.objects.filter(level=Area.Level.GRID, valid_to__isnull=True, parent__code=COMMUNITY)
    home = grid.defer("outline").order_by("code").first()
    if home is None:
        raise NotFound(_("The made-up people are not there yet. Wait until the start has finished."))
    return point_inside(home, dice or random.Random(0), _JITTER)  # noqa: S311 - where a pin stands, no secret


def _key(uuid: UUID, step: int) -> str:
    return f"tour:{uuid}:{step}"


def _report(uuid: UUID, turn: Turn, now: datetime) -> None:
    access, at = access_of(turn.who, now=now), now - timedelta(minutes=LENGTH)
    lon, lat = home_place(_dice(uuid))
    raw: Given = {
        "position": {"lon": lon, "lat": lat, "accuracy": 6},
        "description": "供水井盖移位，露出井口，旁边就是公交站",
        "address": f"骑鞍路{_dice(uuid).randint(1, 180)}号门前",
        "photos": [_photo(uuid, access, at, mended=False)],
        "case_class": CASE_CLASS,
        "condition": CONDITION,
    }
    case_report(access=access, raw=raw, key=_key(uuid, 0), now=at, uuid=uuid)


def _advance(case: Case, done: int, turn: Turn, now: datetime) -> None:
    access, at = access_of(turn.who, now=now), case.opened_at + timedelta(minutes=turn.minute)
    case_advance(
        number=case.number,
        action=turn.action.value,
        access=access,
        raw=_GIVEN[turn.who, turn.action](case, access, at),
        version=case.version,
        key=_key(case.uuid, done),
        now=at,
    )


def _dice(uuid: UUID) -> random.Random:
    return random.Random(str(uuid))  # noqa: S311 - where a drawing stands, no secret


def _photo(uuid: UUID, access: Access, at: datetime, *, mended: bool) -> str:
    data = picture(PICTURE, mended=mended, variant=_dice(uuid).randrange(VARIANTS))
    return str(photo_store(data=data, user_id=access.user_id, now=at, made_up=True).pk)


def _on_site(case: Case) -> Given:
    return {"position": {"lon": case.lon + 0.00005, "lat": case.lat, "accuracy": 8}}


def _verify(case: Case, access: Access, at: datetime) -> Given:
    photos = [_photo(case.uuid, access, at, mended=False)]
    return _on_site(case) | {"photos": photos, "case_class": CASE_CLASS, "condition": CONDITION}


def _finish(case: Case, access: Access, at: datetime) -> Given:
    return {"result": "井盖已更换，围挡已撤", "photos_after": [_photo(case.uuid, access, at, mended=True)]}


def _pass(case: Case, access: Access, at: datetime) -> Given:
    return _on_site(case) | {
        "photos": [_photo(case.uuid, access, at, mended=True)],
        "text": "现场核查，井盖稳固",
    }


def _says(text: str) -> Callable[[Case, Access, datetime], Given]:
    return lambda case, access, at: {"text": text}


_GIVEN: dict[tuple[str, Action], Callable[[Case, Access, datetime], Given]] = {
    ("officer", Action.VERIFY): _verify,
    ("engineer", Action.SIGN_FOR): lambda case, access, at: {},
    ("station", Action.REMIND): _says("时限已用去八成，已电话催办，请尽快处置。"),
    ("bureau", Action.SUPERVISE): _says("已超时，区局督办：立即处置，并说明超时原因。"),
    ("engineer", Action.FINISH): _finish,
    ("officer-2", Action.PASS): _pass,
}
