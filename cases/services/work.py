"""What the effects of a step work on, and the small writes they share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from accounts.roles import Role
from cases.deadlines import Promise
from cases.given import Given, Position
from cases.models import CampaignPlan, Case, Photo, StandingPlan, UnitPart
from cases.models.photo import Purpose
from cases.workflow import Guest, Step, Track, may_raise
from core.bulk import rows_change
from core.errors import BadInput
from core.models import Timer
from grids.access import Access
from grids.geo.shapes import metres_between

_PURPOSES = {
    "photos": Purpose.SCENE,
    "photos_before": Purpose.BEFORE,
    "photos_after": Purpose.AFTER,
    "document": Purpose.DOCUMENT,
}
_SAID = (
    "text", "words", "result", "reason", "reject_reason", "no_position_reason", "no_photo_reason", "evidence",
    "outside_body", "letter_no", "place", "verdict", "satisfied", "into",
)  # fmt: skip
_MOMENTS = ("until", "reply_by")


@dataclass(slots=True)
class Work:
    """One step in progress. ``parts`` are all parts of the case; ``data`` goes into the event;
    a ``quiet`` step tells nobody's inbox; a deputy acts for ``principal_id``; a step taken
    for several cases together names their ``campaign``.

    ``other`` is the second case of a merger, locked as well; ``told`` maps a kind of notice to the people
    it goes to beside those every step tells; ``answer`` is added to what the step answers.
    """

    case: Case
    step: Step
    given: Given
    access: Access
    role: Role | None
    now: datetime
    parts: list[UnitPart] = field(default_factory=list)
    standing_plan: StandingPlan | None = None
    quiet: bool = False
    principal_id: int | None = None
    campaign: CampaignPlan | None = None
    data: dict[str, Any] = field(default_factory=dict)
    guest: Guest | None = None
    other: Case | None = None
    told: dict[str, list[int]] = field(default_factory=dict)
    answer: dict[str, Any] = field(default_factory=dict)
    # The timers that run as the step begins, and the date of the plan the case is or was dispatched on.
    timers: Sequence[Timer] = ()
    finish_by: Promise | None = None
    # As of when the clock turns, where that is not now; whether a step inside a stage begins it anew.
    clock_at: datetime | None = None
    clock_anew: bool = False

    @property
    def seq(self) -> int:
        """The number the event of this step is going to have."""
        return self.case.events_count + 1

    @property
    def lead(self) -> UnitPart | None:
        """The active lead part."""
        return next((p for p in self.parts if p.active and p.kind == UnitPart.Kind.LEAD), None)


def facts_of(work: Work) -> dict[str, Any]:
    """What was given, as plain JSON for the event, which keeps the words in it apart (``cases.words``)."""
    given = work.given
    facts: dict[str, Any] = {name: str(getattr(given, name)) for name in _SAID if given.has(name)}
    facts |= {name: getattr(given, name).isoformat() for name in _MOMENTS if given.has(name)}
    facts |= _photo_facts(work) | _company(work)
    if given.position:
        facts["position"] = position_facts(given.position)
        facts["distance_m"] = round(
            metres_between(given.position.lon, given.position.lat, work.case.lon, work.case.lat), 1
        )
    return facts


def _company(work: Work) -> dict[str, Any]:
    """In whose place somebody acts, and in which campaign."""
    facts: dict[str, Any] = {"deputy_of": work.principal_id} if work.principal_id else {}
    if plan := work.campaign:
        title = plan.campaign.title
        facts["campaign"] = {"id": str(plan.campaign_id), "version": plan.version, "title": title}
    return facts


def _photo_facts(work: Work) -> dict[str, Any]:
    """The photos given, with their hashes: the chain covers the pictures as well as their names.

    A step binds them to its event to come at once; for a report ``photos_attach`` follows.
    """
    given = work.given
    facts: dict[str, Any] = {
        name: [str(photo) for photo in getattr(given, name)] for name in _PURPOSES if given.has(name)
    }
    if not given.all_photos:
        return facts
    if work.case._state.adding:
        hashes = dict(Photo.objects.filter(pk__in=given.all_photos).values_list("pk", "kept_sha256"))
    else:
        hashes = photos_attach(case_id=work.case.pk, seq=work.seq, given=given, actor_id=work.access.user_id)
    return facts | {"photo_hashes": {str(photo): kept for photo, kept in hashes.items()}}


def position_facts(position: Position) -> dict[str, Any]:
    """A position as it stands in an event."""
    return {
        "lon": position.lon,
        "lat": position.lat,
        "accuracy": position.accuracy,
        "datum": position.datum,
    }


def photos_attach(*, case_id: int, seq: int, given: Given, actor_id: int | None) -> dict[UUID, str]:
    """Bind the photos named in a step to its event. A photo serves once, and only its uploader.

    Returns the hash of each, by its id, as kept.

    Raises:
        BadInput: one was never uploaded, is somebody else's, or is used already.
    """
    mine = Photo.objects.filter(case__isnull=True, uploaded_by_id=actor_id)
    hashes: dict[UUID, str] = {}
    for name, purpose in _PURPOSES.items():
        ids: tuple[UUID, ...] = getattr(given, name)
        if not ids:
            continue
        bound = rows_change(
            mine.filter(pk__in=ids), ["id", "kept_sha256"], case_id=case_id, event_seq=seq, purpose=purpose
        )
        if len(bound) != len(ids):
            raise BadInput(
                _("A photo is missing or was used before. Take it out and upload it again."), field=name
            )
        hashes |= dict(bound)
    return hashes


def class_set(work: Work) -> None:
    """Give the case its class and condition, and the track that follows from them."""
    case, given = work.case, work.given
    if given.condition is None:
        return
    case.case_class, case.condition = given.case_class, given.condition
    case.limit_value, case.limit_unit = given.condition.limit_value, given.condition.limit_unit
    track = Track(given.condition.track)
    case.track = given.track if given.track and may_raise(track, given.track) else track
    work.data |= {
        "class": given.condition.case_class.key,
        "condition": given.condition.seq,
        "limit": [case.limit_value, case.limit_unit],
        "track": case.track,
    }


def parts_replace(work: Work, *, lead: Unit, assisting: Iterable[Unit]) -> None:
    """Make these units the ones in charge; a unit that stays keeps its row, one that goes loses it."""
    wanted = {lead.pk: UnitPart.Kind.LEAD} | {u.pk: UnitPart.Kind.ASSISTING for u in assisting if u != lead}
    keep: set[int] = set()
    gone = []
    for part in work.parts:
        if part.active and wanted.get(part.unit_id) == part.kind:
            keep.add(part.unit_id)
        elif part.active:
            part.active = False
            gone.append(part.pk)
    if gone:
        UnitPart.objects.filter(pk__in=gone).update(active=False)
    fresh = [
        UnitPart(
            case=work.case,
            unit_id=unit_id,
            kind=kind,
            dispatched_at=work.now,
            standing_plan=work.standing_plan,
        )
        for unit_id, kind in wanted.items()
        if unit_id not in keep
    ]
    work.parts += UnitPart.objects.bulk_create(fresh)
    work.case.lead_unit = lead
    work.case.dispatched_at = work.now
    work.data |= {"lead_unit": lead.code, "assisting_units": [u.code for u in assisting if u != lead]}


def parts_end(work: Work) -> None:
    """No unit has a part any more, and so none sees the case; the rows stay."""
    work.case.lead_unit = None
    UnitPart.objects.filter(case=work.case, active=True).update(active=False)
    for part in work.parts:
        part.active = False


def parts_reopen(work: Work) -> None:
    """Rework or a complaint: every active part has to hand in again; earlier results stay in the history."""
    again = [part for part in work.parts if part.active and part.handed_in_at is not None]
    for part in again:
        part.handed_in_at = None
    if again:
        UnitPart.objects.filter(pk__in=[part.pk for part in again]).update(handed_in_at=None)
