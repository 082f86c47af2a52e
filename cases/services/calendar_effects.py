"""What a change of working time does to open cases."""

from collections.abc import Sequence
from datetime import datetime

from core.errors import Sentence
from core.worktime import Content


def effects_of(
    *, code: str, before: Content, after: Content, now: datetime
) -> Sequence[tuple[Sentence, Sentence]]:
    """What the change of the calendar ``code`` would do to open cases, as pairs of label and value.

    None so far: deadlines under way keep the version they were reckoned by.
    """
    return ()
