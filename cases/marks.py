"""The marks a list of cases can be narrowed by: what each is called and which rows carry it. Pure."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.errors import Sentence

MARKS: dict[str, Sentence] = {
    "to_decide": _("Something to decide"),
    "suspended": _("Suspended"),
    "supervised": _("Supervised"),
    "reply_owed": _("Reply owed"),
    "plan_owed": _("Plan owed"),
    "called": _("Superior called to the place"),
    "returned_twice": _("Returned twice"),
    "reopened": _("Reopened"),
    "by_force": _("Closed by force"),
}
_WHERE: dict[str, Q] = {
    "to_decide": Q(suspension_asked=True)
    | Q(extension_asked=True)
    | Q(appeal_asked=True)
    | Q(objection_asked=True),
    "suspended": Q(suspended_until__isnull=False),
    "supervised": Q(supervisions__gt=0),
    "reply_owed": ~Q(reply_from=""),
    "plan_owed": ~Q(plan_owed=""),
    "called": ~Q(presence=""),
    "returned_twice": Q(returns__gte=2, stage="dispatch"),
    "reopened": Q(reopens__gt=0),
    "by_force": Q(closed_by_force=True),
}


def mark_q(names: list[str]) -> Q:
    """The WHERE of the cases that carry any of the marks; unknown names match nothing."""
    where = Q(pk__in=[])
    for name in names:
        where |= _WHERE.get(name, Q(pk__in=[]))
    return where
