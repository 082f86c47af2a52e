"""The ways out of the house, and what each must be able to do. A further one registers itself here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from core.errors import Sentence
from notices.faults import Fault
from notices.models import Notice
from notices.wishes import Person


@dataclass(frozen=True, slots=True)
class Message:
    """Something to be told to people, each once per ``cause``; ``kind`` is one of ``notices.kinds``.

    ``urgent`` sounds at once, whatever the hour. Nobody is told before ``not_before``.
    """

    recipients: Sequence[int]
    kind: str
    facts: Mapping[str, Any]
    link: str
    cause: str
    urgent: bool = False
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """A message owed to one recipient by a channel; it may sound from ``due_at`` on."""

    user_id: int
    cause: str
    target: str
    due_at: datetime
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class Parcel:
    """Deliveries that go out together: their notices, and the key by which a receiver knows a repeat."""

    key: str
    notices: Sequence[Notice] = field(default_factory=list)


class Later(Fault):
    """It did not work now. ``wait``: how long the receiver asks for. ``everybody``: it will not work for
    others at this gate either, so they are spared meanwhile."""

    def __init__(
        self, code: str, detail: object = "", *, wait: timedelta | None = None, everybody: bool = False
    ) -> None:
        super().__init__(code, detail)
        self.wait, self.everybody = wait, everybody


class Never(Fault):
    """It will not work however often it is tried."""


class Moot(Fault):
    """It is not wanted any more: a robot was switched off, a login closed."""


Send = Callable[[], None]


class Channel(Protocol):
    """A way out.

    ``most`` deliveries go out in one message; whoever sends holds them for ``lease``, which is longer than
    sending can take. A channel with a ``pace`` sends to one gate one message at a time, that far apart.
    """

    name: str
    label: Sentence
    most: int
    lease: timedelta
    pace: timedelta | None

    def owed(
        self, messages: Sequence[Message], people: Mapping[int, Person], now: datetime
    ) -> Sequence[Owed]:
        """What of these messages goes this way; called when they are written."""
        ...

    def gate_of(self, target: str) -> str:
        """What stands or falls together: the channel's name, or the target."""
        ...

    def sounds_from(self, target: str, now: datetime) -> datetime:
        """When something that is not urgent may next sound there."""
        ...

    def prepare(self, target: str, parcel: Parcel, now: datetime) -> Send:
        """Read all that is needed. What is returned sends, touches no database and may raise Later or Never.

        Raises:
            Moot: it is not wanted any more. Never: it can't be sent.
        """
        ...

    def named(self, targets: Sequence[str]) -> Mapping[str, str]:
        """Words for targets, for people who look after deliveries."""
        ...


_channels: dict[str, Channel] = {}


def register(channel: Channel) -> None:
    """Have a channel asked what it owes, and given it to send."""
    _channels[channel.name] = channel


def channels() -> Sequence[Channel]:
    """All of them."""
    return list(_channels.values())


def channel_of(name: str) -> Channel | None:
    """A channel by name; None when it is no longer installed."""
    return _channels.get(name)


def target_ids(targets: Sequence[str]) -> dict[int, str]:
    """Targets "<what>:<id>" by id."""
    return {int(target.partition(":")[2]): target for target in targets}
