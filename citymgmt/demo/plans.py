"""The made-up standing plans: drafted by the station, approved by the bureau beforehand."""

from datetime import datetime
from zoneinfo import ZoneInfo

from accounts.models import Unit
from accounts.roles import Role
from cases.models import FilingCondition, StandingPlan
from cases.services.standing import standing_plan_approve, standing_plan_draft
from cases.workflow import Track
from citymgmt.demo.people import MAIN, OTHERS, Crew
from citymgmt.demo.scenes import SCENES, Scene

_ZONE = ZoneInfo("Asia/Shanghai")
# Drafted, but still waiting for the bureau, so that its screen shows one.
_AWAITED = "matter-07001"


def plans_make(*, crew: Crew, since: datetime) -> int:
    """Put the missing plans into force from the day ``since`` on; returns how many were drafted."""
    made = 0
    for district in (MAIN, *OTHERS):
        for scene in SCENES:
            if _track(scene) in (Track.DIRECT, Track.EMERGENCY):
                made += _plan(crew, district, scene, since)
    return made


def _track(scene: Scene) -> str:
    kind, _dash, code = scene.case_class.partition("-")
    row = FilingCondition.objects.get(case_class__kind=kind, case_class__code=code, seq=scene.condition)
    return row.track


def _plan(crew: Crew, district: str, scene: Scene, since: datetime) -> bool:
    kind, _dash, code = scene.case_class.partition("-")
    rows = StandingPlan.objects.filter(case_class__kind=kind, case_class__code=code, area__code=district)
    plan = rows.order_by("-version").first()
    awaited = district == MAIN and scene.case_class == _AWAITED
    drafted = plan is None
    plan_id = plan.pk if plan else _draft(crew, district, scene, since)
    # What somebody drafted or retired since on the pages stays as it is.
    unfinished = plan is not None and plan.version == 1 and plan.state == StandingPlan.State.DRAFT
    if (drafted or unfinished) and not awaited:
        bureau = crew.access(crew.at(Role.BUREAU, district)[0])
        standing_plan_approve(access=bureau, plan_id=plan_id, now=since)
    return drafted


def _draft(crew: Crew, district: str, scene: Scene, since: datetime) -> int:
    raw = {
        "area": district,
        "case_class": scene.case_class,
        "measures": list(scene.measures),
        "lead_unit": Unit.objects.get(code=f"{district}-{scene.line.value}").code,
        "valid_from": since.astimezone(_ZONE).date(),
    }
    station = crew.access(crew.at(Role.STATION, district)[0])
    key = f"demo:plan:{district}:{scene.case_class}"
    return int(standing_plan_draft(access=station, raw=raw, key=key, now=since)["id"])
