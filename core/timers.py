"""What timers are to the rooms: each registers how its subjects are held and what a timer does to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Wanted:
    """A timer as it should be armed."""

    rule: str
    level: int
    generation: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Due:
    """A timer whose moment has come.

    ``outrun``: a higher level of the same rule is due as well, and the rule asks for the highest alone; it
    is recorded, but nobody is told and nothing else happens.
    """

    id: int
    subject: str
    rule: str
    level: int
    generation: int
    due_at: datetime
    outrun: bool = False


class Missed(Enum):
    """What becomes of the rungs of one rule and subject that fell due together while nothing ran."""

    EACH = auto()  # every one fires, in order
    HIGHEST = auto()  # the last one fires; the others are recorded and have no other effect


class Handler(Protocol):
    """What a room does for one kind of subject.

    ``hold`` locks those subjects that nobody holds (``SKIP LOCKED``, in order of id) and returns them by
    subject, in whatever form ``fire`` wants.
    ``gone`` is asked about those that were not held, whether they are busy or do not exist any more.
    ``fire`` has the effects of the timers, in order of ``due_at``, in the transaction of the caller, who has
    marked them fired, so that ``timers_armed`` tells what is left beside them. It re-reads what it needs
    under the lock, may use bulk statements, and raises when one can't be done; then each is tried alone. It
    may be handed some of what it holds, and never a timer of a subject it does not hold.
    """

    def hold(self, subjects: Collection[str]) -> Mapping[str, Any]:
        """The subjects that are locked now, those somebody else holds left out."""
        ...

    def gone(self, subjects: Collection[str]) -> Collection[str]:
        """Those of them that are no more; their timers are superseded instead of tried for ever."""
        ...

    def fire(self, held: Mapping[str, Any], due: Sequence[Due], now: datetime) -> None:
        """Do what these timers say."""
        ...


class Keyed(Protocol):
    """What tells one timer from another."""

    @property
    def id(self) -> int: ...
    @property
    def subject(self) -> str: ...
    @property
    def rule(self) -> str: ...
    @property
    def level(self) -> int: ...


_handlers: dict[str, Handler] = {}
_missed: dict[str, Missed] = {}


def register(kind: str, handler: Handler, missed: Mapping[str, Missed]) -> None:
    """Have the timers of subjects "<kind>:…" handled; ``missed`` names each of its rules."""
    _handlers[kind] = handler
    _missed.update(missed)


def handler_of(subject: str) -> Handler:
    """The handler of a subject; KeyError when its room is not installed."""
    return _handlers[subject.partition(":")[0]]


def missed_of(rule: str) -> Missed:
    """What an outage means for a rule."""
    return _missed.get(rule, Missed.EACH)


def outrun_of(due: Iterable[Keyed]) -> set[int]:
    """The ids of those whose rule fires the highest rung alone, and a higher one is due as well."""
    top: dict[tuple[str, str], int] = {}
    heeding = [timer for timer in due if missed_of(timer.rule) is Missed.HIGHEST]
    for timer in heeding:
        top[timer.subject, timer.rule] = max(timer.level, top.get((timer.subject, timer.rule), 0))
    return {timer.id for timer in heeding if timer.level < top[timer.subject, timer.rule]}
