"""Who may not check a case because they, or their house, handled it."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from accounts.models import User
from cases.models import Case, UnitPart
from cases.workflow import FIXES, HANDLERS, Action
from grids.access import Towards, postings_in_force, units_from


def barred_from_checking(case: Case, parts: Iterable[UnitPart], now: datetime) -> set[int]:
    """Ids of all who ever finished, handed in or fixed, and of everybody in the houses that handled.

    The set form of the four eyes of ``policies``: nobody in it could pass the case.
    """
    takers = {case.takers.get(action) for action in (Action.FINISH, *FIXES)}
    return {person for person in takers if person} | set(case.takers.get(HANDLERS, [])) | _houses(parts, now)


def _houses(parts: Iterable[UnitPart], now: datetime) -> set[int]:
    handled = {part.unit_id for part in parts if part.active or part.signed_at}
    if not handled:
        return set()
    # Mirrors Access.own_units: a member answers for the units above, a post for those below as well.
    below, above = units_from(handled, Towards.BELOW), units_from(handled, Towards.ABOVE)
    members = User.objects.filter(unit_id__in=below).values_list("pk", flat=True)
    posts = postings_in_force(now).filter(Q(unit_id__in=below) | Q(unit_id__in=above))
    return set(members.union(posts.values_list("user_id", flat=True)))
