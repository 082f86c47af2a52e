"""The shipped catalogue loads once, whole, and never overwrites a city's own settings."""

import pytest
from django.core.management import call_command

from accounts.roles import Line
from cases.models import CaseClass, FilingCondition
from cases.services.catalogue_load import Loaded, catalogue_load
from cases.workflow import Track

pytestmark = pytest.mark.django_db


def test_the_whole_catalogue_is_there_after_one_run() -> None:
    assert catalogue_load() == Loaded(434, 1015)
    assert CaseClass.objects.count() == 434
    assert FilingCondition.objects.count() == 1015


def test_components_and_matters_share_numbers_but_not_rows() -> None:
    catalogue_load()
    assert CaseClass.objects.filter(kind="component").count() == 160
    assert CaseClass.objects.filter(kind="matter").count() == 274


def test_every_row_has_a_line_and_a_track_that_exist() -> None:
    catalogue_load()
    assert set(CaseClass.objects.values_list("line", flat=True)) <= set(Line.values)
    assert set(FilingCondition.objects.values_list("track", flat=True)) <= set(Track.values)
    units = set(FilingCondition.objects.values_list("limit_unit", flat=True))
    assert units <= set(FilingCondition.Unit.values)


def test_a_second_run_adds_nothing() -> None:
    catalogue_load()
    assert catalogue_load() == Loaded(0, 0)


def test_a_citys_own_settings_survive_a_second_run() -> None:
    catalogue_load()
    FilingCondition.objects.filter(case_class__kind="component", case_class__code="01001", seq=1).update(
        limit_value=9, track=Track.STANDARD, active=False
    )
    CaseClass.objects.filter(kind="component", code="01001").update(line=Line.PARTY, active=False)
    catalogue_load()
    row = FilingCondition.objects.get(case_class__kind="component", case_class__code="01001", seq=1)
    assert (row.limit_value, row.track, row.active) == (9, Track.STANDARD, False)
    assert (row.case_class.line, row.case_class.active) == (Line.PARTY, False)


def test_only_the_rows_that_are_missing_come_back() -> None:
    catalogue_load()
    FilingCondition.objects.filter(case_class__kind="matter", case_class__code="06010").delete()
    CaseClass.objects.filter(kind="matter", code="06010").delete()
    again = catalogue_load()
    assert again.classes == 1
    assert again.conditions >= 1


def test_the_command_says_what_it_added(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_catalogue")
    assert "434 classes and 1015 filing conditions" in capsys.readouterr().out
    call_command("load_catalogue")
    assert "0 classes and 0 filing conditions" in capsys.readouterr().out
