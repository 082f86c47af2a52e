"""The rows of a batch of cases, read in a fixed number of queries, to be held against their chains."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

from cases.models import (
    ActionPlan,
    Case,
    CaseEvent,
    CaseRequest,
    EventWords,
    Joiner,
    Photo,
    PresenceCall,
    ReporterContact,
    Supervision,
    UnitPart,
)
from cases.words import together

_ASKED: tuple[type[Model], ...] = (CaseRequest, Supervision, PresenceCall, Joiner)


@dataclass(slots=True)
class Held:
    """One case with everything its chain speaks of. ``events`` in the order of their numbers."""

    case: Case
    events: list[CaseEvent] = field(default_factory=list)
    plans: list[ActionPlan] = field(default_factory=list)
    parts: list[UnitPart] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    contact: ReporterContact | None = None
    requests: list[CaseRequest] = field(default_factory=list)
    supervisions: list[Supervision] = field(default_factory=list)
    calls: list[PresenceCall] = field(default_factory=list)
    joiners: list[Joiner] = field(default_factory=list)
    said: dict[int, list[EventWords]] = field(default_factory=dict)

    def told(self, event: CaseEvent) -> dict[str, Any]:
        """What an event says, with the words that stand apart from it."""
        return together(event.data, self.said.get(event.pk, ()))

    def last_said(self, name: str) -> CaseEvent | None:
        """The newest event that says something under this name."""
        return next((event for event in reversed(self.events) if name in event.data), None)


def held_rows(cases: Sequence[Case]) -> list[Held]:
    """The batch with its rows, in a dozen queries however many cases there are."""
    ids = [case.pk for case in cases]
    events = _by_case(CaseEvent.objects.filter(case_id__in=ids).order_by("case_id", "seq"))
    plans = _by_case(
        ActionPlan.objects.filter(case_id__in=ids)
        .select_related("lead_unit")
        .prefetch_related("measures", "assisting_units")
        .order_by("case_id", "version")
    )
    parts = _by_case(UnitPart.objects.filter(case_id__in=ids).select_related("unit").order_by("pk"))
    photos = _by_case(Photo.objects.filter(case_id__in=ids).order_by("event_seq", "pk"))
    contacts = {row.case_id: row for row in ReporterContact.objects.filter(case_id__in=ids)}
    asked = [_by_case(model._default_manager.filter(case_id__in=ids).order_by("pk")) for model in _ASKED]
    said = _said(ids)
    found = []
    for case in cases:
        held = Held(case, events[case.pk], plans[case.pk], parts[case.pk], photos[case.pk])
        held.contact, held.said = contacts.get(case.pk), said[case.pk]
        held.requests, held.supervisions, held.calls, held.joiners = (rows[case.pk] for rows in asked)
        found.append(held)
    return found


def _said(ids: Sequence[int]) -> dict[int, dict[int, list[EventWords]]]:
    """The words of the batch, by case and event."""
    found: dict[int, dict[int, list[EventWords]]] = defaultdict(lambda: defaultdict(list))
    for row in _streamed(EventWords.objects.filter(event__case_id__in=ids).select_related("event")):
        found[row.event.case_id][row.event_id].append(row)
    return found


def _by_case(rows: QuerySet[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in _streamed(rows):
        found[row.case_id].append(row)
    return found


def _streamed(rows: QuerySet[Any]) -> Iterable[Any]:
    return rows.iterator(chunk_size=2000)
