"""Walking a case through its steps as the cast, through the services alone."""

import itertools
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cases.models import Case, Photo
from cases.services.advance import case_advance
from cases.services.report import case_report
from cases.workflow import Action, Stage
from tests.cast import HOME, NOW, World

_ticks = itertools.count(1)
RESIDENT = {"reporter_name": "刘女士", "reporter_phone": "13812345678"}


def a_photo(world: World, who: str | None) -> str:
    """The id of a photo somebody uploaded (its pixels do not matter here)."""
    photo = Photo.objects.create(
        id=UUID(int=uuid4().int),
        uploaded_by=world.people[who] if who else None,
        uploaded_at=NOW,
        file="photos/x.jpg",
        thumb="photos/x-small.jpg",
        width=4,
        height=3,
        came_sha256="0" * 64,
        kept_sha256="1" * 64,
    )
    return str(photo.pk)


def report(world: World, who: str = "worker", **raw: Any) -> Case:
    """File a report at the cast's home as somebody; extra fields replace the usual ones."""
    given = {"position": HOME, "description": "楼下垃圾成堆", "address": "向阳路1号"} | raw
    answer = case_report(access=world.access(who), raw=given, key=str(uuid4()), now=NOW)
    return Case.objects.get(number=answer["number"])


def fixed(world: World, who: str = "worker") -> Case:
    """File a report of something fixed at once."""
    raw = {
        "position": HOME,
        "case_class": world.conditions["litter"].case_class.key,
        "condition": 1,
        "photos_before": [a_photo(world, who)],
        "photos_after": [a_photo(world, who)],
    }
    answer = case_report(
        access=world.access(who), raw=raw, key=str(uuid4()), now=NOW, action=Action.REPORT_FIXED
    )
    return Case.objects.get(number=answer["number"])


def step(world: World, case: Case, action: str, who: str, *, now: datetime | None = None, **raw: Any) -> Case:
    """Take a step with exactly these fields, on the case's newest version; returns the case anew."""
    case.refresh_from_db()
    moment = now or case.stage_since + timedelta(minutes=next(_ticks) % 7 + 1)
    case_advance(
        number=case.number,
        action=action,
        access=world.access(who, moment),
        raw=raw,
        version=case.version,
        key=str(uuid4()),
        now=moment,
    )
    case.refresh_from_db()
    return case


def usual(
    world: World, action: str, who: str, condition: str = "litter", case: Case | None = None
) -> dict[str, Any]:
    """Complete, valid input for a step, as its actor would give it."""
    key = world.conditions[condition].case_class.key
    photo = lambda: [a_photo(world, who)]  # noqa: E731  one fresh photo a use
    finish_by = ((case.stage_since if case else NOW) + timedelta(days=3)).isoformat()
    inputs: dict[str, dict[str, Any]] = {
        "assign": {
            "person": {"handle": "clean_head", "call_back": "community"}.get(
                case.stage if case else "", "colleague"
            )
        },
        "verify": {"case_class": key, "condition": 1, "position": HOME, "photos": photo()},
        "fix_now": {"case_class": key, "condition": 1, "photos_before": photo(), "photos_after": photo()},
        "reject": {"reject_reason": "not_found", "position": HOME, "photos": photo()},
        "correct": {"reason": "门牌写错", "address": "向阳路3号"},
        "send_back": {"reason": "照片看不清"},
        "submit_plan": {"measures": ["清运", "冲洗"], "lead_unit": "cs-clean", "finish_by": finish_by},
        "return_plan": {"reason": "措施不具体", "comments": {"1": "写明时间"}},
        "return_dispatch": {"reason": "不属我单位职责"},
        "hand_in": {"result": "已配合", "photos": photo()},
        "finish": {"result": "已清运", "photos_after": photo(), "reason": "配合单位另行完成"},
        "pass": {"photos": photo()},
        "rework": {"reason": "仍有残留", "photos": photo()},
        "close": {"words": "满意"},
        "dissatisfied": {"reason": "又有了"},
        "note": {"text": "已电话了解"},
    }
    return inputs.get(action, {})


def go(world: World, case: Case, *path: tuple[str, str], condition: str = "litter") -> Case:
    """Take (action, who) steps one after another with the usual input."""
    for action, who in path:
        case.refresh_from_db()
        case = step(world, case, action, who, **usual(world, action, who, condition, case))
    return case


TO_PLAN = (("verify", "officer"),)
TO_APPROVE = (*TO_PLAN, ("submit_plan", "station"))
TO_DISPATCH = (*TO_APPROVE, ("approve", "bureau"))
TO_HANDLE = (*TO_DISPATCH, ("dispatch", "station"))
TO_CHECK = (*TO_HANDLE, ("finish", "cleaner"))
TO_CALL_BACK = (*TO_CHECK, ("pass", "colleague"))
_PATHS = {
    Stage.VERIFY: (),
    Stage.PLAN: TO_PLAN,
    Stage.APPROVE: TO_APPROVE,
    Stage.DISPATCH: TO_DISPATCH,
    Stage.HANDLE: TO_HANDLE,
    Stage.CHECK: TO_CHECK,
    Stage.CALL_BACK: TO_CALL_BACK,
    Stage.CLOSED: (*TO_CALL_BACK, ("close", "station")),
    Stage.REJECTED: (("reject", "officer"),),
}


def case_at(world: World, stage: Stage) -> Case:
    """A case a hotline clerk filed for a caller, walked along the standard track to a stage."""
    case = report(world, "hotline", **RESIDENT)
    return go(world, case, *_PATHS[stage], condition="sign")
