"""Which steps a person is offered on a case: derived from the table, permissions and policies."""

from collections.abc import Sequence

from cases.limits import Rules
from cases.models import Case, UnitPart
from cases.parts import own_parts
from cases.permissions import check_may_take
from cases.policies import check_when, permits
from cases.workflow import FOR_UNIT, Stage, Step, steps_from
from grids.access import Access


def offered_steps(access: Access, case: Case, parts: Sequence[UnitPart], rules: Rules) -> list[Step]:
    """The steps open to this person now by the rules in force, in the order of the table. No queries."""
    return [
        step
        for step in steps_from(Stage(case.stage))
        if permits(check_may_take, access, case, step, parts)
        and permits(check_when, case, step, access, parts, rules)
    ]


def fields_shown(access: Access, step: Step, parts: Sequence[UnitPart]) -> tuple[str, ...]:
    """The fields of a step this person is asked: which unit it is for, and the unit's document, only where
    the station records for one without accounts."""
    if not step.on_behalf or own_parts(access, parts, step.part):
        return tuple(name for name in step.fields if name not in FOR_UNIT)
    return step.fields
