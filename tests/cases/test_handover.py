"""Tasks go on to others by themselves: a posting ends, an absence begins, nobody is there."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from accounts.roles import Role
from accounts.services.people import user_deactivate
from cases.models import Case, CaseEvent
from cases.selectors import case_for
from cases.services.handover import (
    absences_hand_over,
    belongs_in_pool,
    orphans_reassign,
    task_reassign,
    task_to_pool,
)
from cases.services.history_verify import history_breaks
from cases.services.invariants import invariants_check
from cases.services.orphans import orphaned
from cases.tasks import reassign_orphans
from cases.workflow import Action, Stage
from core import clock
from core.services.outbox import outbox_drain
from grids.models import Absence, Posting
from grids.services.people import person_deactivate
from grids.services.postings import posting_end
from notices.models import Notice
from tests.cases.test_budgets import counted
from tests.cast import NOW, World
from tests.roster import DAY, HOUR, STREET, away, posted, unposted
from tests.walk import case_at, go, report, step

LATER = NOW + timedelta(hours=1)


def holder(case: Case) -> str:
    case.refresh_from_db()
    return case.assignee.username if case.assignee else ""


def last_event(case: Case) -> CaseEvent:
    return CaseEvent.objects.filter(case=case).order_by("-seq")[0]


def kinds_told(who: str) -> list[str]:
    """What somebody was told, but for what is late; rules of its own cover that."""
    outbox_drain(now=NOW + 30 * DAY)
    told = Notice.objects.filter(recipient__username=who).exclude(kind__in=("warning", "overdue", "sign_for_late"))
    return list(told.order_by("pk").values_list("kind", flat=True))


# --- a posting ends ------------------------------------------------------------------------------


def test_the_tasks_of_whoever_is_not_posted_there_any_more_go_on_by_the_rule(world: World) -> None:
    case = report(world)
    unposted(world, "officer", at=NOW + HOUR / 2)
    assert orphans_reassign(now=LATER) == 1
    assert holder(case) == "colleague"
    event = last_event(case)
    assert (event.action, event.actor, event.role) == (Action.REASSIGN, None, "")
    assert event.data == {
        "former": world.people["officer"].pk, "person": world.people["colleague"].pk, "cause": "posting",
    }  # fmt: skip
    assert orphans_reassign(now=LATER) == 0


def test_the_new_person_is_told_and_so_is_the_one_before(world: World) -> None:
    report(world)
    unposted(world, "officer")
    orphans_reassign(now=LATER)
    assert kinds_told("colleague") == ["task"]
    assert kinds_told("officer") == ["task", "taken"]
    assert kinds_told("leader_of_squad") == []


def test_with_nobody_left_a_task_goes_to_the_pool_and_the_leader_is_told(world: World) -> None:
    case = report(world)
    unposted(world, "officer")
    unposted(world, "colleague")
    orphans_reassign(now=LATER)
    assert holder(case) == ""
    assert belongs_in_pool(case.stage, case.assignee_id)
    assert last_event(case).data["person"] is None
    assert kinds_told("leader_of_squad") == ["pool"]


def test_a_case_that_arrives_with_nobody_there_stands_in_the_pool_and_the_leader_is_told(
    world: World,
) -> None:
    away(world, "officer")
    away(world, "colleague")
    case = report(world)
    assert holder(case) == ""
    assert kinds_told("leader_of_squad") == ["pool"]


def test_a_task_in_a_unit_without_its_handler_goes_to_the_queue_and_the_head_is_told(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    assert holder(case) == "cleaner"
    unposted(world, "cleaner", at=case.stage_since)
    assert orphans_reassign(now=case.stage_since + HOUR) == 1
    assert holder(case) == ""
    assert kinds_told("clean_head") == ["pool"]


def test_another_role_or_another_place_does_not_keep_a_task(world: World) -> None:
    case = report(world)
    unposted(world, "officer")
    posted(world, "officer", Role.OFFICER, "500115002")
    posted(world, "officer", Role.GRID_WORKER, "500115001001")
    assert orphans_reassign(now=LATER) == 1
    assert holder(case) == "colleague"


@pytest.mark.parametrize("where", ["500115001001001", "500115001001", STREET])
def test_the_same_role_on_the_way_up_keeps_it(world: World, where: str) -> None:
    case = report(world)
    unposted(world, "officer")
    posted(world, "officer", Role.OFFICER, where)
    assert orphans_reassign(now=LATER) == 0
    assert holder(case) == "officer"


def test_a_post_in_the_unit_above_keeps_a_task_however_deep_the_unit(world: World) -> None:
    unit = world.units["cs-clean"]
    case = case_at(world, Stage.HANDLE)
    unposted(world, "cleaner", at=case.stage_since)
    for depth in range(4):
        above = type(unit).objects.create(code=f"above-{depth}", name="上级", line=unit.line)
        unit.parent = above
        unit.save()
        unit = above
        world.units[above.code] = above
    posted(world, "cleaner", Role.UNIT_HEAD, "above-3")
    assert orphans_reassign(now=case.stage_since + HOUR) == 0
    assert holder(case) == "cleaner"


def test_a_checker_named_from_elsewhere_keeps_the_task_until_it_goes_on(world: World) -> None:
    case = step(world, case_at(world, Stage.CHECK), "assign", "station", person="neighbour")
    moment = case.stage_since + HOUR
    assert orphans_reassign(now=moment) == 0
    assert (holder(case), case.checker_named) == ("neighbour", True)
    unposted(world, "neighbour", at=moment)
    assert orphans_reassign(now=moment) == 1
    assert (holder(case), case.checker_named) == ("worker", False)


def test_a_checker_named_from_elsewhere_may_say_that_they_take_it_and_still_sees_it(world: World) -> None:
    case = step(world, case_at(world, Stage.CHECK), "assign", "station", person="neighbour")
    step(world, case, "claim", "neighbour", held_by="neighbour")
    assert (holder(case), case.checker_named) == ("neighbour", True)
    assert case_for(world.access("neighbour"), case.number) == case


def test_a_closed_login_keeps_nothing(world: World) -> None:
    case = report(world)
    user_deactivate(user=world.people["officer"], now=NOW, actor_id=None)
    assert orphans_reassign(now=LATER) == 1
    assert holder(case) == "colleague"


def test_a_done_case_and_one_nobody_is_named_for_are_left_alone(world: World) -> None:
    closed, planned = case_at(world, Stage.CLOSED), case_at(world, Stage.PLAN)
    for who in ("officer", "colleague", "worker", "worker2"):
        unposted(world, who)
    assert orphans_reassign(now=closed.stage_since + DAY) == 0
    assert {last_event(closed).action, last_event(planned).action} == {"close", "verify"}


def test_ending_a_posting_sets_its_tasks_free_at_once(world: World) -> None:
    case = report(world)
    held = Posting.objects.get(user=world.people["officer"])
    posting_end(access=world.access("admin"), posting_id=held.pk, now=LATER, key="e")
    outbox_drain(now=LATER)
    assert holder(case) == "colleague"


def test_a_posting_that_ends_later_frees_nothing_yet_and_the_periodic_task_does(world: World) -> None:
    case = report(world)
    held = Posting.objects.get(user=world.people["officer"])
    posting_end(access=world.access("admin"), posting_id=held.pk, now=LATER, ends_at=LATER + DAY, key="e")
    outbox_drain(now=LATER)
    assert orphans_reassign(now=LATER) == 0
    assert holder(case) == "officer"
    assert orphans_reassign(now=LATER + DAY) == 1
    assert holder(case) == "colleague"


def test_closing_a_login_sets_its_tasks_free_at_once(world: World) -> None:
    case = report(world)
    person_deactivate(access=world.access("admin"), username="officer", now=LATER, key="c")
    outbox_drain(now=LATER)
    assert holder(case) == "colleague"


def test_only_the_tasks_of_whoever_lost_a_posting_are_looked_at(world: World) -> None:
    report(world)
    unposted(world, "officer")
    assert orphans_reassign(now=LATER, people=[world.people["colleague"].pk]) == 0
    assert orphans_reassign(now=LATER, people=[world.people["officer"].pk]) == 1


def test_orphans_are_found_in_one_query_however_many_cases_there_are(world: World) -> None:
    for _case in range(4):
        report(world)
    unposted(world, "officer")
    with counted() as statements:
        assert len(orphaned(now=LATER)) == 4
    assert len(statements) == 1


def test_the_command_and_the_periodic_task_do_the_same(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now", lambda: LATER)
    case = report(world)
    unposted(world, "officer")
    call_command("reassign_orphans")
    assert "1 passed on for want of a posting, 0 for an absence" in capsys.readouterr().out
    unposted(world, "colleague")
    assert reassign_orphans() == 1
    assert holder(case) == ""


def test_what_the_system_does_breaks_no_rule_and_no_chain(world: World) -> None:
    case = report(world)
    unposted(world, "officer")
    orphans_reassign(now=LATER)
    task_to_pool(case_id=case.pk, cause="unattended", now=LATER)
    outbox_drain(now=LATER)
    assert [f.invariant.name for f in invariants_check(now=LATER) if f.count] == []
    assert [broken for _checked, found in history_breaks() for broken in found] == []


def test_an_event_of_the_system_in_somebodys_name_is_found(world: World, history_unlocked: None) -> None:
    case = report(world)
    task_to_pool(case_id=case.pk, cause="unattended", now=LATER)
    assert not [f for f in invariants_check(now=LATER) if f.invariant.name == "actor" and f.count]
    CaseEvent.objects.filter(case=case, action="reassign").update(actor=world.people["officer"])
    assert [f for f in invariants_check(now=LATER) if f.invariant.name == "actor" and f.count]


def test_a_step_by_nobody_at_all_is_found(world: World, history_unlocked: None) -> None:
    case = go(world, report(world), ("claim", "colleague"))
    CaseEvent.objects.filter(case=case, action="claim").update(actor=None, role="")
    assert [f for f in invariants_check(now=LATER) if f.invariant.name == "actor" and f.count]


# --- an absence begins ---------------------------------------------------------------------------


def test_when_an_absence_begins_its_tasks_go_to_the_deputy_if_that_was_wanted(world: World) -> None:
    case, kept = report(world), case_at(world, Stage.HANDLE)
    away(world, "officer", "colleague", hand_over=True, since=NOW + HOUR)
    away(world, "cleaner", since=NOW + HOUR)
    assert absences_hand_over(now=NOW) == 0
    assert absences_hand_over(now=LATER) == 1
    assert (holder(case), holder(kept)) == ("colleague", "cleaner")
    assert last_event(case).data["cause"] == "absence"
    assert not Absence.objects.filter(handed_at=None).exists()


def test_what_somebody_takes_on_while_away_stays_theirs(world: World) -> None:
    case = report(world)
    away(world, "officer", hand_over=True)
    absences_hand_over(now=LATER)
    go(world, case, ("claim", "officer"))
    assert (absences_hand_over(now=LATER + HOUR), orphans_reassign(now=LATER + HOUR)) == (0, 0)
    assert holder(case) == "officer"


def test_an_absence_that_was_over_before_anybody_looked_moves_nothing(world: World) -> None:
    case = report(world)
    away(world, "officer", hand_over=True)
    assert absences_hand_over(now=NOW + 5 * DAY) == 0
    assert holder(case) == "officer"
    assert not Absence.objects.filter(handed_at=None).exists()


def test_a_task_that_went_elsewhere_meanwhile_is_not_passed_on_again(world: World) -> None:
    case = report(world)
    officer = world.people["officer"].pk
    go(world, case, ("claim", "colleague"))
    assert not task_reassign(case_id=case.pk, cause="absence", now=LATER, holder=officer)
    assert holder(case) == "colleague"


def test_a_task_nobody_has_or_that_is_none_goes_to_no_pool(world: World) -> None:
    case, planned = report(world), case_at(world, Stage.PLAN)
    assert task_to_pool(case_id=case.pk, cause="unattended", now=LATER)
    assert not task_to_pool(case_id=case.pk, cause="unattended", now=LATER)
    assert not task_to_pool(case_id=planned.pk, cause="unattended", now=LATER)
    assert not belongs_in_pool(planned.stage, None)
    assert not belongs_in_pool(Stage.CLOSED, None)
