"""Whose task it is, as it was seen: a task changes hands only with open eyes."""

from django.utils.translation import gettext_lazy as _

from cases.given import Given
from cases.models import Case
from core.errors import Conflict
from grids.access import Access

NOBODY = "-"  # stands where the login name of whoever has a task would


def holder_of(case: Case) -> str:
    """The login name of whoever has the task, ``NOBODY`` when it stands in the pool."""
    return case.assignee.username if case.assignee else NOBODY


def check_holder(case: Case, given: Given, access: Access, *, taking: bool) -> None:
    """A task changes hands only as it was seen: ``held_by`` names whoever has it. For oneself
    (``taking``) it must be named when it is somebody else's.

    Raises:
        Conflict: it is with somebody else than was said; ``extra["held_by"]`` says with whom.
    """
    theirs = case.assignee_id not in (None, access.user_id)
    if given.held_by is None and not (taking and theirs):
        return
    holder = holder_of(case)
    if given.held_by == holder:
        return
    if case.assignee is None:
        raise Conflict(_("Nobody has this task any more. Look at it again."), held_by=holder)
    if given.held_by is None:
        words = _("This task is with %(name)s. Speak with them first; press again to take it over.")
    else:
        words = _("This task is with %(name)s by now. Look at it again before you decide.")
    raise Conflict(words % {"name": case.assignee}, held_by=holder)
