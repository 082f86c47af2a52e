"""Whether the rows of a case hold what its chain says. Each check names the event and what differs.

What the chain says is read from the data of the events by the names of its facts, not by their actions,
so that a step added later is understood by what it says. Facts that no event holds prove nothing and are
passed over.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.history.asked import asked_differ
from cases.history.held import Held
from cases.history.plans import parts_differ, plans_differ
from cases.history.said import Difference
from cases.models import CaseEvent
from cases.words import digests_of, words_match
from cases.workflow import HANDLERS, OF_THE_SYSTEM, WORK, Action
from core.history import digest

_PHOTO_LISTS = ("photos", "photos_before", "photos_after", "document")


def differences(held: Held) -> Iterator[Difference]:
    """Everything in the rows of a case that is not as its chain, which must hold, says."""
    for check in _CHECKS:
        yield from check(held)


def unproven(held: Held) -> int:
    """How much can't be compared, as nothing to compare it by was kept: older photos and contacts."""
    # Whoever altered an event may have left anything there.
    facts = [event.data for event in held.events if isinstance(event.data, dict)]
    hashed = {photo for told in facts for photo in told.get("photo_hashes") or {}}
    loose = sum(str(photo.pk) not in hashed for photo in held.photos)
    contact = held.contact
    return loose + bool(contact and (contact.name or contact.phone) and not contact.salt)


def _words(held: Held) -> Iterator[Difference]:
    sentences = {
        "description": _("The description is not the one that was written down."),
        "address": _("The address is not the one that was written down."),
    }
    for name, sentence in sentences.items():
        event = held.last_said(f"{name}_digest")
        if event and event.data[f"{name}_digest"] != _digest(getattr(held.case, name)):
            yield Difference(event.seq, sentence)


def _spoken(held: Held) -> Iterator[Difference]:
    chained = digests_of(held.events)
    for event in held.events:
        for sentence in words_match(event, held.said.get(event.pk, ()), chained):
            yield Difference(event.seq, sentence)


def _contact(held: Held) -> Iterator[Difference]:
    contact, event = held.contact, held.last_said("reporter_digest")
    if contact is None or not contact.salt:
        return
    if event is None:
        yield Difference(1, _("Somebody stands there as the reporter whom the report does not name."))
    elif event.data["reporter_digest"] != _digest(contact.chained):
        yield Difference(event.seq, _("The name or phone of the reporter is not the one that was given."))


def _report(held: Held) -> Iterator[Difference]:
    case, first = held.case, held.events[0]
    said: tuple[tuple[bool, Any], ...] = (
        (first.actor_id == case.reporter_id, _("It was reported by somebody else.")),
        (first.at == case.opened_at, _("It was reported at another time.")),
        (first.data.get("source", case.source) == case.source, _("It came from another source.")),
        (
            first.data.get("source_ref", case.source_ref) == case.source_ref,
            _("It has another number at its source."),
        ),
        (
            first.data.get("grid", case.filed_grid_code) == case.filed_grid_code,
            _("It was filed in another grid."),
        ),
    )
    yield from (Difference(1, sentence) for same, sentence in said if not same)


def _place(held: Held) -> Iterator[Difference]:
    # A case that was put elsewhere says so by the place it was at before.
    event = held.last_said("place_before") or held.events[0]
    place = event.data.get("position")
    if place and (place["lon"], place["lat"]) != (held.case.lon, held.case.lat):
        yield Difference(event.seq, _("It lies at another place."))


def _class(held: Held) -> Iterator[Difference]:
    case, event = held.case, held.last_said("class")
    key = case.case_class.key if case.case_class else ""
    seq = case.condition.seq if case.condition else None
    said = (event.data["class"], event.data.get("condition")) if event else ("", None)
    if said != (key, seq):
        yield Difference(
            event.seq if event else 1, _("The class or filing condition is not the one that was set.")
        )
    limit = held.last_said("limit")
    if limit and limit.data["limit"] != [case.limit_value, case.limit_unit]:
        yield Difference(limit.seq, _("The handling limit is not the one that was set."))
    track = held.last_said("track")
    if track and track.data["track"] != case.track:
        yield Difference(track.seq, _("The track is not the one that was set."))


def _stands(held: Held) -> Iterator[Difference]:
    case, last = held.case, held.events[-1]
    if last.to_stage != case.stage:
        yield Difference(last.seq, _("The case does not stand where its last step led."))
    if last.version != case.version:
        yield Difference(last.seq, _("The version is not that of the last step."))


def _takers(held: Held) -> Iterator[Difference]:
    said = _takers_said(held.events)
    takers = {name: who for name, who in held.case.takers.items() if name in Action.values}
    for name in sorted(said.keys() | takers.keys()):
        seq, who = said.get(name, (held.events[-1].seq, None))
        if takers.get(name) != who:
            sentence = _("Who last took “{step}” is not the one the history names.")
            yield Difference(seq, format_lazy(sentence, step=Action(name).label))
    # Who reports something as fixed is barred from its check as its reporter, not as a handler.
    workers = {event.actor_id for event in held.events if event.action in WORK and event.seq > 1}
    if workers != set(held.case.takers.get(HANDLERS, ())):
        yield Difference(held.events[-1].seq, _("Those who did the work are not the ones the history names."))


def _takers_said(events: list[CaseEvent]) -> dict[str, tuple[int, int | None]]:
    said: dict[str, tuple[int, int | None]] = {
        event.action: (event.seq, event.actor_id) for event in events if event.action not in OF_THE_SYSTEM
    }
    if events[0].actor_id:
        # Whoever reports something as fixed has reported it as well.
        said[Action.REPORT.value] = (1, events[0].actor_id)
    return said


def _photos(held: Held) -> Iterator[Difference]:
    named, hashes = _photos_said(held.events)
    rows = {str(photo.pk): photo for photo in held.photos}
    for photo_id, seq in named.items():
        row = rows.pop(photo_id, None)
        if row is None or row.event_seq != seq:
            yield Difference(seq, format_lazy(_("Photo {photo} is not with it any more."), photo=photo_id))
        elif hashes.get(photo_id, row.kept_sha256) != row.kept_sha256:
            yield Difference(seq, format_lazy(_("Photo {photo} is another picture."), photo=photo_id))
    for photo_id, row in rows.items():
        sentence = _("Photo {photo} hangs on it, and the step names no such photo.")
        yield Difference(row.event_seq or 0, format_lazy(sentence, photo=photo_id))


def _photos_said(events: list[CaseEvent]) -> tuple[dict[str, int], dict[str, str]]:
    named: dict[str, int] = {}
    hashes: dict[str, str] = {}
    for event in events:
        hashes |= event.data.get("photo_hashes") or {}
        for name in _PHOTO_LISTS:
            named |= {str(photo): event.seq for photo in event.data.get(name) or ()}
    return named, hashes


def _digest(words: str) -> str:
    return digest(words, settings.PERSON_SALT)


_CHECKS: tuple[Callable[[Held], Iterator[Difference]], ...] = (
    _words, _spoken, _contact, _report, _place, _class, _stands, _takers, plans_differ, parts_differ, _photos,
    asked_differ,
)  # fmt: skip
