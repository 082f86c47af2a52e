"""What is said in a step stands apart from the chain, and shows when it is changed."""

from typing import Any

import pytest
from django.utils import translation

from cases import inputs
from cases.dossier import history_of
from cases.models import CaseEvent, EventWords
from cases.selectors import history_told
from cases.services.history_verify import history_breaks
from cases.words import DIGESTS, SPOKEN, apart, together
from cases.workflow import STEPS, Stage
from tests.cases.old_events import noted_in_clear
from tests.cast import World
from tests.walk import case_at, report, step, usual

# Personal data with rows or columns of its own.
KEPT_ELSEWHERE = {"description", "address", "reporter_name"}
SAID = {
    "reason": "措施不具体", "measures": ["清运", "冲洗"], "comments": {"1": "写明时间", "12": "x", "3": "y"},
}  # fmt: skip


def broken(number: str = "") -> list[str]:
    with translation.override("en"):
        return [str(found.reason) for _count, breaks in history_breaks(number=number) for found in breaks]


def test_every_free_text_of_the_table_stands_apart() -> None:
    fields = {name for row in STEPS for name in row.fields}
    free = {name for name in fields if name not in inputs._CLEANERS} | {"measures", "comments"}
    assert free - KEPT_ELSEWHERE == set(SPOKEN)


def test_words_taken_apart_and_put_together_are_the_same() -> None:
    facts, said = apart({"plan": 2, "position": {"lon": 1.0}, **SAID})
    assert facts["plan"] == 2
    assert set(facts[DIGESTS]) == {
        "reason", "measures.1", "measures.2", "comments.1", "comments.12", "comments.3",
    }  # fmt: skip
    assert together(facts, said[::-1]) == {"plan": 2, "position": {"lon": 1.0}, **SAID}


def test_the_same_words_have_another_digest_each_time() -> None:
    assert apart({"text": "满意"})[0] != apart({"text": "满意"})[0]


def test_facts_without_words_are_left_as_they_are() -> None:
    assert apart({"plan": 2}) == ({"plan": 2}, [])


def test_no_event_holds_a_word_that_was_said(world: World) -> None:
    case = case_at(world, Stage.CLOSED)
    kept = str(list(CaseEvent.objects.filter(case=case).values_list("data", flat=True)))
    said = {row.text for row in EventWords.objects.filter(event__case=case)}
    assert {"清运", "冲洗", "已清运", "满意"} <= said
    assert [text for text in said if text in kept] == []


def test_the_history_is_told_with_its_words(world: World) -> None:
    case = case_at(world, Stage.APPROVE)
    step(world, case, "return_plan", "bureau", **usual(world, "return_plan", "bureau"))
    facts = {event.action: facts for event, facts in history_of(world.access("station"), case.number)}
    assert facts["submit_plan"]["measures"] == ["清运", "冲洗"]
    assert facts["return_plan"]["reason"] == "措施不具体"
    assert facts["return_plan"]["comments"] == {"1": "写明时间"}
    assert all(not name.endswith("_digest") for shown in facts.values() for name in shown)


def test_a_history_written_before_words_stood_apart_reads_and_verifies(world: World) -> None:
    case = report(world)
    noted_in_clear(case, "已电话了解")
    assert broken() == []
    assert history_told(case)[-1].data == {"text": "已电话了解"}


@pytest.mark.parametrize(
    ("tamper", "reason"),
    [
        (lambda rows: rows.update(text="别的话"), "The words of “text” were changed."),
        (lambda rows: rows.update(salt="0" * 32), "The words of “text” were changed."),
        (lambda rows: rows.delete(), "The words of “text” are missing."),
        (lambda rows: rows.update(field="words"), "The words of “text” are missing."),
    ],
    ids=["text", "salt", "gone", "added"],
)
def test_changed_missing_and_added_words_are_found(world: World, tamper: Any, reason: str) -> None:
    case = step(world, report(world), "note", "station", text="已电话了解")
    other = report(world)
    assert broken() == []
    tamper(EventWords.objects.filter(event__case=case))
    assert reason in broken(case.number)
    assert broken(other.number) == []


def test_an_event_altered_into_nonsense_is_a_break_and_no_fault(world: World, history_unlocked: None) -> None:
    case = report(world)
    CaseEvent.objects.filter(case=case).update(data=["x"])
    assert broken() == ["Its content does not match its hash."]
