"""Nobody judges their own step, nor the work of their own unit. Every pair, through the service."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Unit, User
from accounts.roles import Line, Role
from cases.limits import rules_now
from cases.models import ActionPlan, Case, StandingPlan
from cases.offers import offered_steps
from cases.selectors import parts_of
from cases.workflow import Action, Stage
from core.errors import BadInput, NotAllowed
from grids.access import grants_recompute
from grids.models import Posting
from tests.cases.attempts import later, traces, tried
from tests.cast import BEGAN, NOW, World
from tests.walk import case_at, fixed, go, report, step, usual

STREET, DISTRICT = "500115001", "500115"


def also(world: World, who: str, role: Role, where: str) -> None:
    """Give somebody of the cast one more post."""
    unit = world.units.get(where)
    area = None if unit else world.areas[where]
    Posting.objects.create(user=world.people[who], role=role, area=area, unit=unit, starts_at=BEGAN)
    grants_recompute(world.people[who])


def refusal(world: World, case: Case, action: str, who: str) -> object:
    """How this person fares with complete input; nothing of it stays."""
    before = traces()
    raw = usual(world, action, who, case=case)
    found = tried(case, action, world.access(who, later(case)), raw)
    assert traces() == before
    return found


def offered(world: World, case: Case, who: str) -> set[str]:
    return {s.action.value for s in offered_steps(world.access(who), case, parts_of(case), rules_now())}


def assert_barred(world: World, case: Case, who: str, *actions: str) -> None:
    for action in actions:
        found = refusal(world, case, action, who)
        assert type(found) is NotAllowed, (who, action, found)
        assert (
            "colleague" in str(found) or "outside" in str(found) or "同" in str(found) or "单位" in str(found)
        )
        assert action not in offered(world, case, who)


def assert_free(world: World, case: Case, who: str, *actions: str) -> None:
    for action in actions:
        assert refusal(world, case, action, who) is None, (who, action)
        assert action in offered(world, case, who)


def test_an_officer_does_not_verify_their_own_report(world: World) -> None:
    case = report(world, "officer")
    assert_barred(world, case, "officer", "verify", "claim")
    assert_free(world, case, "colleague", "verify", "claim")
    assert case.assignee == world.people["colleague"]


def test_nor_a_report_that_came_back_from_a_failed_fix_of_theirs(world: World) -> None:
    case = go(world, fixed(world, "officer"), ("rework", "colleague"))
    assert case.stage == Stage.VERIFY
    assert_barred(world, case, "officer", "verify")
    assert_free(world, case, "colleague", "verify")


def test_nor_after_it_was_sent_back_by_the_station(world: World) -> None:
    case = go(world, report(world, "officer"), ("verify", "colleague"), condition="sign")
    case = go(world, case, ("send_back", "station"))
    assert_barred(world, case, "officer", "verify", "claim")


def test_the_author_of_a_plan_does_not_decide_on_it(world: World) -> None:
    also(world, "station", Role.BUREAU, DISTRICT)
    case = case_at(world, Stage.APPROVE)
    assert_barred(world, case, "station", "approve", "return_plan")
    assert_free(world, case, "bureau", "approve", "return_plan")


def test_only_the_author_of_the_newest_plan_is_barred(world: World) -> None:
    also(world, "station", Role.BUREAU, DISTRICT)
    case = go(world, case_at(world, Stage.APPROVE), ("return_plan", "bureau"), ("submit_plan", "station2"))
    assert_free(world, case, "station", "approve")


def test_whoever_finished_does_not_check(world: World) -> None:
    also(world, "cleaner", Role.OFFICER, STREET)
    case = case_at(world, Stage.CHECK)
    assert_barred(world, case, "cleaner", "pass", "rework", "claim")


@pytest.mark.parametrize("who", ["officer", "worker"])
def test_whoever_fixed_it_on_the_spot_does_not_check(world: World, who: str) -> None:
    case = fixed(world, who)
    assert_barred(world, case, who, "pass", "rework", "claim")
    assert_free(world, case, "colleague", "pass", "rework", "claim")
    assert case.assignee is not None
    assert case.assignee != world.people[who]


def test_an_officer_who_fixed_it_while_verifying_does_not_check(world: World) -> None:
    case = go(world, report(world), ("fix_now", "officer"))
    assert_barred(world, case, "officer", "pass", "rework", "claim")
    assert_free(world, case, "colleague", "pass")


def assisted(world: World) -> Case:
    """A case 环卫 finished with 园林 assisting, waiting for its check."""
    case = go(world, report(world), ("verify", "officer"), condition="sign")
    plan = usual(world, "submit_plan", "station", case=case) | {"assisting_units": ["cs-green"]}
    case = step(world, case, "submit_plan", "station", **plan)
    return go(world, case, ("approve", "bureau"), ("dispatch", "station"), ("finish", "cleaner"))


@pytest.mark.parametrize("unit", ["cs-clean", "cs-green"])
def test_people_of_a_unit_that_handled_do_not_check_whether_it_led_or_assisted(
    world: World, unit: str
) -> None:
    also(world, "colleague", Role.UNIT_HANDLER, unit)
    case = assisted(world)
    assert_barred(world, case, "colleague", "pass", "rework", "claim")
    assert_free(world, case, "officer", "pass")


def test_belonging_to_the_unit_is_enough_without_a_post_in_it(world: World) -> None:
    User.objects.filter(username="colleague").update(unit=world.units["cs-clean"])
    world.people["colleague"].refresh_from_db()
    assert_barred(world, assisted(world), "colleague", "pass", "rework", "claim")


def test_a_unit_that_took_no_part_bars_nobody(world: World) -> None:
    User.objects.filter(username="colleague").update(unit=world.units["cs-works"])
    world.people["colleague"].refresh_from_db()
    assert_free(world, assisted(world), "colleague", "pass")


def test_the_unit_above_and_the_sections_below_are_the_same_house(world: World) -> None:
    above = Unit.objects.create(
        code="cs-group", name="环卫集团", line=Line.SANITATION, district_code=DISTRICT
    )
    below = Unit.objects.create(
        code="cs-clean-1", name="一班", line=Line.SANITATION, parent=world.units["cs-clean"]
    )
    beside = Unit.objects.create(code="cs-group-2", name="二所", line=Line.SANITATION, parent=above)
    Unit.objects.filter(code="cs-clean").update(parent=above)
    world.units |= {"cs-group": above, "cs-clean-1": below, "cs-group-2": beside}
    also(world, "officer", Role.UNIT_HEAD, "cs-group")
    also(world, "colleague", Role.UNIT_HANDLER, "cs-clean-1")
    also(world, "worker", Role.UNIT_HANDLER, "cs-group-2")
    case = case_at(world, Stage.CHECK)
    assert_barred(world, case, "officer", "pass")
    assert_barred(world, case, "colleague", "pass")
    assert_free(world, case, "worker", "pass")


def test_a_unit_that_signed_and_then_returned_it_still_does_not_check(world: World) -> None:
    also(world, "colleague", Role.UNIT_HANDLER, "cs-clean")
    case = go(world, case_at(world, Stage.HANDLE), ("sign_for", "cleaner"), ("return_dispatch", "cleaner"))
    case = step(world, case, "dispatch", "station", lead_unit="cs-green", reason="不属环卫")
    case = go(world, case, ("finish", "gardener"))
    assert_barred(world, case, "colleague", "pass")


def test_the_task_of_checking_does_not_fall_to_somebody_who_may_not_check(world: World) -> None:
    for who in ("worker", "worker2", "officer"):
        User.objects.filter(username=who).update(unit=world.units["cs-clean"])
    also(world, "colleague", Role.UNIT_HANDLER, "cs-clean")
    assert case_at(world, Stage.CHECK).assignee is None


ASSIGNED = [
    # stage of the case, who assigns, to whom they may not, to whom they may
    ("verify", "leader_of_squad", "officer", "colleague"),
    ("verify", "leader_of_squad", "neighbour", "colleague"),
    ("verify", "leader_of_squad", "station", "colleague"),
    ("check", "leader_of_squad", "cleaner", "worker"),
    ("check", "leader_of_squad", "stranger_officer", "officer"),
    ("handle", "clean_head", "gardener", "cleaner"),
    ("handle", "clean_head", "officer", "cleaner"),
    ("call_back", "station", "officer", "community"),
]


@pytest.mark.parametrize(("stage", "by", "barred", "free"), ASSIGNED)
def test_a_task_is_given_only_to_somebody_who_may_do_it(
    world: World, stage: str, by: str, barred: str, free: str
) -> None:
    also(world, "cleaner", Role.OFFICER, STREET)
    case = report(world, "officer") if stage == "verify" else case_at(world, Stage(stage))
    before = traces()
    found = tried(case, "assign", world.access(by, later(case)), {"person": barred})
    assert isinstance(found, BadInput)
    assert found.field == "person"
    assert traces() == before
    case = step(world, case, "assign", by, person=free)
    assert case.assignee == world.people[free]


def test_a_disabled_login_is_given_no_task(world: World) -> None:
    User.objects.filter(username="colleague").update(is_active=False)
    case = report(world)
    found = tried(case, "assign", world.access("leader_of_squad", later(case)), {"person": "colleague"})
    assert isinstance(found, BadInput)


def test_the_database_refuses_a_plan_decided_by_its_author(world: World) -> None:
    case = case_at(world, Stage.APPROVE)
    plan = ActionPlan.objects.get(case=case)
    with pytest.raises(IntegrityError), transaction.atomic():
        ActionPlan.objects.filter(pk=plan.pk).update(approver=plan.author_id)


def test_the_database_refuses_a_standing_plan_approved_by_its_author(world: World) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        StandingPlan.objects.update(approver=world.people["station"])
    with pytest.raises(IntegrityError), transaction.atomic():
        StandingPlan.objects.create(
            case_class=world.conditions["litter"].case_class,
            area=world.areas[DISTRICT],
            version=2,
            state="approved",
            lead_unit=world.units["cs-clean"],
            author=world.people["station"],
            approver=world.people["bureau"],
            valid_from=date(2026, 1, 1),
            drafted_at=NOW,
            approved_at=NOW + timedelta(hours=1),
        )


def test_the_memory_of_who_did_what_is_that_of_the_last_time(world: World) -> None:
    case = go(world, case_at(world, Stage.CHECK), ("rework", "colleague"), ("finish", "clean_head"))
    assert case.takers[Action.FINISH] == world.people["clean_head"].pk
