"""What a file of areas would change, row by row, before anything is written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import May
from core.errors import Sentence
from grids.access import Access
from grids.geo.shapes import Outline, find_flaws, outline_from_wkb, outline_to_wkb
from grids.models import Area
from grids.policies import still_there
from grids.services.import_read import Given, Upload
from grids.services.rows import PARENT_LEVEL, day_of, short_name
from grids.uses import bars_of

LEVELS = ("district", "street", "community", "grid")
LEAST_FLAW = 100.0  # m²: smaller gaps come from drawing, not from a forgotten area
MOST_FLAWS = 100
KINDS: dict[str, Sentence] = {
    "add": _("Added"), "rename": _("Renamed"), "move": _("Moved"),
    "outline": _("Outline changed"), "retire": _("Retired"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one area; ``version`` is the row's version it was seen at, 0 for a new one."""

    kind: str
    code: str
    level: str
    name: str
    sentence: Sentence
    version: int = 0
    given: Given | None = None

    @property
    def label(self) -> Sentence:
        """The kind in words."""
        return KINDS[self.kind]

    @property
    def source(self) -> Given:
        """The row of the file; only a retirement has none."""
        if self.given is None:
            raise ValueError(f"{self.kind} {self.code} comes from no row")
        return self.given


@dataclass(frozen=True, slots=True)
class Remark:
    """Something wrong or odd; ``line`` 0 where it is no single row's."""

    line: int
    code: str
    sentence: Sentence


@dataclass(slots=True)
class Plan:
    """All changes, what forbids them (``errors``) and what only deserves a look (``warnings``)."""

    changes: list[Change] = field(default_factory=list)
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    unchanged: int = 0

    def error(self, given: Given, sentence: Sentence) -> None:
        """Note what forbids the import."""
        self.errors.append(Remark(given.line, given.code, sentence))


@dataclass(frozen=True, slots=True)
class Scene:
    """What is there now: rows of the scope by code, codes taken elsewhere, whether the operator asks."""

    rows: Mapping[str, Area]
    elsewhere: frozenset[str]
    operator: bool
    now: datetime
    today: date


def plan_make(upload: Upload, *, access: Access | None, complete: bool, now: datetime) -> Plan:
    """Compare a file with the areas of the scope; ``access`` None is the operator, who sees them all.

    ``complete`` says the file holds every area of its levels in the districts it touches, so that those
    it leaves out are retired.
    """
    scene = _scene(upload, access, now)
    plan = Plan(errors=[Remark(*error) for error in upload.errors])
    named = {given.code: given for given in upload.rows}
    for given in sorted(upload.rows, key=lambda g: (LEVELS.index(g.level), g.code)):
        _compare(plan, scene, named, given)
    if complete:
        _retirements(plan, scene, named, now)
    _flaws(plan, scene)
    return plan


def _scene(upload: Upload, access: Access | None, now: datetime) -> Scene:
    where = Q() if access is None else access.area_q(May.CONFIGURE)
    rows = {row.code: row for row in Area.objects.filter(where).select_related("parent", "district")}
    wanted = {given.code for given in upload.rows} - rows.keys()
    taken: set[str] = set()
    for some in _batches(sorted(wanted)):
        taken |= set(Area.objects.filter(code__in=some).values_list("code", flat=True))
    return Scene(rows, frozenset(taken), access is None, now, day_of(now))


def _batches(codes: list[str], size: int = 500) -> Iterable[list[str]]:
    return (codes[at : at + size] for at in range(0, len(codes), size))


def _compare(plan: Plan, scene: Scene, named: Mapping[str, Given], given: Given) -> None:
    row = scene.rows.get(given.code)
    if given.code in scene.elsewhere:
        return plan.error(given, _("This code belongs to another district."))
    if row is not None and row.valid_to is not None:
        return plan.error(given, _("This area was retired. Codes are never given twice."))
    if given.valid_from and given.valid_from > scene.today:
        return plan.error(given, _("This area begins in the future. Import it on its day."))
    parent_fits = _parent_fits(scene, named, given) if given.parent_code or row is None else True
    if not parent_fits:
        return plan.error(
            given, _("Its parent is unknown, retired, in another district or of the wrong level.")
        )
    if row is None:
        return _addition(plan, scene, given)
    return _alterations(plan, scene, row, given)


def _parent_fits(scene: Scene, named: Mapping[str, Given], given: Given) -> bool:
    if given.level == "district":
        return not given.parent_code
    wanted = PARENT_LEVEL[given.level]
    row, new = scene.rows.get(given.parent_code), named.get(given.parent_code)
    if row is not None:
        return row.level == wanted and row.valid_to is None
    return new is not None and new.level == wanted and new.code not in scene.elsewhere


def _addition(plan: Plan, scene: Scene, given: Given) -> None:
    if given.level == "district" and not scene.operator:
        return plan.error(given, _("Only the operator of the system adds a district, on its command line."))
    above = scene.rows.get(given.parent_code)
    sentence: Sentence = (
        _("New, below %(parent)s.") % {"parent": above.short_name if above else given.parent_code}
        if given.parent_code
        else _("A new district.")
    )
    plan.changes.append(Change("add", given.code, given.level, given.name, sentence, 0, given))
    return None


