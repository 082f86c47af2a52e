"""Every bad step ends in a sentence at its field, writes nothing and loses nothing."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from accounts.models import Unit
from cases.models import Case
from cases.workflow import Stage
from core.errors import BadInput, Conflict, NotFound
from tests.cases.attempts import later, traces, tried
from tests.cast import HOME, NOW, World
from tests.ready import READY
from tests.walk import a_photo, case_at, go, report, step, usual

SIGN, HALF, NUL = "matter-07006", "\ud800", "\x00"
TEXT: dict[str, Any] = {"position": HOME, "description": "楼下垃圾成堆"}


# stage, action, who, what is changed in the usual input, the field blamed
THEIRS, MINE = "<a photo of somebody else>", "<a photo of one's own>"
YESTERDAY = (NOW - timedelta(days=1)).isoformat()
FAR_UNITS, MANY_UNITS = ["cs-green", "spb-clean"], [str(number) for number in range(21)]
STEPS: dict[str, tuple[str, str, str, dict[str, Any], str]] = {
    "photo of another": ("verify", "verify", "officer", {"photos": [THEIRS]}, "photos"),
    "photo twice in one step": (
        "verify", "fix_now", "officer", {"photos_before": [MINE], "photos_after": [MINE]}, "photos_after",
    ),
    "no condition": ("verify", "verify", "officer", {"condition": None}, "condition"),
    "condition of another class": ("verify", "verify", "officer", {"condition": 2}, "condition"),
    "no place, no reason": ("verify", "verify", "officer", {"position": None}, "position"),
    "no photo, no reason": ("verify", "verify", "officer", {"photos": []}, "photos"),
    "unknown track": ("verify", "verify", "officer", {"track": "fast"}, "track"),
    "track as a list": ("verify", "verify", "officer", {"track": ["direct"]}, "track"),
    "track lowered": ("verify", "verify", "officer", {"track": "on_the_spot"}, "track"),
    "reason not on the list": ("verify", "reject", "officer", {"reject_reason": "lazy"}, "reject_reason"),
    "reason as a list": ("verify", "reject", "officer", {"reject_reason": ["private"]}, "reject_reason"),
    "reason as a mapping": ("verify", "reject", "officer", {"reject_reason": {"a": 1}}, "reject_reason"),
    "into a case with NUL": ("verify", "merge", "officer", {"into": NUL}, "into"),
    "into a case with half a sign": ("verify", "merge", "officer", {"into": HALF}, "into"),
    "into a case that is a list": ("verify", "merge", "officer", {"into": [[]]}, "into"),
    "into no case": ("verify", "merge", "officer", {"into": "9" * 19}, "into"),
    "correct nothing": ("verify", "correct", "officer", {"address": ""}, "case_class"),
    "correct half a class": ("verify", "correct", "officer", {"case_class": SIGN}, "condition"),
    "unknown person": ("verify", "assign", "leader_of_squad", {"person": "nobody"}, "person"),
    "person with NUL": ("verify", "assign", "leader_of_squad", {"person": f"a{NUL}"}, "person"),
    "person half a sign": ("verify", "assign", "leader_of_squad", {"person": HALF}, "person"),
    "finished yesterday": ("plan", "submit_plan", "station", {"finish_by": YESTERDAY}, "finish_by"),
    "no date": ("plan", "submit_plan", "station", {"finish_by": "soon"}, "finish_by"),
    "31st of February": ("plan", "submit_plan", "station", {"finish_by": "2026-02-31"}, "finish_by"),
    "in the year 9999": ("plan", "submit_plan", "station", {"finish_by": "9999-12-31"}, "finish_by"),
    "31 measures": ("plan", "submit_plan", "station", {"measures": ["清"] * 31}, "measures"),
    "a novel as measure": ("plan", "submit_plan", "station", {"measures": ["清" * 501]}, "measures"),
    "empty measures": ("plan", "submit_plan", "station", {"measures": [" ", NUL]}, "measures"),
    "measures that are numbers": ("plan", "submit_plan", "station", {"measures": [1]}, "measures"),
    "unit from afar": ("plan", "submit_plan", "station", {"lead_unit": "spb-clean"}, "lead_unit"),
    "no such unit": ("plan", "submit_plan", "station", {"lead_unit": "none"}, "lead_unit"),
    "unit with NUL": ("plan", "submit_plan", "station", {"lead_unit": f"cs{NUL}"}, "lead_unit"),
    "inactive unit": ("plan", "submit_plan", "station", {"lead_unit": "cs-works"}, "lead_unit"),
    "assisting itself": (
        "plan", "submit_plan", "station", {"assisting_units": ["cs-clean"]}, "assisting_units",
    ),
    "assisting from afar": (
        "plan", "submit_plan", "station", {"assisting_units": FAR_UNITS}, "assisting_units",
    ),
    "21 assisting": (
        "plan", "submit_plan", "station", {"assisting_units": MANY_UNITS}, "assisting_units",
    ),
    "comment on no measure": ("approve", "return_plan", "bureau", {"comments": {"9": "?"}}, "comments"),
    "comment in superscript": ("approve", "return_plan", "bureau", {"comments": {"²": "?"}}, "comments"),
    "comment on a huge number": (
        "approve", "return_plan", "bureau", {"comments": {"9" * 5000: "?"}}, "comments",
    ),
    "comments as a list": ("approve", "return_plan", "bureau", {"comments": ["a"]}, "comments"),
    "a comment too long": ("approve", "return_plan", "bureau", {"comments": {"1": "长" * 501}}, "comments"),
    "other unit, no reason": ("dispatch", "dispatch", "station", {"lead_unit": "cs-green"}, "reason"),
    "no result": ("handle", "finish", "cleaner", {"result": ""}, "result"),
    "no photo after": ("handle", "finish", "cleaner", {"photos_after": []}, "photos_after"),
    "passed from the chair": ("check", "pass", "colleague", {"photos": []}, "photos"),
    "rework without reason": ("check", "rework", "colleague", {"reason": " "}, "reason"),
    "closed without a word": ("call_back", "close", "station", {"words": ""}, "words"),
    "note without text": ("call_back", "note", "station", {"text": ""}, "text"),
}  # fmt: skip


def named(bad: dict[str, Any], photos: dict[str, str]) -> dict[str, Any]:
    """The same with the ids of real photos put in."""
    lists = {name: value for name, value in bad.items() if isinstance(value, list)}
    return bad | {name: [photos.get(str(item), item) for item in value] for name, value in lists.items()}


def test_a_bad_step_is_refused_at_its_field_and_writes_nothing(world: World) -> None:
    Unit.objects.filter(code="cs-works").update(active=False)
    photos = {THEIRS: a_photo(world, "colleague"), MINE: a_photo(world, "officer")}
    cases = {stage: case_at(world, Stage(stage)) for stage in {row[0] for row in STEPS.values()}}
    wrong: dict[str, object] = {}
    for name, (stage, action, who, bad, field) in STEPS.items():
        case = cases[stage]
        raw = usual(world, action, who, "sign", case) | named(bad, photos)
        before = traces()
        found = tried(case, action, world.access(who, later(case)), raw)
        if not isinstance(found, BadInput) or found.field != field or len(str(found)) < 5:
            wrong[name] = (getattr(found, "field", ""), found)
        elif traces() != before:
            wrong[name] = "left traces"
    assert wrong == {}


def test_a_photo_serves_once(world: World) -> None:
    photo = a_photo(world, "officer")
    report(world, "officer", photos=[photo])
    case = report(world)
    raw = usual(world, "verify", "officer") | {"photos": [photo]}
    found = tried(case, "verify", world.access("officer", later(case)), raw)
    assert isinstance(found, BadInput)
    assert found.field == "photos"


def test_an_unknown_step_and_one_of_another_stage_are_told_apart(world: World) -> None:
    case = report(world)
    access = world.access("officer", later(case))
    assert isinstance(tried(case, "explode", access, {}), BadInput)
    assert isinstance(tried(case, NUL, access, {}), BadInput)
    assert isinstance(tried(case, "pass", access, {}), Conflict)
    assert isinstance(tried(case, "report", access, {}), Conflict)


def test_a_case_is_found_by_its_whole_number_or_uuid_alone(world: World) -> None:
    case = report(world)
    access = world.access("officer", later(case))
    names = [
        case.number + "1",
        case.number[:-1],
        "",
        NUL,
        HALF,
        "x" * 500,
        str(uuid4()),
        "第" + case.number[1:],
    ]
    for name in names:
        found = tried(Case(number=name, version=1, stage_since=NOW), "note", access, {"text": "x"})
        assert isinstance(found, NotFound), name
    by_uuid = Case(number=str(case.uuid).upper(), version=1, stage_since=NOW)
    assert tried(by_uuid, "correct", access, usual(world, "correct", "officer")) is None


def test_the_standing_plans_unit_is_not_swapped_on_the_direct_track(world: World) -> None:
    case = report(world)
    raw = usual(world, "verify", "officer") | {"lead_unit": "cs-green"}
    found = tried(case, "verify", world.access("officer", later(case)), raw)
    assert isinstance(found, BadInput)
    assert found.field == "lead_unit"


def test_an_emergency_without_a_standing_plan_names_its_unit(world: World) -> None:
    case = report(world)
    raw = usual(world, "verify", "officer", "sign") | {"track": "emergency"}
    found = tried(case, "verify", world.access("officer", later(case)), raw)
    assert isinstance(found, BadInput)
    assert found.field == "lead_unit"
    case = step(world, case, "verify", "officer", **(raw | {"lead_unit": "cs-green"}))
    assert (case.stage, case.lead_unit) == (Stage.HANDLE, world.units["cs-green"])


def test_a_unit_that_ended_after_the_approval_is_not_sent_out(world: World) -> None:
    case = case_at(world, Stage.DISPATCH)
    Unit.objects.filter(code="cs-clean").update(active=False)
    found = tried(case, "dispatch", world.access("station", later(case)), {})
    assert isinstance(found, BadInput)
    case = step(world, case, "dispatch", "station", lead_unit="cs-green", reason="环卫所已撤")
    assert case.lead_unit == world.units["cs-green"]


def test_after_two_returns_the_bureau_assigns_and_nobody_returns_it(world: World) -> None:
    case = READY["assign_units"].case(world)
    units: dict[str, Any] = {"lead_unit": "cs-clean", "reason": "仍属环卫"}
    assert isinstance(tried(case, "dispatch", world.access("station", later(case)), units), Conflict)
    case = step(world, case, "assign_units", "bureau", **units)
    assert case.stage == Stage.HANDLE
    found = tried(case, "return_dispatch", world.access("cleaner", later(case)), {"reason": "不属我单位"})
    assert isinstance(found, Conflict)


def test_three_failed_calls_close_without_words(world: World) -> None:
    case = case_at(world, Stage.CALL_BACK)
    for _call in range(3):
        assert isinstance(tried(case, "close", world.access("station", later(case)), {}), BadInput)
        case = step(world, case, "note", "station", text="无人接听", failed_call=True)
    assert step(world, case, "close", "station").stage == Stage.CLOSED


def test_signing_and_handing_in_happen_once(world: World) -> None:
    case = go(world, case_at(world, Stage.HANDLE), ("sign_for", "cleaner"))
    found = tried(case, "sign_for", world.access("clean_head", later(case)), {})
    assert isinstance(found, Conflict)


def with_an_assistant(world: World) -> Case:
    """A case 环卫 leads and 园林 assists, just sent out."""
    case = case_at(world, Stage.DISPATCH)
    return step(world, case, "dispatch", "station", assisting_units=["cs-green"], reason="需园林配合")


def test_a_part_is_handed_in_once(world: World) -> None:
    case = go(world, with_an_assistant(world), ("hand_in", "gardener"))
    raw = usual(world, "hand_in", "green_head")
    found = tried(case, "hand_in", world.access("green_head", later(case)), raw)
    assert isinstance(found, Conflict)


def test_the_lead_waits_for_the_assisting_part_or_says_why_not(world: World) -> None:
    case = with_an_assistant(world)
    raw = usual(world, "finish", "cleaner") | {"reason": ""}
    found = tried(case, "finish", world.access("cleaner", later(case)), raw)
    assert isinstance(found, BadInput)
    assert found.field == "reason"
    case = go(world, case, ("hand_in", "gardener"))
    assert step(world, case, "finish", "cleaner", **raw).stage == Stage.CHECK


def test_a_fix_says_what_it_fixed_unless_the_report_did(world: World) -> None:
    bare, classed = report(world), report(world, case_class="matter-06010", condition=1)
    for case, error in ((bare, BadInput), (classed, type(None))):
        raw = usual(world, "fix_now", "officer")
        raw = {name: raw[name] for name in ("photos_before", "photos_after")}
        found = tried(case, "fix_now", world.access("officer", later(case)), raw)
        assert isinstance(found, error)
        assert found is None or getattr(found, "field", "") == "condition"
