"""What a step can carry, typed and clean. Pure shapes; ``cases/inputs.py`` makes them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from accounts.models import Unit, User
from cases.models import CaseClass, FilingCondition, PlanTemplate
from cases.workflow import Answer, Track, Verdict

T = TypeVar("T")


def needed(value: T | None) -> T:
    """A field the table asks for, after the check that it is there."""
    if value is None:
        raise LookupError("a field was used before it was checked")
    return value


@dataclass(frozen=True, slots=True)
class Position:
    """WGS 84 degrees; ``accuracy`` in metres when the phone said so; ``datum`` as it came."""

    lon: float
    lat: float
    accuracy: float | None = None
    datum: str = "WGS84"


@dataclass(frozen=True, slots=True)
class Given:
    """The cleaned fields of one step. What was not given is empty."""

    position: Position | None = None
    no_position_reason: str = ""
    photos: tuple[UUID, ...] = ()
    photos_before: tuple[UUID, ...] = ()
    photos_after: tuple[UUID, ...] = ()
    no_photo_reason: str = ""
    case_class: CaseClass | None = None
    condition: FilingCondition | None = None
    track: Track | None = None
    description: str = ""
    address: str = ""
    reporter_name: str = ""
    reporter_phone: str = ""
    person: User | None = None
    held_by: str | None = None
    reject_reason: str = ""
    reason: str = ""
    text: str = ""
    words: str = ""
    result: str = ""
    failed_call: bool = False
    past_limit: bool = False
    measures: tuple[str, ...] = ()
    comments: dict[int, str] = field(default_factory=dict)
    lead_unit: Unit | None = None
    assisting_units: tuple[Unit, ...] | None = None
    finish_by: datetime | None = None
    template: PlanTemplate | None = None
    document: tuple[UUID, ...] = ()
    unit: Unit | None = None
    outside_body: str = ""
    letter_no: str = ""
    evidence: str = ""
    until: datetime | None = None
    verdict: Verdict | None = None
    satisfied: Answer | None = None
    place: str = ""
    reply_by: datetime | None = None
    into: str = ""
    strike: tuple[str, ...] = ()
    photos_gone: tuple[UUID, ...] = ()

    def has(self, name: str) -> bool:
        """Whether something was given under this name."""
        value = getattr(self, name)
        return value is not None and value not in ("", (), False) and value != {}

    @property
    def all_photos(self) -> tuple[UUID, ...]:
        """Every photo named in the step, once."""
        return tuple(dict.fromkeys(self.photos + self.photos_before + self.photos_after + self.document))
