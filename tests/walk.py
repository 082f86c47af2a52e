"""Walking a case through its steps as the cast, through the services alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from cases.models import Case, Photo
from cases.services.advance import case_advance
from cases.services.report import case_report
from cases.workflow import OPEN, Action, Stage
from tests.cast import HOME, NEXT_COMMUNITY, NOW, World

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
    """Take a step with exactly these fields, on the case's newest version; returns the case anew.

    Without ``now`` it comes after every step before it that was not told its time either: versions only grow.
    """
    case.refresh_from_db()
    moment = now or case.stage_since + timedelta(minutes=case.version)
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


@dataclass(frozen=True)
class Asked:
    """Whose input for which case is wanted."""

    world: World
    who: str
    condition: str
    case: Case | None

    @property
    def what(self) -> dict[str, Any]:
        """A class with its filing condition."""
        return {"case_class": self.world.conditions[self.condition].case_class.key, "condition": 1}

    def photo(self) -> list[str]:
        """One fresh photo of theirs."""
        return [a_photo(self.world, self.who)]

    def in_days(self, days: int) -> str:
        """A moment some days after the case came to its stage."""
        return ((self.case.stage_since if self.case else NOW) + timedelta(days=days)).isoformat()

    def person(self) -> str:
        """Somebody who may be given the task."""
        stage = self.case.stage if self.case else ""
        return {"handle": "clean_head", "call_back": "community"}.get(stage, "colleague")

    def holder(self) -> dict[str, Any]:
        """Whose task it is, which whoever takes it over says."""
        return {"held_by": self.case.assignee.username} if self.case and self.case.assignee else {}

    def other_case(self) -> str:
        """The number of an open case of the same community; a new one where there is none."""
        others = Case.objects.filter(stage__in=OPEN).order_by("pk")
        if self.case:
            others = others.filter(community_id=self.case.community_id).exclude(pk=self.case.pk)
        return (others.first() or report(self.world, "worker2", description="旁边还有一处")).number


INPUTS: dict[str, Callable[[Asked], dict[str, Any]]] = {
    "claim": lambda ask: ask.holder(),
    "assign": lambda ask: {"person": ask.person()},
    "verify": lambda ask: {**ask.what, "position": HOME, "photos": ask.photo()},
    "fix_now": lambda ask: {**ask.what, "photos_before": ask.photo(), "photos_after": ask.photo()},
    "reject": lambda ask: {"reject_reason": "not_found", "position": HOME, "photos": ask.photo()},
    "correct": lambda ask: {"reason": "门牌写错", "address": "向阳路3号"},
    "move": lambda ask: {"position": NEXT_COMMUNITY, "reason": "定位有误"},
    "merge": lambda ask: {"into": ask.other_case(), "reason": "同一问题"},
    "unmerge": lambda ask: {"reason": "并非同一问题"},
    "transfer": lambda ask: {"outside_body": "区供电公司", "letter_no": "长城管函〔2026〕12号"},
    "send_back": lambda ask: {"reason": "照片看不清"},
    "submit_plan": lambda ask: {
        "measures": ["清运", "冲洗"], "lead_unit": "cs-clean", "finish_by": ask.in_days(3),
    },
    "return_plan": lambda ask: {"reason": "措施不具体", "comments": {"1": "写明时间"}},
    "return_dispatch": lambda ask: {"reason": "不属我单位职责"},
    "assign_units": lambda ask: {"lead_unit": "cs-works", "reason": "职责争议，区局指定"},
    "hand_in": lambda ask: {"result": "已配合", "photos": ask.photo()},
    "finish": lambda ask: {
        "result": "已清运", "photos_after": ask.photo(), "reason": "配合单位另行完成",
    },
    "request_suspension": lambda ask: {
        "reason": "待迁改管线", "until": ask.in_days(30), "evidence": "施工许可在办",
    },
    "decide_suspension": lambda ask: {"verdict": "grant"},
    "resume": lambda ask: {"reason": "管线已迁改"},
    "request_extension": lambda ask: {"reason": "连日降雨"},
    "decide_extension": lambda ask: {"verdict": "grant"},
    "pass": lambda ask: {"photos": ask.photo()},
    "rework": lambda ask: {"reason": "仍有残留", "photos": ask.photo()},
    "close": lambda ask: {"words": "满意"},
    "dissatisfied": lambda ask: {"reason": "又有了"},
    "answer": lambda ask: {"satisfied": "yes"},
    "ask_presence": lambda ask: {"text": "商户拒不配合，请到场"},
    "arrive": lambda ask: {"position": HOME, "text": "当场责令限期整改"},
    "supervise": lambda ask: {"text": "群众反映强烈，限期报告", "reply_by": ask.in_days(2)},
    "reply": lambda ask: {"text": "已安排夜班清运"},
    "remind": lambda ask: {"text": "请抓紧"},
    "note": lambda ask: {"text": "已电话了解"},
    "appeal": lambda ask: {"reason": "超时因道路封闭"},
    "decide_appeal": lambda ask: {"verdict": "grant"},
    "object": lambda ask: {"reason": "问题仍在"},
    "decide_objection": lambda ask: {"verdict": "grant", "reason": "照片可见"},
    "reopen": lambda ask: {"reason": "问题复发"},
    "close_forced": lambda ask: {"reason": "历史遗留，另案处理"},
    "void": lambda ask: {"reason": "测试误报"},
    "forget": lambda ask: {"reason": "本人要求"},
}  # fmt: skip


def usual(
    world: World, action: str, who: str, condition: str = "litter", case: Case | None = None
) -> dict[str, Any]:
    """Complete, valid input for a step, as its actor would give it; {} for one that takes nothing."""
    make = INPUTS.get(action)
    return make(Asked(world, who, condition, case)) if make else {}


def go(world: World, case: Case, *path: tuple[str, str], condition: str = "litter") -> Case:
    """Take (action, who) steps one after another with the usual input."""
    case.refresh_from_db()
    for action, who in path:
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

    def walked() -> Case:
        return go(world, report(world, "hotline", **RESIDENT), *_PATHS[stage], condition="sign")

    return world.kept(f"at {stage}", walked)
