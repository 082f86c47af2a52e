"""Both ends hear: the next person of a task, the reporter at verification or rejection and at the end."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation

from cases.models import Case
from cases.services.advance import case_advance
from core.models import OutboxDelivery, OutboxEvent
from core.services.outbox import outbox_drain
from notices.models import Notice
from notices.selectors import notices_for, unread_count
from notices.services.inbox import notice_send, notices_read
from notices.texts import text_of
from tests.cases.attempts import later
from tests.cast import NOW, World
from tests.walk import fixed, go, report, step, usual


def told(case: Case) -> list[tuple[str, str]]:
    """Who was told what of this case, in order."""
    outbox_drain(now=NOW + timedelta(days=30))
    rows = Notice.objects.filter(facts__number=case.number).order_by("pk")
    return [(n.recipient.username, n.kind) for n in rows.select_related("recipient")]


def test_a_report_makes_a_task_for_the_officer_posted_there(world: World) -> None:
    assert told(report(world)) == [("officer", "task")]


def test_the_reporter_hears_at_verification_and_at_the_end_and_nothing_between(world: World) -> None:
    case = go(world, report(world), ("verify", "officer"), ("sign_for", "cleaner"), ("finish", "cleaner"))
    case = go(world, case, ("pass", "colleague"))
    reporter = [entry for entry in told(case) if entry[0] == "worker" and entry[1] != "task"]
    assert reporter == [("worker", "verified"), ("worker", "closed")]


def test_the_reporter_hears_of_a_rejection_with_its_reason(world: World) -> None:
    case = go(world, report(world), ("reject", "officer"))
    assert told(case) == [("officer", "task"), ("worker", "rejected")]
    notice = Notice.objects.get(kind="rejected")
    with translation.override("en"):
        text = text_of(notice.kind, notice.facts)
    assert case.number in text
    assert "Nothing was found at the place" in text


def test_whoever_acts_is_not_told_of_their_own_step(world: World) -> None:
    case = go(world, report(world, "officer"), ("claim", "colleague"))
    assert told(case) == [("colleague", "task")]
    case = go(world, case, ("reject", "officer"))
    assert ("officer", "rejected") not in told(case)


def test_a_new_assignee_is_told_and_the_same_again_is_not(world: World) -> None:
    case = step(world, report(world), "assign", "leader_of_squad", person="colleague")
    case = step(world, case, "assign", "leader_of_squad", person="colleague")
    assert told(case) == [("officer", "task"), ("colleague", "task"), ("officer", "taken")]
    case = step(world, case, "assign", "leader_of_squad", person="officer")
    assert told(case)[3:] == [("officer", "task"), ("colleague", "taken")]


def test_a_fix_on_the_spot_is_told_to_its_checker_and_its_end_to_the_finder(world: World) -> None:
    case = fixed(world)
    checker = case.assignee.username if case.assignee else ""
    case = go(world, case, ("pass", "colleague"))
    assert told(case) == [(checker, "task"), ("worker", "closed")]


def test_a_step_repeated_with_its_key_tells_once(world: World) -> None:
    case = report(world)
    raw: dict[str, Any] = usual(world, "reject", "officer")
    for _time in range(3):
        case_advance(
            number=case.number, action="reject", access=world.access("officer"), raw=raw, version=1,
            key="k", now=later(case),
        )  # fmt: skip
    assert told(case).count(("worker", "rejected")) == 1


def test_an_event_delivered_twice_tells_once(world: World) -> None:
    case = go(world, report(world), ("reject", "officer"))
    before = told(case)
    OutboxDelivery.objects.update(state="pending")
    assert told(case) == before


def test_a_quiet_step_tells_nobodys_inbox_and_still_counts(world: World) -> None:
    case = report(world)
    told(case)
    case_advance(
        number=case.number, action="reject", access=world.access("officer", later(case)),
        raw=usual(world, "reject", "officer"), version=1, key="k", now=later(case), quiet=True,
    )  # fmt: skip
    assert told(case) == [("officer", "task")]
    assert not OutboxEvent.objects.filter(subject=f"case:{case.number}", payload__action="reject").exists()


def test_no_notice_carries_whoever_reported(world: World) -> None:
    case = report(world, "hotline", reporter_name="刘女士", reporter_phone="13812345678")
    told(go(world, case, ("verify", "officer"), ("finish", "cleaner")))
    texts = [text_of(n.kind, n.facts) + str(n.facts) for n in Notice.objects.all()]
    assert texts
    assert not any("刘女士" in text or "13812345678" in text for text in texts)


@pytest.mark.parametrize("kind", ["task", "taken", "pool", "verified", "rejected", "closed"])
def test_a_notice_with_facts_missing_is_still_a_sentence(kind: str) -> None:
    assert "%" not in text_of(kind, {})
    assert text_of(kind, {"number": "5001"}).count("5001") == 1


def test_everybody_reads_their_own_inbox_alone(world: World) -> None:
    worker, officer = world.people["worker"].pk, world.people["officer"].pk
    for cause in ("a", "a", "b"):
        notice_send(
            recipients=[worker, officer, worker], kind="task", facts={}, link="/", cause=cause, now=NOW
        )
    assert (unread_count(worker, now=NOW), unread_count(officer, now=NOW), unread_count(None, now=NOW)) == (
        2,
        2,
        0,
    )
    theirs = list(notices_for(officer, now=NOW).values_list("pk", flat=True))
    assert notices_read(user_id=worker, notice_ids=theirs, now=NOW) == 0
    assert notices_read(user_id=worker, notice_ids=None, now=NOW) == 2
    assert (unread_count(worker, now=NOW), unread_count(officer, now=NOW)) == (0, 2)
    assert notices_read(user_id=officer, notice_ids=theirs[:1], now=NOW) == 1
    assert notices_read(user_id=officer, notice_ids=[], now=NOW) == 0
