"""A case as one JSON document: what is known of it, its chain as it was hashed, and the digest's proof."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from cases.casefile.seal import seals_of
from cases.dossier import Dossier, dossier_of
from cases.history.cover import leaves_of, newest_cover
from cases.models import ActionPlan, Case, CaseEvent, Photo, UnitPart
from cases.selectors import history_told
from cases.veil import cover_of, covered_events, is_inside
from cases.words import SPOKEN
from grids.access import Access

FORMAT, VERSION = "citymgmt-case-file", 1
_COUNTS = ("returns", "reworks", "complaints", "failed_calls")
_MOMENTS = ("opened_at", "stage_since", "filed_at", "dispatched_at", "finished_at", "closed_at")


def case_document(access: Access, number: str, *, now: datetime) -> dict[str, Any]:
    """The document of a case; who reported is never in it, and those outside get it covered.

    A payload that is covered is left out whole (``payload`` None); its hash stays where it gives nothing
    away, so that the chain can be followed past it.

    Raises:
        NotFound: no such case in the scope.
    """
    dossier = dossier_of(access, number, now=now)
    case, inside = dossier.case, is_inside(access, dossier.case)
    events = _events(case, inside=inside)
    document = {
        "format": FORMAT,
        "version": VERSION,
        "number": case.number,
        "uuid": str(case.uuid),
        "exported_at": _moment(now),
        "covered": not inside,
        **_facts(dossier),
        "events": events,
        "chain": {"events_count": len(events), "head_hash": events[-1]["hash"] if events else None},
        "digest": _digest(case, events),
    }
    return document | {"seals": seals_of(document)}


def _facts(dossier: Dossier) -> dict[str, Any]:
    return {
        "case": _case(dossier.case),
        "parts": [_part(part) for part in dossier.parts],
        "plans": [_plan(plan) for plan in dossier.plans],
        "photos": [_photo(photo) for photo in dossier.photos],
    }


def _case(case: Case) -> dict[str, Any]:
    places = {level: getattr(case, level) for level in ("district", "street", "community", "grid")}
    return {
        "stage": case.stage,
        "track": case.track,
        "case_version": case.version,
        "class": {"key": case.case_class.key, "name": case.case_class.name} if case.case_class else None,
        "condition": {"seq": case.condition.seq, "text": case.condition.text} if case.condition else None,
        "limit": [case.limit_value, case.limit_unit] if case.limit_value else None,
        "description": case.description,
        "address": case.address,
        "position": {"lon": case.lon, "lat": case.lat, "accuracy": case.accuracy},
        "areas": {level: {"code": area.code, "name": area.name} for level, area in places.items()},
        "filed": {"district": case.filed_district_code, "grid": case.filed_grid_code},
        "source": case.source,
        "lead_unit": {"code": case.lead_unit.code, "name": case.lead_unit.name} if case.lead_unit else None,
        **{name: getattr(case, name) for name in _COUNTS},
        **{name: _moment(getattr(case, name)) for name in _MOMENTS},
    }


def _part(part: UnitPart) -> dict[str, Any]:
    return {
        "unit": {"code": part.unit.code, "name": part.unit.name},
        "kind": part.kind,
        "active": part.active,
        "dispatched_at": _moment(part.dispatched_at),
        "signed_at": _moment(part.signed_at),
        "handed_in_at": _moment(part.handed_in_at),
        "result": part.result,
    }


def _plan(plan: ActionPlan) -> dict[str, Any]:
    return {
        "version": plan.version,
        "state": plan.state,
        "lead_unit": plan.lead_unit.code,
        "assisting_units": sorted(unit.code for unit in plan.assisting_units.all()),
        "measures": [{"seq": m.seq, "text": m.text, "comment": m.comment} for m in plan.measures.all()],
        "finish_by": _moment(plan.finish_by),
        "past_limit": plan.past_limit,
        "submitted_at": _moment(plan.submitted_at),
        "decided_at": _moment(plan.decided_at),
        "decision": plan.decision,
    }


def _photo(photo: Photo) -> dict[str, Any]:
    return {
        "id": str(photo.pk),
        "event": photo.event_seq,
        "purpose": photo.purpose,
        "sha256": photo.kept_sha256,
        "taken_at": _moment(photo.taken_at),
        "made_up": photo.made_up,
    }


def _events(case: Case, *, inside: bool) -> list[dict[str, Any]]:
    chained = [row.chained(str(case.uuid)) for row in case.events.order_by("seq")]
    shown = covered_events(history_told(case), cover_of(case), inside=inside)
    return [
        _event(row, None if _is_covered(row, inside) else payload)
        for row, payload in zip(shown, chained, strict=True)
    ]


def _is_covered(event: CaseEvent, inside: bool) -> bool:
    # The report's digests and its reporter stay inside; an event whose words are covered and stand in the
    # chain in clear has lost its hash as well.
    return not event.hash or (not inside and event.seq == 1)


def _event(event: CaseEvent, payload: dict[str, Any] | None) -> dict[str, Any]:
    if payload is not None:
        payload = payload | {"at": _moment(event.at)}
    return {
        "seq": event.seq,
        "previous_hash": event.previous_hash or None,
        "hash": event.hash or None,
        "who": str(event.actor) if event.actor else "",
        "said": {name: event.data[name] for name in SPOKEN if name in event.data},
        "payload": payload,
    }


def _digest(case: Case, events: list[dict[str, Any]]) -> dict[str, Any] | None:
    cover = newest_cover(leaves_of(case.uuid))
    if cover is None or _hash_at(events, cover.leaf.events_count) is None:
        return None
    row = cover.digest.chained() | {"previous": cover.digest.previous, "digest": cover.digest.digest}
    return {
        "row": row | {"day": str(cover.digest.day), "at": _moment(cover.digest.at)},
        "leaf": cover.leaf.chained(),
        "position": cover.leaf.position,
        "path": cover.path,
    }


def _hash_at(events: list[dict[str, Any]], seq: int) -> str | None:
    found: Iterable[str | None] = (event["hash"] for event in events if event["seq"] == seq)
    return next(iter(found), None)


def _moment(at: datetime | None) -> str | None:
    """As ``core.history.canonical`` writes moments."""
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None
