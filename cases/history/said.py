"""A place where a row is not as the chain says."""

from dataclasses import dataclass

from core.errors import Sentence


@dataclass(frozen=True, slots=True)
class Difference:
    """``seq`` is the event that says otherwise."""

    seq: int
    sentence: Sentence
