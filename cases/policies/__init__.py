"""When and what: the state a case must be in, four eyes, and what a step must carry. Nothing of roles.

``check_offered`` and ``check_when`` decide whether a step is open at all, and so which buttons are
shown; ``check_complete`` looks at what was given. Every refusal says what to do.
"""

from cases.parts import acting_parts, own_parts
from cases.policies.complete import check_complete, missing, plan_faults
from cases.policies.holding import NOBODY, check_holder, holder_of
from cases.policies.offered import check_assignee, check_four_eyes, check_offered, check_when, permits

__all__ = [
    "NOBODY",
    "acting_parts",
    "check_assignee",
    "check_complete",
    "check_four_eyes",
    "check_holder",
    "check_offered",
    "check_when",
    "holder_of",
    "missing",
    "own_parts",
    "permits",
    "plan_faults",
]