def _alterations(plan: Plan, scene: Scene, row: Area, given: Given) -> None:
    def change(kind: str, sentence: Sentence) -> None:
        plan.changes.append(Change(kind, row.code, row.level, given.name, sentence, row.version, given))

    before = len(plan.changes)
    if given.name != row.name:
        change("rename", _("%(old)s becomes %(new)s.") % {"old": row.name, "new": given.name})
    if given.parent_code and row.parent and given.parent_code != row.parent.code:
        if in_the_way := bars_of(row, scene.now):
            return plan.error(given, " ".join(str(one) for one in in_the_way))
        words = {"old": row.parent.short_name, "new": _parent_name(scene, given.parent_code)}
        change("move", _("From %(old)s to %(new)s.") % words)
    if given.outline is not None and _differs(row, given.outline):
        change("outline", _("The outline is replaced by the one in the file."))
    plan.unchanged += len(plan.changes) == before
    return None


def _parent_name(scene: Scene, code: str) -> str:
    row = scene.rows.get(code)
    return row.short_name if row else code


def _differs(row: Area, outline: Outline) -> bool:
    return not row.outline or bytes(row.outline) != outline_to_wkb(outline)


def _retirements(plan: Plan, scene: Scene, named: Mapping[str, Given], now: datetime) -> None:
    levels = {given.level for given in named.values()}
    districts = _districts_touched(scene, named)
    leaving = [
        row for row in scene.rows.values()
        if row.level in levels and row.level != "district" and row.valid_to is None
        and row.code not in named and row.district_id in districts
    ]  # fmt: skip
    going = frozenset(row.pk for row in leaving)
    for row in sorted(leaving, key=lambda r: (-LEVELS.index(r.level), r.code)):
        if in_the_way := still_there(row, now, going=going):
            plan.errors.append(Remark(0, row.code, " ".join(str(one) for one in in_the_way)))
        sentence = _("It is not in the file, which holds the complete set.")
        plan.changes.append(Change("retire", row.code, row.level, row.name, sentence, row.version))


def _districts_touched(scene: Scene, named: Mapping[str, Given]) -> set[int]:
    found: set[int] = set()
    for given in named.values():
        row = scene.rows.get(given.code) or scene.rows.get(given.parent_code)
        if row is not None:
            found.add(row.district_id or row.pk)
    return found


def _flaws(plan: Plan, scene: Scene) -> None:
    """Gaps and overlaps among all outlines of a level in a district, as they would be afterwards."""
    for (district, _level), outlines in _afterwards(plan, scene).items():
        ground = scene.rows.get(district)
        within = outline_from_wkb(ground.outline) if ground and ground.outline else None
        for flaw in find_flaws(outlines, within, least=LEAST_FLAW)[:MOST_FLAWS]:
            plan.warnings.append(_flaw_said(flaw.kind, flaw.names, flaw.square_metres, flaw.where))


def _afterwards(plan: Plan, scene: Scene) -> dict[tuple[str, str], dict[str, Outline]]:
    fresh = {c.code: c.given for c in plan.changes if c.given and c.given.outline and c.kind != "rename"}
    gone = {change.code for change in plan.changes if change.kind == "retire"}
    touched = {(_district_code(scene, given), given.level) for given in fresh.values()}
    touched |= {(_home(scene.rows[code]), scene.rows[code].level) for code in gone}
    result: dict[tuple[str, str], dict[str, Outline]] = {
        key: {} for key in touched if key[0] and key[1] != "district"
    }
    for row in scene.rows.values():
        outlines = result.get((_home(row), row.level))
        if outlines is not None and row.outline and row.valid_to is None and row.code not in gone:
            outlines[row.code] = outline_from_wkb(row.outline)
    for given in fresh.values():
        outlines = result.get((_district_code(scene, given), given.level))
        if outlines is not None and given.outline is not None:
            outlines[given.code] = given.outline
    return result


def _home(row: Area) -> str:
    return row.district.code if row.district else row.code


def _district_code(scene: Scene, given: Given) -> str:
    row = scene.rows.get(given.code) or scene.rows.get(given.parent_code)
    return _home(row) if row else ""


def _flaw_said(kind: str, names: tuple[str, ...], metres: float, where: tuple[float, float]) -> Remark:
    words: dict[str, Any] = {
        "n": round(metres), "names": ", ".join(names[:4]), "lon": f"{where[0]:.5f}", "lat": f"{where[1]:.5f}",
    }  # fmt: skip
    sentences = {
        "overlap": _("%(names)s overlap by %(n)d m² at %(lon)s, %(lat)s."),
        "gap": _("Nobody covers %(n)d m² at %(lon)s, %(lat)s, beside %(names)s."),
        "outside": _("%(names)s reaches %(n)d m² beyond the district at %(lon)s, %(lat)s."),
    }
    return Remark(0, names[0] if names else "", sentences[kind] % words)


def short_of(change: Change) -> str:
    """The display name the area will have."""
    return short_name(change.name)
