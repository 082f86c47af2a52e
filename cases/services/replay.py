"""Replaying another city's requests: every usable row goes through the services in simulated time."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

import shapely
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cases.models import Case, FilingCondition
from cases.replay.mapping import ClassRef, RequestMapping, read_mapping
from cases.replay.place import Placer
from cases.replay.source import SourceRow, read_rows
from cases.services.replay_cast import ReplayCast, replay_cast, replay_plans
from cases.services.replay_life import Life, life_begin, life_go_on
from cases.services.rungs.recording import case_record
from cases.workflow import Track
from core.errors import BadInput, CityError
from grids.models import Area

FILED, KNOWN, CONTINUED = "filed", "known", "continued"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: ``filed``, ``continued`` or ``known`` (nothing to do), or a refusal's code."""

    number: int
    source_id: str
    result: str
    sentence: str = ""

    @property
    def refused(self) -> bool:
        return self.result not in (FILED, KNOWN, CONTINUED)


@dataclass(frozen=True, slots=True)
class Replay:
    """A replay made ready: everything that is the same for all rows."""

    file: Path
    mapping: RequestMapping
    placer: Placer
    conditions: dict[ClassRef, FilingCondition]
    cast: ReplayCast
    now: datetime

    def rows(self, limit: int | None = None) -> Iterator[SourceRow]:
        """The rows of the file, the first ``limit`` of them."""
        return islice(read_rows(self.file, self.mapping, now=self.now), limit)


def replay_prepare(*, file: Path, mapping: Path, now: datetime) -> Replay:
    """Read the mapping, find classes and districts, make the cast and its standing plans.

    Raises:
        BadInput: a file can't be read, or a class or district it names is not loaded.
    """
    read = read_mapping(mapping)
    outlines = {
        code: shapely.from_wkb(bytes(outline or b""))
        for code, outline in Area.objects.filter(
            level=Area.Level.DISTRICT, valid_to__isnull=True, outline__isnull=False
        ).values_list("code", "outline")
    }
    placer = Placer(read.zones, outlines)
    conditions = _conditions(read)
    districts = {next(c for c in zone.districts if c in outlines) for zone in read.zones}
    since = datetime(read.earliest_year, 1, 1, tzinfo=UTC)
    cast = replay_cast(districts=districts, since=since, now=now)
    direct = {c.case_class.key: c.case_class for c in conditions.values() if c.track == Track.DIRECT}
    replay_plans(cast=cast, districts=districts, classes=[direct[key] for key in sorted(direct)], since=since)
    return Replay(file, read, placer, conditions, cast, now)


def _conditions(mapping: RequestMapping) -> dict[ClassRef, FilingCondition]:
    rows = FilingCondition.objects.filter(active=True, case_class__active=True).select_related("case_class")
    by_ref = {ClassRef(row.case_class.kind, row.case_class.code, row.seq): row for row in rows}
    missing = sorted(f"{ref.kind}-{ref.code}/{ref.condition}" for ref in mapping.targets() - by_ref.keys())
    if missing:
        raise BadInput(
            _("The catalogue lacks %(names)s. Load it first, or mend the mapping file.")
            % {"names": ", ".join(missing[:10])}
        )
    return {ref: by_ref[ref] for ref in mapping.targets()}


def row_replay(*, replay: Replay, row: SourceRow) -> Outcome:
    """Take one row through its whole life, in one transaction: filed to its end, or refused whole.

    The case's UUID follows from source and row number, so however often a run is killed and begun
    again, a row is filed once.
    """
    if row.problem:
        return Outcome(row.number, row.source_id, row.problem, row.sentence)
    try:
        with transaction.atomic():
            return Outcome(row.number, row.source_id, _row_live(replay, row))
    except CityError as refusal:
        return Outcome(row.number, row.source_id, refusal.code, str(refusal))


def _row_live(replay: Replay, row: SourceRow) -> str:
    uuid = case_uuid(replay.mapping.name, row.source_id)
    stands = Case.objects.filter(uuid=uuid).values_list("closed_at").first()
    if stands and (stands[0] or row.closed is None):
        return KNOWN
    life = _life(replay, row, uuid)
    if stands is None:
        life_begin(life)
    life_go_on(life)
    if row.closed is None:
        # What came due since lies in the past: on the record, and nobody is told of it now.
        case_record(case_id=Case.objects.only("pk").get(uuid=uuid).pk, until=replay.now)
    return CONTINUED if stands else FILED


def _life(replay: Replay, row: SourceRow, uuid: UUID) -> Life:
    place = replay.placer.place(row.lon or 0.0, row.lat or 0.0)
    if place is None or row.target is None or row.opened is None:
        raise BadInput(_("The point lies in no zone of the mapping file. Widen a zone."), field="position")
    condition = replay.conditions[row.target]
    prefix = f"replay:{_short(replay.mapping.name)}:{_short(row.source_id)}"
    return Life(row, row.opened, place, condition, replay.cast, uuid, prefix, replay.now)


def case_uuid(source: str, source_id: str) -> UUID:
    """The UUID of the case of a source's row, the same in every run and on every machine."""
    return uuid5(uuid5(NAMESPACE_URL, f"replay:{source}"), source_id)


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]
