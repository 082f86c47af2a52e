"""docs/workflow.md says what the table says."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import translation

from cases.workflow import OF_THE_SYSTEM, STEPS, Action

PAGE = Path(__file__).resolve().parents[2] / "docs" / "workflow.md"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_page_is_what_the_command_prints_in_any_language(language: str) -> None:
    printed = io.StringIO()
    with translation.override(language):
        call_command("workflow_diagram", stdout=printed)
    # manage.py workflow_diagram > docs/workflow.md
    assert printed.getvalue() == PAGE.read_text(encoding="utf-8")


def test_every_row_of_the_table_is_a_row_of_the_page() -> None:
    rows = PAGE.read_text(encoding="utf-8").split("## Steps")[1].splitlines()
    named = [line.split("|")[1].strip() for line in rows if line.startswith("| ")][1:]
    assert named == [step.action.value for step in STEPS]
    assert set(named) == {action.value for action in set(Action) - OF_THE_SYSTEM}
