"""A row changed with rights on the database is found by what the chain, which still holds, says of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import F
from django.utils.translation import override

from accounts.models import Unit
from cases.models import (
    ActionPlan,
    Case,
    CaseRequest,
    Joiner,
    Measure,
    Photo,
    PresenceCall,
    ReporterContact,
    Supervision,
    UnitPart,
)
from cases.models.photo import Purpose
from cases.services.events import event_append
from cases.services.history_verify import history_breaks, history_checked
from cases.services.photos import photo_store
from cases.workflow import Action, Stage
from tests.api.calls import a_jpeg
from tests.cast import NOW, World
from tests.ready import READY
from tests.walk import a_photo, case_at, go, report, step, usual


def said(**asked: Any) -> list[str]:
    """What is said of all cases, in English."""
    with override("en"):
        return [str(case.reason) for _count, found in history_breaks(**asked) for case in found]


def unproven() -> int:
    return sum(checked.unproven for checked in history_checked())


@pytest.fixture
def case(world: World) -> Case:
    """A caller's case under check, with an assisting unit and a plan returned once."""
    made = case_at(world, Stage.APPROVE)
    made = go(world, made, ("return_plan", "bureau"))
    plan = usual(world, "submit_plan", "station", case=made) | {"assisting_units": ["cs-green"]}
    made = step(world, made, "submit_plan", "station", **plan)
    made = go(
        world, made, ("approve", "bureau"), ("dispatch", "station"), ("sign_for", "cleaner"),
        ("hand_in", "gardener"), ("finish", "cleaner"), condition="sign",
    )  # fmt: skip
    assert said() == []
    return made


def the(case: Case) -> Any:
    return Case.objects.filter(pk=case.pk)


CHANGES: dict[str, tuple[Callable[[Case], object], str]] = {
    "description": (
        lambda case: the(case).update(description="没有垃圾"),
        "The description is not the one that was written down.",
    ),
    "address": (
        lambda case: the(case).update(address="别处"),
        "The address is not the one that was written down.",
    ),
    "phone": (
        lambda case: ReporterContact.objects.update(phone="13900000000"),
        "The name or phone of the reporter is not the one that was given.",
    ),
    "name": (
        lambda case: ReporterContact.objects.update(name="别人"),
        "The name or phone of the reporter is not the one that was given.",
    ),
    "reporter": (lambda case: the(case).update(reporter=None), "It was reported by somebody else."),
    "time": (
        lambda case: the(case).update(opened_at=NOW.replace(year=2025)),
        "It was reported at another time.",
    ),
    "source": (lambda case: the(case).update(source="patrol"), "It came from another source."),
    "source number": (lambda case: the(case).update(source_ref="7"), "It has another number at its source."),
    "grid": (
        lambda case: the(case).update(filed_grid_code="500115002001001"),
        "It was filed in another grid.",
    ),
    "place": (lambda case: the(case).update(lon=107.001), "It lies at another place."),
    "class": (
        lambda case: the(case).update(case_class=None, condition=None, stage="check"),
        "The class or filing condition is not the one that was set.",
    ),
    "limit": (
        lambda case: the(case).update(limit_value=99),
        "The handling limit is not the one that was set.",
    ),
    "track": (lambda case: the(case).update(track="direct"), "The track is not the one that was set."),
    "stage": (
        lambda case: the(case).update(stage="call_back"),
        "The case does not stand where its last step led.",
    ),
    "version": (lambda case: the(case).update(version=1), "The version is not that of the last step."),
    "taker": (
        lambda case: the(case).update(takers=case.takers | {"verify": case.takers["finish"]}),
        "Who last took “Verify” is not the one the history names.",
    ),
    "taker that never was": (
        lambda case: the(case).update(takers=case.takers | {"pass": case.takers["verify"]}),
        "Who last took “Pass” is not the one the history names.",
    ),
    "handlers": (
        lambda case: the(case).update(takers=case.takers | {"handlers": []}),
        "Those who did the work are not the ones the history names.",
    ),
    "measure": (
        lambda case: Measure.objects.filter(plan__version=2, seq=1).update(text="观望"),
        "The measures of plan version 2 are not those submitted.",
    ),
    "comment": (
        lambda case: Measure.objects.filter(plan__version=1).update(comment=""),
        "The decision on plan version 1 is not the one that was taken.",
    ),
    "plan's unit": (
        lambda case: ActionPlan.objects.get(version=2).assisting_units.clear(),
        "The units of plan version 2 are not those submitted.",
    ),
    "plan's date": (
        lambda case: ActionPlan.objects.filter(version=1).update(finish_by=NOW),
        "The finish date of plan version 1 is not that submitted.",
    ),
    "plan's author": (
        lambda case: ActionPlan.objects.filter(version=1).update(author=case.takers["verify"]),
        "Plan version 1 was submitted by somebody else, or at another time.",
    ),
    "decision": (
        lambda case: ActionPlan.objects.filter(version=1).update(state="approved"),
        "The decision on plan version 1 is not the one that was taken.",
    ),
    "plan gone": (
        lambda case: ActionPlan.objects.filter(version=1).delete(),
        "Plan version 1 is gone.",
    ),
    "plan too many": (
        lambda case: ActionPlan.objects.create(
            case=case, version=3, author_id=case.takers["verify"], lead_unit_id=case.lead_unit_id or 0,
            finish_by=NOW,
            submitted_at=NOW,
        ),
        "Plan version 3 is there, and nobody submitted it.",
    ),
    "part gone": (
        lambda case: UnitPart.objects.filter(kind="assisting").delete(),
        "The part of unit cs-green is gone.",
    ),
    "part too many": (
        lambda case: UnitPart.objects.filter(kind="assisting").update(unit=_works()),
        "The part of unit cs-green is gone.",
    ),
    "part taken away": (
        lambda case: UnitPart.objects.filter(kind="assisting").update(active=False),
        "Other units hold a part than the history says.",
    ),
    "photo": (
        lambda case: Photo.objects.filter(purpose=Purpose.AFTER).update(kept_sha256="2" * 64),
        "Photo {photo} is another picture.",
    ),
    "photo of another event": (
        lambda case: Photo.objects.filter(purpose=Purpose.AFTER).update(event_seq=1),
        "Photo {photo} is not with it any more.",
    ),
    "photo taken away": (
        lambda case: Photo.objects.filter(purpose=Purpose.AFTER).update(case=None, event_seq=None),
        "Photo {photo} is not with it any more.",
    ),
}  # fmt: skip


