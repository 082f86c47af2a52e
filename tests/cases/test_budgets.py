"""How many queries a step, a report and a read may cost, with one row or event there and with a hundred."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.limits import rules_now
from cases.models import Case, CaseEvent
from cases.offers import offered_steps
from cases.selectors import case_for, cases_for, events_of, parts_of, photos_of, similar_cases, stage_counts
from cases.services.report import case_report
from cases.workflow import Action, Stage
from core.history import link
from grids.access import Access
from tests.cases.attempts import later, take
from tests.cast import HOME, NOW, World
from tests.ready import READY, Ready
from tests.walk import RESIDENT, a_photo, case_at, report, usual

MOST_A_STEP, MOST_A_FORGETTING = 15, 40
_NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements run inside, but those that only open and end transactions."""
    statements: list[str] = []
    with CaptureQueriesContext(
        connection,
    ) as seen:
        yield statements
    statements += [q["sql"] for q in seen.captured_queries if not q["sql"].startswith(_NOT_COUNTED)]


def check_budget(statements: list[str], most: int) -> None:
    assert len(statements) <= most, "\n".join(statements)


def with_events(case: Case, wanted: int) -> Case:
    """The case with this many events, the new ones notes, chained as they should be."""
    case.refresh_from_db()
    head, first = case.head_hash, case.events_count + 1
    notes = []
    for seq in range(first, wanted + 1):
        note = CaseEvent(
            case=case, seq=seq, action=Action.NOTE, at=case.stage_since, from_stage=case.stage,
            to_stage=case.stage, version=case.version, data={"text": "x"}, previous_hash=head,
        )  # fmt: skip
        note.hash = head = link(head, note.chained(str(case.uuid)))
        notes.append(note)
    CaseEvent.objects.bulk_create(notes)
    Case.objects.filter(pk=case.pk).update(events_count=max(wanted, first - 1), head_hash=head)
    case.refresh_from_db()
    return case


# Actions whose costs differ with the stage: there too.
ALSO = {
    "claim": [(Stage.HANDLE, "clean_head"), (Stage.CHECK, "officer"), (Stage.CALL_BACK, "community")],
    "assign": [(Stage.HANDLE, "clean_head"), (Stage.CHECK, "leader_of_squad"), (Stage.CALL_BACK, "station")],
    "release": [(Stage.HANDLE, "clean_head")],
    "correct": [(Stage.VERIFY, "officer")],
    "note": [(Stage.CALL_BACK, "community")],
}


@pytest.mark.parametrize("events", [1, 100])
@pytest.mark.parametrize("action", sorted(READY))
def test_a_step_costs_at_most_fifteen_queries_however_long_the_history(
    world: World, action: str, events: int
) -> None:
    places = [Ready(stage, who, "") for stage, who in ALSO.get(action, [])]
    for place in [READY[action], *places]:
        case = with_events(place.case(world), events)
        raw = usual(world, action, place.who, "litter", case)
        access = world.access(place.who, later(case))
        with transaction.atomic():
            with counted() as statements:
                take(case, action, access, raw)
            transaction.set_rollback(True)
        # Forgetting goes through everything that ever repeated a word of the case; it is rare.
        most = MOST_A_FORGETTING if action == "forget" else MOST_A_STEP
        check_budget(statements, most)


@pytest.mark.parametrize("others", [1, 100])
def test_a_report_costs_at_most_fifteen_queries(world: World, others: int) -> None:
    for _other in range(min(others, 30)):
        report(world)
    access = world.access("hotline")
    raw = {"position": HOME, "description": "x", "photos": [a_photo(world, "hotline")], **RESIDENT}
    with counted() as statements:
        case_report(access=access, raw=raw, key=str(uuid4()), now=NOW)
    check_budget(statements, MOST_A_STEP)


def costs(reads: dict[str, Callable[[], Any]]) -> dict[str, int]:
    found = {}
    for name, read in reads.items():
        with counted() as statements:
            read()
        found[name] = len(statements)
    return found


def reads(access: Access, case: Case) -> dict[str, Callable[[], Any]]:
    def shown(rows: Any) -> list[str]:
        return [f"{c.case_class} {c.condition} {c.street} {c.grid} {c.lead_unit} {c.assignee}" for c in rows]

    parts, rules = parts_of(case), rules_now()
    return {
        "list": lambda: shown(cases_for(access)[:100]),
        "one": lambda: str(case_for(access, case.number).reporter),
        "events": lambda: [str(event.actor) for event in events_of(case)],
        "photos": lambda: list(photos_of(case)),
        "counts": lambda: stage_counts(access),
        "similar": lambda: shown([c for c, _m in similar_cases(access, lon=107.005, lat=29.805, now=NOW)]),
        "offers": lambda: offered_steps(access, case, parts, rules),
    }


def test_a_read_costs_the_same_for_one_row_as_for_a_hundred(world: World) -> None:
    case = case_at(world, Stage.CHECK)
    access = world.access("officer")
    few = costs(reads(access, case_for(access, case.number)))
    for _other in range(20):
        report(world)
    many = costs(reads(access, with_events(case_for(access, case.number), 100)))
    assert few | {"offers": 0} == many | {"offers": 0}
    assert max(many.values()) == 1


def test_nothing_is_asked_to_know_which_steps_are_open(world: World) -> None:
    case = case_at(world, Stage.CHECK)
    access = world.access("officer")
    case, parts, rules = case_for(access, case.number), parts_of(case), rules_now()
    with counted() as statements:
        assert offered_steps(access, case, parts, rules)
    assert statements == []
