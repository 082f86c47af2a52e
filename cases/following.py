"""What a stranger sees of a case: its stage in plain words and when it moved. No people, no inner notes."""

from typing import Any

from cases import wording
from cases.models import Case
from cases.selectors import events_of
from cases.workflow import DONE, REJECT_REASONS, Stage


def public_page(case: Case) -> dict[str, Any]:
    """The context of the public page."""
    moves = [event for event in events_of(case) if event.from_stage != event.to_stage]
    rejected = next((e.data.get("reject_reason", "") for e in moves if e.to_stage == Stage.REJECTED), "")
    return {
        "code": case.follow_code,
        "stage": case.stage,
        "stage_label": case.get_stage_display(),
        "plain": wording.plain(case.stage),
        "done": case.stage in DONE,
        "reason": REJECT_REASONS.get(rejected, ""),
        "class_name": str(case.case_class) if case.case_class else "",
        "place": f"{case.street.name} {case.community.short_name or case.community.name}",
        "opened_at": case.opened_at,
        "moves": [{"at": event.at, "title": wording.plain(event.to_stage)} for event in moves],
    }
