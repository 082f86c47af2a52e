"""Living one story through the services: who takes which step when, until it ends or reaches now."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.roles import Role
from cases.limits import rules_now
from cases.models import Case
from cases.models.case import Source
from cases.models.marks import PlanOwed
from cases.policies.windows import return_until
from cases.services.advance import case_advance
from cases.services.photos import photo_store
from cases.services.report import STAFF, Origin, case_report
from cases.services.rungs.recording import case_record
from cases.workflow import Action, Guest, Stage, Track
from citymgmt.demo.ground import Spot
from citymgmt.demo.inputs import report_input, step_input
from citymgmt.demo.pace import brisk, when
from citymgmt.demo.people import Crew
from citymgmt.demo.pictures import VARIANTS, picture
from citymgmt.demo.story import Story
from grids.access import NOBODY, Access

# Notices of the last days fill inboxes; older steps tell nobody.
_TOLD = timedelta(days=3)
_MOST_STEPS = 40
_USUAL = {
    Stage.VERIFY: Action.VERIFY,
    Stage.PLAN: Action.SUBMIT_PLAN,
    Stage.APPROVE: Action.APPROVE,
    Stage.DISPATCH: Action.DISPATCH,
    Stage.HANDLE: Action.FINISH,
    Stage.CHECK: Action.PASS,
    Stage.CALL_BACK: Action.CLOSE,
}
_TURNS: dict[Stage, tuple[Action, ...]] = {
    Stage.VERIFY: (Action.CORRECT, Action.REJECT, Action.FIX_NOW),
    Stage.PLAN: (Action.SEND_BACK, Action.NOTE),
    Stage.APPROVE: (Action.RETURN_PLAN,),
    Stage.HANDLE: (Action.RETURN_DISPATCH,),
    Stage.CHECK: (Action.REWORK,),
    Stage.CALL_BACK: (Action.DISSATISFIED,),
}


@dataclass(slots=True)
class Life:
    """A story on its way; ``taken`` are the turns it has taken."""

    story: Story
    spot: Spot
    crew: Crew
    uuid: UUID
    now: datetime
    taken: set[Action] = field(default_factory=set)

    def quiet(self, at: datetime) -> bool:
        return at < self.now - _TOLD

    def photos(self, access: Access, at: datetime, *kinds: bool) -> list[str]:
        """Upload a drawing for each kind, True for mended; returns their ids."""
        dice = self.story.dice("picture")
        variant = dice.randrange(VARIANTS)
        found = []
        for mended in kinds:
            data = picture(self.story.scene.picture, mended=mended, variant=variant)
            photo = photo_store(data=data, user_id=access.user_id, now=at, made_up=True)
            found.append(str(photo.pk))
        return found


def story_uuid(seed: int, index: int) -> UUID:
    """The UUID of the case of a story, the same in every run."""
    return uuid5(NAMESPACE_URL, f"citymgmt-demo:{seed}:{index}")


def story_live(life: Life) -> None:
    """From the report to the end of the story. Call in a transaction; raises CityError if refused.

    What came due on the way is on the record, as of its own moment, and nobody is told of it now.
    """
    _report(life)
    _go_on(life)
    case_record(case_id=Case.objects.only("pk").get(uuid=life.uuid).pk, until=life.now)


def _go_on(life: Life) -> None:
    dice, at = life.story.dice("pace"), life.story.opened
    for _step in range(_MOST_STEPS):
        case = Case.objects.select_related(
            "street", "community", "district", "lead_unit", "case_class", "assignee"
        ).get(uuid=life.uuid)
        action = _next(life, case)
        if action is None:
            return
        at = _moment(life, case, action, at, dice)
        if at > life.now - timedelta(minutes=3):
            return
        if action is Action.RETURN_DISPATCH and _too_late_to_return(case, at):
            continue  # the unit has had it too long; it goes on as if this turn had not been drawn
        _take(life, case, action, at)


def _moment(life: Life, case: Case, action: Action, before: datetime, dice: Random) -> datetime:
    if life.story.stop_at is not None:
        return brisk(before, dice)
    nights = case.track == Track.EMERGENCY
    return when(action, before, dice, days_of_work=_days_of_work(life, case), nights=nights)


def _too_late_to_return(case: Case, at: datetime) -> bool:
    until = return_until(case, rules_now())
    return until is not None and at > until


def _days_of_work(life: Life, case: Case) -> float:
    standard = 1.5 if case.track == Track.STANDARD else 0.0
    return standard + (6.0 if life.story.slow else 0.0)


def _report(life: Life) -> None:
    story, at = life.story, life.story.opened
    login, guest = _reporter(life)
    access = life.crew.access(login) if login else NOBODY
    fixed = story.reporter == "fixed"
    photos = life.photos(access, at, False, True) if fixed else []
    if not fixed and story.reporter != "hotline":
        photos = life.photos(access, at, False)
    case_report(
        access=access,
        raw=report_input(story, life.spot, photos),
        key=f"demo:{life.uuid}",
        now=at,
        action=Action.REPORT_FIXED if fixed else Action.REPORT,
        uuid=life.uuid,
        origin=Origin(guest=guest) if guest else STAFF,
        quiet=life.quiet(at),
    )


def _reporter(life: Life) -> tuple[str, Guest | None]:
    grid, crew, story = life.spot.grid, life.crew, life.story
    community = grid.community.code if grid.community else ""
    if story.reporter in ("worker", "fixed"):
        return crew.at(Role.GRID_WORKER, community)[0], None
    if story.reporter == "officer":
        officers = crew.at(Role.OFFICER, grid.street.code if grid.street else "")
        return story.dice("officer").choice(officers), None
    if story.reporter == "hotline":
        return crew.at(Role.HOTLINE, grid.district.code if grid.district else "")[0], None
    return "", Guest.RESIDENT


def _next(life: Life, case: Case) -> Action | None:
    if not case.is_open:
        return None
    stage, stop = Stage(case.stage), life.story.stop_at
    if stage is stop:
        return _last_mark(life, case)
    for turn in _TURNS.get(stage, ()):
        if turn in life.story.turns and turn not in life.taken and _fits(case, turn):
            life.taken.add(turn)
            return turn
    if stage is Stage.HANDLE:
        return _handling(case)
    return _USUAL[stage]


def _last_mark(life: Life, case: Case) -> Action | None:
    """Some cases that are held for a screen have been taken on already."""
    if case.assignee_id or life.story.index % 2 == 0:
        return None
    return {Stage.HANDLE: Action.SIGN_FOR, Stage.CALL_BACK: Action.CLAIM}.get(Stage(case.stage))


def _handling(case: Case) -> Action:
    active = case.parts.filter(active=True)
    if active.filter(kind="lead", signed_at__isnull=True).exists():
        return Action.SIGN_FOR
    if active.filter(kind="assisting", handed_in_at__isnull=True).exists():
        return Action.HAND_IN
    owed = {PlanOwed.OWED: Action.SUBMIT_PLAN, PlanOwed.SUBMITTED: Action.APPROVE}
    return owed[PlanOwed(case.plan_owed)] if case.plan_owed else Action.FINISH


def _fits(case: Case, turn: Action) -> bool:
    """A fix on the spot is for what one person can put right; units return what was planned for them."""
    if turn is Action.FIX_NOW:
        return case.source != Source.OFFICER
    if turn is Action.RETURN_DISPATCH:
        return case.plans.exists()
    return True


def _take(life: Life, case: Case, action: Action, at: datetime) -> None:
    case_record(case_id=case.pk, until=at)
    access = replace(life.crew.access(_actor(life, case, action)), at=at)
    case_advance(
        number=case.number,
        action=action,
        access=access,
        raw=step_input(life, case, action, access, at),
        version=case.version,
        key=f"demo:{life.uuid}:{case.events_count}",
        now=at,
        quiet=life.quiet(at),
    )


def _actor(life: Life, case: Case, action: Action) -> str:
    crew, district = life.crew, case.district.code
    assigned = crew.login_of(case.assignee_id)
    if case.stage in (Stage.VERIFY, Stage.CHECK):
        return assigned or crew.at(Role.OFFICER, case.street.code)[-1]
    if case.stage == Stage.HANDLE and action not in (Action.SUBMIT_PLAN, Action.APPROVE):
        part = case.parts.filter(active=True, kind="assisting" if action is Action.HAND_IN else "lead")
        return crew.at(Role.UNIT_HANDLER, f"unit:{part.select_related('unit').get().unit.code}")[0]
    if action is Action.APPROVE or case.stage == Stage.APPROVE:
        return crew.at(Role.BUREAU, district)[0]
    if case.stage == Stage.CALL_BACK:
        return (crew.at(Role.COMMUNITY, case.community.code) or crew.at(Role.STATION, district))[0]
    return crew.at(Role.STATION, district)[0]
