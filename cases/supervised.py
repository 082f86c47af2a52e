"""Supervisions (督办) as they are shown: by whom or by the ladder, whom they ask, and what became of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery, TextChoices
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from cases.models import Case, CaseEvent, Supervision
from cases.wording_late import SUPERVISED
from cases.workflow import Action, Asked, Stage, asked_in


class State(TextChoices):
    """What became of a supervision."""

    OPEN = "open", _("Open")
    OWED = "owed", _("Reply owed")
    LATE = "late", _("Reply late")
    ANSWERED = "answered", _("Answered")
    OVER = "over", _("Over")


@dataclass(frozen=True, slots=True)
class Watch:
    """One supervision. ``level`` is 0 where somebody attached it by hand, in ``role``; else the ladder did.
    ``asked`` is whom it asks; ``text`` and ``reply`` are words said, where the caller has them."""

    level: int
    by: str
    role: str
    at: datetime
    asked: Asked
    event: int
    reply_by: datetime | None = None
    replied_at: datetime | None = None
    replied_by: str = ""
    text: str = ""
    reply: str = ""
    state: State = State.OPEN

    @property
    def source(self) -> str:
        """Who attached it, in words."""
        if self.level:
            return gettext("The ladder, %(level)s") % {"level": SUPERVISED[self.level]}
        role = str(Role(self.role).label) if self.role in Role.values else ""
        return " · ".join(word for word in (role, self.by) if word)

    @property
    def asks(self) -> str:
        """Whom it asks, in words."""
        return str(self.asked.label)

    @property
    def answered_late(self) -> bool:
        """Whether the reply came after its time."""
        return bool(self.reply_by and self.replied_at and self.replied_at > self.reply_by)


def watches_told(case: Case, events: Iterable[CaseEvent], now: datetime) -> list[Watch]:
    """The supervisions of a case from its history, newest first. No queries.

    The events are those the caller may see, with the words said in them.
    """
    found: list[Watch] = []
    for event in events:
        if event.action == Action.SUPERVISE:
            found.append(_attached(event))
        elif event.action == Action.ESCALATE and event.data.get("supervision"):
            asked = asked_in(Stage(event.to_stage))
            found.append(Watch(event.data["supervision"], "", "", event.at, asked, event.seq))
        elif event.action == Action.REPLY:
            found = [_answered(watch, event) for watch in found]
    return [_settled(watch, case, now) for watch in reversed(found)]


def _attached(event: CaseEvent) -> Watch:
    due = event.data.get("reply_by")
    return Watch(
        0, str(event.actor or ""), event.role, event.at, Asked(event.data["asked"]), event.seq,
        reply_by=parse_datetime(due) if due else None, text=str(event.data.get("text", "")),
    )  # fmt: skip


def _answered(watch: Watch, event: CaseEvent) -> Watch:
    """One reply answers all that is open."""
    if watch.reply_by is None or watch.replied_at is not None:
        return watch
    said = str(event.data.get("text", ""))
    return replace(watch, replied_at=event.at, replied_by=str(event.actor or ""), reply=said)


def with_roles(rows: QuerySet[Supervision]) -> QuerySet[Supervision]:
    """Supervisions with the people on them and ``role``, in which each was attached ("" by the ladder)."""
    event = CaseEvent.objects.filter(case=OuterRef("case"), seq=OuterRef("event"))
    return rows.select_related("by", "replied_by", "asked_unit").annotate(
        role=Subquery(event.values("role")[:1])
    )


def watch_of(row: Supervision, case: Case, now: datetime) -> Watch:
    """A row of ``with_roles`` as it is shown."""
    watch = Watch(
        row.level, str(row.by or ""), getattr(row, "role", "") or "", row.at, Asked(row.asked), row.event,
        reply_by=row.reply_by, replied_at=row.replied_at, replied_by=str(row.replied_by or ""),
    )  # fmt: skip
    return _settled(watch, case, now)


def _settled(watch: Watch, case: Case, now: datetime) -> Watch:
    """With what became of it by ``now``."""
    return replace(watch, state=_state(watch, case, now))


def _state(watch: Watch, case: Case, now: datetime) -> State:
    if watch.replied_at is not None:
        return State.ANSWERED
    if not case.is_open or (watch.level and watch.at < case.stage_since):
        return State.OVER
    if watch.reply_by is None:
        return State.OPEN
    return State.LATE if now > watch.reply_by else State.OWED


def watches_of(case: Case, now: datetime) -> list[Watch]:
    """The supervisions of a case the caller may see from their rows, newest first. One query."""
    rows = with_roles(Supervision.objects.filter(case=case)).order_by("-event", "-pk")
    return [watch_of(row, case, now) for row in rows]
