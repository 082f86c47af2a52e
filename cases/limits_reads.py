"""Reads of limits and ladders, and of the jobs that reckon open cases anew, for their pages and the API.

Limits and ladders are the city's own and hold in every district of an installation. Administrators of any
district may change them; open cases follow in their own. Stations and bureaus may read them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.roles import May
from cases.catalogue_reads import HIGHEST_SEQ, check_may_read, may_edit
from cases.deadlines import Level, Limit, Rung, default_rung
from cases.limits import Rules, rules_now
from cases.models import RearmJob
from cases.wording_late import rung_name
from cases.wording_rules import (
    EVERY_TRACK,
    SOURCES,
    Told,
    hears_words,
    limit_said,
    place_words,
    sounds_words,
    supervision_words,
    told,
    when_words,
)
from cases.workflow import STAGES, Stage, Track
from core.errors import NotFound, Sentence
from grids.access import Access
from grids.models import Area
from grids.permissions import check_may_configure

__all__ = [
    "HIGHEST_SEQ",
    "LadderSeen",
    "StageSeen",
    "cell_of",
    "job_page",
    "job_seen",
    "jobs_seen",
    "ladder_of",
    "limits_data",
    "limits_page",
    "place_read",
]
ALL = "all"  # every track without a limit or rungs of its own, in addresses
COLUMNS: tuple[Track | None, ...] = (None, *Track)
NO_PLACE: Sentence = _("There is no such stage or track.")
_WIDE = 600  # units of the drawing up to the highest percentage


@dataclass(frozen=True, slots=True)
class Cell:
    """How long a stage may take on a track: in words, and whether that is ``own`` to this very place,
    ``general`` (of every other track) or ``built_in``."""

    stage: str
    track: str
    limit: Limit | None
    words: str
    source: str

    @property
    def source_words(self) -> Sentence:
        """Where it comes from."""
        return SOURCES[self.source]

    @property
    def place(self) -> str:
        """The track as it stands in an address."""
        return self.track or ALL


@dataclass(frozen=True, slots=True)
class RungSeen:
    """A rung in words; ``x`` is where it stands in the drawing, ``source`` as in ``Cell``."""

    level: int
    name: str
    when: str
    hears: str
    supervision: str
    sounds: str
    off: bool
    source: str
    percent: int
    x: int

    @property
    def source_words(self) -> Sentence:
        """Where it comes from."""
        return SOURCES[self.source]


@dataclass(frozen=True, slots=True)
class LadderSeen:
    """The ladder of a stage on a track, "" for every other one, with where its drawing ends and where the
    deadline and the warning lie in it."""

    stage: str
    track: str
    words: str
    rungs: Sequence[RungSeen]
    width: int
    warning: int
    deadline: int

    @property
    def place(self) -> str:
        """The track as it stands in an address."""
        return self.track or ALL

    @property
    def own(self) -> bool:
        """Whether the city set any rung of it."""
        return any(rung.source == "own" for rung in self.rungs)


@dataclass(frozen=True, slots=True)
class StageSeen:
    """A stage with its limits by track, and its ladder; also those of tracks that have rungs of their own."""

    stage: str
    label: str
    cells: Sequence[Cell]
    ladders: Sequence[LadderSeen]


def limits_page(access: Access) -> dict[str, Any]:
    """The matrix of limits and the ladders, as they hold now.

    Raises:
        NotAllowed: neither an administrator nor one of those who plan.
    """
    check_may_read(access)
    rules = rules_now()
    columns = [str(track.label if track else EVERY_TRACK) for track in COLUMNS]
    rows = [_stage(rules, stage) for stage in STAGES]
    return {"columns": columns, "rows": rows, "may_edit": may_edit(access)}


def _stage(rules: Rules, stage: Stage) -> StageSeen:
    handled = stage is Stage.HANDLE
    cells = () if handled else tuple(cell_of(rules, stage, track) for track in COLUMNS)
    own = {place[1] for place in rules.rungs if place[0] in ("", stage) and place[1]}
    tracks = [None, *(track for track in Track if track in own)]
    ladders = tuple(ladder_of(rules, stage, track) for track in tracks)
    return StageSeen(stage, str(stage.label), cells, ladders)


def cell_of(rules: Rules, stage: Stage, track: Track | None) -> Cell:
    """One limit as it holds."""
    source = "built_in"
    if (stage, track or "") in rules.limits:
        source = "own"
    elif (stage, "") in rules.limits:
        source = "general"
    limit = rules.limit_of(stage, track)
    return Cell(stage, track or "", limit, limit_said(limit), source)


def ladder_of(rules: Rules, stage: Stage, track: Track | None) -> LadderSeen:
    """One ladder as it holds, those rungs included that are switched off."""
    held = {rung.level: rung for rung in rules.ladder_of(stage, track)}
    most = max([300, *(rung.percent for rung in held.values())])
    rungs = [
        _rung(rules, stage, track, level, held.get(level), most)
        for level in range(Level.WARNING, Level.LEVEL3 + 1)
    ]
    words = place_words(stage, track or "")
    return LadderSeen(stage, track or "", words, rungs, _WIDE, rungs[0].x, _x(100, most))


def _rung(
    rules: Rules, stage: Stage, track: Track | None, level: int, rung: Rung | None, most: int
) -> RungSeen:
    shown = rung or default_rung(stage, level)
    places = [("own", (stage, track or "")), ("general", (stage, "")), ("general", ("", track or ""))]
    found = (source for source, place in [*places, ("general", ("", ""))] if (*place, level) in rules.rungs)
    return RungSeen(
        level, rung_name(level), when_words(shown), hears_words(shown), supervision_words(shown),
        sounds_words(shown), rung is None, next(found, "built_in"), shown.percent,
        _x(shown.percent, most),
    )  # fmt: skip


def _x(percent: int, most: int) -> int:
    return round(_WIDE * percent / most)


def place_read(stage: str, track: str, *, handled: bool = True) -> tuple[Stage, Track | None]:
    """A stage and a track from an address.

    Raises:
        NotFound: there is none such; also handling, where that has no limit of a stage.
    """
    known = stage in [one.value for one in STAGES] and (handled or stage != Stage.HANDLE)
    if not known or (track != ALL and track not in Track.values):
        raise NotFound(NO_PLACE)
    return Stage(stage), None if track == ALL else Track(track)


def jobs_seen(access: Access) -> QuerySet[RearmJob]:
    """The jobs that reckon cases of an administrator's areas, newest first.

    Raises:
        NotAllowed: not an administrator.
    """
    check_may_configure(access)
    areas = Area.objects.filter(access.area_q(May.CONFIGURE))
    mine = RearmJob.areas.through.objects.filter(area__in=areas.values("pk")).values("rearmjob")
    return RearmJob.objects.filter(Q(everywhere=True) | Q(pk__in=mine)).select_related("actor")


def job_seen(access: Access, job_id: int) -> RearmJob:
    """One of them; NotFound otherwise."""
    job = jobs_seen(access).filter(pk=min(job_id, 2**62)).first()
    if job is None:
        raise NotFound(_("There is no such job, or it concerns other districts."))
    return job


def job_page(access: Access, job_id: int) -> dict[str, Any]:
    """What the page of a job shows."""
    job = job_seen(access, job_id)
    return {"job": job, "told": job_told(job), "numbers": job.facts.get("numbers", {})}


def job_told(job: RearmJob) -> list[Told]:
    """What it changed, in words."""
    return told(job.kind, job.facts.get("before", {}), job.facts.get("after", {}))


def limits_data(access: Access) -> Mapping[str, Any]:
    """The same as ``limits_page`` for the API."""
    page = limits_page(access)
    cells = [cell for row in page["rows"] for cell in row.cells]
    ladders = [ladder for row in page["rows"] for ladder in row.ladders]
    return {"limits": cells, "ladders": ladders}
