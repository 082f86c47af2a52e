"""Who wants to hear of what: consumers register here once, when their room is loaded."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Happening:
    """What a consumer is handed: an outbox event without its bookkeeping."""

    id: int
    topic: str
    subject: str
    payload: Mapping[str, Any]
    at: datetime


Handler = Callable[[Happening, datetime], None]
_handlers: dict[str, Handler] = {}
_topics: dict[str, list[str]] = defaultdict(list)


def subscribe(topic: str, consumer: str, handler: Handler) -> None:
    """Have ``handler(happening, now)`` called once for every event of ``topic``.

    ``consumer`` names the subscription in the database and must never change.
    """
    _handlers[consumer] = handler
    if consumer not in _topics[topic]:
        _topics[topic].append(consumer)


def consumers_of(topic: str) -> tuple[str, ...]:
    """The consumers an event of this topic is owed to."""
    return tuple(_topics.get(topic, ()))


def handler_of(consumer: str) -> Handler:
    """The handler of a consumer; KeyError when its room is no longer installed."""
    return _handlers[consumer]
