"""What a change of working time does to open cases."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from cases.services.rearm import CalendarChange, Preview, rearm_preview
from core.errors import Sentence
from core.worktime import Content
from grids.access import Access

_COUNTS: tuple[tuple[str, Sentence], ...] = (
    ("open", _("Open cases whose clock runs")),
    ("changed", _("Would be reckoned anew")),
    ("earlier", _("Deadline would come earlier")),
    ("later", _("Deadline would come later")),
    ("overdue_at_once", _("Would be overdue at once")),
    ("overdue_no_more", _("Would be overdue no more")),
    ("resting", _("Clock rests; reckoned so when it goes on")),
)
_SHOWN = 10


def effects_of(
    *, access: Access, code: str, before: Content, after: Content, was: int, now: datetime
) -> Preview | None:
    """What the change of the calendar ``code`` would do to open cases; None where it stays as it is."""
    if before == after:
        return None
    return rearm_preview(change=CalendarChange(code, after, was), access=access, now=now)


def effect_facts(preview: Preview | None) -> Sequence[tuple[Sentence, Sentence]]:
    """The same as pairs of label and value: how many, then those whose deadline moves most."""
    if preview is None:
        return ()
    numbers = preview.numbers()
    return [(label, str(numbers[name])) for name, label in _COUNTS] + _examples(preview)


def _examples(preview: Preview) -> list[tuple[Sentence, Sentence]]:
    return [
        (example.number, f"{_moment(example.before)} → {_moment(example.after)}")
        for example in preview.examples[:_SHOWN]
    ]


def _moment(at: datetime | None) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M}" if at else "—"