def _works() -> int:
    return Unit.objects.get(code="cs-works").pk


def test_every_changed_row_is_found_and_said_in_a_sentence(case: Case) -> None:
    photo = Photo.objects.get(purpose=Purpose.AFTER).pk
    heard: dict[str, list[str]] = {}
    for name, (act, _sentence) in CHANGES.items():
        with transaction.atomic():
            act(case)
            heard[name] = said()
            transaction.set_rollback(True)
    assert heard == {name: [sentence.format(photo=photo)] for name, (_act, sentence) in CHANGES.items()}


def test_after_every_step_of_the_table_the_rows_are_as_the_chain_says(world: World) -> None:
    heard = {}
    for action, ready in READY.items():
        with transaction.atomic():
            go(world, ready.case(world), (action, ready.who), condition="sign")
            heard[action] = said()
            transaction.set_rollback(True)
    assert {action: sentences for action, sentences in heard.items() if sentences} == {}


ASKED: dict[str, tuple[str, Callable[[], object], str]] = {
    "request": (
        "request_extension",
        lambda: CaseRequest.objects.update(asked_by=None),
        "The request made then is not as it was made.",
    ),
    "decision": (
        "decide_extension",
        lambda: CaseRequest.objects.update(state="refused"),
        "The request decided then was decided otherwise.",
    ),
    "supervision": (
        "supervise",
        lambda: Supervision.objects.all().delete(),
        "The supervision made then is not as it was made.",
    ),
    "call": (
        "ask_presence",
        lambda: PresenceCall.objects.update(event=1),
        "The call to the place made then is not as it was made.",
    ),
    "arrival": (
        "arrive",
        lambda: PresenceCall.objects.update(arrived_by=F("asked_by")),
        "The arrival recorded then is not as it was recorded.",
    ),
    "joiner": ("join", lambda: Joiner.objects.all().delete(), "Who joined then is not the one who did."),
    "place": ("move", lambda: Case.objects.update(lon=107.001), "It lies at another place."),
}


def test_what_was_asked_and_changed_afterwards_is_found(world: World) -> None:
    heard = {}
    for name, (action, act, _sentence) in ASKED.items():
        with transaction.atomic():
            go(world, READY[action].case(world), (action, READY[action].who), condition="sign")
            act()
            heard[name] = said()[:1]
            transaction.set_rollback(True)
    assert heard == {name: [sentence] for name, (_action, _act, sentence) in ASKED.items()}


def test_a_photo_hung_on_a_step_afterwards_is_found(world: World, case: Case) -> None:
    photo = a_photo(world, "worker")
    Photo.objects.filter(pk=photo).update(case=case, event_seq=2)
    assert said() == [f"Photo {photo} hangs on it, and the step names no such photo."]


def test_a_reporter_put_in_afterwards_is_found(world: World) -> None:
    ReporterContact.objects.create(case=report(world), name="张三", phone="13800000000", salt="x")
    assert said() == ["Somebody stands there as the reporter whom the report does not name."]


def test_a_person_who_was_forgotten_leaves_the_history_whole(case: Case) -> None:
    ReporterContact.objects.update(name="", phone="", salt=None)
    assert (said(), unproven()) == ([], 0)
    ReporterContact.objects.all().delete()
    assert said() == []


def test_what_nothing_was_kept_to_compare_by_is_counted_and_not_accused(
    world: World, case: Case, history_unlocked: None
) -> None:
    ReporterContact.objects.update(phone="13900000000", salt=None)
    assert (said(), unproven()) == ([], 1)


def test_a_step_unknown_here_counts_by_its_facts_and_accuses_nobody(world: World) -> None:
    case = case_at(world, Stage.HANDLE)
    facts = {"track": "emergency", "units": [{"x": 1}], "photos": [], "person": None}
    event_append(
        case=case, action=cast(Action, "later_step"), actor_id=None, role="", now=NOW, from_stage="handle",
        data=facts,
    )  # fmt: skip
    case.save()
    UnitPart.objects.update(active=False)
    assert said() == ["The track is not the one that was set."]


@pytest.fixture
def filed(world: World) -> Path:
    """The file of a real photo on a report."""
    photo = photo_store(data=a_jpeg(), user_id=world.people["worker"].pk, now=NOW)
    report(world, photos=[str(photo.pk)])
    return Path(photo.file.path)


def test_a_changed_file_is_found_when_files_are_read(filed: Path) -> None:
    assert said(files=True) == []
    filed.write_bytes(filed.read_bytes()[:-1] + b"\x00")
    assert said() == []
    assert "was changed" in said(files=True)[0]


def test_a_missing_file_is_found_when_files_are_read(filed: Path) -> None:
    filed.unlink()
    assert "is missing" in said(files=True)[0]


def test_a_file_put_in_place_of_another_is_found(filed: Path) -> None:
    photo = Photo.objects.get()
    photo.file.save("other.jpg", ContentFile(b"other"))
    assert "was changed" in said(files=True)[0]
