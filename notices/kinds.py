"""What can be told: each kind's group, heading and sentence. Pure.

``facts`` fill the sentences: number, stage, what, where, reason, count, due and level.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.errors import Sentence


class Group(TextChoices):
    """Kinds that people switch on and off together."""

    WORK = "work", _("Tasks")
    DEADLINES = "deadlines", _("Deadlines")
    SUPERVISION = "supervision", _("Supervision and escalation")
    DECISIONS = "decisions", _("Requests and decisions")
    REPORTS = "reports", _("What became of my reports")
    PRIVACY = "privacy", _("Personal data")


# What concerns a unit's work may be said in its group; one's own reports and personal data never.
IN_GROUPS = (Group.WORK, Group.DEADLINES, Group.SUPERVISION, Group.DECISIONS)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice: ``title`` heads a letter, ``text`` is the sentence of the inbox."""

    group: Group
    title: Sentence
    text: Sentence


_WORK: Mapping[str, tuple[Sentence, Sentence]] = {
    "task": (
        _("A case waits for you"),
        _("Case %(number)s waits for you: %(stage)s. %(what)s %(where)s"),
    ),
    "taken": (
        _("A case went to somebody else"),
        _("Case %(number)s is not your task any more; it went to somebody else. %(what)s %(where)s"),
    ),
    "pool": (
        _("A case stands in the pool"),
        _("Case %(number)s stands in the pool: %(stage)s, and nobody has it. %(what)s %(where)s"),
    ),
    "reminded": (
        _("You are reminded of a case"),
        _("Case %(number)s: you are reminded of it. %(stage)s. %(what)s %(where)s"),
    ),
    "called": (
        _("You are asked to come to a place"),
        _("Case %(number)s: you are asked to come to the place within two days. %(what)s %(where)s"),
    ),
    "arrived": (
        _("Whom you called has come"),
        _("Case %(number)s: whom you called to the place has come."),
    ),
    "checker_needed": (
        _("A check needs somebody"),
        _("Case %(number)s has nobody who may check it. Name somebody. %(what)s %(where)s"),
    ),
    "suspension_over": (
        _("A suspension is over"),
        _("Case %(number)s goes on, its suspension is over: %(stage)s, due %(due)s. %(what)s %(where)s"),
    ),
}
_DEADLINES: Mapping[str, tuple[Sentence, Sentence]] = {
    "warning": (
        _("A deadline is near"),
        _("Case %(number)s is due %(due)s: %(stage)s. %(what)s %(where)s"),
    ),
    "overdue": (
        _("A deadline has passed"),
        _("Case %(number)s is overdue, it was due %(due)s: %(stage)s. %(what)s %(where)s"),
    ),
    "sign_for_late": (
        _("A case is not signed for"),
        _("Case %(number)s should have been signed for by %(due)s, and was not. %(what)s %(where)s"),
    ),
    "plan_owed_late": (
        _("The plan of an emergency is owed"),
        _("Case %(number)s: the plan of the emergency was owed by %(due)s. %(what)s %(where)s"),
    ),
    "reply_late": (
        _("The answer to a supervision is owed"),
        _("Case %(number)s: the supervision was to be answered by %(due)s. %(what)s %(where)s"),
    ),
    "presence_late": (
        _("Whoever was called has not come"),
        _("Case %(number)s: whoever was called to the place by %(due)s has not come. %(what)s %(where)s"),
    ),
    "pool_late": (
        _("Nobody has taken a case"),
        _("Case %(number)s still stands in the pool: %(stage)s, due %(due)s. %(what)s %(where)s"),
    ),
}
_SUPERVISION: Mapping[str, tuple[Sentence, Sentence]] = {
    "supervised": (
        _("A case is being supervised"),
        _("Case %(number)s is being supervised. %(what)s %(where)s"),
    ),
    "replied": (
        _("A supervision was answered"),
        _("Case %(number)s: the supervision was answered."),
    ),
    "level2": (
        _("Long overdue: supervision level 2"),
        _("Case %(number)s is at supervision level 2, it was due %(due)s: %(stage)s. %(what)s %(where)s"),
    ),
    "level3": (
        _("Long overdue: supervision level 3"),
        _("Case %(number)s is at supervision level 3, it was due %(due)s: %(stage)s. %(what)s %(where)s"),
    ),
}
_DECISIONS: Mapping[str, tuple[Sentence, Sentence]] = {
    "asked": (
        _("Something is asked that you decide"),
        _("Case %(number)s: something is asked that you decide. %(what)s %(where)s"),
    ),
    "granted": (
        _("What you asked for was granted"),
        _("Case %(number)s: what you asked for was granted."),
    ),
    "refused": (
        _("What you asked for was refused"),
        _("Case %(number)s: what you asked for was refused."),
    ),
}
_REPORTS: Mapping[str, tuple[Sentence, Sentence]] = {
    "verified": (
        _("Your report was filed"),
        _("Your report %(number)s was verified and filed. %(what)s %(where)s"),
    ),
    "rejected": (
        _("Your report was not filed"),
        _("Your report %(number)s was not filed: %(reason)s."),
    ),
    "closed": (
        _("Your report is done"),
        _("Your report %(number)s is done. %(what)s %(where)s"),
    ),
    "transferred": (
        _("Your report was passed on"),
        _("Your report %(number)s was passed on to the body in charge of it."),
    ),
    "merged": (
        _("Your report was joined with another"),
        _("Your report %(number)s was joined with another of the same thing; you will hear of its end."),
    ),
    "voided": (
        _("Your report was taken off the list"),
        _("Your report %(number)s was taken off the list."),
    ),
    "reopened": (
        _("Your report was taken up again"),
        _("Your report %(number)s was taken up again. %(what)s %(where)s"),
    ),
}
_PRIVACY: Mapping[str, tuple[Sentence, Sentence]] = {
    "looks": (
        _("Many looks at who reported"),
        _("One person looked up who reported %(count)s times within an hour. Look at who and why."),
    ),
    "forget_asked": (
        _("Somebody asks to be forgotten"),
        _("Whoever reported case %(number)s asks to be forgotten. Do it once the case is done."),
    ),
}
_TABLES = {
    Group.WORK: _WORK,
    Group.DEADLINES: _DEADLINES,
    Group.SUPERVISION: _SUPERVISION,
    Group.DECISIONS: _DECISIONS,
    Group.REPORTS: _REPORTS,
    Group.PRIVACY: _PRIVACY,
}
KINDS: Mapping[str, Kind] = {
    name: Kind(group, title, text)
    for group, table in _TABLES.items()
    for name, (title, text) in table.items()
}
# Written by a newer version of this program while an older one still serves.
_UNKNOWN = Kind(Group.WORK, _("A notice"), _("Something happened with case %(number)s."))


def kind_of(name: str) -> Kind:
    """A kind by its name; a general one for a name this version does not know."""
    return KINDS.get(name, _UNKNOWN)


def names_in(group: str) -> list[str]:
    """The names of the kinds of a group."""
    return [name for name, kind in KINDS.items() if kind.group == group]
