"""The daily digest: what a chain alone can't show, a cut-off tail whose head was moved back, shows here."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from cases.models import Case, CaseEvent, HeadDigest, HeadLeaf, Photo, ReporterContact, UnitPart
from cases.models.plan import ActionPlan
from cases.services import digest_take
from cases.services.digest_take import heads_digest, undigested
from cases.services.digest_verify import digests_breaks, kept_lines
from cases.services.history_verify import history_breaks
from cases.tasks import digest_heads
from cases.workflow import Stage
from core import clock
from core.history import GENESIS, link
from core.merkle import EMPTY
from tests.cast import NOW, World
from tests.walk import case_at, go, report

FIRST = NOW.replace(hour=16, minute=5)  # five past midnight of the 24th in Chongqing
SECOND = FIRST + timedelta(days=1)


def taken(now: datetime) -> HeadDigest:
    row = heads_digest(now=now)
    assert row is not None
    return row


def said(kept: str = "") -> list[tuple[str, str]]:
    with override("en"):
        lines = kept_lines(kept) if kept else []
        portions = list(digests_breaks(kept=lines))
        return [(one.subject, str(one.reason)) for portion in portions for one in portion.broken]


@pytest.fixture
def days(world: World) -> tuple[Case, Case, str]:
    """Two cases, one that moved on the second day, one that did not; and the lines of both days."""
    moving, still = case_at(world, Stage.PLAN), report(world)
    first = taken(FIRST).line()
    moving = go(world, moving, ("submit_plan", "station"), condition="sign")
    second = taken(SECOND).line()
    assert said() == []
    return moving, still, f"{first}\n{second}\n"


def cut_back(case: Case, events: int) -> None:
    """Cut a tail off as cleverly as it can be done: head, count and stage moved back with it."""
    case.events.filter(seq__gt=events).delete()
    last = case.events.get(seq=events)
    ActionPlan.objects.filter(case=case).delete()
    Case.objects.filter(pk=case.pk).update(
        events_count=events, head_hash=last.hash, stage=last.to_stage, version=last.version,
        takers={name: who for name, who in case.takers.items() if name != "submit_plan"},
    )  # fmt: skip


def test_a_digest_counts_all_and_holds_what_moved(days: tuple[Case, Case, str]) -> None:
    first, second = HeadDigest.objects.all()
    assert (first.day, first.cases, first.events, first.changed) == (date(2026, 11, 24), 2, 3, 2)
    assert (second.day, second.cases, second.events, second.changed) == (date(2026, 11, 25), 2, 4, 1)
    assert (first.previous, second.previous) == (GENESIS, first.digest)
    assert undigested() == 0


def test_a_day_on_which_nothing_moved_has_its_row_too(days: tuple[Case, Case, str]) -> None:
    row = taken(SECOND + timedelta(days=1))
    assert (row.changed, row.root, row.cases) == (0, EMPTY, 2)
    assert said() == []


def test_a_day_has_one_digest(days: tuple[Case, Case, str], world: World) -> None:
    report(world)
    assert heads_digest(now=SECOND + timedelta(hours=3)) is None
    assert undigested() == 1


def test_a_run_that_was_killed_is_gone_on_with_under_its_own_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(world)
    with monkeypatch.context() as patch:
        patch.setattr(digest_take, "_close", lambda day, now: None)
        assert heads_digest(now=FIRST) is None
    report(world)
    assert taken(SECOND).day == date(2026, 11, 25)
    assert list(HeadDigest.objects.values_list("day", "changed")) == [
        (date(2026, 11, 24), 2), (date(2026, 11, 25), 0),
    ]  # fmt: skip
    assert said() == []


def test_many_heads_are_taken_in_portions_with_the_same_root(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _case in range(5):
        report(world)
    monkeypatch.setattr(digest_take, "BLOCK", 2)
    portions: list[int] = []
    row = heads_digest(now=FIRST, told=portions.append)
    assert row is not None
    assert (portions, len(row.blocks), row.changed) == ([2, 2, 1], 3, 5)
    assert said() == []


def test_a_tail_cut_off_with_its_head_moved_back(
    days: tuple[Case, Case, str], history_unlocked: None
) -> None:
    moving, _still, _kept = days
    cut_back(moving, 2)
    assert [one for _count, found in history_breaks() for one in found] == []
    assert (moving.number, "Its tail was cut off: on 2026-11-25 it had 3 events.") in said()


def test_a_tail_cut_off_and_grown_again(days: tuple[Case, Case, str], history_unlocked: None) -> None:
    moving, _still, _kept = days
    cut_back(moving, 2)
    other = CaseEvent(
        case=moving, seq=3, action="note", at=NOW, from_stage="plan", to_stage="plan", version=2,
        data={"text": "x"}, previous_hash=moving.events.get(seq=2).hash,
    )  # fmt: skip
    other.hash = link(other.previous_hash, other.chained(str(moving.uuid)))
    other.save()
    Case.objects.filter(pk=moving.pk).update(events_count=3, head_hash=other.hash)
    assert said() == [(moving.number, "Event 3 is not the one that was there on 2026-11-25.")]


def test_a_history_written_anew_from_the_start(days: tuple[Case, Case, str], history_unlocked: None) -> None:
    _moving, still, _kept = days
    event = still.events.get()
    event.data["source"] = "officer"
    event.hash = link(GENESIS, event.chained(str(still.uuid)))
    event.save()
    Case.objects.filter(pk=still.pk).update(head_hash=event.hash, source="officer")
    assert [one for _count, found in history_breaks() for one in found] == []
    assert said() == [(still.number, "Event 1 is not the one that was there on 2026-11-24.")]


def remove(case: Case) -> None:
    """Take a whole case away, with all that hangs on it."""
    Photo.objects.filter(case=case).update(case=None, event_seq=None)
    for model in (ReporterContact, UnitPart, ActionPlan, CaseEvent):
        model._default_manager.filter(case=case).delete()
    case.delete()


def test_a_case_taken_away(days: tuple[Case, Case, str], history_unlocked: None) -> None:
    still = days[1]
    uuid = str(still.uuid)
    remove(still)
    assert [one for _count, found in history_breaks() for one in found] == []
    assert said() == [(uuid, "The case is gone; on 2026-11-24 it was there with 1 events.")]


def test_a_case_taken_away_with_its_leaf(days: tuple[Case, Case, str], history_unlocked: None) -> None:
    still = days[1]
    HeadLeaf.objects.filter(case_uuid=still.uuid).delete()
    remove(still)
    assert ("2026-11-24", "The heads kept of this day are not those that were digested.") in said()


def forged(**change: Any) -> None:
    """Take a case away with its leaf, and make every digest anew, so that all in here agrees."""
    before, previous, cases, events = list(HeadDigest.objects.all()), GENESIS, 0, 0
    HeadDigest.objects.all().delete()
    for row in before:
        total = digest_take.DaySum()
        for leaf in HeadLeaf.objects.filter(day=row.day):
            total.add(leaf)
        cases, events = cases + total.cases, events + total.events
        row.root, row.blocks, row.changed = total.root(), total.blocks, total.changed
        row.cases, row.events, row.previous = cases, events, previous
        row.digest = previous = row.right_digest()
        row.save(force_insert=True)


def test_digests_made_anew_are_found_by_what_was_kept_outside(
    days: tuple[Case, Case, str], history_unlocked: None
) -> None:
    _moving, still, kept = days
    HeadLeaf.objects.filter(case_uuid=still.uuid).delete()
    HeadLeaf.objects.filter(position=1).update(position=0)
    remove(still)
    forged()
    sentence = "The digest here is not the one that was kept: histories up to this day were changed."
    assert said() == []
    assert said(kept) == [("2026-11-24", sentence), ("2026-11-25", sentence)]


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "count": ({"cases": 1}, "The digest does not match its own numbers."),
    "root": ({"root": EMPTY}, "The heads kept of this day are not those that were digested."),
    "blocks": ({"blocks": []}, "The subtree roots kept of this day are not those of its heads."),
    "previous": ({"previous": "1" * 64}, "It does not follow the digest before it."),
    "number": ({"number": 9}, "A digest before this one is missing."),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_digest(days: tuple[Case, Case, str], history_unlocked: None, change: str) -> None:
    columns, sentence = CHANGES[change]
    HeadDigest.objects.filter(day="2026-11-25").update(**columns)
    assert ("2026-11-25", sentence) in said()


def test_counts_that_do_not_follow_from_the_heads(
    days: tuple[Case, Case, str], history_unlocked: None
) -> None:
    row = HeadDigest.objects.get(number=2)
    row.events += 5
    row.digest = row.right_digest()
    row.save()
    assert said() == [("2026-11-25", "Its counts of cases and events are not those of its heads.")]


def test_only_one_case_is_held_against_the_digests_when_one_is_named(
    days: tuple[Case, Case, str], history_unlocked: None, capsys: pytest.CaptureFixture[str]
) -> None:
    moving, still, _kept = days
    cut_back(moving, 2)
    call_command("verify_history", "--digests", "--case", still.number)
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_history", "--digests", "--case", moving.number)
    assert moving.number in capsys.readouterr().out


def test_a_digest_taken_away(days: tuple[Case, Case, str], history_unlocked: None) -> None:
    kept = days[2]
    HeadDigest.objects.filter(number=2).delete()
    assert ("2026-11-25", "The digest that was kept of this day is no longer here.") in said(kept)


def test_a_case_marked_so_that_no_digest_takes_it(days: tuple[Case, Case, str], world: World) -> None:
    hidden = report(world)
    Case.objects.filter(pk=hidden.pk).update(digested_events=1)
    assert said() == [
        (hidden.number, "It is marked as digested up to event 1, and the digests cover 0.")
    ]  # fmt: skip


def test_a_kept_line_that_was_changed_itself_is_told_apart(days: tuple[Case, Case, str]) -> None:
    kept = days[2].replace('"cases":2', '"cases":3')
    sentence = "The kept line is damaged: it does not match itself."
    assert said(kept) == [("2026-11-24", sentence), ("2026-11-25", sentence)]


def test_the_command_compares_with_a_kept_file(
    days: tuple[Case, Case, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "digests"
    kept.write_text(f"Keep this.\n\n{days[2]}", encoding="utf-8")
    call_command("verify_history", "--digests", "--against", str(kept))
    assert "2 chains checked, 0 breaks found" in capsys.readouterr().out
    line = json.loads(days[2].splitlines()[0]) | {"digest": "0" * 64}
    kept.write_text(json.dumps(line), encoding="utf-8")
    with pytest.raises(SystemExit, match="1"):
        call_command("verify_history", "--against", str(kept))
    assert "2026-11-24: " in capsys.readouterr().out


@pytest.mark.parametrize("text", ["nothing here", '{"digest"', "{" * 100_000])
def test_a_kept_file_without_digests_is_refused(tmp_path: Path, db: None, text: str) -> None:
    kept = tmp_path / "digests"
    kept.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("verify_history", "--against", str(kept))


def test_command_and_task_take_the_digest_once(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(clock, "now", lambda: FIRST)
    report(world)
    call_command("digest_heads")
    assert json.loads(capsys.readouterr().out)["cases"] == 1
    call_command("digest_heads")
    assert "before" in capsys.readouterr().out
    assert digest_heads() is False
    monkeypatch.setattr(clock, "now", lambda: SECOND)
    assert digest_heads() is True
