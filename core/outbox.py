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
_tellers: set[str] = set()


def subscribe(topic: str, consumer: str, handler: Handler, *, tells: bool = False) -> None:
    """Have ``handler(happening, now)`` called once for every event of ``topic``.

    ``consumer`` names the subscription in the database and must never change. One that ``tells`` does
    nothing but tell people of it, so what it owes may be dropped when they know already.
    """
    _handlers[consumer] = handler
    if tells:
        _tellers.add(consumer)
    if consumer not in _topics[topic]:
        _topics[topic].append(consumer)


def consumers_of(topic: str) -> tuple[str, ...]:
    """The consumers an event of this topic is owed to."""
    return tuple(_topics.get(topic, ()))


def tellers() -> frozenset[str]:
    """The consumers that do nothing but tell people."""
    return frozenset(_tellers)


def handler_of(consumer: str) -> Handler:
    """The handler of a consumer; KeyError when its room is no longer installed."""
    return _handlers[consumer]
