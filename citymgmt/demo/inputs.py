"""What people in the made-up days write and photograph, as the services take it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from cases.models import Case
from cases.workflow import Action
from citymgmt.demo.ground import Spot
from citymgmt.demo.scenes import (
    COMPLAINTS,
    CORRECTIONS,
    NOTES,
    REJECTED,
    RETURNED_DISPATCH,
    RETURNED_PLAN,
    REWORK,
    SATISFIED,
    SURNAMES,
)
from citymgmt.demo.story import Story
from grids.access import Access

if TYPE_CHECKING:
    from citymgmt.demo.life import Life

Given = dict[str, Any]


def report_input(story: Story, spot: Spot, photos: list[str]) -> Given:
    """What a report says; whoever calls or writes in leaves an invented name and number."""
    dice, scene = story.dice("words"), story.scene
    raw: Given = {
        "position": {"lon": spot.lon, "lat": spot.lat, "accuracy": dice.randint(4, 25)},
        "description": dice.choice(scene.words),
        "address": spot.address,
    }
    if story.reporter == "fixed":
        before, after = photos
        return raw | _class(story) | {"photos_before": [before], "photos_after": [after]}
    if photos:
        raw["photos"] = photos
    if story.reporter in ("hotline", "resident"):
        raw["reporter_name"] = dice.choice(SURNAMES) + dice.choice(("先生", "女士"))
        # Numbers that begin with 154 are given to nobody.
        raw["reporter_phone"] = f"154{dice.randrange(10**8):08d}"
        return raw
    return raw | _class(story)


def step_input(life: "Life", case: Case, action: Action, access: Access, at: datetime) -> Given:
    """What the actor of a step gives with it."""
    make = _INPUT.get(action)
    return make(life, case, access, at) if make else {}


def _class(story: Story) -> Given:
    return {"case_class": story.scene.case_class, "condition": story.scene.condition}


def _near(life: "Life") -> Given:
    dice = life.story.dice("on site")
    lon, lat = life.spot.lon + dice.uniform(-1e-4, 1e-4), life.spot.lat + dice.uniform(-1e-4, 1e-4)
    return {"position": {"lon": lon, "lat": lat, "accuracy": dice.randint(4, 18)}}


def _verify(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    return _class(life.story) | _near(life) | {"photos": life.photos(access, at, False)}


def _fix_now(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    before, after = life.photos(access, at, False, True)
    return _class(life.story) | {"photos_before": [before], "photos_after": [after], "text": "现场已当场处置"}


def _reject(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    reason, text = life.story.dice("reject").choice(REJECTED)
    return _near(life) | {"reject_reason": reason, "text": text, "photos": life.photos(access, at, True)}


def _correct(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    dice = life.story.dice("correct")
    return {"reason": dice.choice(CORRECTIONS), "address": f"{life.spot.address}（侧面）"}


def _submit_plan(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    scene, district = life.story.scene, case.district.code
    raw: Given = {
        "measures": list(scene.measures),
        "lead_unit": f"{district}-{scene.line.value}",
        "finish_by": (at + timedelta(days=life.story.dice("plan").randint(3, 7))).isoformat(),
    }
    if scene.assisting:
        raw["assisting_units"] = [f"{district}-{scene.assisting.value}"]
    return raw


def _finish(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    return {"result": life.story.scene.result, "photos_after": life.photos(access, at, True)}


def _hand_in(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    return {"result": "已配合到场处置", "photos": life.photos(access, at, True)}


def _pass(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    return _near(life) | {"photos": life.photos(access, at, True), "text": "现场核查，已恢复"}


def _rework(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    reason = life.story.dice("rework").choice(REWORK)
    return _near(life) | {"reason": reason, "photos": life.photos(access, at, False)}


def _reason(about: str, texts: tuple[str, ...]) -> "Maker":
    return lambda life, case, access, at: {"reason": life.story.dice(about).choice(texts)}


def _close(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    return {"words": life.story.dice("close").choice(SATISFIED)}


def _note(life: "Life", case: Case, access: Access, at: datetime) -> Given:
    return {"text": life.story.dice("note").choice(NOTES)}


Maker = Callable[["Life", Case, Access, datetime], Given]
_INPUT: dict[Action, Maker] = {
    Action.VERIFY: _verify,
    Action.FIX_NOW: _fix_now,
    Action.REJECT: _reject,
    Action.CORRECT: _correct,
    Action.SEND_BACK: _reason("send back", ("照片看不清点位，请补拍", "类别存疑，请现场再核")),
    Action.SUBMIT_PLAN: _submit_plan,
    Action.RETURN_PLAN: _reason("return plan", RETURNED_PLAN),
    Action.RETURN_DISPATCH: _reason("return", RETURNED_DISPATCH),
    Action.HAND_IN: _hand_in,
    Action.FINISH: _finish,
    Action.PASS: _pass,
    Action.REWORK: _rework,
    Action.CLOSE: _close,
    Action.DISSATISFIED: _reason("complaint", COMPLAINTS),
    Action.NOTE: _note,
}
